"""What a session says to a page.

It is made as plain data by whoever has it to tell; the tests hold it to these classes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class Reply(BaseModel):
    """What goes out; an infinite number never does."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Named(Reply):
    """A name and a phrase for people."""

    name: str
    title: str
    source: str | None = None


class Shown(Reply):
    """A signal of the page: what it is called, its unit, its decimals, by which role of the theme it is coloured."""

    name: str
    label: str
    unit: str
    decimals: int
    colour_role: str
    group: Literal["vital", "ward", "hidden", "lab"]


class Ordered(Reply):
    """What can be ordered, and how much of it at most; ``over_min``: a drug runs in over so long."""

    name: str
    label: str
    unit: str
    largest: float
    usual: float
    over_min: float | None = None


class AlarmLimit(Reply):
    """Limits in the unit of the signal; ``source`` says where they come from."""

    signal: str
    low: float | None
    high: float | None
    priority: Literal["high", "medium", "low"]
    source: str


class Hello(Reply):
    """First of all."""

    is_: Literal["hello"] = Field(alias="is")
    version: str
    disclaimer: str
    scenarios: list[Named]
    policies: list[Named]
    signals: list[Shown]
    fluids: list[Ordered]
    drips: list[Ordered]
    drugs: list[Ordered]
    alarms: list[AlarmLimit]
    lessons: list[Named]
    speeds: list[int]


class PlannedDose(Reply):
    """A dose of the course."""

    number: int
    at_min: float


class Scene(Reply):
    """A new page begins; ``session`` is the name by which a lost page comes back (``/ws?session=...``)."""

    is_: Literal["scene"] = Field(alias="is")
    session: str
    scenario: str
    title: str
    policies: list[str | None]
    patient: dict[str, float | str | None]
    seed: int
    t: float
    horizon_min: float
    doses: list[PlannedDose]
    alarms: list[AlarmLimit]
    pause_on_alarm: bool
    reveal: bool
    lesson: str | None
    prebrief: str | None


class DoseState(Reply):
    """What became of a planned dose."""

    number: int
    state: Literal["given", "held", "next", "planned", "stopped", "running"]
    reason: str | None


class Running(Reply):
    """A fluid that runs in; without an amount it runs until somebody ends it."""

    name: str
    left_mL: float | None
    rate_mL_h: float


class Ringing(Reply):
    """An alarm; ``latched``: over, but nobody has acknowledged it."""

    signal: str
    level: Literal["high", "medium", "low"]
    said: str
    latched: bool
    silenced: bool


class BedFrame(Reply):
    """A bed at this minute; numbers in the units of the greeting."""

    numbers: dict[str, float | None]
    hidden: dict[str, float | None] | None
    doses: list[DoseState]
    drips: dict[str, float]
    by_hand: list[str]
    fluids: list[Running]
    alarms: list[Ringing]
    dead: str | None


class Frame(Reply):
    """20 a second while it runs, and one after every message while it does not."""

    is_: Literal["frame"] = Field(alias="is")
    t: float
    speed: float
    running: bool
    behind: bool
    beds: list[BedFrame]


class Trend(Reply):
    """Samples every 5 minutes; ``reset``: instead of all that the page has."""

    is_: Literal["trend"] = Field(alias="is")
    bed: int
    t: list[float]
    rows: dict[str, list[float | None]]
    reset: bool


class Hour(Reply):
    """A row of the flowsheet: the hour that ends with ``hour``; labs are those that came back in it."""

    hour: int
    in_mL: float
    out_mL: float
    net_mL: float
    weight_kg: float
    drips: dict[str, float]
    vitals: dict[str, float | None]
    labs: dict[str, float] | None


class Flow(Reply):
    """New rows of the flowsheet."""

    is_: Literal["flow"] = Field(alias="is")
    bed: int
    rows: list[Hour]
    reset: bool


class Log(Reply):
    """One line: what was ordered, decided, or happened; ``why`` are the grounds in words."""

    is_: Literal["log"] = Field(alias="is")
    bed: int
    t: float
    kind: Literal["order", "decision", "alarm", "dose", "event"]
    said: str
    rule: str | None
    value: str | None
    cite: str | None


class Because(Reply):
    """What `clsim.managed.explain.data` knows; ``error`` where nobody decided."""

    is_: Literal["why"] = Field(alias="is")
    bed: int
    data: dict[str, Any]
    text: str


class Compared(Reply):
    """An endpoint: this patient under either policy, and the mean difference of the pairs with its interval."""

    name: str
    label: str
    unit: str
    here_A: float | None
    here_B: float | None
    mean_difference: float | None
    low: float | None
    high: float | None


class Cohort(Reply):
    """What a comparison of paired patients found."""

    n: int
    policies: list[str]
    rows: list[Compared]
    command: str


class Share(Reply):
    """How far the comparison is; ``result`` at the end, ``said`` why there is none."""

    is_: Literal["typical"] = Field(alias="is")
    share: float
    said: str
    result: Cohort | None


class Saved(Reply):
    """The text of a session, the name of its file, and the command that computes the same."""

    is_: Literal["saved"] = Field(alias="is")
    toml: str
    name: str
    command: str


class OneBranch(Reply):
    """Something that was left by going back."""

    id: int
    from_min: float
    to_min: float
    said: str


class Branches(Reply):
    """All that was left."""

    is_: Literal["branches"] = Field(alias="is")
    rows: list[OneBranch]


class Limits(Reply):
    """The limits as they are now."""

    is_: Literal["limits"] = Field(alias="is")
    rows: list[AlarmLimit]
    pause_on_alarm: bool


class Prompt(Reply):
    """A lesson asks; the clock stands until it is answered."""

    is_: Literal["prompt"] = Field(alias="is")
    id: str
    question: str
    options: list[str]
    why_now: str


class Feedback(Reply):
    """What is said of an answer; ``expected`` is the label of the one that is judged good, if any is."""

    is_: Literal["feedback"] = Field(alias="is")
    prompt: str
    option: int
    said: str
    verdict: str | None
    right: bool | None
    cite: str | None
    expected: str | None


class Asked(Reply):
    """A question of the debrief with its answer; ``shows`` are labels of what to look at."""

    ask: str
    answer: str
    cite: str
    shows: list[str]


class Total(Reply):
    """What it came to in one respect: a value for each bed, and one for the way that stands beside them."""

    label: str
    unit: str
    values: list[float | str | None]


class Debrief(Reply):
    """What happened, in order of time, what it came to, and what to talk about.

    ``beside``: the name of another way through the lesson, whose values come last, "expected way".
    """

    is_: Literal["debrief"] = Field(alias="is")
    timeline: list[Log]
    answers: list[Feedback]
    questions: list[Asked]
    beside: str | None
    totals: list[Total]


class Demo(Reply):
    """A step of the demonstration; step 0: it was taken over, or has ended."""

    is_: Literal["demo"] = Field(alias="is")
    step: int
    of: int
    said: str
    show: str | None


class Problem(Reply):
    """Something could not be done, and nothing was changed."""

    is_: Literal["error"] = Field(alias="is")
    for_: str | None = Field(alias="for")
    said: str


Answered = Annotated[
    Hello | Scene | Frame | Trend | Flow | Log | Because | Share | Saved | Branches | Limits | Prompt | Feedback
    | Debrief | Demo | Problem, Field(discriminator="is_")]
ANSWERS: TypeAdapter[Any] = TypeAdapter(Answered)
