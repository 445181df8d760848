"""What a page is told first of all: what there is, and what can be ordered."""

from __future__ import annotations

from functools import cache
from typing import Any

import clsim
from clsim.bedside import signals
from clsim.bedside.alarms import LIMITS
from clsim.bedside.side import BY_HAND
from clsim.disclaimer import DISCLAIMER
from clsim.lessons.lesson import lessons, load_lesson
from clsim.policy.policy import load_policy, policies
from clsim.scenario import gallery
from clsim.scenario.scenario import load

SPEEDS = (1, 60, 600, 3600)


@cache
def hello() -> dict[str, Any]:
    """The greeting; the same for everybody."""
    return {
        "is": "hello", "version": clsim.__version__, "disclaimer": DISCLAIMER,
        "scenarios": [{"name": name, "title": load(name).title, "source": None} for name in gallery.scenarios()],
        "policies": [{"name": each.name, "title": each.title, "source": str(each.about.get("source", "")) or None}
                     for each in map(load_policy, (*policies(), BY_HAND))],
        "signals": signals.signals(), "fluids": signals.fluids_to_order(), "drips": signals.drips_to_order(),
        "drugs": signals.drugs_to_order(), "alarms": [each.data() for each in LIMITS],
        "lessons": [{"name": name, "title": load_lesson(name).title, "source": None} for name in lessons()],
        "speeds": list(SPEEDS)}
