"""Five figures of one course, as the 2014 consensus on high-dose interleukin-2 draws them.

Dutcher and others (J Immunother Cancer 2014;2:26) show one cycle in five pictures: blood
pressure around doses 4 and 5, around doses 6 and 7, the chemistry of the week, weight with
fluid, and blood counts.  Only their captions are followed here: what each picture must show
is written in `FEATURES` of the tests, the curves are the model's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from clsim.plots import (
    COLOUR,
    HOUR,
    boluses,
    canvas,
    curve,
    doses,
    fluid_boluses,
    line,
    save,
    styled,
    thin,
)
from clsim.units import convert

if TYPE_CHECKING:
    from clsim.result import Result

IDEAL_GAIN = 0.10  # of admission weight in five days; assumed: the caption names a curve, not its values
DAYS_OF_IDEAL = 5.0
UREA_TO_BUN = 2.801  # mg/dL of urea nitrogen in a mmol/L of urea
CREATININE_TO_MG = 0.01131  # mg/dL of creatinine in a umol/L


def pressure_panel(axes: Axes, result: Result, begin: float, end: float, names_at: float, rate_at: float) -> None:
    """Systolic and diastolic pressure and heart rate between two hours."""
    hours, systolic = curve(result, "SBP")
    diastolic, rate = curve(result, "DBP")[1], curve(result, "HR")[1]
    axes.fill_between(hours, diastolic, systolic, color=COLOUR["red"], alpha=0.10, linewidth=0)
    line(axes, hours, systolic, "red", "systolic pressure, mmHg", at=names_at, offset=(0, -17))
    line(axes, hours, diastolic, "red", "diastolic pressure, mmHg", at=names_at, offset=(0, 5), linewidth=1.1)
    line(axes, hours, rate, "green", "heart rate, /min", at=rate_at, offset=(0, 5), linestyle=(0, (5, 1.5)))
    axes.set_xlim(begin, end)
    axes.xaxis.set_major_locator(MultipleLocator(4.0))
    axes.set_ylabel("mmHg or /min")
    boluses(axes, result, begin, end)
    doses(axes, result, begin, end)


def pressor_panel(axes: Axes, result: Result) -> None:
    """Phenylephrine as ordered."""
    hours, rate = curve(result, "phenylephrine", "mcg/min")
    axes.step(hours, rate, where="post", color=COLOUR["purple"])
    axes.fill_between(hours, rate, step="post", color=COLOUR["purple"], alpha=0.2, linewidth=0)
    axes.set_ylabel("phenylephrine\nmcg/min")
    axes.set_ylim(0, 1.25 * max(1.0, float(rate.max())))


@styled
def early_doses(result: Result) -> Figure:
    """Figure 1: doses 4 and 5, the nadir 3-4 h later, answered by fluid."""
    begin, end = window(result, 4, 5)
    figure, (axes,) = canvas(7.2, 4.0, (1,), "1  Doses 4 and 5: pressure falls for 3-4 h and answers to fluid")
    pressure_panel(axes, result, begin, end, names_at=begin + 6.8, rate_at=begin + 14.5)
    axes.set_xlabel("hours from the first dose")
    return figure


@styled
def late_doses(result: Result) -> Figure:
    """Figure 2: doses 6 and 7, where fluid fails and phenylephrine helps."""
    begin, end = window(result, 6, 7)
    figure, (axes, pressor) = canvas(
        7.2, 4.8, (3, 1), "2  Doses 6 and 7: no answer to fluid, phenylephrine lets dose 7 be given")
    pressure_panel(axes, result, begin, end, names_at=begin + 20.0, rate_at=begin + 3.2)
    pressor_panel(pressor, result)
    pressor.set_xlabel("hours from the first dose")
    return figure


def window(result: Result, first: int, second: int) -> tuple[float, float]:
    """From an hour before one dose given to nine and a half hours after another."""
    given = [order.start / HOUR for order in result.scenario.doses]
    return given[first - 1] - 1.0, given[second - 1] + 9.5


@styled
def chemistry(result: Result) -> Figure:
    """Figure 3: urea, creatinine, potassium and bicarbonate, drawn each morning."""
    figure, axes = canvas(7.2, 6.4, (1, 1, 1, 1), "3  Chemistry of the week: the first two doses of day 3 are held")
    rows = (
        ("urea_concentration", "mmol/L", "urea\nmmol/L", "amber", (UREA_TO_BUN, "BUN mg/dL")),
        ("creatinine_concentration", "umol/L", "creatinine\numol/L", "blue", (CREATININE_TO_MG, "mg/dL")),
        ("K", "mmol/L", "potassium\nmmol/L", "green", None),
        ("HCO3", "mmol/L", "bicarbonate\nmmol/L", "purple", None),
    )
    for panel, (name, unit, label, colour, other) in zip(axes, rows, strict=True):
        hours, values = curve(result, name, unit)
        mornings = np.arange(6.0, hours[-1], 24.0)
        panel.plot(hours / 24.0, values, color=COLOUR[colour], linewidth=0.9, alpha=0.6)
        panel.plot(mornings / 24.0, np.interp(mornings, hours, values), "o", color=COLOUR[colour], markersize=5)
        panel.set_ylabel(label)
        if other:
            factor, words = other
            there, back = partial(np.multiply, factor), partial(np.multiply, 1.0 / factor)
            second = panel.secondary_yaxis("right", functions=(there, back))
            second.set_ylabel(words)
        for order in result.scenario.doses:
            panel.axvline(order.start / HOUR / 24.0, ymax=0.07, color=COLOUR["black"], linewidth=1.4)
        for order in result.scenario.held:
            panel.axvline(order.start / HOUR / 24.0, ymax=0.07, color=COLOUR["red"], linewidth=1.4, linestyle=":")
    axes[-1].set_xlabel("days from the first dose (dots: morning blood; black ticks: doses given; dotted red: held)")
    axes[-1].set_xlim(0.0, curve(result, "K")[0][-1] / 24.0)
    return figure


@styled
def weight_and_fluid(result: Result) -> Figure:
    """Figure 4: weight against the ideal curve, fluid rate and boluses, and the late pressor."""
    figure, (weight, fluid, pressor) = canvas(
        7.2, 6.0, (2.2, 1.5, 1), "4  Weight falls behind the ideal curve while fluid and boluses rise")
    hours, now = curve(result, "weight_now")
    cycle = hours <= 24.0 * (DAYS_OF_IDEAL + 1.0)
    hours, now = hours[cycle], now[cycle]
    ideal = now[0] * (1.0 + IDEAL_GAIN * np.minimum(hours / (24.0 * DAYS_OF_IDEAL), 1.0))
    line(weight, hours, ideal, "grey", "ideal (10 % in 5 days)", at=78.0, offset=(-30, 8),
         linestyle="--", linewidth=1.2)
    line(weight, hours, now, "blue", "actual", at=84.0, offset=(10, -16))
    mornings = np.arange(6.0, hours[-1], 24.0)
    weight.plot(mornings, np.interp(mornings, hours, now), "o", color=COLOUR["blue"], markersize=4.5)
    weight.set_ylabel("weight, kg")
    doses(weight, result, 0.0, float(hours[-1]))
    thin(weight)
    steady = maintenance(result, hours)
    fluid.step(hours, steady, where="post", color=COLOUR["blue"], linewidth=1.3)
    fluid.set_ylabel("IV rate, mL/h")
    bars = fluid.twinx()
    for order in fluid_boluses(result):
        bars.bar(order.start / HOUR, convert(order.amount, "L", "mL"), width=1.2, color=COLOUR["sky"])
    bars.set_ylabel("bolus, mL")
    bars.set_ylim(0, 1600)
    bars.grid(visible=False)
    bars.spines["right"].set_visible(True)
    fluid.set_ylim(0, 1.6 * max(1.0, float(steady.max())))
    pressor_panel(pressor, result)
    pressor.set_xlabel("hours from the first dose")
    pressor.set_xlim(0.0, float(hours[-1]))
    return figure


def maintenance(result: Result, hours: np.ndarray) -> np.ndarray:
    """Continuous fluid [mL/h] at each hour: every fluid order that is no bolus."""
    rate = np.zeros_like(hours)
    fast = {id(order) for order in fluid_boluses(result)}
    for order in result.scenario.orders:
        if order.kind == "fluid" and id(order) not in fast and order.stop - order.start > 2.0 * HOUR:
            during = (hours >= order.start / HOUR) & (hours < order.stop / HOUR)
            rate[during] += convert(order.rate, "L/min", "mL/h")
    return rate


@styled
def blood_counts(result: Result) -> Figure:
    """Figure 5: lymphocytes, eosinophils, platelets, granulocytes and haemoglobin, log axis."""
    figure, (axes,) = canvas(7.2, 4.6, (1,), "5  Blood counts and haemoglobin (log axis)")
    end = float(curve(result, "platelets")[0][-1]) / 24.0
    rows = (
        ("platelets", "", "platelets, 10$^9$/L", "amber", "-", 0.88, (0, 5)),
        ("hemoglobin", "g/L", "haemoglobin, g/L", "red", (0, (1, 1)), 0.30, (0, 5)),
        ("granulocytes", "", "granulocytes, 10$^9$/L", "green", (0, (6, 2)), 0.22, (0, 7)),
        ("lymphocytes_blood", "", "lymphocytes, 10$^9$/L", "blue", "-", 0.50, (0, -17)),
        ("eosinophils", "", "eosinophils, 10$^9$/L", "purple", (0, (4, 1.5, 1, 1.5)), 0.47, (34, -18)),
    )
    for name, unit, label, colour, dashes, at, offset in rows:
        hours, values = curve(result, name, unit)
        line(axes, hours / 24.0, values, colour, label, at=at * end, offset=offset, linestyle=dashes)
    for order in result.scenario.doses:
        axes.axvline(order.start / HOUR / 24.0, ymax=0.03, color=COLOUR["black"], linewidth=1.4)
    axes.set_yscale("log")
    axes.set_xlabel("days from the first dose (ticks on the axis: doses)")
    axes.set_xlim(0.0, end)
    return figure


FIGURES: dict[str, Callable[[Result], Figure]] = {
    "1-doses-4-5": early_doses,
    "2-doses-6-7": late_doses,
    "3-chemistry": chemistry,
    "4-weight-fluid": weight_and_fluid,
    "5-blood-counts": blood_counts,
}
SCENARIO = "consensus-2014-week"


def demo(folder: Path, progress: Callable[[str, float], None] | None = None) -> list[Path]:
    """Run the patient of the five figures and draw them.

    Parameters
    ----------
    folder : Path
        Made if missing; receives five PNG and five SVG files.
    progress : callable (words, share done) or None
        Told before each piece of work.

    Returns
    -------
    list of Path
        The files written.
    """
    from clsim.simulate import run

    def tell(words: str, share: float) -> None:
        if progress:
            progress(words, share)

    tell("compiling and running one course", 0.0)
    result = run(SCENARIO)
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for i, (stem, draw) in enumerate(FIGURES.items()):
        tell(f"drawing figure {i + 1} of {len(FIGURES)}", 0.3 + 0.7 * i / len(FIGURES))
        files += save(draw(result), folder, stem)
    tell("done", 1.0)
    return files
