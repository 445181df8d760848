"""Figures of sensitivity: each is drawn, also where there is little to draw."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_ensemble

sys.path.insert(0, str(Path(__file__).parent))

from known import Known, Planned, spans

from clsim.compare.pictures import svg
from clsim.sensitivity import pictures
from clsim.sensitivity.flips import flips
from clsim.sensitivity.morris import morris
from clsim.sensitivity.sobol import sobol
from clsim.sensitivity.tornado import tornado

SPANS = spans("a", "b", "c")


def texts(figure):
    """All words of a figure."""
    return " ".join(text.get_text() for axes in figure.axes for text in [
        *axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_yticklabels(),
        *(axes.get_legend().get_texts() if axes.get_legend() else [])])


@pytest.mark.parametrize("of", [lambda a, b, c: a * b + c, lambda a, b, c: 1.0])
def test_bars_and_dots_name_every_knob(of):
    trial = Known(of, 4, 0.3)
    for figure in (pictures.sobol(sobol(trial, SPANS, 8, resamples=20), "title"),
                   pictures.morris(morris(trial, SPANS, 4, resamples=20), "pressure [mmHg]", "title")):
        assert all(f"{name}, times" in texts(figure) for name in "abc")
        assert len(svg(figure)) > 1000
    assert "pressure [mmHg]" in texts(figure)


def test_a_tornado_has_a_bar_for_each_end_and_none_where_nothing_is_known():
    figure = pictures.tornado(tornado(Known(lambda a=0.5, b=0.5, c=0.5: a + 2.0 * b), SPANS), "pressure", "title")
    bars = figure.axes[0].patches
    assert [bar.get_width() for bar in bars] == pytest.approx([-1.0, 1.0, -0.5, 0.5, 0.0, 0.0])
    empty = pictures.tornado(tornado(Known(lambda **_: np.nan), SPANS), "pressure", "title")
    assert not empty.axes[0].patches and svg(empty)


def test_a_map_marks_members_by_who_is_ahead_and_how_surely():
    ensemble = small_ensemble.made(60)
    one = flips(Planned(a=lambda NO_max, **_: 10.0 * NO_max, b=lambda **_: 10.4), ensemble, resamples=20)
    figure = pictures.flip_map(one, "title")
    plane, key = figure.axes
    sizes = [len(each.get_offsets()) for each in plane.collections]
    assert sum(sizes) == 60 and sizes[-1] == 0 and all(sizes[:4])
    assert plane.get_xlabel() == "NO_max: NO_max, times" and "a is ahead" in texts(figure) and key.get_legend()
    assert plane.lines[0].get_xdata()[0] == one.pairs[0].separations[0].cut
    three = flips(Planned(a=lambda NO_max, **_: NO_max, b=lambda **_: 9.0, c=lambda **_: 9.0), ensemble, resamples=20)
    figure = pictures.flip_map(three, "title")
    assert len(figure.axes) == 4 and not any(axes.lines for axes in figure.axes) and svg(figure)


def test_of_one_knob_the_map_shows_how_far_ahead():
    whole = small_ensemble.made(12)
    single = replace(whole, knobs=whole.knobs[:1], values=whole.values[:, :1])
    figure = pictures.flip_map(flips(Planned(a=lambda NO_max: NO_max, b=lambda NO_max: 1.0), single, resamples=20), "t")
    assert figure.axes[0].get_ylabel() == "a is ahead by"
