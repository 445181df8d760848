"""Pictures of a result: a house style, a few marks that recur, and the overview.

Figures are made with `matplotlib.figure.Figure`, never with pyplot, so that they are
safe in threads and leak nothing.  Colours are those of Okabe and Ito, told apart by
colour-blind readers; every curve is also named in words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from clsim.disclaimer import DISCLAIMER
from clsim.units import convert

if TYPE_CHECKING:
    from clsim.result import Result

Given = ParamSpec("Given")
HOUR = 60.0
COLOUR = {
    "black": "#1a1a1a", "grey": "#6b6b6b", "pale": "#d9d9d9", "blue": "#0072b2", "sky": "#56b4e9",
    "green": "#009e73", "red": "#d55e00", "purple": "#a05195", "amber": "#b8860b",
}
STYLE: dict[Any, Any] = {
    "font.size": 9.0, "axes.titlesize": 10.5, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "axes.labelsize": 9.0, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8,
    "xtick.labelsize": 8.5, "ytick.labelsize": 8.5, "lines.linewidth": 1.6, "legend.frameon": False,
    "axes.grid": True, "grid.color": "#ececec", "grid.linewidth": 0.7, "axes.axisbelow": True,
    "svg.hashsalt": "clsim", "svg.fonttype": "none",
}
FOOTER_INCHES = 0.42
DOTS_PER_INCH = 200
HALO = [withStroke(linewidth=3.0, foreground="white")]


def styled(draw: Callable[Given, Figure]) -> Callable[Given, Figure]:
    """Draw in the house style, whatever style the caller has."""

    @wraps(draw)
    def drawn(*args: Given.args, **kwargs: Given.kwargs) -> Figure:
        with matplotlib.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def curve(result: Result, name: str, unit: str = "") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hours and values of a variable, in ``unit`` or in the internal one."""
    series = result[name]
    values = np.asarray(series.values, np.float64)
    return np.asarray(series.time, np.float64) / HOUR, convert(values, series.unit, unit) if unit else values


def canvas(width: float, height: float, heights: Iterable[float], title: str) -> tuple[Figure, list[Axes]]:
    """A figure of stacked panels that share the time axis, with title and disclaimer.

    Parameters
    ----------
    width, height : float
        Inches, without the footer.
    heights : iterable of float
        Relative heights of the panels.
    title : str
        One line.
    """
    figure = sheet(width, height)
    rows = list(heights)
    axes = figure.subplots(len(rows), 1, sharex=True, height_ratios=rows, squeeze=False)[:, 0]
    axes[0].set_title(title, pad=30.0)
    return figure, list(axes)


def sheet(width: float, height: float) -> Figure:
    """An empty figure of so many inches above the disclaimer at its foot."""
    figure = Figure(figsize=(width, height + FOOTER_INCHES), layout="constrained")
    FigureCanvasAgg(figure)
    share = FOOTER_INCHES / (height + FOOTER_INCHES)
    figure.get_layout_engine().set(rect=(0.005, share, 0.99, 1.0 - share - 0.005))  # type: ignore[union-attr,call-arg]
    text = textwrap.fill(DISCLAIMER, int(width * 21))
    figure.text(0.01, 0.01, text, fontsize=6.2, color=COLOUR["grey"], va="bottom")
    return figure


def line(axes: Axes, hours: Any, values: Any, colour: str, label: str, at: float | None = None,
         offset: tuple[float, float] = (0.0, 4.0), **style: Any) -> None:
    """A curve with its name beside it, at the hour ``at``."""
    axes.plot(hours, values, color=COLOUR[colour], **style)
    if at is not None:
        height = float(np.interp(at, hours, values))
        axes.annotate(label, (at, height), xytext=offset, textcoords="offset points",
                      color=COLOUR[colour], fontsize=9, ha="center", va="bottom", path_effects=HALO)


def doses(axes: Axes, result: Result, begin: float, end: float, held: bool = True) -> None:
    """Arrows at the doses given, and at those held, between two hours."""
    for number, order in enumerate(result.doses, start=1):
        hour = order.start / HOUR
        if begin <= hour <= end:
            axes.annotate(f"dose {number}", (hour, 1.0), xytext=(0, 13), xycoords=("data", "axes fraction"),
                          textcoords="offset points", ha="center", fontsize=8, annotation_clip=False,
                          arrowprops={"arrowstyle": "-|>", "color": COLOUR["black"], "shrinkA": 0, "shrinkB": 0})
            axes.axvline(hour, color=COLOUR["black"], linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    if held:
        for order in result.held:
            hour = order.start / HOUR
            if begin <= hour <= end:
                axes.axvline(hour, color=COLOUR["grey"], linewidth=0.7, linestyle=":", zorder=1)
                axes.annotate("held", (hour, 1.0), xytext=(0, 3), xycoords=("data", "axes fraction"),
                              textcoords="offset points", ha="center", fontsize=7.5, color=COLOUR["grey"],
                              annotation_clip=False)


def boluses(axes: Axes, result: Result, begin: float, end: float, name: bool = True) -> None:
    """Shaded bands where a fluid bolus runs (faster than 250 mL/h), with its volume."""
    for order in fluid_boluses(result):
        start, stop = order.start / HOUR, order.stop / HOUR
        if begin <= start <= end:
            axes.axvspan(start, stop, color=COLOUR["sky"], alpha=0.45, linewidth=0, zorder=0)
            if name:
                volume = convert(order.amount, "L", "mL")
                axes.annotate(f"{volume:.0f} mL", ((start + stop) / 2, 0.02), xycoords=("data", "axes fraction"),
                              ha="center", va="bottom", fontsize=7.5, color=COLOUR["blue"], rotation=90,
                              path_effects=HALO)


def fluid_boluses(result: Result) -> list[Any]:
    """Fluid orders given faster than 250 mL/h and of 200 mL or more."""
    fast, large = convert(250.0, "mL/h", "L/min"), convert(200.0, "mL", "L")
    return [order for order in result.orders
            if order.kind == "fluid" and order.rate > fast and order.amount >= large]


def settle(figure: Figure) -> None:
    """Lay a figure out for good, its panels placed to a millionth of its width.

    Finer than that the solver of the layout is not the same each time, and it moves a figure
    that is laid out again; files would differ.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        left, lower, width, height = (round(each, 6) for each in axes.get_position().bounds)
        axes.set_position((left, lower, width, height))


def write(figure: Figure, file: Path) -> Path:
    """Write one picture (``.png``, ``.svg`` or ``.pdf``), the same bytes each time."""
    metadata = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(file.suffix)
    with matplotlib.rc_context(STYLE):
        settle(figure)
        figure.savefig(file, dpi=DOTS_PER_INCH, metadata=metadata)
    return file


def save(figure: Figure, folder: Path, stem: str) -> list[Path]:
    """Write ``stem.png`` and ``stem.svg`` into a folder."""
    return [write(figure, folder / (stem + suffix)) for suffix in (".png", ".svg")]


@styled
def overview(result: Result) -> Figure:
    """Pressure and rate, drips and fluid, urine, weight and albumin of a whole run."""
    figure, (pressure, output, weight, leak) = canvas(7.2, 6.6, (3, 1.5, 1.6, 1.5), result.scenario.title)
    hours, systolic = curve(result, "SBP")
    end = float(hours[-1])
    _, diastolic = curve(result, "DBP")
    pressure.fill_between(hours, diastolic, systolic, color=COLOUR["red"], alpha=0.22, linewidth=0)
    mean = curve(result, "MAP")[1]
    line(pressure, hours, mean, "red", "mean arterial pressure, mmHg (band: systolic to diastolic)",
         at=0.42 * end, offset=(0, -46))
    line(pressure, hours, curve(result, "HR")[1], "green", "heart rate, /min", at=0.86 * end, offset=(0, -16))
    pressure.set_ylim(30, None)
    pressure.set_ylabel("mmHg or /min")
    doses(pressure, result, 0.0, end)
    if len(result.doses) > 6:
        thin(pressure)
    line(output, hours, curve(result, "urine_flow", "mL/h")[1], "amber", "urine", at=0.05 * end)
    output.set_ylabel("mL/h")
    boluses(output, result, 0.0, end, name=False)
    line(weight, hours, curve(result, "weight_gain")[1], "blue", "weight gained", at=0.6 * end, offset=(0, -16))
    weight.set_ylabel("kg")
    line(leak, hours, curve(result, "albumin")[1], "purple", "albumin", at=0.15 * end, offset=(6, 6))
    leak.set_ylabel("g/L")
    leak.set_xlabel("hours")
    leak.xaxis.set_major_locator(MultipleLocator(24.0 if end > 60.0 else 4.0))
    leak.set_xlim(0.0, end)
    return figure


def thin(axes: Axes) -> None:
    """Where doses stand close, keep the arrows and shorten the words to numbers."""
    for text in axes.texts:
        if text.get_text().startswith("dose "):
            text.set_text(text.get_text().removeprefix("dose "))
