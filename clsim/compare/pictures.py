"""Figures of a comparison, ready to print.

House style of `clsim.plots`: colours are told apart by colour-blind readers, every policy has
a mark and a line of its own besides, and names are written in black, which all can read.
Numbers come from `clsim.compare.paired` and its neighbours; nothing is estimated here.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, MultipleLocator
from scipy.optimize import isotonic_regression

from clsim.compare.endpoints import LESS, MORE
from clsim.compare.incidence import Curve
from clsim.compare.pareto import Plane, Point, front
from clsim.compare.subgroups import Row
from clsim.compare.tables import between, digits, number, probability
from clsim.errors import BadInput
from clsim.plots import COLOUR, HALO, STYLE, settle, sheet, styled

Records = Sequence[Mapping[str, Any]]
COLOURS = ("blue", "red", "green", "purple", "amber", "black")
MARKS = ("o", "s", "D", "^", "v", "P", "X")  # seven to six colours: no pair comes twice within 42
LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (9, 2)))
WIDTH = 7.2  # inches, two columns of a journal
LONGEST_NAME, LONGEST_TITLE = 26, 78  # characters of a line
BETTER = {MORE: "right is better", LESS: "left is better"}
SIDES = {MORE: ("right", "upper"), LESS: ("left", "lower")}
MOST_LINES = 4  # of a sweep over two thresholds whose ends are all named
POINTS = "percentage points"  # of a difference between two per cents
Box = tuple[float, float, float, float]  # left, lower, right, upper


def look(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour, mark and line of each policy, the same in every figure that is given the same names."""
    return {
        name: {"color": COLOUR[COLOURS[i % len(COLOURS)]], "marker": MARKS[i % len(MARKS)],
               "linestyle": LINES[i % len(LINES)]}
        for i, name in enumerate(names)
    }  # fmt: skip


def folded(name: str) -> str:
    """A long name of a policy with its changes, in lines that leave room for the figure."""
    parts = name.replace(":", ":\n").replace(";", ";\n").splitlines()
    return "\n".join(textwrap.fill(part.strip(), LONGEST_NAME) for part in parts)


def most_lines(names: Iterable[str]) -> int:
    """Lines of the name that has most, folded."""
    return max((folded(name).count("\n") + 1 for name in names), default=1)


def svg(figure: Figure) -> str:
    """A figure as the text of an SVG, letters drawn as outlines so that they look the same everywhere."""
    out = io.StringIO()
    with matplotlib.rc_context({**STYLE, "svg.fonttype": "path"}):
        settle(figure)
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


@styled
def differences(records: Records, columns: int = 3, said: str = "") -> Figure:
    """A panel for each outcome: paired difference of each policy from the reference, with 95 % interval.

    Parameters
    ----------
    records : sequence of mapping
        As `clsim.compare.paired.records` gives them; the reference is the line at zero.
    columns : int
        Panels side by side.
    said : str
        What mark and interval are, if not statistic and interval of the records.

    Raises
    ------
    BadInput
        If there is no arm but the reference.
    """
    reference = records[0]["reference"]
    names = list(dict.fromkeys(each["policy"] for each in records))
    marks = look(names)
    shown = [name for name in names if name != reference]
    if not shown:
        raise BadInput("there is nothing to compare: only the reference is given", given=reference)
    outcomes = list(dict.fromkeys(each["outcome"] for each in records))
    lines = -(-len(outcomes) // columns)
    step = 0.19 + 0.1 * (most_lines(shown) - 1)
    figure = sheet(WIDTH, 0.5 + lines * (0.82 + step * len(shown)))
    shown_as = next((each["statistic"] for each in records if each["statistic"] != "mean"), "mean")
    figure.suptitle(f"Difference from {reference}, same patients ({said or f'{shown_as} and 95 % interval'})", x=0.012,
                    ha="left", fontsize=10.5, fontweight="bold")
    grid = figure.subplots(lines, columns, squeeze=False, sharey=True)
    for axes, outcome in zip(grid.flat, outcomes, strict=False):
        own = {each["policy"]: each for each in records if each["outcome"] == outcome}
        first = next(iter(own.values()))
        axes.axvline(0.0, color=COLOUR["black"], linewidth=0.8)
        for height, name in enumerate(shown):
            _interval(axes, height, own[name]["difference"], own[name]["ci_low"], own[name]["ci_high"], marks[name])
        axes.set_yticks(range(len(shown)), map(folded, shown), fontsize=8.0)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_title(textwrap.fill(first["label"], 25), fontsize=8.5)
        unit = POINTS if first["unit"] == "%" else first["unit"] or "number"
        axes.set_xlabel(f"{unit}{'; ' + BETTER[first['better']] if first['better'] else ''}", fontsize=7.5)
        axes.tick_params(labelsize=7.5, axis="x")
        axes.grid(False, axis="y")
        _around_zero(axes)
    for axes in grid.flat[len(outcomes):]:
        axes.set_visible(False)
    return figure


def _interval(axes: Axes, height: float, middle: float | None, low: float | None, high: float | None,
              mark: Mapping[str, Any], size: float = 5.0) -> None:
    """A mark with its interval, or words where there is none."""
    if middle is None:
        axes.annotate("not known", (0.0, height), xytext=(4, 0), textcoords="offset points", va="center", fontsize=7,
                      color=COLOUR["grey"])
        return
    if low is not None and high is not None:
        axes.plot([low, high], [height, height], color=mark["color"], linewidth=1.6, solid_capstyle="butt")
    axes.plot([middle], [height], color=mark["color"], marker=mark["marker"], markersize=size, linestyle="none")


def _around_zero(axes: Axes) -> None:
    """Room on both sides of zero, few ticks."""
    low, high = axes.get_xlim()
    room = 0.12 * max(high - low, 1e-9)
    axes.set_xlim(min(low, -room), max(high, room))
    axes.xaxis.set_major_locator(MaxNLocator(4))


@styled
def forest(rows: Sequence[Row], label: str) -> Figure:
    """The paired difference in each part of the cohort, with numbers beside.

    Parameters
    ----------
    rows : sequence of Row
        As `clsim.compare.subgroups.forest` gives them, all patients first.
    label : str
        The outcome in words.
    """
    first = rows[0]
    lines = [(row, i) for row in rows for i in range(-1 if row.label and row is not first else 0, len(row.parts))]
    figure = sheet(WIDTH, 0.9 + 0.2 * len(lines))
    title = textwrap.fill(f"{label}: {first.policy} less {first.reference}", LONGEST_TITLE)
    figure.suptitle(title, x=0.012, ha="left", fontsize=10.5, fontweight="bold")
    left, axes, right = figure.subplots(1, 3, sharey=True, width_ratios=(2.5, 2.7, 3.3))
    for side in (left, right):
        side.set_axis_off()
        side.set_xlim(0.0, 1.0)
    axes.axvline(0.0, color=COLOUR["black"], linewidth=0.8)
    whole = first.parts[0].difference
    if whole is not None:
        axes.axvline(whole, color=COLOUR["blue"], linewidth=0.8, linestyle=(0, (4, 3)))
    most = max(1, *(part.n for row in rows for part in row.parts))
    heads = {"va": "center", "fontsize": 8, "fontweight": "bold"}
    left.text(1.0, -1.0, "n", ha="right", **heads)
    right.text(0.68, -1.0, "difference (95 %)", ha="right", **heads)
    right.text(1.0, -1.0, "p of\ninteraction", ha="right", **heads)
    for height, (row, i) in enumerate(lines):
        if i < 0:
            left.text(0.0, height, row.label, va="center", fontsize=8, fontweight="bold")
            right.text(1.0, height, probability(row.p), va="center", ha="right", fontsize=8)
            continue
        part = row.parts[i]
        left.text(0.0 if row is first else 0.05, height, row.label if row is first else part.label, va="center",
                  fontsize=8, fontweight="bold" if row is first else "normal")
        left.text(1.0, height, f"{part.n:,}", va="center", ha="right", fontsize=8)
        mark = {"color": COLOUR["blue"], "marker": "D" if row is first else "s"}
        size = 3.0 + 4.0 * float(np.sqrt(part.n / most))
        if part.difference is not None:
            _interval(axes, height, part.difference, part.ci_low, part.ci_high, mark, size)
        decimals = digits(part.mc_error, part.difference)
        said = f"{number(part.difference, decimals, True)} ({between(part.ci_low, part.ci_high, decimals, True)})"
        said = said if part.difference is not None else "too few"
        right.text(0.68, height, said, va="center", ha="right", fontsize=8)
    axes.set_ylim(len(lines) - 0.4, -1.6)
    axes.tick_params(left=False, labelleft=False)
    axes.spines["left"].set_visible(False)
    axes.grid(False, axis="y")
    unit = POINTS if first.unit == "%" else first.unit
    axes.set_xlabel("difference" + (f", {unit}" if unit else ""))
    _around_zero(axes)
    return figure


@styled
def incidence(curves: Sequence[Curve], died: bool = False) -> Figure:
    """Cumulative incidence of one event by policy, with pointwise 95 % bands.

    Parameters
    ----------
    curves : sequence of Curve
        One for each arm, on one grid.
    died : bool
        Draw also the share that died before the event could come (thin lines).
    """
    marks = look([each.arm for each in curves])
    figure = sheet(WIDTH, 3.6)
    axes = figure.subplots()
    lines = most_lines(each.arm for each in curves)
    for each in curves:
        mark = marks[each.arm]
        axes.fill_between(each.hours, 100.0 * each.low, 100.0 * each.high, step="post", color=mark["color"],
                          alpha=0.4 / max(len(curves), 2), linewidth=0)
        axes.step(each.hours, 100.0 * each.share, where="post", color=mark["color"], linestyle=mark["linestyle"])
        if died:
            axes.step(each.hours, 100.0 * each.died_before, where="post", color=mark["color"], linewidth=0.8)
    first = curves[0]
    axes.set_title(f"Cumulative incidence: {first.label}")
    axes.set_ylabel("% of patients" + (" (thin: died before)" if died else ""))
    axes.set_xlabel("hours from the start (bands: 95 % of the Monte Carlo error at each hour)")
    end = float(first.hours[-1])
    axes.set_xlim(float(first.hours[0]), end)
    axes.set_ylim(0.0, None)
    axes.xaxis.set_major_locator(MultipleLocator(24.0 if end <= 240.0 else 48.0))
    low, high = axes.get_ylim()
    ends = [100.0 * float(each.share[-1]) for each in curves]
    for each, height, place in zip(curves, ends, apart(ends, 0.055 * lines * (high - low), low, high), strict=True):
        axes.annotate(f"{folded(each.arm)} {height:.1f} %", (end, height), xytext=(1.05 * end, place), fontsize=8.5,
                      textcoords="data", color=COLOUR["black"], va="center", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": marks[each.arm]["color"], "linewidth": 1.4,
                                  "shrinkA": 2, "shrinkB": 1, "relpos": (0.0, 0.5)})
    return figure


def apart(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Heights moved as little as can be so that each is a gap from the next, within the limits if they fit."""
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(heights))
    placed = isotonic_regression(np.asarray(heights, float)[order] - steps).x
    placed = np.maximum(np.minimum(placed, high - steps[-1]), low) + steps
    out = np.empty(len(placed))
    out[order] = placed
    return [float(each) for each in out]


@styled
def pareto(where: Plane, points: Sequence[Point], swept: Sequence[Point] = (), along: str = "", each_line: int = 0
           ) -> Figure:
    """Two outcomes against each other: named policies, a swept threshold, and the front none is better than.

    Parameters
    ----------
    where : Plane
    points : sequence of Point
        Policies, each labelled with its name.
    swept : sequence of Point
        A policy at several thresholds in order, joined by lines; the names of the first and last of each
        are shown, or of all if there are many lines.
    along : str
        What was swept, in words.
    each_line : int
        Points of a line where two thresholds are swept, the second along the line; 0: all of them.
    """
    figure = sheet(WIDTH, 4.6)
    axes = figure.subplots()
    best = front([*points, *swept], where)
    lines = [*_steps(axes, best, where)]
    joined = [swept[i : i + (each_line or len(swept))] for i in range(0, len(swept), each_line or len(swept) or 1)]
    for i, some in enumerate(joined):
        lines += axes.plot([each.x for each in some], [each.y for each in some], color=COLOUR["grey"], linewidth=1.2,
                           marker=".", markersize=6, label="" if i else f"swept: {along}", zorder=2)
    marks = look([each.name for each in points])
    for each in points:
        colour = marks[each.name]["color"]
        lines += axes.plot([each.x_low, each.x_high], [each.y, each.y], color=colour, linewidth=0.9, zorder=3)
        lines += axes.plot([each.x, each.x], [each.y_low, each.y_high], color=colour, linewidth=0.9, zorder=3)
        axes.plot([each.x], [each.y], color=colour, marker=marks[each.name]["marker"], markersize=6.5, zorder=3,
                  markerfacecolor=colour if each in best else "white")
    axes.margins(0.12)
    axes.set_title(f"{textwrap.shorten(where.y_label, 60)} against {textwrap.shorten(where.x_label, 60)}")
    axes.set_xlabel(f"{where.x_label} ({where.x_better} is better)")
    axes.set_ylabel(f"{where.y_label} ({where.y_better} is better)")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, fontsize=8, title="bars: 95 % of each mean; "
                f"filled: on the front; better lies to the {SIDES[where.y_better][1]} {SIDES[where.x_better][0]}",
                title_fontsize=8)
    figure.canvas.draw()
    named = [(each, marks[each.name]["color"]) for each in points]
    ends = joined if len(joined) <= MOST_LINES else [swept]
    named += [(each, COLOUR["grey"]) for some in ends for each in dict.fromkeys([*some[:1], *some[-1:]])]
    _label(axes, named, _covered(axes, [*points, *swept], lines))
    return figure


def _steps(axes: Axes, best: Sequence[Point], where: Plane) -> list[Line2D]:
    """The front as the edge of what is beaten: corners are on the worse side."""
    xs, ys = (np.repeat([each[i] for each in best], 2) for i in (1, 2))
    xs, ys = (xs[1:], ys[:-1]) if where.x_better == LESS else (xs[:-1], ys[1:])
    return axes.plot(xs, ys, color=COLOUR["black"], linewidth=1.0, linestyle=(0, (4, 2)), zorder=1,
                     label="front: no policy shown is better in both")


OFFSETS = [(radius * float(np.cos(angle)), radius * float(np.sin(angle))) for radius in (9.0, 15.0, 24.0, 36.0)
           for angle in np.radians((0, 180, 45, 135, -45, -135, 90, -90))]  # points, nearest first


def _covered(axes: Axes, points: Sequence[Point], lines: Sequence[Line2D]) -> list[Box]:
    """Where a name would cover something, as boxes in points: marks, and pieces of lines."""
    scale = 72.0 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    centres = [axes.transData.transform((each.x, each.y)) * scale for each in points]
    boxes = [(x - 5.0, y - 5.0, x + 5.0, y + 5.0) for x, y in centres]
    for line in lines:
        corners = axes.transData.transform(np.asarray(line.get_path().vertices)) * scale
        for (x, y), (u, v) in pairwise(corners):
            pieces = max(int(np.hypot(u - x, v - y) / 4.0), 1)
            for t in np.linspace(0.0, 1.0, pieces + 1):
                across, up = x + t * (u - x), y + t * (v - y)
                boxes.append((across - 1.5, up - 1.5, across + 1.5, up + 1.5))
    return boxes


def _label(axes: Axes, named: Sequence[tuple[Point, str]], taken: list[Box]) -> None:
    """A name beside each point, where it covers neither a mark, a line nor another name, if there is room."""
    scale = 72.0 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
    edges = np.asarray(axes.get_window_extent().extents) * scale
    for each, colour in named:
        x, y = axes.transData.transform((each.x, each.y)) * scale
        name = folded(each.name)
        written = name.splitlines()
        width, height = 4.9 * max(map(len, written)), 10.0 * len(written)  # of text of 8.5 points
        boxes: list[Box] = []
        for dx, dy in OFFSETS:
            left = x + dx - (width if dx < -1.0 else 0.0 if dx > 1.0 else width / 2.0)
            boxes.append((left, y + dy - height / 2.0, left + width, y + dy + height / 2.0))
        at = int(np.argmin([_cost(box, taken, edges) + 0.5 * i for i, box in enumerate(boxes)]))
        taken.append(boxes[at])
        dx, dy = OFFSETS[at]
        leader = {"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 4}
        axes.annotate(name, (each.x, each.y), xytext=(dx, dy), textcoords="offset points", fontsize=8.5,
                      color=COLOUR["black"], ha="right" if dx < -1.0 else "left" if dx > 1.0 else "center", va="center",
                      path_effects=HALO, annotation_clip=False, zorder=4,
                      arrowprops=leader if np.hypot(dx, dy) > 20.0 else None)


def _cost(box: Box, taken: Sequence[Box], edges: Any) -> float:
    """How much of a box is covered, in square points, or lies outside."""
    covered = 0.0
    for other in taken:
        across, up = min(box[2], other[2]) - max(box[0], other[0]), min(box[3], other[3]) - max(box[1], other[1])
        covered += max(across, 0.0) * max(up, 0.0)
    outside = np.maximum(edges[:2] - box[:2], 0.0).sum() + np.maximum(box[2:] - edges[2:], 0.0).sum()
    return float(covered + 20.0 * outside)
