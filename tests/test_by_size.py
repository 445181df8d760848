"""One scenario for patients of any size."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.engine.timeline import make_timeline
from clsim.errors import BadInput
from clsim.model.layout import INPUTS, columns, spread
from clsim.scenario.by_size import by_size, measures, sized_course, slots
from clsim.scenario.scenario import load, loads

MIXED = """
[patient]
weight = "70 kg"
[course]
dose = "18 MIU/m2"
over = "15 min"
every = "8 h"
doses = 2
[[fluid]]
give = "saline_0.9"
volume = "10 mL/kg"
over = "20 min"
at = "3 h"
[[fluid]]
give = "saline_0.9"
rate = "100 mL/h"
from = "0 h"
[[drug]]
give = "norepinephrine"
rate = "0.1 mcg/kg/min"
from = "5 h"
[[ward]]
eating = 0
from = "2 h"
"""


@pytest.mark.parametrize(("weight", "height"), [(52.0, 1.55), (70.0, 1.75), (121.5, 1.98)])
@pytest.mark.parametrize("scenario", [load("hd-il2-standard"), load("consensus-2014-week"), loads(MIXED)],
                         ids=lambda each: each.name)
def test_a_body_of_any_size_gets_what_a_scenario_written_for_it_gives(scenario, weight, height):
    mine_of_all = sized_course(scenario, [0.0, 1440.0])
    mine = scenario.but(patient={"weight": f"{weight} kg", "height": f"{height} m"})
    other = make_timeline(mine.events, columns(INPUTS), spread(INPUTS, "default"), [0.0, 1440.0])
    assert np.array_equal(mine_of_all.edges, other.edges)
    given = (mine_of_all.inputs + mine_of_all.doses) @ measures(weight, height)[0]
    assert given == pytest.approx(other.inputs, rel=1e-12)


def test_each_rate_is_told_apart_by_how_it_grows():
    kinds = {(event.input, event.start): measure for event, measure in by_size(loads(MIXED))}
    assert kinds["interleukin2_in", 0.0] == 2
    assert kinds["water_in", 180.0] == 1 and kinds["water_in", 0.0] == 0
    assert kinds["norepinephrine", 300.0] == 1 and kinds["eating", 120.0] == 0


def test_a_duration_that_depends_on_size_is_refused():
    text = MIXED.replace('over = "20 min"\nat = "3 h"', 'rate = "500 mL/h"\nat = "3 h"')
    with pytest.raises(BadInput, match="how long it lasts depends on the size of the patient"):
        by_size(loads(text))


def test_doses_and_the_fluid_they_come_in_are_told_apart():
    scenario = load("hd-il2-standard", course={"carrier": "dextrose_5", "carrier_volume": "50 mL"})
    course = sized_course(scenario, np.arange(0.0, 1441.0, 15.0))
    dose = course.doses[0] @ measures(70.0, 1.75)[0]
    names = columns(INPUTS)
    assert dose[names.index("interleukin2_in")] == pytest.approx(600_000.0 * 70.0 / 15.0)
    assert dose[names.index("water_in")] == pytest.approx(0.05 / 15.0)
    assert not course.doses[1].any() and (course.tick == -1).all()
    assert course.inputs[0, names.index("water_in")].any()


def test_under_a_policy_fluids_and_drugs_are_not_the_scenario_s():
    scenario = load("consensus-2014-week")
    looks = np.append(np.arange(0.0, scenario.horizon, 15.0), scenario.horizon)
    course = sized_course(scenario, looks, managed=True)
    names = columns(INPUTS)
    for name in ("water_in", "phenylephrine", "acetaminophen"):
        assert not course.inputs[:, names.index(name)].any()
    assert (course.inputs[:, names.index("eating"), 0] != 1.0).any()  # what the ward sets stays
    planned = slots(scenario, 15.0)
    given = course.doses[:, names.index("interleukin2_in")].any(axis=1)
    assert scenario.held and given.sum() == len(planned) == len(scenario.doses) + len(scenario.held)
    assert course.tick[course.observed][:-1].tolist() == list(range(looks.size - 1)) and course.tick[-1] == -1


def test_doses_between_two_looks_are_refused_under_a_policy():
    scenario = loads(MIXED.replace('every = "8 h"', 'every = "8.1 h"'))
    with pytest.raises(BadInput, match="is planned between two looks"):
        slots(scenario, 15.0)


def test_cycles_and_courses_are_numbered():
    text = MIXED + "[run]\nhorizon = \"60 d\"\n"
    scenario = loads(text.replace("doses = 2", 'doses = 2\ncycles = 2\nrest = "9 d"\ncourses = 2\npause = "7 d"'))
    assert [each[1:] for each in slots(scenario, 15.0)] == [(0, 0)] * 2 + [(1, 0)] * 2 + [(0, 1)] * 2 + [(1, 1)] * 2
    starts = [dose.start / 1440.0 for dose in scenario.doses]
    assert starts[2] == 10.0 and starts[4] == 10.0 + 1.0 + 7.0
    with pytest.raises(BadInput, match='needs "pause"'):
        loads(text.replace("doses = 2", "doses = 2\ncourses = 2"))
