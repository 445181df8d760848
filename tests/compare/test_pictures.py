"""Figures show every policy, outcome and part, and the same input gives the same bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text
from toy_trial import HORIZON, arms

from clsim.compare import pictures
from clsim.compare.endpoints import available, chosen
from clsim.compare.incidence import HAPPENINGS, curves
from clsim.compare.paired import records
from clsim.compare.pareto import plane
from clsim.compare.publish import stems
from clsim.compare.subgroups import SUBGROUPS, forest
from clsim.disclaimer import DISCLAIMER
from clsim.errors import BadInput

THREE = arms(200)
RECORDS = records(THREE, "supportive", available(THREE[0].rows))
SIX = [each for each in RECORDS if each["outcome"] in ("doses_given", "death", "AKI_creatinine_2", "fluid_in")]


def words(figure):
    """All that is written in a figure that is to be seen."""
    seen = [figure.get_suptitle(), *(text.get_text() for text in figure.texts)]
    for axes in figure.axes:
        if axes.get_visible():
            labels = [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels(), *axes.xaxis.get_children()]
            seen += [axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel()]
            seen += [label.get_text() for label in labels if hasattr(label, "get_text")]
            seen += [text.get_text() for text in (axes.get_legend().get_texts() if axes.get_legend() else [])]
    return " ".join(" ".join(seen).split())


def test_a_panel_for_each_outcome():
    figure = pictures.differences(SIX)
    visible = [axes for axes in figure.axes if axes.get_visible()]
    assert len(visible) == 4
    text = words(figure)
    for part in ("doses given", "number; right is better", "percentage points; left is better", "cautious", "generous",
                 "AKI, stage 2 or 3 by", "Difference from supportive"):  # fmt: skip
        assert part in text
    marks = [line.get_xdata()[0] for line in visible[0].lines if line.get_linestyle() == "None"]
    assert marks == [each["difference"] for each in SIX[1:3]]
    for axes in visible:
        low, high = axes.get_xlim()
        assert low < 0.0 < high


def test_what_is_not_known_is_said():
    empty = {"difference": None, "ci_low": None, "ci_high": None}
    figure = pictures.differences([SIX[0], SIX[1] | empty])
    assert "not known" in words(figure)


def test_nothing_to_compare_is_refused():
    with pytest.raises(BadInput, match="only the reference is given; given: supportive"):
        pictures.differences(SIX[:1])


def test_a_line_for_each_part():
    rows = forest(THREE[1], THREE[0], chosen(("doses_given",), THREE[0].rows)[0], SUBGROUPS)
    text = words(pictures.forest(rows, "doses given"))
    for row in rows:
        assert row.label in text
        for part in row.parts:
            assert part.label in text and f"{part.n:,}" in text
    assert "doses given: cautious less supportive" in text and "p of interaction" in text


def test_a_curve_for_each_policy():
    found = curves(THREE, HAPPENINGS[0], np.linspace(0.0, HORIZON, 100))
    text = words(pictures.incidence(found, died=True))
    assert "Cumulative incidence: first dose held" in text and "thin: died before" in text
    for each in found:
        assert f"{each.arm} {100 * each.share[-1]:.1f} %" in text


@given(st.lists(st.floats(0.0, 100.0), min_size=1, max_size=9))
def test_names_stand_apart_in_order_and_inside(heights):
    placed = pictures.apart(heights, 10.0, 0.0, 100.0)
    order = np.argsort(heights, kind="stable")
    assert np.all(np.diff(np.array(placed)[order]) >= 10.0 - 1e-9)
    assert min(placed) >= -1e-9 and max(placed) <= 100.0 + 1e-9


def test_names_that_have_room_stay():
    assert pictures.apart([50.0, 10.0], 10.0, 0.0, 100.0) == pytest.approx([50.0, 10.0])


def test_policies_and_a_sweep_in_a_plane():
    where, points = plane(RECORDS, "ICU", "doses_given")
    swept = [each._replace(name=f"{80 + i}", x=each.x + 3, y=each.y - 2) for i, each in enumerate(points)]
    text = words(pictures.pareto(where, points, swept, "target of systolic pressure, mmHg"))
    for part in ("supportive", "cautious", "generous", "80", "82", "swept: target of systolic pressure, mmHg",
                 "care at the level of an ICU [%] (less is better)", "doses given (more is better)"):  # fmt: skip
        assert part in text


def test_names_in_the_plane_do_not_cover_each_other():
    where, points = plane(RECORDS, "hours_MAP_below_65", "doses_given")
    close = [points[0]._replace(name=f"policy {i}", x=points[0].x + 0.01 * i) for i in range(5)]
    figure = pictures.pareto(where, [*points, *close])
    figure.canvas.draw()
    boxes = [Text.get_window_extent(text) for text in figure.axes[0].texts]  # without what leads to the point
    assert len(boxes) == 8
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_a_picture_is_the_same_each_time_and_bears_the_disclaimer():
    first, second = (pictures.svg(pictures.differences(SIX)) for _ in range(2))
    again = pictures.differences(SIX)
    assert pictures.svg(again) == pictures.svg(again) == first  # and writing it changes no figure
    assert first == second and "<svg" in first and "<script" not in first and "<text" not in first
    assert DISCLAIMER.split()[0] in words(pictures.differences(SIX))


def test_no_two_policies_look_alike():
    found = pictures.look([str(i) for i in range(15)]).values()
    assert len({(each["color"], each["marker"]) for each in found}) == 15
    assert len({(each["color"], str(each["linestyle"])) for each in found}) == 15


LONG = "cwg-2014:targets.sbp.value=90 mmHg;bolus.volume=250 mL"


def test_long_names_are_folded_where_they_can_be_read():
    assert pictures.folded(LONG).splitlines() == ["cwg-2014:", "targets.sbp.value=90 mmHg;", "bolus.volume=250 mL"]
    assert pictures.folded("label-2023") == "label-2023" and pictures.most_lines(["a", LONG]) == 3
    assert pictures.most_lines([]) == 1


def test_names_of_policies_with_changes_leave_room_for_the_panels():
    named = [each | {"policy": LONG} if each["policy"] == "cautious" else each for each in SIX]
    figure = pictures.differences(named)
    pictures.svg(figure)
    whole, (left, *_) = figure.get_window_extent(), [axes for axes in figure.axes if axes.get_visible()]
    assert left.get_window_extent().width > 0.18 * whole.width
    assert all(label.get_window_extent().x0 >= 0.0 for label in left.get_yticklabels())


def test_files_are_called_by_names_that_every_system_takes():
    found = stems(["differences", f"subgroups_{LONG}", "subgroups_a b", "subgroups_a_b", "x" * 300])
    assert found[1] == "subgroups_cwg-2014_targets.sbp.value_90_mmHg_bolus.volume_250_mL"
    assert len(set(found)) == 5 and max(map(len, found)) <= 84
