"""A lesson, read from its file: who is ill, what is asked, what each answer orders, what is said of it.

Nothing is computed here; `clsim.lessons.course` runs it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clsim import units
from clsim.errors import BadInput, nearest
from clsim.lessons.parts import Claim, Condition, Lesson, Moment, Option, Prompt, Question
from clsim.lessons.schema import ClaimFile, LessonFile, OptionFile, PromptFile
from clsim.policy.lint import sound_policy
from clsim.policy.signals import TICK
from clsim.result import Variable, declared
from clsim.scenario import gallery, toml_text
from clsim.scenario.scenario import load
from clsim.scenario.schema import validated
from clsim.scenario.section import Section
from clsim.scenario.toml_text import Document, Key
from clsim.substances import molar_mass

DEMO = "demo"  # a file of steps, not a lesson
CONDITION = re.compile(r"\s*(?P<signal>\w+)\s*(?P<compare><|>)\s*(?P<value>-?[\d.]+\s*.*?)\s*")
MOMENT = re.compile(r"\s*(?P<prompt>[a-z][a-z0-9_-]*)(?:\s*\+\s*(?P<later>.+))?\s*")
SIGNALS: dict[str, Variable] = {each.name: each for each in declared() if not each.per}
MODEL, ASSUMED = "model", "assumed: "  # what may be cited beside sources


def folder() -> Path:
    """Where the shipped lessons lie."""
    return gallery.folder() / "lessons"


def lessons() -> list[str]:
    """Names of the shipped lessons."""
    return sorted(file.stem for file in folder().glob("*.toml") if file.stem != DEMO)


def is_lesson(source: str | Path) -> bool:
    """Whether a name or file is a lesson, as far as can be told without reading all of it."""
    if str(source) in lessons():
        return True
    path = Path(source)
    return path.suffix == ".toml" and path.is_file() and "lesson" in toml_text.read(path).data


def load_lesson(source: str | Path) -> Lesson:
    """Read a lesson.

    Parameters
    ----------
    source : str or Path
        Name of a shipped lesson, or path of a TOML file.

    Raises
    ------
    BadInput
        For anything that cannot be meant.
    """
    path = gallery.shipped(source, "lesson", folder(), lessons())
    return _build(toml_text.read(path), path)


def _build(document: Document, path: Path) -> Lesson:
    read = validated(LessonFile, document)
    top = Section(document, ())
    stage, about = top.within("stage"), read.lesson
    scenario = _at(stage, "scenario", lambda: load(
        path.parent / read.stage.scenario if read.stage.scenario.endswith(".toml") else read.stage.scenario,
        **read.stage.set))
    policy = _at(stage, "policy", lambda: sound_policy(read.stage.policy)) if read.stage.policy else None
    if policy is None and read.stage.patient is not None:
        stage.refuse("has a meaning only with a policy", "patient", given=str(read.stage.patient))
    begin, end = stage.time("begin") if "begin" in stage else 0.0, stage.time("end")
    if not begin < end <= scenario.horizon:
        stage.refuse("does not lie between the beginning and the end of the scenario", "end", given=read.stage.end,
                     allowed=f"after {units.show(begin, 'min', 'h')}, to {units.show(scenario.horizon, 'min', 'h')}")
    prompts: list[Prompt] = []
    for i, written in enumerate(read.prompt):
        each = _prompt(top.within("prompt", i), written, begin, end, prompts)
        if each.id in [other.id for other in prompts]:
            top.refuse("is the id of two prompts", "prompt", i, "id", given=each.id)
        if prompts and each.after_min < prompts[-1].by_min:
            top.refuse("may be asked before the one above it", "prompt", i, given=each.id,
                       allowed="from " + units.show(prompts[-1].by_min, "min", "h") + " on")
        prompts.append(each)
    for i, name in enumerate(read.stage.reveal):
        _signal(stage, name, "reveal", i)
    debrief = []
    for i, asked in enumerate(read.question):
        for k, name in enumerate(asked.shows):
            _signal(top, name, "question", i, "shows", k)
        debrief.append(Question(asked.ask, asked.answer, asked.cite, tuple(asked.shows)))
    _cited(top, read)
    return Lesson(
        path.stem, about.title, about.summary, about.level, about.minutes, tuple(about.objectives), about.prebrief,
        scenario, policy, read.stage.patient, read.stage.seed, begin, end, tuple(prompts), tuple(debrief),
        tuple(read.stage.reveal), tuple(_claim(top.within("claim", i), each, prompts, end)
                                        for i, each in enumerate(read.claim)),
        dict(read.sources), toml_text.write(document.data))


def _at(section: Section, key: str, read: Any) -> Any:
    """What is read; an error that knows no place of its own is blamed on the key."""
    try:
        return read()
    except BadInput as error:
        at = section.error("", key)
        raise error.at(at.key, at.place) from None


def _signal(section: Section, name: str, *keys: str | int) -> Variable:
    if name not in SIGNALS:
        section.refuse("is no variable of a result", *keys, given=name, nearest=nearest(name, SIGNALS))
    return SIGNALS[name]


def _prompt(section: Section, asked: PromptFile, begin: float, end: float, earlier: Sequence[Prompt]) -> Prompt:
    kind = section.one_of("at", "when")
    when = None
    if kind == "at":
        section.without("belongs to a condition", "after", "by")
        after = by = section.time("at")
    else:
        when = _condition(section, asked.when)
        after = section.time("after") if "after" in section else begin
        if "by" not in section:
            section.refuse("needs a time at which it is asked at the latest, so or not", "when", allowed="by")
        by = section.time("by")
    for key, time in ((kind if kind == "at" else "after", after), ("at" if kind == "at" else "by", by)):
        if not begin <= time < end or time % TICK:
            first, last = units.show(begin, "min", "h"), units.show(end, "min", "h")
            section.refuse("is not in the part that is played, or between two looks", key,
                           given=units.show(time, "min", "h"),
                           allowed=f"whole quarters of an hour from {first} to before {last}")
    if by < after:
        section.refuse("lies before the earliest time", "by", given=asked.by)
    for name, answer in asked.unless.items():
        known = {each.id: [option.id for option in each.options] for each in earlier}
        if answer not in known.get(name, ()):
            section.refuse("is no earlier prompt with that option", "unless", name, given=f"{name} = {answer}",
                           nearest=nearest(name, known) if name not in known else nearest(answer, known[name]))
    for i, written in enumerate(asked.option):
        for k, order in enumerate(written.orders):
            if getattr(order, "rate", 0.0) is None:
                section.refuse("needs a rate", "option", i, "orders", k, allowed="0 to turn it off")
    options = tuple(_option(each) for each in asked.option)
    for i, each in enumerate(options):
        if each.id in [other.id for other in options[:i]]:
            section.refuse("is the id of two options", "option", i, "id", given=each.id)
    return Prompt(asked.id, after if kind == "at" else None, when, after, by, asked.question, asked.why_now, options,
                  dict(asked.unless))


def _option(given: OptionFile) -> Option:
    orders = tuple(each.model_dump(exclude={"bed"}) for each in given.orders)
    return Option(given.id, given.label, orders, given.verdict, given.said, given.cite)


def _condition(section: Section, text: str) -> Condition:
    found = CONDITION.fullmatch(text)
    if found is None:
        section.refuse("is no condition", "when", given=text, allowed='a signal, < or >, a value: "MAP < 65 mmHg"')
    signal = _signal(section, found["signal"], "when")
    value = _at(section, "when", lambda: quantity(found["value"], signal))
    return Condition(signal.name, found["compare"], value, text.strip())


def quantity(text: Any, signal: Variable) -> float:
    """A value of a signal in its internal unit.

    Raises
    ------
    BadInput
        If it is none.
    """
    return float(units.parse(text, signal.unit, molar_mass=molar_mass(signal.name)))


def _cited(top: Section, read: LessonFile) -> None:
    """Whatever is cited is explained, and nothing is explained that is not cited."""
    said: list[tuple[Key, str]] = [
        (("prompt", i, "option", k, "cite"), each.cite)
            for i, prompt in enumerate(read.prompt) for k, each in enumerate(prompt.option)]
    said += [(("question", i, "cite"), each.cite) for i, each in enumerate(read.question)]
    used = set()
    for place, text in said:
        for key in cited(text):
            if key not in read.sources:
                top.refuse("is not among the sources", *place, given=key, nearest=nearest(key, read.sources),
                           allowed=f'{", ".join(read.sources)}, {MODEL}, or "{ASSUMED}reason"')
            used.add(key)
    for key in read.sources:
        if key not in used:
            top.refuse("is cited by nothing", "sources", key)


def cited(text: str) -> Sequence[str]:
    """Keys of a citation, ``Dutcher2014, Figure 2; Textor1987``: the first word of each part."""
    parts = [part.strip() for part in text.split(";")]
    return [re.split(r"[,: ]", part)[0] for part in parts if part != MODEL and not part.startswith(ASSUMED)]


# ----------------------------------------------------------------------------------------- claims


def _claim(section: Section, said: ClaimFile, prompts: Sequence[Prompt], end: float) -> Claim:
    signal = _signal(section, said.signal, "signal")
    if not said.at:
        section.refuse("needs a time", "at", allowed='"4 h", or "rescue + 1 h", an hour after a prompt')
    if (said.aspect == "at") == bool(said.since):
        section.refuse('"since" is the start of a stretch', "since", given=said.since or "none",
                       allowed='for every aspect but "at"')
    if said.than_since and not said.since:
        section.refuse("is the start of a stretch, but nothing is compared with one", "than_since")
    compared = said.than is not None or bool(said.than_at)
    if said.level is not None and (compared or said.over is not None):
        section.refuse("stands in place of another path or time", "level")
    level = None if said.level is None else _at(section, "level", lambda: quantity(said.level, signal))
    if said.over is not None and not compared:
        section.refuse("needs something to compare with", "over", allowed="than, than_at")
    given = section.one_of("by", "within")
    size = _at(section, given, lambda: quantity(getattr(said, given), signal))
    times = {key: _moment(section, key, getattr(said, key), prompts, end) if getattr(said, key) else None
             for key in ("at", "since", "than_at", "than_since")}
    at = times["at"]
    assert at is not None
    path = path_of(section, "path", said.path, prompts)
    than = path if said.than is None else path_of(section, "than", said.than, prompts)
    over = None if said.over is None else path_of(section, "over", said.over, prompts)
    than_since = times["than_since"] if said.than_at else times["since"]
    return Claim(
        said.says, said.signal, said.aspect, at, times["since"], path, than if compared else None,
        times["than_at"] or at, than_since, level, over,
        *((size, None) if given == "by" else (None, abs(size))))


def _moment(section: Section, key: str, text: str, prompts: Sequence[Prompt], end: float) -> Moment:
    found = MOMENT.fullmatch(text)
    if found is None:
        return Moment(section.quantity(key, unit="min", low=0.0, high=end))
    names = [each.id for each in prompts]
    if found["prompt"] not in names:
        section.refuse("is no prompt", key, given=found["prompt"], nearest=nearest(found["prompt"], names))
    later = found["later"]
    return Moment(_at(section, key, lambda: float(units.parse(later, "min"))) if later else 0.0, found["prompt"])


def path_of(section: Section, key: str, answers: Mapping[str, str], prompts: Sequence[Prompt]) -> tuple[int, ...]:
    """An option for each prompt, the expected one where none is named."""
    names = [each.id for each in prompts]
    for name in answers:
        if name not in names:
            section.refuse("is no prompt", key, name, given=name, nearest=nearest(name, names),
                           allowed=", ".join(names))
    found = []
    for prompt in prompts:
        ids = [each.id for each in prompt.options]
        wanted = answers.get(prompt.id)
        if wanted is not None and wanted not in ids:
            section.refuse("is no option of that prompt", key, prompt.id, given=wanted, allowed=", ".join(ids),
                           nearest=nearest(wanted, ids))
        found.append(prompt.usual if wanted is None else ids.index(wanted))
    return tuple(found)
