"""All courses of a lesson as one piece of data: stretches between prompts, each stored once, in 16-bit steps."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import clsim
from clsim import units
from clsim.bedside import signals
from clsim.bedside.alarms import LIMITS, said
from clsim.bedside.signals import HIDDEN, VITAL, WARD
from clsim.bedside.view import lines
from clsim.disclaimer import DISCLAIMER
from clsim.lessons.course import Courses, when
from clsim.lessons.debriefing import beside, came_to, feedback, other_way, questions
from clsim.lessons.parts import Lesson, Prompt
from clsim.managed.result import ManagedResult, units_of
from clsim.policy.signals import DRIPS, SIGNALS
from clsim.result import Result
from clsim.scenario.orders import Order
from clsim.scenario.settings import SEX

STEPS = 65_535  # of a channel, from its lowest value to its highest
SPEEDS = (1, 60, 600, 3600)
LABS = ("creatinine", "potassium", "sodium", "bicarbonate", "bilirubin", "platelets", "albumin")
OXYGEN = "oxygen_L_min"
STEADY = 360.0  # min; what runs longer is shown by its rate, not by what is left
Row = NDArray[np.float64]


def grid(courses: Courses) -> dict[str, Any]:
    """Everything that an exported lesson plays back, as JSON can hold it."""
    lesson = courses.lesson
    maker = _Maker(courses)
    maker.node((), -1.0)
    channels = maker.channels()
    for node in maker.nodes:
        node["rows"] = _packed(node.pop("values"), channels)
    by_group = {each["name"]: each["group"] for each in signals.signals()}
    return {
        "lesson": {"name": lesson.name, "title": lesson.title, "begin_min": lesson.begin_min,
                   "end_min": lesson.end_min},
        "hello": _hello(lesson), "scene": _scene(courses), "channels": channels, "nodes": maker.nodes,
        "alarms": {each.signal: {side: said(each, side) for side, bound in (("low", each.low), ("high", each.high))
                                 if bound is not None} for each in LIMITS},
        "prompts": [_prompt(each) for each in lesson.prompts],
        "questions": questions(lesson), "beside": other_way(lesson),
        "seen": [name for name, group in by_group.items() if group in (VITAL, WARD)],
        "hidden": [name for name, group in by_group.items() if group == HIDDEN],
        "vitals": [name for name, group in by_group.items() if group == VITAL],
        "labs": list(LABS), "drips": list(DRIPS),
        "dose_over_min": next((each.stop - each.start for each in courses.base.scenario.doses), 0.0)}


class _Maker:
    """Walks every way through the prompts; stretches that are the same become one."""

    def __init__(self, courses: Courses) -> None:
        self.courses = courses
        self.nodes: list[dict[str, Any]] = []
        self.known: dict[tuple[int, float, int], int] = {}
        self.values: dict[int, dict[str, Row]] = {}
        self.expected = came_to(courses.lesson, courses.along(courses.lesson.usual).result)

    def node(self, path: tuple[int, ...], since: float) -> int:
        """The stretch after these answers, and all that can follow it; its number."""
        lesson, prompts = self.courses.lesson, self.courses.lesson.prompts
        answers = {prompts[i].id: option for i, option in enumerate(path)}
        while len(path) < len(prompts) and not lesson.asks(prompts[len(path)], answers):
            path = (*path, prompts[len(path)].usual)
        result = self.courses.along(path).result
        minute = when(prompts[len(path)], result) if len(path) < len(prompts) else None
        until = float(result.time[-1]) if minute is None else minute
        key = (id(result), since, len(path))
        if key in self.known:
            return self.known[key]
        number = self.known[key] = len(self.nodes)
        self.nodes.append({})
        following = [] if minute is None else [
            self.node((*path, option), until) for option in range(len(prompts[len(path)].options))]
        chosen = (result.time >= since) & (result.time <= until)  # its first row: what runs after the answer
        values = self.of(result)
        self.nodes[number] = {
            "t": [float(time) for time in result.time[chosen]],
            "values": {name: column[chosen] for name, column in values.items()},
            "prompt": None if minute is None else len(path), "next": following,
            "doses": [[each.number, given] for orders, given in ((result.doses, True), (result.held, False))
                      for each in orders if since <= each.start < until], "bags": _bags(result, since, until),
            "log": _log(result, since, until), "dead": _dead(result) if minute is None else None,
            "totals": beside(came_to(lesson, result), self.expected) if minute is None else None}
        return number

    def of(self, result: Result) -> dict[str, Row]:
        """Every channel of a result, computed once."""
        if id(result) not in self.values:
            self.values[id(result)] = channels_of(result)
        return self.values[id(result)]

    def channels(self) -> list[dict[str, Any]]:
        """Names, and the steps in which they are stored."""
        found = []
        for name in self.nodes[0]["values"]:
            low = min(float(each["values"][name].min()) for each in self.nodes)
            high = max(float(each["values"][name].max()) for each in self.nodes)
            found.append({"name": name, "low": low, "step": (high - low) / STEPS, "stepped": name in (*DRIPS, OXYGEN)})
        return found


def channels_of(result: Result) -> dict[str, Row]:
    """What the page shows of a result, in the units of the page, a value for each row."""
    found = signals.numbers(result)
    found |= {name: np.asarray(result[name].values) for name in DRIPS}
    found[OXYGEN] = found["oxygen"]
    bowel = np.asarray(result["bowel_loss"].values)
    lost = np.concatenate([[0.0], np.cumsum(np.diff(result.time) * (bowel[1:] + bowel[:-1]) / 2.0)])
    found["in_mL"] = 1000.0 * np.asarray(result["fluid_given"].values)
    found["out_mL"] = 1000.0 * (np.asarray(result["urine_volume"].values) + lost)
    for name in LABS:
        unit, show, mass = units_of(name)
        found.setdefault(name, np.asarray(units.convert(result[SIGNALS[name].source].values, unit, show, mass)))
    return found


def _packed(values: dict[str, Row], channels: Sequence[dict[str, Any]]) -> str:
    steps = [np.zeros(len(values[each["name"]])) if each["step"] == 0.0 else
             (values[each["name"]] - each["low"]) / each["step"] for each in channels]
    return base64.b64encode(np.rint(np.concatenate(steps)).astype("<u2").tobytes()).decode()


def _prompt(prompt: Prompt) -> dict[str, Any]:
    options = [{"label": each.label, "feedback": feedback(prompt, i)} for i, each in enumerate(prompt.options)]
    return {"id": prompt.id, "question": prompt.question, "why_now": prompt.why_now, "options": options}


def _hello(lesson: Lesson) -> dict[str, Any]:
    return {"is": "hello", "version": clsim.__version__, "disclaimer": DISCLAIMER, "scenarios": [], "policies": [],
            "signals": signals.signals(), "fluids": [], "drips": signals.drips_to_order(), "drugs": [],
            "alarms": [each.data() for each in LIMITS], "lessons": [{"name": lesson.name, "title": lesson.title}],
            "speeds": list(SPEEDS)}


def _scene(courses: Courses) -> dict[str, Any]:
    lesson, body = courses.lesson, courses.base.parameters
    male = body["sex"] == SEX["male"]
    return {
        "is": "scene", "session": lesson.name, "scenario": lesson.scenario.name, "title": lesson.title,
        "policies": [lesson.policy.name if lesson.policy else None],
        "patient": {"age": _number(body["age"]), "sex": "male" if male else "female",
                    "weight_kg": _number(body["weight"])},
        "seed": lesson.seed, "t": lesson.begin_min, "horizon_min": lesson.end_min,
        "doses": [{"number": number, "at_min": start} for number, start in courses.planned.items()
                  if start < lesson.end_min],
        "alarms": [each.data() for each in LIMITS], "pause_on_alarm": False, "reveal": False, "lesson": lesson.name,
        "prebrief": lesson.prebrief.strip()}


def _number(value: Any) -> float:
    return round(float(value), 1)


def _bags(result: Result, since: float, until: float) -> list[dict[str, Any]]:
    return [{"name": each.label, "from": each.start, "to": each.stop, "rate": each.rate * 1000.0,
             "steady": each.stop - each.start > STEADY}
            for each in result.orders if each.kind == "fluid" and each.start < until and each.stop > since]


def _log(result: Result, since: float, until: float) -> list[dict[str, Any]]:
    """What was decided or given in a stretch; what the learner orders is told by his answer."""
    if isinstance(result, ManagedResult):
        found = lines(0, (each for each in result.trace if since < each.time <= until and each.kind != "order"))
    else:
        found = [_line(each) for each in (*result.doses, *result.held) if since < each.start <= until]
    return [{key: value for key, value in each.items() if key not in ("is", "bed")} for each in found]


def _line(order: Order) -> dict[str, Any]:
    given = "given" if order.kind == "dose" else "held"
    return {"t": order.start, "kind": "dose", "said": f"planned dose {order.number} {given}", "rule": None,
            "value": None, "cite": None}


def _dead(result: Result) -> str | None:
    if not isinstance(result, ManagedResult):
        return None
    return next((each.what for each in result.trace if each.kind == "death"), None)
