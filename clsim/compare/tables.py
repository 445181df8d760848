"""A comparison in words and columns, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clsim.compare.subgroups import Row
from clsim.compare.win import Wins
from clsim.printing import columns_of_text

Records = Sequence[Mapping[str, Any]]
Cells = tuple[str, ...]
HEAD = ("outcome", "unit", "policy", "mean (MC error)", "difference", "95 % interval", "MC error", "n")
NOTHING = "-"
NAMED = 4  # policies that a line names
SHARE_LEFT_OUT = 0.05  # of patients: more of them unknown are worth a warning
SAYS = (
    "Differences are paired (policy less reference, the same patients and the same randomness); shares in %, their "
    "differences in percentage points. Interval and Monte Carlo (MC) error say how far the number of patients bears; "
    "neither knows how wrong the model is."
)

MEMBERS_HEAD = ("outcome", "unit", "policy", "mean", "difference", "95 % of members", "SD of members",
                "SD of patients", "MC error", "ahead : behind, %")
MEMBERS_SAY = (
    "Mean and difference are over members of the ensemble, sets of parameters that agree with the evidence about as "
    "well. The interval and the SD of members say how far they are apart: that is what is not known of the parameters, "
    "and more patients do not shrink it. The SD of patients is that of the paired difference from patient to patient "
    "within a member; the Monte Carlo (MC) error is that of the mean difference within a member, and does shrink. In "
    "the rows of the reference all are those of its mean. Ahead and behind: weight of the members in which the policy "
    "is better and worse than the reference. None knows what the equations themselves leave out."
)


def digits(error: float | None, value: float | None) -> int:
    """Decimals worth showing: two digits of the error, or three of the value where there is no error."""
    size = error if error else (value or 0.0) / 10.0
    decimals = 0
    while decimals < 4 and 0.0 < abs(size) < 10.0 ** (1 - decimals):
        decimals += 1
    return decimals


def number(value: float | None, decimals: int, signed: bool = False) -> str:
    """A number, or a dash where there is none; a zero bears no sign."""
    if value is None:
        return NOTHING
    text = f"{value:{'+' if signed else ''}.{decimals}f}"
    return f"{0.0:.{decimals}f}" if float(text) == 0.0 else text


def decimals_of(records: Records) -> dict[str, int]:
    """Decimals for each outcome, the same for all policies: those of its largest error."""
    errors: dict[str, float] = {}
    for each in records:
        known = [each["mc_error"] if each["policy"] != each["reference"] else None, each["mean_mc_error"]]
        own = next((error for error in known if error), 0.0)
        errors[each["outcome"]] = max(errors.get(each["outcome"], 0.0), own)
    return {each["outcome"]: digits(errors[each["outcome"]], each["mean"]) for each in records}


def cells(record: Mapping[str, Any], decimals: int) -> Cells:
    """Mean with its error, difference, interval, error and number of a record, as the end of `HEAD` has them."""
    left = f" of {record['n'] + record['unknown']:,}" if record["unknown"] else ""
    error, n = number(record["mean_mc_error"], decimals), f"{record['n']:,}{left}"
    mean = f"{number(record['mean'], decimals)} ({error})" if record["mean"] is not None else NOTHING
    if record["policy"] == record["reference"]:
        return (mean, "reference", "", "", n)
    return (mean, number(record["difference"], decimals, True),
            between(record["ci_low"], record["ci_high"], decimals, True), number(record["mc_error"], decimals), n)


def between(low: float | None, high: float | None, decimals: int, signed: bool = False) -> str:
    """Two ends in words."""
    if low is None or high is None:
        return NOTHING
    return f"{number(low, decimals, signed)} to {number(high, decimals, signed)}"


def outcomes(records: Records) -> str:
    """Outcome by policy: mean, paired difference with interval and Monte Carlo error."""
    rows: list[Cells] = [HEAD]
    before, decimals = "", decimals_of(records)
    for record in records:
        first = record["outcome"] != before
        rows.append((record["label"] if first else "", record["unit"] if first else "", record["policy"],
                     *cells(record, decimals[record["outcome"]])))
        before = record["outcome"]
    return columns_of_text(rows, 3)


def members_cells(record: Mapping[str, Any], decimals: int) -> Cells:
    """What a record of `clsim.compare.nested` says, as the end of `MEMBERS_HEAD` has it."""
    base = record["policy"] == record["reference"]
    sides = (f"{record['ahead']:.0f} : {record['behind']:.0f}" if record["ahead"] is not None and not base else "")
    return (number(record["mean"], decimals), "reference" if base else number(record["difference"], decimals, True),
            between(record["low"], record["high"], decimals, not base), number(record["member_sd"], decimals),
            number(record["patient_sd"], decimals), number(record["mc_error"], decimals), sides)


def members(records: Records) -> list[Cells]:
    """Rows of a table of members, `MEMBERS_HEAD` first."""
    rows: list[Cells] = [MEMBERS_HEAD]
    before = ""
    errors: dict[str, float] = {}
    for each in records:
        own = max(each["mc_error"] or 0.0, each["member_sd"] or 0.0)
        errors[each["outcome"]] = max(errors.get(each["outcome"], 0.0), own)
    for record in records:
        first = record["outcome"] != before
        rows.append((record["label"] if first else "", record["unit"] if first else "", record["policy"],
                     *members_cells(record, digits(errors[record["outcome"]], record["mean"]))))
        before = record["outcome"]
    return rows


def hierarchy(found: Sequence[Wins]) -> str:
    """Wins and losses of each policy, level by level, with win ratio and net benefit."""
    rows: list[Cells] = [("decided by", "policy", "wins", "losses", "ties left")]
    for k, level in enumerate(found[0].levels if found else ()):
        margin = f" (by {f'{level.margin:g} {level.unit}'.strip()} or more)" if level.margin else ""
        for i, each in enumerate(found):
            tally = each.levels[k]
            rows.append((level.label + margin if i == 0 else "", each.policy, f"{tally.wins:,}", f"{tally.losses:,}",
                         f"{tally.ties:,}"))
    lines = [columns_of_text(rows, 2), ""]
    return "\n".join([*lines, *map(verdict, found)])


def verdict(found: Wins) -> str:
    """A sentence on the win ratio and the net benefit."""
    who = f"{found.policy} against {found.reference}"
    left = f"; {found.unknown:,} not known" if found.unknown else ""
    if not found.n:
        return f"{who}: nobody to compare{left}"
    if not found.wins + found.losses:
        return f"{who}: all {found.n:,} tie{left}"
    ratio = f"{found.ratio:.2f}" if found.losses else "infinite, without losses"
    low, middle, high = (100.0 * each for each in (found.benefit_low, found.benefit, found.benefit_high))
    benefit = f"{middle:+.1f}" + (f" ({low:+.1f} to {high:+.1f})" if found.n > 1 else "")
    return (f"{who}: win ratio {ratio} ({found.ratio_low:.2f} to {found.ratio_high:.2f}), net benefit {benefit} "
            f"percentage points, {found.ties:,} of {found.n:,} tie{left}")


def subgroups(rows: Sequence[Row]) -> str:
    """The paired difference in each part of each subgroup."""
    first = rows[0]
    head = (f"{first.policy} less {first.reference}", "", "n", f"difference {first.unit}".rstrip(), "95 % interval",
            "p of interaction")
    lines: list[Cells] = [head]
    for row in rows:
        for i, part in enumerate(row.parts):
            decimals = digits(part.mc_error, part.difference)
            p = "" if i or len(row.parts) < 2 else probability(row.p)
            lines.append((row.label if i == 0 else "", part.label, f"{part.n:,}",
                          number(part.difference, decimals, True),
                          between(part.ci_low, part.ci_high, decimals, True), p))
    return columns_of_text(lines, 2)


def probability(p: float | None) -> str:
    """A chance with two decimals, or how small it is."""
    if p is None:
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def cautions(records: Records) -> list[str]:
    """What a reader must know before he believes the table, a line each."""
    found = []
    pairs: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        if record["policy"] != record["reference"]:
            pairs.setdefault(record["outcome"], []).append(record)
        if record["same_policy"] and record["difference"]:
            found.append(f"{record['label']}, {record['policy']}: is the policy of {record['reference']} and differs "
                         "from it; something is wrong with this comparison")
    decimals = decimals_of(records)
    for outcome, arms in pairs.items():
        total = arms[0]["n"] + arms[0]["unknown"]
        few = [each for each in arms if each["n"] < 2]
        many = [each for each in arms if each["n"] > 1 and each["unknown"] > SHARE_LEFT_OUT * total]
        for each in few:
            found.append(f"{each['label']}, {each['policy']}: known of {each['n']} of {total:,} patients; nothing can "
                         "be said")
        told = [f"{each['policy']} {each['n']:,} of {total:,}, with {number(each['mean'], decimals[outcome])} against "
                f"{number(each['reference_mean'], decimals[outcome])} {each['unit']}".rstrip() for each in many[:NAMED]]
        told += [f"{len(many) - NAMED} policies more"] if len(many) > NAMED else []
        if told:
            found.append(f"{many[0]['label']}: known in both arms of some patients only, who may not be like the "
                         f"others: {'; '.join(told)} under {many[0]['reference']}")
    left = max((each["unknown"] for each in records if each["unknown"] <= SHARE_LEFT_OUT * each["n"]), default=0)
    if left:
        found.append(f"up to {left:,} {'patient is' if left == 1 else 'patients are'} left out of an outcome that is "
                     "not known in one of the arms; the column n says of which")
    return found
