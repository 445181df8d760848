"""Figures of what moves what; the house style of `clsim.plots`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from clsim.compare.pictures import LONGEST_TITLE, WIDTH, folded, look
from clsim.plots import COLOUR, HALO, sheet, styled
from clsim.sensitivity.flips import Flips
from clsim.sensitivity.morris import Morris
from clsim.sensitivity.sobol import Sobol
from clsim.sensitivity.tornado import Tornado

MOST = 20  # knobs that are drawn
LINE = 0.26  # inches
LONGEST_NAME = 44  # characters


def _titled(figure: Figure, title: str) -> None:
    figure.suptitle(textwrap.fill(title, LONGEST_TITLE), x=0.012, ha="left", fontsize=10.5, fontweight="bold")


def _named(axes: Axes, records: Sequence[Mapping[str, Any]]) -> None:
    """A line for each knob, the first on top."""
    axes.set_yticks(range(len(records)), [textwrap.shorten(each["label"], LONGEST_NAME) for each in records],
                    fontsize=8.0)
    axes.set_ylim(len(records) - 0.5, -0.5)
    axes.grid(False, axis="y")


@styled
def tornado(found: Tornado, label: str, title: str) -> Figure:
    """Bars of one patient, the widest on top."""
    bars = found.records()[:MOST]
    figure = sheet(WIDTH, 1.0 + LINE * len(bars))
    _titled(figure, title)
    axes = figure.subplots()
    axes.axvline(found.base, color=COLOUR["black"], linewidth=0.8)
    for height, each in enumerate(bars):
        for key, colour, offset in (("at_low", "sky", -0.18), ("at_high", "red", 0.18)):
            if each[key] is not None and not np.isnan(found.base):
                axes.barh(height + offset, each[key] - found.base, 0.32, left=found.base, color=COLOUR[colour],
                          label=f"parameter at its {key[3:]} end" if height == 0 else "")
    _named(axes, bars)
    axes.margins(x=0.08)
    axes.set_xlabel(f"{label}; the line is the body as it is")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16 - 0.2 / len(bars)), ncols=2, fontsize=8)
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
    figure = sheet(WIDTH, 1.0 + LINE * len(records))
    _titled(figure, title)
    axes = figure.subplots()
    _dots(axes, records, "total", "red", "s", 0.14, "total: with all that it does together with others")
    _dots(axes, records, "first", "blue", "o", -0.14, "first order: by itself")
    _named(axes, records)
    axes.axvline(0.0, color=COLOUR["black"], linewidth=0.8)
    axes.set_xlabel("share of the variance of the outcome; bars: 95 %")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16 - 0.2 / len(records)), ncols=2, fontsize=8)
    return figure


@styled
def morris(found: Morris, label: str, title: str) -> Figure:
    """Size of the effects against how much they differ from place to place."""
    records = found.records()[:MOST]
    figure = sheet(WIDTH, 4.2)
    _titled(figure, title)
    axes = figure.subplots()
    for each in records:
        x, y = each["mu_star"], each["sigma"]
        if x is None or y is None:
            continue
        axes.plot([each["mu_star_low"], each["mu_star_high"]], [y, y], color=COLOUR["blue"], linewidth=0.9)
        axes.plot([x, x], [each["sigma_low"], each["sigma_high"]], color=COLOUR["blue"], linewidth=0.9)
        axes.plot([x], [y], color=COLOUR["blue"], marker="o", markersize=5)
        axes.annotate(each["knob"], (x, y), xytext=(4, 4), textcoords="offset points", fontsize=8, path_effects=HALO)
    top = max((each["mu_star_high"] or 0.0 for each in records), default=0.0) or 1.0
    axes.plot([0.0, top], [0.0, top], color=COLOUR["grey"], linewidth=0.8, linestyle=(0, (4, 3)),
              label="above the line the effect changes its sign, or depends much on the others")
    axes.set_xlim(0.0, None)
    axes.set_ylim(0.0, None)
    axes.set_xlabel(f"mu*, size of the effect over the whole range: {label}")
    axes.set_ylabel("sigma, how much it differs")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), fontsize=8)
    return figure


@styled
def flip_map(found: Flips, title: str) -> Figure:
    """Members in the plane of the two knobs that separate them best, by the policy that is best there."""
    pair = found.leading()
    names = [knob.name for knob in found.ensemble.knobs]
    shown = [each.knob for each in pair.separations[:2]]
    figure = sheet(WIDTH, 4.6)
    _titled(figure, title)
    axes = figure.subplots()
    marks = look(found.policies)
    gain = found.means if found.better == "more" else -found.means
    order = np.sort(gain, axis=1)
    tied = order[:, -1] == order[:, -2]
    best = np.where(tied, -1, np.argmax(gain, axis=1))
    sure = _sure(found, best)
    values = found.ensemble.values[found.members]
    x = values[:, names.index(shown[0])]
    y = values[:, names.index(shown[1])] if len(shown) > 1 else gain[:, 0]
    size = 18.0 + 60.0 * found.weights / found.weights.max()
    for k, policy in enumerate(found.policies):
        mark = marks[policy]
        for certain in (True, False):
            some = (best == k) & (sure == certain)
            axes.scatter(x[some], y[some], size[some], marker=mark["marker"], edgecolors=mark["color"], linewidths=1.0,
                         facecolors=mark["color"] if certain else "white", label="")
        axes.scatter([], [], 36.0, marker=mark["marker"], color=mark["color"],
                     label=f"{folded(policy)} best: {100.0 * float(found.best[k]):.0f} %")
    if tied.any():
        axes.scatter(x[tied], y[tied], size[tied], marker="x", color=COLOUR["grey"], linewidths=1.0,
                     label=f"equal: {100.0 * float(found.weights[tied].sum()):.0f} %")
    cut = pair.separations[0].cut
    if pair.flips and not np.isnan(cut):
        axes.axvline(cut, color=COLOUR["grey"], linewidth=0.9, linestyle=(0, (4, 3)))
    labels = {knob.name: knob.label for knob in found.ensemble.knobs}
    axes.set_xlabel(labels[shown[0]])
    axes.set_ylabel(labels[shown[1]] if len(shown) > 1 else "outcome")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=min(3, len(found.policies) + int(tied.any())),
                fontsize=8, title="a mark is a member, its size its weight; filled: beyond the Monte Carlo error",
                title_fontsize=8)
    return figure


def _sure(found: Flips, best: Any) -> Any:
    """Members in which the best policy is surely ahead of every other."""
    sure = best >= 0
    for pair in found.pairs:
        first, second = found.policies.index(pair.first), found.policies.index(pair.second)
        mine = (best == first) | (best == second)
        sure = sure & (~mine | pair.sure)
    return sure
