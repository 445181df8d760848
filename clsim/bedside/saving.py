"""Sessions as files: who, when, and everything that was ordered, so that the same numbers come again."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

import clsim
from clsim.bedside import messages
from clsim.bedside.alarms import LIMITS, Limit, changed
from clsim.bedside.by_hand import MOST
from clsim.bedside.learning import Given, Learning
from clsim.bedside.side import Action, Case, Handover, Side, case, policy_of, shipped_policy
from clsim.errors import BadInput
from clsim.policy.policy import loads_policy
from clsim.scenario import gallery, toml_text
from clsim.scenario.scenario import Scenario, load, loads

KIND = "clsim bedside session"
LONGEST = 100 * 1440.0  # min, of a scenario from a page
LARGEST_TEXT = 65_536  # characters of a scenario or a policy from a page
KEYS = {"kind", "version", "scenario", "scenario_text", "seed", "patient", "everyone", "minute", "policies", "bed",
        "limit", "pause_on_alarm", "note", "lesson", "answer"}


@dataclass(frozen=True)
class Saved:
    """What a file holds."""

    cases: tuple[Case, ...]
    actions: tuple[tuple[Action, ...], ...]
    minute: float
    limits: tuple[Limit, ...]
    pause_on_alarm: bool
    learning: Learning | None


def written(sides: list[Side], minute: float, limits: tuple[Limit, ...], pause_on_alarm: bool,
            learning: Learning | None = None) -> str:
    """The file of a session, and of the lesson that it is."""
    first = sides[0].case
    used = [side.case.policy for side in sides if side.case.policy]
    used += [each.said.policy for side in sides for each in side.actions if isinstance(each.said, Handover)]
    unknown = {each.name: each.text for each in used if not shipped_policy(each)}
    data: dict[str, Any] = {
        "kind": KIND, "version": clsim.__version__, "scenario": first.scenario.name, "seed": first.seed,
        "minute": minute, "pause_on_alarm": pause_on_alarm}
    if not shipped(first.scenario):
        data["scenario_text"] = first.scenario.text
    if first.patient is not None:
        data |= {"patient": first.patient, "everyone": first.everyone}
    if unknown:
        data["policies"] = unknown
    if learning:
        data["lesson"] = learning.lesson.name
        if learning.given:
            data["answer"] = [{"at_min": each.minute, "prompt": each.prompt.id,
                               "option": each.prompt.options[each.option].id} for each in learning.given]
    data["bed"] = [dict(side.describe()) for side in sides]
    usual = {each.signal: each for each in LIMITS}
    other = [{"signal": each.signal} | {key: value for key, value in (("low", each.low), ("high", each.high))
                                        if value is not None} for each in limits if each != usual[each.signal]]
    if other:
        data["limit"] = other
    return toml_text.write(data)


def command(side: Side, stem: str) -> str:
    """The command that computes what is on the screen, without a page."""
    first = side.case
    if side.actions or not shipped(first.scenario) or (first.policy and not shipped_policy(first.policy)):
        return shlex.join(["clsim", "bedside", "--load", f"{stem}.toml", "--out", f"{stem}.nc"])
    words = ["clsim", "run", first.scenario.name]
    if first.policy:
        words += ["--policy", first.policy.name, "--seed", str(first.seed)]
        if first.patient is not None:
            words += ["--patient", str(first.patient), *(["--all"] if first.everyone else [])]
    return shlex.join([*words, "--out", f"{stem}.nc"])


def shipped(scenario: Scenario) -> bool:
    """Whether the name alone means this scenario."""
    return scenario.name in gallery.scenarios() and load(scenario.name).text == scenario.text


def read(text: str) -> Saved:
    """A session from the text of its file; no other file is looked for but those that ship.

    Raises
    ------
    BadInput
        For anything that cannot be meant.
    """
    data = toml_text.parse(text, "session").data
    if data.get("kind") != KIND:
        raise BadInput("is no saved session", allowed=f'kind = "{KIND}"', key="load")
    for key in data:
        if key not in KEYS:
            raise BadInput("is not a key of a saved session", given=key, allowed=", ".join(sorted(KEYS)), key="load")
    own = _table(data, "policies")

    def policy(name: Any) -> Any:
        return _policy(name, own)

    beds = data.get("bed")
    if not isinstance(beds, list) or not 1 <= len(beds) <= 2 or not all(isinstance(each, dict) for each in beds):
        raise BadInput("has one bed or two", key="load, bed")
    asked = _said(messages.Open, {
        "do": "open", "scenario": data.get("scenario"), "seed": data.get("seed"), "patient": data.get("patient"),
        "everyone": data.get("everyone", False)}, "load")
    scenario = _scenario(asked.scenario, data.get("scenario_text"))
    first = Case(scenario, policy(beds[0].get("policy", "")), asked.seed, asked.patient, asked.everyone)
    cases = [first, *(first.under(policy(each.get("policy", ""))) for each in beds[1:])]
    minute = _said(messages.Rewind, {"do": "rewind", "to_min": data.get("minute")}, "load, minute").to_min
    if minute > scenario.horizon:
        raise BadInput("lies after the end of the run", given=str(minute), key="load, minute")
    pause = data.get("pause_on_alarm", False)
    if not isinstance(pause, bool):
        raise BadInput("is true or false", given=str(pause)[:40], key="load, pause_on_alarm")
    limits = LIMITS
    for each in _list(data, "limit"):
        one = _said(messages.Limit, {"do": "limit", **each}, "load, limit")
        limits = changed(limits, one.signal, one.low, one.high)
    actions = tuple(_actions(each, policy, minute) for each in beds)
    return Saved(tuple(cases), actions, minute, limits, pause, _learning(data, first, minute))


def _learning(data: dict[str, Any], first: Case, minute: float) -> Learning | None:
    """The lesson that was saved, as far as it was answered."""
    answers = _list(data, "answer")
    if "lesson" not in data:
        if answers:
            raise BadInput("are for a lesson", key="load, answer")
        return None
    learning = Learning.of(_said(messages.Learn, {"do": "lesson", "name": data["lesson"]}, "load, lesson").name)
    if _key(first) != _key(learning.case):
        raise BadInput("has another patient than this session", given=learning.lesson.name, key="load, lesson")
    prompts = {each.id: each for each in learning.lesson.prompts}
    for each in answers:
        prompt = prompts.get(str(each.get("prompt")))
        if prompt is None:
            raise BadInput("is no question of this lesson", given=str(each.get("prompt"))[:40],
                           allowed=", ".join(prompts), key="load, answer, prompt")
        names = [option.id for option in prompt.options]
        if each.get("option") not in names:
            raise BadInput("is no option", given=str(each.get("option"))[:40], allowed=", ".join(names),
                           key="load, answer, option")
        at = _said(messages.Rewind, {"do": "rewind", "to_min": each.get("at_min")}, "load, answer, at_min").to_min
        if at > minute:
            raise BadInput("lies after the minute of the session", given=f"{at:g} min", key="load, answer, at_min")
        learning.given.append(Given(at, prompt, names.index(each["option"])))
    return learning


def _key(case: Case) -> tuple[Any, ...]:
    """What tells one case from another."""
    return case.scenario.text, case.policy and case.policy.text, case.seed, case.patient


def _policy(name: Any, own: dict[str, Any]) -> Any:
    if not isinstance(name, str):
        raise BadInput("is no name of a policy", given=str(name)[:40], key="load, policy")
    if name in own:
        named = _said(messages.Learn, {"do": "lesson", "name": name}, "load, policies").name
        return loads_policy(_text(own[name], "policies"), named)
    return policy_of(name or None)


def _scenario(name: str, text: Any) -> Scenario:
    if text is None:
        return case(name, None, 0).scenario
    found = loads(_text(text, "scenario_text"), name)
    if found.horizon > LONGEST:
        raise BadInput("lasts too long for a page", given=f"{found.horizon / 1440.0:g} d", allowed="up to 100 d",
                       key="load, scenario_text")
    return found


def _text(text: Any, key: str) -> str:
    """TOML that needs no other file."""
    if not isinstance(text, str) or len(text) > LARGEST_TEXT:
        raise BadInput("is no text, or too large", allowed=f"up to {LARGEST_TEXT} characters", key=f"load, {key}")
    if "extends" in toml_text.parse(text, key).data:
        raise BadInput("must be whole: it cannot extend another file", given="extends", key=f"load, {key}")
    return text


def _actions(bed: dict[str, Any], policy: Any, minute: float) -> tuple[Action, ...]:
    found: list[Action] = []
    orders = _list(bed, "orders")
    if len(orders) > MOST:
        raise BadInput("are too many orders for one patient", allowed=f"{MOST}", key="load, orders")
    for each in orders:
        data = dict(each)
        at = _said(messages.Rewind, {"do": "rewind", "to_min": data.pop("at_min", None)}, "load, at_min").to_min
        if at > minute + 1.0 or (found and at < found[-1].at):
            raise BadInput("orders stand in order of time, and none after the minute of the session",
                           given=f"{at:g} min", key="load, orders")
        if data.get("do") == "policy":
            found.append(Action(at, Handover(policy(data.get("name")))))
            continue
        try:
            said = messages.INCOMING.validate_python(data)
        except ValidationError:
            said = None
        if not isinstance(said, messages.ORDERS):
            raise BadInput("is no order", given=str(each)[:200], key="load, orders")
        found.append(Action(at, said))
    return tuple(found)


def _said(kind: Any, data: dict[str, Any], key: str) -> Any:
    """Data held to a message, as if a page had sent it."""
    try:
        return kind.model_validate({name: value for name, value in data.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadInput(first["msg"][:200], key=f"{key}, {'.'.join(map(str, first['loc']))}") from None


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key, {})
    if not isinstance(found, dict):
        raise BadInput("is no table", key=f"load, {key}")
    return found


def _list(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise BadInput("is no list of tables", key=f"load, {key}")
    return found


