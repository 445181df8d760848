"""Figures of what moves what; the house style of `clsim.plots`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from clsim.compare.pictures import LONGEST_TITLE, WIDTH, folded, look
from clsim.plots import COLOUR, sheet, styled
from clsim.sensitivity.flips import Flips, Pair
from clsim.sensitivity.morris import Morris
from clsim.sensitivity.sobol import Sobol
from clsim.sensitivity.tornado import Tornado

MOST = 20  # knobs that are drawn
LINE, KEY = 0.26, 0.5  # inches
LABELS = 6.0  # heights of a letter that the labels of an axis take
LONGEST_NAME, LONGEST_PAIR, LONGEST_AXIS = 48, 40, 60  # characters
WIDE = 4.0  # from the least to the highest value of a knob: more is drawn on a logarithmic scale
MOST_PAIRS = 6  # of policies that are drawn


def _titled(figure: Figure, title: str) -> None:
    figure.suptitle(textwrap.fill(title, LONGEST_TITLE), x=0.012, ha="left", fontsize=10.5, fontweight="bold")


def _named_knob(name: str, label: str) -> str:
    return textwrap.shorten(f"{name}: {label}", LONGEST_NAME, placeholder=" ...")


def _named(axes: Axes, records: Sequence[Mapping[str, Any]]) -> None:
    """A line for each knob, the first on top."""
    axes.set_yticks(range(len(records)), [_named_knob(each["knob"], each["label"]) for each in records], fontsize=8.0)
    axes.set_ylim(len(records) - 0.5, -0.5)
    axes.grid(False, axis="y")


def _below(axes: Axes, marks: Sequence[Artist] | None = None) -> None:
    """What the marks mean, below the axis whatever its height."""
    axes.legend(handles=marks, loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=LABELS, ncols=2, fontsize=8)


@styled
def tornado(found: Tornado, label: str, title: str) -> Figure:
    """Bars of one patient, the widest on top."""
    bars = found.records()[:MOST]
    figure = sheet(WIDTH, 1.2 + LINE * len(bars))
    _titled(figure, title)
    axes = figure.subplots()
    axes.axvline(found.base, color=COLOUR["black"], linewidth=0.8)
    ends = (("at_low", "sky", -0.18), ("at_high", "red", 0.18))
    for height, each in enumerate(bars):
        for key, colour, offset in ends:
            if each[key] is not None and not np.isnan(found.base):
                axes.barh(height + offset, each[key] - found.base, 0.32, left=found.base, color=COLOUR[colour])
    _named(axes, bars)
    axes.margins(x=0.08)
    axes.set_xlabel(textwrap.fill(f"{label}; the line is the body as it is", LONGEST_AXIS))
    _below(axes, [Patch(color=COLOUR[colour], label=f"parameter at its {key[3:]} end") for key, colour, _ in ends])
    return figure


def _dots(axes: Axes, records: Sequence[Mapping[str, Any]], name: str, colour: str, mark: str, offset: float,
          label: str) -> None:
    known = [(k, each) for k, each in enumerate(records) if each[name] is not None]
    for k, each in known:
        if each[f"{name}_low"] is not None:
            axes.plot([each[f"{name}_low"], each[f"{name}_high"]], [k + offset, k + offset], color=COLOUR[colour],
                      linewidth=1.4, solid_capstyle="butt")
    axes.plot([each[name] for _, each in known], [k + offset for k, _ in known], linestyle="none", marker=mark,
              color=COLOUR[colour], markersize=5.5, label=label)


@styled
def sobol(found: Sobol, title: str) -> Figure:
    """First-order and total indices with 95 % intervals."""
    records = found.records()[:MOST]
    figure = sheet(WIDTH, 1.2 + LINE * len(records))
    _titled(figure, title)
    axes = figure.subplots()
    _dots(axes, records, "total", "red", "s", 0.14, "total: with all that it does together with others")
    _dots(axes, records, "first", "blue", "o", -0.14, "first order: by itself")
    _named(axes, records)
    axes.axvline(0.0, color=COLOUR["black"], linewidth=0.8)
    axes.set_xlabel("share of the variance of the outcome; bars: 95 %")
    _below(axes)
    return figure


@styled
def morris(found: Morris, label: str, title: str) -> Figure:
    """Size of the effects, and how much they differ from place to place, with 95 % intervals."""
    records = found.records()[:MOST]
    figure = sheet(WIDTH, 1.2 + LINE * len(records))
    _titled(figure, title)
    axes = figure.subplots()
    _dots(axes, records, "mu_star", "blue", "o", -0.14, "mu*: size of the effect")
    _dots(axes, records, "sigma", "red", "s", 0.14, "sigma: how much it differs with the others, or along the way")
    _named(axes, records)
    axes.axvline(0.0, color=COLOUR["black"], linewidth=0.8)
    axes.set_xlabel(textwrap.fill(f"{label}, for the whole range; bars: 95 %", LONGEST_AXIS))
    _below(axes)
    return figure


@styled
def flip_map(found: Flips, title: str) -> Figure:
    """For each two policies the members in the plane of the two knobs that separate them best, by who is ahead."""
    pairs = sorted(found.pairs, key=lambda pair: (not pair.flips, abs(pair.ahead - pair.behind)))[:MOST_PAIRS]
    columns = min(2, len(pairs))
    lines = -(-len(pairs) // columns)
    height = 4.0 if columns == 1 else 3.1
    figure = sheet(WIDTH, 0.5 + KEY + lines * height)
    _titled(figure, title)
    cells = figure.add_gridspec(lines + 1, columns, height_ratios=[*(height for _ in range(lines)), KEY])
    for place, pair in enumerate(pairs):
        _plane(figure.add_subplot(cells[place // columns, place % columns]), pair, found)
    key = figure.add_subplot(cells[lines, :])
    key.set_axis_off()
    for policy, mark in look(found.policies).items():
        key.scatter([], [], 36.0, marker=mark["marker"], color=mark["color"], label=f"{folded(policy)} is ahead")
    key.legend(loc="center", ncols=3, fontsize=8, title_fontsize=8, title="a mark is a member, its size its weight; "
               "filled: beyond the Monte Carlo error; cross: equal")
    return figure


def _plane(axes: Axes, pair: Pair, found: Flips) -> None:
    """Members by their values of two knobs; of one knob, by how far the first policy is ahead."""
    knobs = {knob.name: (k, _named_knob(knob.name, knob.label)) for k, knob in enumerate(found.ensemble.knobs)}
    marks = look(found.policies)
    place = [knobs[each.knob] for each in pair.separations[:2]]
    x, *others = (found.ensemble.values[found.members, k] for k, _ in place)
    y = others[0] if others else pair.gain
    size = 14.0 + 46.0 * found.weights / found.weights.max()
    for policy, here in ((pair.first, pair.gain > 0.0), (pair.second, pair.gain < 0.0)):
        mark = marks[policy]
        for some, face in ((here & pair.sure, mark["color"]), (here & ~pair.sure, "white")):
            axes.scatter(x[some], y[some], size[some], marker=mark["marker"], edgecolors=mark["color"], linewidths=1.0,
                         facecolors=face)
    tied = pair.gain == 0.0
    axes.scatter(x[tied], y[tied], size[tied], marker="x", color=COLOUR["grey"], linewidths=1.0)
    if pair.decided:
        axes.axvline(pair.separations[0].cut, color=COLOUR["grey"], linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_title(textwrap.fill(f"{pair.first} {100.0 * pair.ahead:.0f} %, {pair.second} {100.0 * pair.behind:.0f} %",
                                 LONGEST_PAIR), fontsize=8.5)
    axes.set_xlabel(place[0][1], fontsize=8)
    axes.set_ylabel(place[1][1] if others else f"{pair.first} is ahead by", fontsize=8)
    for scaled, values in ((axes.set_xscale, x), *([(axes.set_yscale, y)] if others else [])):
        if values.max() > WIDE * values.min():
            scaled("log")
