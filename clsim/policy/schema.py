"""The shape of a policy file: which tables and keys there are, and what each is for.

What the rules say, units and names are checked in `clsim.policy.rules`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from clsim.scenario.schema import Quantity, validated
from clsim.scenario.toml_text import Document

Rule = Annotated[str, Field(min_length=3)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="of the entry; one above replaces one below")]
When = Literal["dosing", "any time"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class About(_Strict):
    """What the policy is."""

    title: str = Field("", description="one line")
    question: str = Field("", description="what it is for")
    source: str = Field("", description="the publication, and what of it was read")
    verified: bool = Field(True, description="false: the publication itself could not be read")


class _Sourced(_Strict):
    source: str = Field("", description='a citation, or "assumed: reason"')
    sources: dict[str, str] = Field({}, description="of single keys, where they differ: {key = source}")
    verified: bool = Field(True, description="false: quoted from memory or second hand, the source was not seen")
    note: str = Field("", description="what a reader should know")


class Group(_Sourced):
    """When something is looked at."""

    every: Quantity = Field(None, description="interval")
    first: Quantity = Field("0 h", description="first time of day")
    before_dose: list[Quantity] = Field([], description="and this long before every planned dose")
    delay: Quantity = Field("0 min", description="from the reading to its report")
    missed: float = Field(0.0, description="share of the readings that are missed", ge=0.0, lt=1.0)


class Observe(_Strict):
    """When the patient is looked at: vital signs, urine, weight and blood."""

    vitals: Group | None = None
    urine: Group | None = None
    weight: Group | None = None
    labs: Group | None = None


class Device(_Sourced):
    """Error and rounding of a reading."""

    sd: Quantity = Field(None, description="standard deviation of the error")
    cv: float = Field(0.0, description="and of an error in proportion to the value", ge=0.0, lt=1.0)
    round: Quantity = Field(None, description="readings are multiples of it")


class Step(_Strict):
    """A target for patients whose reading on admission is below a limit."""

    below: Quantity = Field(None, description="reading on admission; left out in the last step")
    value: Quantity = Field(None, description="the target")


class Target(_Sourced):
    """What "target" means for a signal."""

    value: Quantity = Field(None, description="the same for everybody")
    fall: Quantity = Field(None, description="this much below the reading on admission")
    whichever: Literal["lower", "higher"] = Field("lower", description="of value and fall, if both are given")
    by_baseline: list[Step] = Field([], description="steps by the reading on admission")


class Orders(_Sourced):
    """From decision to deed."""

    reaction: Quantity = Field("15 min", description="from an order until it takes effect")
    adherence: float = Field(1.0, description="share of the decisions that are followed", gt=0.0, le=1.0)


class Entry(_Sourced):
    """Anything with a name and a rule."""

    name: Name
    label: str = Field("", description="in words")
    omit: Literal[True] | None = Field(None, description="leaves out the entry of that name")
    when: Rule | None = Field(None, description='the rule, such as "sbp < target for 30 min"')
    unmodelled: str = Field("", description="in place of when: why the model cannot know; the row is kept for readers")


class Watch(Entry):
    """Looks more often while its rule holds."""

    look: Literal["vitals"] = Field("vitals", description="at what")
    every: Quantity = Field(None, description="interval")


class Criterion(Entry):
    """Counts as relative or absolute while its rule holds."""

    level: Literal["relative", "absolute"] | None = Field(None, description="as which it counts")
    system: str = Field("", description="organ system")


class Hold(Entry):
    """A planned dose is skipped and not made up."""

    at: When = Field("dosing", description="when the rule is looked at")


class Resume(Entry):
    """What must hold before doses go on after a hold."""

    of: str = Field("", description="name of the hold")


class Stop(Entry):
    """No further dose."""

    at: When = Field("dosing", description="when the rule is looked at")
    after: str = Field("", description="only once the order of this name is used up")
    ends: Literal["cycle", "course", "treatment"] = Field("cycle", description="of which the remaining doses are lost")


class Retreatment(Entry):
    """No further cycle or course."""

    before: Literal["cycle", "course"] = Field(
        "course", description="cycle: asked before each further cycle or course; course: before each further course")


class Remark(Entry):
    """Something the source says of care that is no order, or none that the model knows."""


class _Support(Entry):
    after: str = Field("", description="only once the order of this name is used up")


class Fluid(_Support):
    """A bolus, or a drip while its rule holds."""

    give: str = Field("", description="bag")
    volume: Quantity = Field(None, description="of one bolus")
    over: Quantity = Field(None, description="duration of one bolus")
    again_after: Quantity = Field("0 min", description="from its end to the next decision")
    at_most: str = Field("", description='"2", "2 per 8 h", "1500 mL per 24 h" or "1 per episode"')
    rate: Quantity = Field(None, description="of a drip, in place of volume and over")


class Electrolyte(Fluid):
    """A concentrate, by the amount of its active substance."""

    amount: Quantity = Field(None, description="in place of volume")


class Medicine(_Support):
    """Single doses of a drug."""

    give: str = Field("", description="drug")
    dose: Quantity = Field(None, description="one dose")
    over: Quantity = Field(None, description="duration of one dose")
    every: Quantity = Field(None, description="from one dose to the next")
    at_most: str = Field("", description='"2", "2 per 24 h" or "1 per episode"')


class Pressor(_Support):
    """A drip that is titrated."""

    agent: str = Field("", description="drug")
    start: Quantity = Field(None, description="first rate")
    step: Quantity = Field(None, description="by which it is raised")
    every: Quantity = Field(None, description="between two changes")
    ceiling: Quantity = Field(None, description="highest rate")
    raise_: Rule | None = Field(None, alias="raise", description="raised while this holds; default: when")
    wean: Rule | None = Field(None, description="lowered while this holds")
    wean_step: Quantity = Field(None, description="by which it is lowered; default: step")
    wean_every: Quantity = Field(None, description="between two steps down; default: every")
    dosing_up_to: Quantity = Field(None, description="interleukin-2 is held while it runs faster")


class Oxygen(_Support):
    """Oxygen that is titrated."""

    start: Quantity = Field(None, description="first flow")
    step: Quantity = Field(None, description="by which it is raised")
    every: Quantity = Field(None, description="between two changes")
    ceiling: Quantity = Field(None, description="highest flow")
    raise_: Rule | None = Field(None, alias="raise", description="raised while this holds; default: when")
    wean: Rule | None = Field(None, description="lowered while this holds")
    wean_step: Quantity = Field(None, description="by which it is lowered; default: step")
    wean_every: Quantity = Field(None, description="between two steps down; default: every")


class PolicyFile(_Strict):
    """How a patient under interleukin-2 is watched, supported, and when doses are held."""

    extends: str | list[str] = Field("", description="policies or parts to begin with, the later over the earlier")
    about: About = About()
    observe: Observe = Observe()
    device: dict[str, Device] = {}
    targets: dict[str, Target] = {}
    orders: Orders = Orders()
    watch: list[Watch] = []
    criterion: list[Criterion] = []
    fluid: list[Fluid] = []
    pressor: list[Pressor] = []
    diuretic: list[Medicine] = []
    oxygen: list[Oxygen] = []
    electrolyte: list[Electrolyte] = []
    antipyretic: list[Medicine] = []
    hold: list[Hold] = []
    resume: list[Resume] = []
    stop: list[Stop] = []
    retreatment: list[Retreatment] = []
    remark: list[Remark] = []


SUPPORT = ("fluid", "electrolyte", "pressor", "diuretic", "oxygen", "antipyretic")
ENTRIES = ("watch", "criterion", *SUPPORT, "hold", "resume", "stop", "retreatment", "remark")
ONLY_HERE = ("observe", "device", "targets", "orders", *(each for each in ENTRIES if each != "fluid"))  # no scenario


def check(document: Document) -> PolicyFile:
    """The validated file; raises `BadInput` for the first key that does not belong."""
    return validated(PolicyFile, document)
