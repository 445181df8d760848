"""Experiments 30 to 37: a second set that nobody tuned to.

They were chosen and written down with their bands, in a commit of its own, while laws of salt were being rewritten
after row 29 had been seen, by somebody who had read neither the old nor the new laws and ran none of the eight.  What
`untouched` says of its experiments holds for these: a miss is explained in `docs/validation.md`, never tuned away.

What was read is the abstract of each publication, of `AZIZI` also a table, of `HEER` the beginning of the abstract and
a row of a table in a review.  Bands as in `untouched`; the quotient of two printed numbers takes the root of the sum of
both relative squares.  Changes are from the value just before.
"""

from __future__ import annotations

from math import hypot

import numpy as np

from clsim.engine.timeline import Event
from clsim.validation.bench import DAY, HOUR, NIL_BY_MOUTH, Bench, Course, altered, bleed, give
from clsim.validation.rows import UNTOUCHED_SECOND, Row, around, between, plus_minus
from clsim.validation.untouched import on_salt, relative, rows

WILLIAMS, BIE, AZIZI, MOORE = "Williams1972", "Bie2018", "Azizi2008", "Moore1966"
KUMAR, BRATER, RUILOPE = "Kumar2004", "Brater1979", "Ruilope1986"
HEER = "Heer2009, as a review of sodium balance tabulates it"
YOUNG = "30 young adults on three levels of sodium"
DONORS, SYRUP = "100 blood donors", "five healthy men given a syrup of potassium chloride"
PEPTIDE = "eight healthy subjects of a study of atrial natriuretic peptide"
OXAPROZIN = "six healthy subjects of a study of oxaprozin"

FIVE_DAYS = "five days at 10, 150 or 400 mmol/d of sodium"
STEP = "sodium intake from 150 to 250 or to 50 mmol/d"
FOUR_LEVELS = "28 days at 64, 166, 521 and 72 mmol/d of sodium"
TONICITY = "5 % saline in 2 h, or a load of water"
BLOOD = "470 mL of blood donated, or an eighth of the blood lost"
POTASSIUM = "64 mmol of potassium chloride by mouth"
LITRES = "3 L of saline in 3 h, then 1 L in 2 h"
INDOMETHACIN = "indomethacin by mouth"


def quotient(above: tuple[float, float], below: tuple[float, float]) -> tuple[float, float, float]:
    """Two printed numbers with what stands after their +-: their quotient and its band."""
    ratio = above[0] / below[0]
    return plus_minus(ratio, ratio * hypot(above[1] / above[0], below[1] / below[0]))


# id, experiment, quantity, (published, low, high), unit, source
PUBLISHED = (
    ("30a", FIVE_DAYS, "weight at 10 mmol/d", plus_minus(-1.6, 2.2), "kg", YOUNG),
    ("30b", FIVE_DAYS, "urine of the fifth day, 400 against 150 mmol/d", around(25.0), "%", YOUNG),
    ("30c", FIVE_DAYS, "heart rate, 400 against 150 mmol/d", around(-2.7), "1/min", YOUNG),
    ("30d", FIVE_DAYS, "aldosterone at 10 mmol/d after 2 L of saline in 4 h, over before",
     quotient((13.0, 5.0), (81.0, 14.0)), "1", WILLIAMS),
    ("30e", FIVE_DAYS, "angiotensin (for renin) after it, over before",
     quotient((368.0, 63.0), (1773.0, 186.0)), "1", WILLIAMS),
    ("31a", STEP, "half of the change of sodium excretion, upwards", around(21.0), "h", BIE),
    ("31b", STEP, "half of the change of sodium excretion, downwards", around(21.0), "h", BIE),
    ("31c", STEP, "body sodium over the change of intake, upwards", around(1.3), "d", BIE),
    ("31d", STEP, "body sodium over the change of intake, downwards", around(1.3), "d", BIE),
    ("32a", FOUR_LEVELS, "sodium retained, six days at 64 mmol/d", around(-17.0), "mmol/d", HEER),
    ("32b", FOUR_LEVELS, "sodium retained, six days at 166 mmol/d", around(32.0), "mmol/d", HEER),
    ("32c", FOUR_LEVELS, "sodium retained, ten days at 521 mmol/d", around(24.0), "mmol/d", HEER),
    ("32d", FOUR_LEVELS, "sodium retained, six days at 72 mmol/d", around(-26.0), "mmol/d", HEER),
    ("33a", TONICITY, "sodium after saline", plus_minus(147.4 - 138.8, hypot(0.9, 0.9)), "mmol/L", AZIZI),
    ("33b", TONICITY, "plasma protein after saline", plus_minus(59.4 - 69.2, hypot(2.7, 2.7)), "g/L", AZIZI),
    ("33c", TONICITY, "angiotensin (for renin) an hour after saline, over before",
     quotient((17.4, 3.2), (35.8, 8.4)), "1", AZIZI),
    ("33d", TONICITY, "sodium in the urine of 2 h, saline", plus_minus(53.0, 28.0), "mmol", AZIZI),
    ("33e", TONICITY, "urine of 2 h, saline", plus_minus(255.0, 106.0), "mL", AZIZI),
    ("33f", TONICITY, "urine of 4 h, water", plus_minus(1554.0, 327.0), "mL", AZIZI),
    ("33g", TONICITY, "sodium 4 h after water", plus_minus(136.5 - 137.0, hypot(1.2, 1.9)), "mmol/L", AZIZI),
    ("33h", TONICITY, "sodium in the urine of 4 h, water", plus_minus(29.0, 13.0), "mmol", AZIZI),
    ("34a", BLOOD, "haematocrit 10 min after the donation", around(-1.21), "points", DONORS),
    ("34b", BLOOD, "haematocrit 48 h after the donation", around(-3.75), "points", DONORS),
    ("34c", BLOOD, "blood volume 10 min after the donation", around(-259.0), "mL", DONORS),
    ("34d", BLOOD, "blood volume 48 h after the donation", around(183.0), "mL", DONORS),
    ("34e", BLOOD, "plasma over interstitial volume 24 h after the loss, nothing taken",
     around(100.0 * (0.30 / 0.23 - 1.0)), "%", MOORE),
    ("35a", POTASSIUM, "largest rise of plasma potassium", plus_minus(1.72, 0.52), "mmol/L", SYRUP),
    ("35b", POTASSIUM, "potassium in the urine of 36 h, beyond that without", plus_minus(55.9, 23.9), "mmol", SYRUP),
    ("36a", LITRES, "stroke volume at 3 h", between(10.0, 25.0), "%", KUMAR),
    ("36b", LITRES, "cardiac output at 3 h", around(10.0), "%", KUMAR),
    ("36c", LITRES, "directions that are right", (3.0, 3.0, 3.0), "of 3", KUMAR),
    ("37a", INDOMETHACIN, "sodium retained in six days at 100 mmol/d", (244.0, 176.0, 337.0), "mmol", PEPTIDE),
    ("37b", INDOMETHACIN, "sodium excreted in 8 h at 150 mmol/d, over that without",
     quotient((16.1, 4.8), (49.8, 7.2)), "1", BRATER),
    ("37c", INDOMETHACIN, "filtration after a week", around(-7.0), "%", RUILOPE),
    ("37d", INDOMETHACIN, "potassium after a week", plus_minus(4.56 - 4.32, hypot(0.10, 0.11)), "mmol/L", OXAPROZIN),
)  # fmt: skip

SPAN = 5 * DAY
LEVELS, DAYS = (64.0, 166.0, 521.0, 72.0), (6.0, 6.0, 10.0, 6.0)  # mmol/d of sodium, and for how long
SALT_5 = (0.550, 465.0)  # L and mmol in 2 h, as tabulated
LOAD, DRUNK = 1.546, HOUR  # L, and the time in which it reaches the blood; assumed
DONATED, DONATION = 0.470, 8.0  # L (460 to 480), and min; the time is assumed
LOST = 0.124  # of the blood volume, in 20 min; 10.5 to 14.3 %
MILLIMOLES, ABSORBED = 64.0, HOUR  # of potassium and of chloride, and the time in which it reaches the blood; assumed
DOSE = 50.0  # mg of indomethacin that reach the blood within an hour, and every 8 h; the single dose of 37b is assumed


def written(values: dict[str, float]) -> list[Row]:
    """What was written down here, with our value beside it."""
    return rows(values, PUBLISHED, UNTOUCHED_SECOND)


def quotients(course: Course, start: float, stop: float) -> list[float]:
    """Aldosterone and angiotensin at one time over another."""
    return [course.at(name, stop) / course.at(name, start) for name in ("aldosterone", "angiotensin")]


def five_days(bench: Bench) -> list[Row]:
    """30: five days at each level from the usual diet, then 2 L of saline in 4 h on the lowest (upright, in the study).

    Potassium intake is as usual, 80 mmol/d; where saline was given it was 100.
    """
    end = SPAN + 4 * HOUR
    poor = altered(bench.reference, sodium_intake=10.0 / DAY, chloride_intake=10.0 / DAY)
    low = bench.run(give("saline_0.9", 2.0, SPAN, end), end, every=0.5 * HOUR, body=poor)
    normal, high = (on_salt(bench, (intake,), (SPAN,)) for intake in (150.0, 400.0))
    urine = [course.integral("urine_flow", SPAN - DAY, SPAN) for course in (normal, high)]
    aldosterone, angiotensin = quotients(low, SPAN, end)
    return written(
        {
            "30a": low.change("weight_gain", SPAN),
            "30b": relative(urine[1], urine[0]),
            "30c": high.at("HR", SPAN) - normal.at("HR", SPAN),
            "30d": aldosterone,
            "30e": angiotensin,
        }
    )


def half_time(course: Course, intake: float) -> float:
    """When sodium excretion has gone half the way to a new intake [mmol/d], h; all of the time if it never does."""
    excreted, aim = course["sodium_excretion"], intake / DAY
    way = aim - float(excreted[0])
    gone = np.flatnonzero((excreted - float(excreted[0])) * np.sign(way) >= 0.5 * abs(way))
    return float(course.minutes[gone[0] if gone.size else -1]) / HOUR


def step(bench: Bench) -> list[Row]:
    """31: the reference body, which eats 150 mmol/d, ten days on another intake."""
    values: dict[str, float] = {}
    for intake, half, sodium in ((250.0, "31a", "31c"), (50.0, "31b", "31d")):
        course = on_salt(bench, (intake,), (10 * DAY,))
        before = DAY * float(course["sodium_excretion"][0])
        values[half] = half_time(course, intake)
        values[sodium] = course.change("ledger_sodium", 10 * DAY) / (intake - before)
    return written({name: values[name] for name in sorted(values)})


def four_levels(bench: Bench) -> list[Row]:
    """32: four diets one after the other, from the usual one (assumed); retained is eaten less excreted."""
    course = on_salt(bench, LEVELS, tuple(days * DAY for days in DAYS))
    edges = np.concatenate(([0.0], np.cumsum(DAYS)))
    sodium = np.array([course.at("ledger_sodium", day * DAY) for day in edges])
    retained = np.diff(sodium) / np.array(DAYS)
    return written({f"32{letter}": float(value) for letter, value in zip("abcd", retained, strict=True)})


def tonicity(bench: Bench) -> list[Row]:
    """33: concentrated saline, and water, in men who take nothing else."""
    water, salt = SALT_5
    drip = [
        Event(name, 0.0, 2 * HOUR, amount / (2 * HOUR))
        for name, amount in (("water_in", water), ("sodium_in", salt), ("chloride_in", salt))
    ]
    saline = bench.run([*NIL_BY_MOUTH, *drip], 3 * HOUR)
    loaded = bench.run([*NIL_BY_MOUTH, Event("water_in", 0.0, DRUNK, LOAD / DRUNK)], 4 * HOUR)
    _, angiotensin = quotients(saline, 0.0, 3 * HOUR)
    return written(
        {
            "33a": saline.change("Na", 2 * HOUR),
            "33b": saline.change("albumin", 2 * HOUR) + saline.change("globulin", 2 * HOUR),
            "33c": angiotensin,
            "33d": saline.integral("sodium_excretion", 0.0, 2 * HOUR),
            "33e": 1e3 * saline.change("urine_volume", 2 * HOUR),
            "33f": 1e3 * loaded.change("urine_volume", 4 * HOUR),
            "33g": loaded.change("Na", 4 * HOUR),
            "33h": loaded.integral("sodium_excretion", 0.0, 4 * HOUR),
        }
    )


def loss(bench: Bench) -> list[Row]:
    """34: a donor who eats and drinks as usual, and a larger loss after which nothing is taken; interstitial is what
    is extracellular outside of the plasma.
    """
    soon, late = DONATION + 10.0, DONATION + 2 * DAY
    donor = bench.run(bleed(DONATED, 0.0, DONATION), late, every=2.0)
    litres = LOST * float(donor["V_blood"][0])
    fasting = bench.run([*NIL_BY_MOUTH, *bleed(litres, 0.0, 20.0)], 20.0 + DAY, every=5.0)
    ratio = fasting["V_plasma"] / (fasting["V_ecf"] - fasting["V_plasma"])
    return written(
        {
            "34a": 100.0 * donor.change("hematocrit", soon),
            "34b": 100.0 * donor.change("hematocrit", late),
            "34c": 1e3 * donor.change("V_blood", soon),
            "34d": 1e3 * donor.change("V_blood", late),
            "34e": relative(float(ratio[-1]), float(ratio[0])),
        }
    )


def potassium(bench: Bench) -> list[Row]:
    """35: a salt that is absorbed at once, with food and drink as usual, against the same body without it."""
    salt = [Event(name, 0.0, ABSORBED, MILLIMOLES / ABSORBED) for name in ("potassium_in", "chloride_in")]
    given, without = (bench.run(events, 36 * HOUR, every=2.0) for events in (salt, ()))
    excreted = [course.integral("potassium_excretion", 0.0, 36 * HOUR) for course in (given, without)]
    return written({"35a": float((given["K"] - without["K"]).max()), "35b": excreted[0] - excreted[1]})


def litres_of_saline(bench: Bench) -> list[Row]:
    """36: the circulation under a large infusion.

    The three directions: resistance falls and ejection fraction rises by 3 h; stroke volume is still above rest at 5 h.
    """
    three, five = 3 * HOUR, 5 * HOUR
    drip = [*give("saline_0.9", 3.0, 0.0, three), *give("saline_0.9", 1.0, three, five)]
    course = bench.run([*NIL_BY_MOUTH, *drip], five)
    right = (course.change("SVR", three) < 0.0, course.change("EF", three) > 0.0, course.change("SV", five) > 0.0)
    return written(
        {
            "36a": course.percent("SV", three),
            "36b": course.percent("CO", three),
            "36c": float(sum(right)),
        }
    )


def indomethacin(bench: Bench) -> list[Row]:
    """37: 50 mg three times a day for a week, and the first 8 h of one dose.

    Filtration is the mean of the seventh day; the clearances were published after 42 days.
    """

    def doses(count: int) -> list[Event]:
        return [Event("indomethacin", 8 * HOUR * i, 8 * HOUR * i + HOUR, DOSE / HOUR) for i in range(count)]

    week = 7 * DAY
    body = bench.settle(sodium_intake=100.0 / DAY, chloride_intake=100.0 / DAY)
    course = bench.run(doses(21), week, every=0.5 * HOUR, body=body)
    one, none = (bench.run(doses(count), 8 * HOUR) for count in (1, 0))
    excreted = [each.integral("sodium_excretion", 0.0, 8 * HOUR) for each in (one, none)]
    filtration = course.integral("GFR", week - DAY, week) / DAY
    return written(
        {
            "37a": course.change("ledger_sodium", 6 * DAY),
            "37b": excreted[0] / excreted[1],
            "37c": relative(filtration, float(course["GFR"][0])),
            "37d": course.change("K", week),
        }
    )


EXPERIMENTS = (
    five_days,
    step,
    four_levels,
    tonicity,
    loss,
    potassium,
    litres_of_saline,
    indomethacin,
)
