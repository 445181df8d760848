"""Two courses of two cycles in a compiled cohort: what is counted anew, and who is not treated again."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.cohort import draw_people, load_cohort
from clsim.crowd import plan as crowd
from clsim.model.hazards import EVENTS
from clsim.model.layout import FLOWS, columns
from clsim.policy import load_policy
from clsim.policy.memory import GIVEN, NOT_GIVEN, SKIPPED
from clsim.scenario.scenario import load

PEOPLE, DOSES, CYCLES = 24, 4, 4
SHORT = {"doses": DOSES, "rest": "1 d", "pause": "2 d"}
STARTS = np.array([0.0, 6.0, 13.0, 19.0]) * 1440.0
SEIZURE = [each.name for each in EVENTS].index("seizure")
MANY_SEIZURES = ["0.003 1/min" if k == SEIZURE else "0 1/min" for k in range(len(EVENTS))]


def followed(policy, **more):
    """What was found and remembered of everybody over two short courses."""
    scenario = load("hd-il2-two-courses", course=SHORT, run={"horizon": "21 d"}, **more)
    plan = crowd.make_plan(scenario, load_cohort("hd-il2-candidates"), 5, PEOPLE, everyone=True,
                           policy=load_policy(policy))
    people = draw_people(plan.cohort, plan.scenario.values, plan.seed, 0, PEOPLE, PEOPLE)
    treated = np.flatnonzero(people.status <= crowd.NOT_ELIGIBLE)
    found, memory = crowd.follow(plan, people, treated, np.full(treated.size, -1))
    assert plan.calendar.slot.sum() == DOSES * CYCLES
    return plan, found, memory


def test_the_shipped_file_keeps_seven_weeks_between_courses():
    scenario = load("hd-il2-two-courses")
    starts = [dose.start / 1440.0 for dose in scenario.doses]
    assert len(starts) == 56 and starts[14] == 14.0 and starts[28] - 19.0 >= 49.0
    assert {(dose.course, dose.cycle) for dose in scenario.doses} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert scenario.horizon == (starts[42] + 5.0) * 1440.0
    assert scenario.horizon / scenario.every <= 1200  # lines of a result


@pytest.mark.parametrize("name", ["cwg-2014", "label-2023", "no-pressor-2015", "never-hold"])
def test_who_has_a_contraindication_gets_no_further_cycle_or_course(name):
    plan, found, memory = followed(name, parameters={"base_hazard": MANY_SEIZURES})
    first = found.when[:, SEIZURE]
    barred = 0
    for k, start in enumerate(STARTS):
        before = first < start  # a seizure before the cycle
        cycle = memory.state[:, k * DOSES : (k + 1) * DOSES]
        assert (cycle[before] == NOT_GIVEN).all()
        barred += int(before.sum())
        if name == "never-hold":
            assert (cycle[:, 0][~before & (found.ended_at > start)] == GIVEN).all()
    assert 0 < barred < CYCLES * first.size
    reasons = {plan.policy.verdicts[v].name for v in np.unique(memory.stopped_by) if v >= 0}
    assert reasons & {"again_seizures", "never_seizures"}
    last = found.ended_at > STARTS[2]
    assert (memory.stopped[last & (first < STARTS[2])] == 3).all()  # treatment, not only the course


def test_counts_begin_anew_with_each_cycle_and_course():
    """Three held doses stop a cycle; none of those of one cycle count in the next."""
    _, found, memory = followed("no-pressor-2015", parameters={"base_hazard": ["0 1/min"] * len(EVENTS)})
    state = memory.state.reshape(-1, CYCLES, DOSES)
    assert (found.ended_at >= 21.0 * 1440.0).all()
    assert (state[:, :, 0] == GIVEN).mean() > 0.9  # whatever happened in the cycles before
    assert np.array_equal(memory.doses, (state[:, -1] == GIVEN).sum(axis=1))
    assert np.array_equal(memory.held, (state[:, -1] == SKIPPED).sum(axis=1))


def test_the_body_is_back_at_rest_when_the_second_course_begins():
    scenario = load("hd-il2-two-courses", run={"horizon": "71 d"})
    plan = crowd.make_plan(scenario, load_cohort("hd-il2-candidates"), 5, 8, keep=(0, 1), everyone=True,
                           policy=load_policy("cwg-2014"))
    for _, flows in crowd.run_block(plan, 0, 2).kept.values():
        course = dict(zip(columns(FLOWS), flows.T, strict=True))
        for name, near in (("MAP", 1.0), ("weight_now", 0.4), ("albumin", 1.0), ("creatinine_concentration", 0.005),
                           ("HR", 2.0)):
            assert course[name][-1] == pytest.approx(course[name][0], abs=near), name
            assert np.ptp(course[name]) > 2.0 * near, name
