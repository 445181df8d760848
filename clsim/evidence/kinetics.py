"""Kinetics of a single dose of interleukin-2 in the reference adult, as a study of them would find it."""

from __future__ import annotations

from math import log

import numpy as np

from clsim.engine.timeline import Event
from clsim.validation.bench import HOUR, Bench
from clsim.validation.interleukin2 import KONRAD_AREA, slope

AT_ONCE, FIRST, SECOND = "level at once after 1e6 U/m2", "first half-life", "second half-life"
KINETICS = {AT_ONCE: "IU/mL", FIRST: "min", SECOND: "min"}  # names and units
HALFWAY = 0.5  # min; a bolus over a minute is as one at its middle
DOSE = 1e6 * KONRAD_AREA  # IU


def kinetics() -> dict[str, float]:
    """The numbers of `KINETICS`, from two exponentials through the levels after one bolus."""
    course = Bench().run([Event("interleukin2_in", 0.0, 1.0, DOSE)], 8 * HOUR)
    level = course["interleukin2_concentration"] / 1e3  # IU/mL
    beta, late = slope(course, level, 5 * HOUR, 8 * HOUR)
    alpha, early = slope(course, level - late * np.exp(-beta * course.minutes), 5.0, 40.0)
    at_once = early * np.exp(-alpha * HALFWAY) + late * np.exp(-beta * HALFWAY)
    return {AT_ONCE: float(at_once), FIRST: log(2.0) / alpha, SECOND: log(2.0) / beta}
