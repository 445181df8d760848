"""Policies as a command line names them: ``cwg-2014``, or with other thresholds, or over a range of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from clsim.compare.run import AS_WRITTEN
from clsim.errors import BadInput, Place
from clsim.policy.lint import sound, sound_policy
from clsim.policy.policy import Policy, load_policy

MOST_POINTS = 200  # of a sweep
Value = str | float


def policy_of(text: str) -> Policy:
    """A policy by name or path, with changed thresholds after a colon.

    Parameters
    ----------
    text : str
        ``"cwg-2014:targets.sbp.value=85 mmHg;bolus.volume=250 mL"``; the policy is called by what was written.

    Raises
    ------
    BadInput
        If there is no such policy, table or entry, or the policy makes no sense any more.
    """
    name, colon, rest = text.partition(":")
    if name.strip() == AS_WRITTEN:
        raise BadInput("is no policy and has no thresholds: it stands for what the scenario orders", given=text,
                       key="--policy")  # fmt: skip
    if not colon:
        return sound_policy(name.strip())
    changes = [change(each) for each in rest.split(";")]
    keys = [key for key, _ in changes]
    twice = next((key for i, key in enumerate(keys) if key in keys[:i]), "")
    if twice:
        raise BadInput("is changed twice", given=twice, key="--policy", place=Place(text))
    return changed(load_policy(name.strip()), dict(changes), text.strip(), text)


def changed(policy: Policy, changes: Mapping[str, Value], name: str, written: str) -> Policy:
    """A policy with other values, under a new name; what is wrong with them is told of what was written."""
    try:
        found = replace(policy.but(**changes), name=name)
        sound(found)
    except BadInput as error:  # its line is of the whole policy, which nobody wrote
        error.place = Place(written)
        raise
    return found


def change(text: str) -> tuple[str, Value]:
    """``"targets.sbp.value=85 mmHg"`` as key and value."""
    key, sign, value = text.partition("=")
    if not sign or "." not in key.strip(" ."):
        raise BadInput("is no change of a policy", given=repr(text), allowed='"targets.sbp.value=85 mmHg"',
                       key="--policy")  # fmt: skip
    return key.strip(), as_written(value)


def as_written(text: str) -> Value:
    """A plain number as a number, anything else as a text."""
    try:
        return float(text)
    except ValueError:
        return text.strip()


def axis(text: str) -> tuple[str, list[Value]]:
    """One threshold over a range.

    Parameters
    ----------
    text : str
        ``"targets.sbp.value=75 mmHg, 80 mmHg, 90 mmHg"``, or ``"targets.sbp.value=70 to 95 mmHg in 6"``: so many
        values, evenly spaced, both ends among them.
    """
    key, sign, values = text.partition("=")
    allowed = '"targets.sbp.value=70 to 95 mmHg in 6", or values with commas between'
    if not sign or not values.strip() or "." not in key.strip(" ."):
        raise BadInput("is no range of a threshold", given=repr(text), allowed=allowed, key="--over")
    span, cut, count = values.rpartition(" in ")
    if cut:
        low, to, high = span.partition(" to ")
        if not to or not count.strip().isdigit() or int(count) < 2:
            raise BadInput("is no range of a threshold", given=repr(text), allowed=allowed, key="--over")
        if int(count) > MOST_POINTS:
            raise BadInput("is too many points", given=count.strip(), allowed=f"at most {MOST_POINTS}", key="--over")
        return key.strip(), _between(low.strip(), high.strip(), int(count), text)
    found = [as_written(each) for each in values.split(",") if each.strip()]
    if len(found) < 2:
        said = 'has no number of points ("in 6")' if " to " in values else "is one value, no range"
        raise BadInput(said, given=repr(text), allowed=allowed, key="--over")
    return key.strip(), found


def _between(low: str, high: str, count: int, text: str) -> list[Value]:
    number, _, unit = high.partition(" ")
    first = low.removesuffix(unit).strip() if unit else low
    try:
        a, b = float(first), float(number)
    except ValueError:
        raise BadInput("is no range of a threshold", given=repr(text), key="--over",
                       allowed='two numbers with one unit: "70 to 95 mmHg in 6"') from None  # fmt: skip
    found = [a + (b - a) * k / (count - 1) for k in range(count)]
    return [f"{each:.12g} {unit}" if unit else each for each in found]


def swept(policy: str, axes: Sequence[tuple[str, Sequence[Value]]]) -> list[Policy]:
    """The policy with every combination of the values of one or two thresholds.

    Raises
    ------
    BadInput
        If there are none or more than two, too many points, or a point makes no sense.
    """
    if not 1 <= len(axes) <= 2:
        raise BadInput("sweeps over one or two thresholds", given=str(len(axes)), key="--over")
    points = list(product(*(values for _, values in axes)))
    if len(points) > MOST_POINTS:
        raise BadInput("is too many points", given=str(len(points)), allowed=f"at most {MOST_POINTS}", key="--over")
    keys = [key for key, _ in axes]
    if len(set(keys)) < len(keys):
        raise BadInput("varies one threshold twice", given=keys[0], key="--over")
    base = policy_of(policy)
    made = []
    for point in points:
        changes = dict(zip(keys, point, strict=True))
        written = ";".join(f"{key}={value}" for key, value in changes.items())
        made.append(changed(base, changes, ", ".join(map(str, point)), f"{policy}:{written}"))
    return made
