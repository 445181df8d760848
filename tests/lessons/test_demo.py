"""The demonstration: two minutes, messages that a page may send, and texts that the run bears out."""

from __future__ import annotations

import pytest
from reading import PACKAGE

import clsim
from clsim.bedside.messages import INCOMING
from clsim.errors import BadInput
from clsim.lessons.demo import load_demo

TEXT = (PACKAGE.parent / "scenarios" / "lessons" / "demo.toml").read_text(encoding="utf-8")
SALINE = [{"give": "saline_0.9", "volume": "500 mL", "over": "30 min"}]


def test_it_takes_two_minutes_and_ends_at_the_end():
    demo = load_demo()
    assert demo.seconds == pytest.approx(120.0)
    assert [each.to_min for each in demo.steps if each.to_min] == sorted(
        each.to_min for each in demo.steps if each.to_min)
    shows = [each.show for each in demo.steps]
    for part in ("alarms", "hidden", "twin", "debrief", "typical", "command"):  # the eight stations of the script
        assert part in shows
    assert "advice" in demo.steps[0].said


def test_what_it_does_a_page_could_do():
    for step in load_demo().steps:
        for message in step.do:
            INCOMING.validate_python(message)


@pytest.mark.parametrize(("old", "new", "says"), [
    ('to = "5 h"', 'to = "2 h"', "cannot be reached"),
    ('to = "5 h"', 'to = "100 h"', "cannot be reached"),
    ('{ do = "debrief" }', '{ do = "take_over" }', "cannot be done by a demonstration"),
    ('{ do = "debrief" }', '{ do = "dance" }', ""),
    ('policy = "cwg-2014"', 'policy = "cwg-2041"', "policy"),
    ("seconds = 20", "seconds = 200", "less than or equal"),
])
def test_what_cannot_be_played_is_refused_with_its_line(tmp_path, old, new, says):
    assert old in TEXT
    file = tmp_path / "demo.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_demo(file)
    assert says in str(caught.value)
    assert caught.value.place.line == pytest.approx(TEXT[: TEXT.index(old)].count("\n") + 1, abs=2)


def test_the_run_bears_out_what_is_said():
    demo = load_demo()
    alarm = next(each["low"] for each in demo.steps[0].do if each["do"] == "limit")
    first = clsim.run(demo.scenario, policy=demo.policy, patient=demo.patient, seed=demo.seed)
    pressure, end = first["MAP"], demo.steps[1].to_min
    assert pressure.at(0.0) > alarm > pressure.at(end), "the alarm rings over the first dose"
    assert first["HR"].at(end) > first["HR"].at(0.0) + 3.0
    nadir = first.time[(first.time <= 480.0)][pressure.values[first.time <= 480.0].argmin()]
    assert 150.0 <= nadir <= 300.0
    boluses = [each for each in demo.steps if any(message["do"] == "fluid" for message in each.do)]
    assert len(boluses) == 2
    begins = [demo.steps[demo.steps.index(each) - 1].to_min or demo.steps[demo.steps.index(each) - 2].to_min
              for each in boluses]
    once = first.fork(begins[0], fluid=SALINE)
    run = once.fork(begins[1], fluid=SALINE)
    early, late = (with_it["MAP"].at(begin + 30.0) - without["MAP"].at(begin + 30.0)
                   for with_it, without, begin in ((once, first, begins[0]), (run, once, begins[1])))
    assert early > 1.0 and once["MAP"].at(begins[0] + 60.0) < first["MAP"].at(begins[0] + 60.0) + 0.5
    assert late < early - 1.0, "the same bolus no longer mends the pressure"
    assert run["SBP"].at(begins[1] + 30.0) < 80.0, "the alarm rings on"
    assert run["CI"].at(begins[1] + 30.0) < run["CI"].at(begins[1]) + 0.05, "the heart pumps no more for it"
    assert run["V_plasma"].at(begins[1] + 45.0) < run["V_plasma"].at(begins[1] + 30.0) - 0.1, "the bag does not stay"
    assert [each.number for each in run.doses if each.number <= 6] == [1, 2, 3, 4, 5, 6]
    assert run["phenylephrine"].at(begins[1]) == 0.0 < run["phenylephrine"].values.max()
    leaky = next(each.to_min for each in demo.steps if each.show == "hidden")
    assert run["escape_rate"].at(leaky) > 1.15 * run["escape_rate"].at(0.0)
    assert run["albumin"].at(leaky) < run["albumin"].at(0.0) - 1.0
    assert run["EVLW"].at(leaky) > run["EVLW"].at(0.0) + 0.02
    assert abs(run["CVP"].at(leaky) - run["CVP"].at(0.0)) < 3.0
    twin = next(message for each in demo.steps for message in each.do if message["do"] == "twin")
    other = clsim.run(demo.scenario, policy=twin["policies"][1], patient=demo.patient, seed=demo.seed)
    assert other["phenylephrine"].values.max() > 0.0
    assert len(other.doses) < len(run.doses), "who stops once a vasopressor is needed gives fewer doses"
