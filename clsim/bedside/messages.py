"""What a page may say to a session; what is answered stands in `clsim.bedside.answers`.

What comes in is checked by `read` and by nothing else; keys that are not known are refused.  Times are model minutes
from the start, names are those of files that ship with the program, never paths.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from clsim.errors import BadInput

SMALL, LARGE = 4_096, 262_144  # bytes of a message, and of a "load"
FASTEST = 3600.0  # model seconds in a second
LONGEST = 100_000.0  # min, more than any scenario lasts
MOST_PATIENTS = 10_000  # of a comparison asked for from a page
SAFE = 2**53 - 1  # largest whole number that a page can hold

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]
Minute = Annotated[float, Field(ge=0.0, le=LONGEST)]
Which = Annotated[int, Field(ge=0, le=1)]


class Message(BaseModel):
    """What comes in: as it is said, no key too many, no infinite number."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


# ------------------------------------------------------------------------------ who, and the clock


class Open(Message):
    """Another patient; without a policy nobody decides but the learner, and planned doses are given unless held."""

    do: Literal["open"]
    scenario: Name
    policy: Name | None = None
    patient: int | None = Field(default=None, ge=0, le=10_000_000)
    seed: int = Field(default=1, ge=0, le=SAFE)
    everyone: bool = False


class Twin(Message):
    """The same patient under two policies; the second decides from now on, or from the start."""

    do: Literal["twin"]
    policies: list[Name | None] = Field(min_length=2, max_length=2)
    from_start: bool = False


class Plain(Message):
    """What needs nothing beside its name."""

    do: Literal["single", "go", "pause", "acknowledge", "save", "debrief", "demo", "take_over", "stop_typical"]


class Speed(Message):
    """Model seconds in a second."""

    do: Literal["speed"]
    times: float = Field(ge=1.0, le=FASTEST)


class Step(Message):
    """On as fast as it goes, until something, or until a minute."""

    do: Literal["step"]
    to: Literal["dose", "alarm", "rounds", "hour", "end"] | None = None
    to_min: Minute | None = None

    @model_validator(mode="after")
    def _one(self) -> Step:
        if (self.to is None) == (self.to_min is None):
            raise ValueError('needs "to" or "to_min", not both')
        return self


class Rewind(Message):
    """Back to a minute; what came after is kept as a branch."""

    do: Literal["rewind"]
    to_min: Minute


class Branch(Message):
    """To the end of a branch."""

    do: Literal["branch"]
    id: int = Field(ge=0, le=SAFE)


# --------------------------------------------------------------------------------- orders by hand


class GiveFluid(Message):
    """A bag, mL over minutes, from now on."""

    do: Literal["fluid"]
    name: Name
    volume_mL: float = Field(gt=0.0, le=10_000.0)
    over_min: float = Field(ge=1.0, le=1440.0)
    bed: Which = 0


class SetDrip(Message):
    """A drip at a rate in the unit of the greeting, from now on; 0 stops it, null leaves it to the policy."""

    do: Literal["drip"]
    name: Name
    rate: float | None = Field(default=None, ge=0.0, le=100_000.0)
    bed: Which = 0


class GiveDrug(Message):
    """A single dose of a drug, in the unit that the greeting names."""

    do: Literal["drug"]
    name: Name
    amount: float = Field(gt=0.0, le=100_000.0)
    bed: Which = 0


class SetOxygen(Message):
    """Oxygen, L/min; null leaves it to the policy."""

    do: Literal["oxygen"]
    rate: float | None = Field(default=None, ge=0.0, le=60.0)
    bed: Which = 0


class OrderDose(Message):
    """The next planned dose held or given, or all of them stopped until doses are resumed (left to the policy)."""

    do: Literal["dose"]
    order: Literal["hold", "give", "stop", "resume"]
    bed: Which = 0


# ----------------------------------------------------------------------------------------- alarms


class Limit(Message):
    """Limits of a signal; null: no alarm on that side."""

    do: Literal["limit"]
    signal: Name
    low: float | None = Field(default=None, ge=-1_000.0, le=10_000.0)
    high: float | None = Field(default=None, ge=-1_000.0, le=10_000.0)


class Silence(Message):
    """No sound for some minutes of the wall clock; 0 ends it."""

    do: Literal["silence"]
    minutes: float = Field(default=2.0, ge=0.0, le=10.0)


class Switch(Message):
    """Pause when an alarm begins; show the hidden body."""

    do: Literal["pause_on_alarm", "reveal"]
    on: bool


# -------------------------------------------------------------------------- questions and lessons


class Why(Message):
    """What was decided and why, in all or around a minute."""

    do: Literal["why"]
    at_min: Minute | None = None
    bed: Which = 0


class Typical(Message):
    """So many paired patients under the two policies of the twin, or under the policy and a contrast."""

    do: Literal["typical"]
    n: int = Field(default=1_000, ge=20, le=MOST_PATIENTS)


class Load(Message):
    """A session that was saved."""

    do: Literal["load"]
    toml: str = Field(max_length=LARGE)


class Learn(Message):
    """A lesson that ships with the program."""

    do: Literal["lesson"]
    name: Name


class Answer(Message):
    """Which option of a prompt, from 0."""

    do: Literal["answer"]
    prompt: Name
    option: int = Field(ge=0, le=20)


Said = Annotated[
    Open | Twin | Plain | Speed | Step | Rewind | Branch | GiveFluid | SetDrip | GiveDrug | SetOxygen | OrderDose
    | Limit | Silence | Switch | Why | Typical | Load | Learn | Answer, Field(discriminator="do")]
ORDERS = (GiveFluid, SetDrip, GiveDrug, SetOxygen, OrderDose)
INCOMING: TypeAdapter[Any] = TypeAdapter(Said)


def read(text: str | bytes) -> Any:
    """A message from the page.

    Raises
    ------
    BadInput
        If it is too large, no JSON, or not one of these messages; ``key`` is what it wanted to do, if that is known.
    """
    size = len(text) if isinstance(text, bytes) else len(text.encode("utf-8", "replace"))
    if size > LARGE:
        raise BadInput("is too large", given=f"{size} bytes", allowed=f"{LARGE} bytes", key="message")
    try:
        said = INCOMING.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "message"
        raise BadInput(first["msg"][:200], key=where[:100]) from None
    if size > SMALL and not isinstance(said, Load):
        raise BadInput("is too large", given=f"{size} bytes", allowed=f"{SMALL} bytes", key=said.do)
    return said
