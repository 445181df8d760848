"""Records what a real session says, for the unit tests of the page: python tests/page/record.py"""

from __future__ import annotations

import json
from pathlib import Path

from clsim.bedside import messages
from clsim.bedside.greeting import hello
from clsim.bedside.session import Session
from clsim.bedside.side import case

KEPT = ("trend", "flow", "log", "why", "limits", "saved", "branches")
ASKED = (
    {"do": "reveal", "on": True}, {"do": "step", "to_min": 500},
    {"do": "fluid", "name": "saline_0.9", "volume_mL": 500, "over_min": 30},
    {"do": "drip", "name": "phenylephrine", "rate": 50}, {"do": "step", "to_min": 720},
    {"do": "rewind", "to_min": 700}, {"do": "twin", "policies": ["cwg-2014", "no-pressor-2015"]},
    {"do": "why", "at_min": 480}, {"do": "save"}, {"do": "limit", "signal": "HR", "low": 45, "high": 140},
)


def recorded() -> list[dict]:
    """Greeting, a twin at 700 min with orders by hand and a branch, and answers to questions."""
    session = Session("recorded", case("hd-il2-standard", "cwg-2014", 1, None, False))
    for each in ASKED:
        if each["do"] == "twin":
            session.out.clear()
        session.handle(messages.read(json.dumps(each)))
        while session.hurried:
            session.tick(0.0)
    frames = [each for each in session.out if each["is"] == "frame"]
    scene = [each for each in session.out if each["is"] == "scene"]
    return [hello(), scene[-1], *(each for each in session.out if each["is"] in KEPT), frames[-1]]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in recorded())
    Path(__file__).with_name("recorded.json").write_text(f"[{lines}]\n", encoding="utf-8")
