"""Hazards: none at rest, growing with every strain, finite always, and of the order of the published rates."""

from __future__ import annotations

import numpy as np
import pytest

from clsim.jit import driver
from clsim.lanes import lanes, widen
from clsim.model import hazards, perfusion
from clsim.model.equations import dangers
from clsim.model.hazards import EVENTS, NAMES, STRAINS, WEIGHTS
from clsim.model.layout import INPUTS, F, P, U, X, spread
from clsim.spec import ENDS

DAY = 1440.0
BAND = 5.0  # factor; what is fitted is cohorts under policies (docs/calibration.md), not the reference adult
AIMS = {  # % of courses; what was published stands on the page
    "supraventricular_arrhythmia": 9.0, "ventricular_arrhythmia": 0.6, "myocardial_ischaemia": 2.0,
    "myocardial_infarction": 0.9, "line_infection": 5.3, "sepsis": 3.5, "intubation": 2.0,
    "gastrointestinal_bleeding": 1.0, "gastrointestinal_infarction": 0.5, "seizure": 0.5, "coma": 1.2,
    "dialysis": 0.4, "cardiac_tamponade": 0.2, "eosinophilic_complication": 0.1, "autoimmune_disease": 1.0,
    "hyperglycaemia": 2.0, "death": 0.5,
}  # fmt: skip
SHORT = {  # a weight names its event in brief
    "supraventricular": "supraventricular_arrhythmia", "ventricular": "ventricular_arrhythmia",
    "ischaemia": "myocardial_ischaemia", "infarction": "myocardial_infarction", "bleeding": "gastrointestinal_bleeding",
    "bowel": "gastrointestinal_infarction", "tamponade": "cardiac_tamponade",
    "eosinophilic": "eosinophilic_complication", "autoimmune": "autoimmune_disease",
}  # fmt: skip
PLACES = {"effusion": "serous"}  # the weight is called after the fluid, the strain after the cavity
WORSE = {  # strain: values of what it watches, each worse than the one before
    "hypotension": ("MAP", (70.0, 60.0, 50.0, 30.0)),
    "pressors": ("pressors", (0.0, 0.3, 1.0, 3.0)),
    "tachycardia": ("HR", (80.0, 100.0, 130.0, 180.0)),
    "heart": ("cardiodepression", (0.0, 0.5, 1.0, 2.0)),
    "coronary": ("Q_heart", (0.28, 0.2, 0.1, 0.0)),
    "hypoxaemia": ("SaO2", (0.97, 0.92, 0.8, 0.5)),
    "breathing": ("oxygen_needed", (0.0, 2.0, 6.0, 15.0)),
    "fever": ("temperature", (37.5, 38.5, 39.5, 41.0)),
    "activation": ("priming", (1.0, 1.5, 2.5, 4.0)),
    "gut": ("gut_flow_ratio", (1.0, 0.8, 0.5, 0.1)),
    "prostaglandins": ("prostaglandin_block", (0.0, 0.3, 0.6, 0.9)),
    "platelets": ("platelets", (120.0, 80.0, 40.0, 10.0)),
    "brain": ("encephalopathy", (0.0, 0.3, 0.6, 1.2)),
    "sodium": ("Na", (140.0, 128.0, 120.0, 110.0)),
    "uraemia": ("urea_concentration", (5.0, 15.0, 30.0, 60.0)),
    "acidosis": ("HCO3", (24.0, 18.0, 12.0, 5.0)),
    "potassium": ("K", (4.2, 5.8, 6.5, 8.0)),
    "oliguria": ("urine_flow", (0.001, 4e-4, 2e-4, 0.0)),
    "serous": ("V_pocket", ((0.0, 0.0), (0.0, 0.3), (0.0, 1.0), (0.0, 4.0))),
    "eosinophils": ("eosinophils", (0.15, 2.0, 6.0, 20.0)),
    "glucose": ("glucose_concentration", (6.0, 12.0, 18.0, 30.0)),
    "lactate": ("lactate_concentration", (1.0, 3.0, 6.0, 15.0)),
}


WIDTH = 8
WX, WP, WU, WF = (widen(kind, WIDTH) for kind in (X, P, U, F))


@driver(dangers, WX, WP, WU, WF)
def look_at_eight(y, params, inputs, flow):
    """The outlook of eight patients side by side."""
    x, p, u, f = y.view(WX)[0], params.view(WP)[0], inputs.view(WU)[0], flow.view(WF)[0]
    dangers(lanes(x), lanes(p), lanes(u), lanes(f))


@pytest.fixture
def seen(outlook_of):
    """``seen(**values)`` -> (strains, hazards)."""

    def go(**values):
        flow = outlook_of(**values)
        return flow["strain"], flow["hazard"]

    return go


def risk_of(course, name):
    """Probability of an event during a course."""
    return -np.expm1(-np.trapezoid(course["hazard"][:, NAMES.index(name)], course.time))


def test_declarations_agree():
    assert set(AIMS) == set(NAMES)
    assert set(WORSE) == set(STRAINS)
    assert perfusion.ORGANS[hazards.HEART_FLOW] == "heart"
    assert all(event.ends in ENDS and event.source for event in EVENTS)
    assert [event.name for event in EVENTS if event.ends == "life"] == ["death"]
    for name, _ in WEIGHTS:
        event, strain = name.split("_by_")
        assert SHORT.get(event, event) in NAMES and PLACES.get(strain, strain) in STRAINS


def test_a_body_at_rest_has_no_hazard_but_that_of_its_line(seen):
    strains, rates = seen()
    assert np.all(strains < 1e-20)  # the coronary supply is 1 to round-off
    line = NAMES.index("line_infection")
    assert np.all(np.delete(rates, line) < 1e-20)
    assert 1e-3 < rates[line] * DAY < 4e-3  # one to four infections in 1000 days of a line
    assert np.array_equal(seen(central_line=0.0)[1] < 1e-20, np.ones(len(NAMES), bool))


def test_the_rest_state_of_a_patient_shows_his_hazards(seen, rested):
    strains, rates = seen()
    assert np.array_equal(rested["hazard"], rates)
    assert np.array_equal(rested["strain"], strains)


@pytest.mark.parametrize("strain", STRAINS)
def test_a_strain_grows_with_what_it_watches_and_with_it_the_hazards(seen, strain):
    k, (name, values) = STRAINS.index(strain), WORSE[strain]
    looks = [seen(**{name: value}) for value in values]
    strains, rates = np.array([s[k] for s, _ in looks]), np.array([r for _, r in looks])
    assert strains[0] < 1e-20 and np.all(np.diff(strains) > 0.0) and strains[-1] <= 1.0
    weighed = {SHORT.get(event, event) for event, _, of in (w.partition("_by_") for w, _ in WEIGHTS)
               if PLACES.get(of, of) == strain}  # fmt: skip
    assert weighed
    for event in NAMES:
        steps = np.diff(rates[:, NAMES.index(event)])
        assert np.all(steps >= 0.0) and (event not in weighed or np.all(steps > 0.0)), event


def test_high_sodium_strains_as_low_sodium_does(seen):
    k = STRAINS.index("sodium")
    assert seen(Na=160.0)[0][k] == seen(Na=120.0)[0][k] > 0.1


def test_no_state_makes_a_hazard_that_is_not_a_number(seen, rested):
    ruin = {"MAP": 25.0, "HR": 400.0, "Q_heart": 1e-9, "SaO2": 1e-6, "oxygen_needed": 1e6, "temperature": 60.0,
            "priming": 1e9, "gut_flow_ratio": 0.0, "platelets": 0.0, "encephalopathy": 1e6, "Na": 1e4,
            "urea_concentration": 1e6, "HCO3": -50.0, "K": 1e3, "urine_flow": 0.0, "V_pocket": (1e3, 1e3),
            "eosinophils": 1e6, "glucose_concentration": 1e4, "lactate_concentration": 1e4,
            "cardiodepression": 1e6, "phenylephrine_effect": 1e6}  # fmt: skip
    strains, rates = seen(**ruin)
    assert np.all((strains >= 0.0) & (strains <= 1.0))
    death, limit = NAMES.index("death"), 0.02  # 1.2 an hour
    cap = np.full(len(NAMES), limit)
    cap[death] = limit * (1.0 + rested["fatality_of_sepsis"])  # its own, and that of sepsis
    assert np.all((rates > 0.0) & (rates < cap))
    sure = dict.fromkeys((name for name, _ in WEIGHTS), 8.0)
    assert np.all(seen(**ruin, **sure)[1] <= cap)
    stopped = seen(**{**ruin, "MAP": 1e-3})[1]
    assert stopped[death] == 10.0 and np.all(np.delete(stopped, death) <= limit)


@pytest.mark.slow  # compiles a width
def test_eight_patients_side_by_side_leave_the_bits_of_each_alone(shipped):
    course = shipped("hd-il2-standard")
    rows = np.linspace(0, len(course.time) - 1, WIDTH).astype(int)
    inputs, params = spread(INPUTS, "default"), course.patient.parameters
    together = course.flows[rows].T.ravel().copy()
    together.view(WF)["hazard"][0] = np.nan
    look_at_eight(course.states[rows].T.ravel().copy(), np.repeat(params, WIDTH), np.repeat(inputs, WIDTH), together)
    assert together.reshape(-1, WIDTH).T.tobytes() == course.flows[rows].tobytes()


@pytest.mark.parametrize(
    ("event", "person", "factor"),
    [
        ("supraventricular_arrhythmia", {"age": 60.0}, 2.0),
        ("myocardial_infarction", {"coronary_disease": 1.0}, 5.0),
        ("myocardial_ischaemia", {"coronary_disease": 1.0}, 5.0),
        ("line_infection", {"antibiotic_prophylaxis": 0.0}, 1.0 / 0.3),
        ("sepsis", {"antibiotic_prophylaxis": 0.0}, 1.0 / 0.37),
        ("sepsis", {"central_line": 0.0}, 0.1 / 0.37),
        ("seizure", {"seizure_history": 1.0}, 10.0),
        ("autoimmune_disease", {"autoimmune_history": 1.0}, 10.0),
    ],
)
def test_the_person_counts(seen, event, person, factor):
    ill = {"cardiodepression": 0.5, "MAP": 60.0, "priming": 2.0, "encephalopathy": 0.4}
    usual, changed = seen(**ill)[1], seen(**ill, **person)[1]
    i = NAMES.index(event)
    assert changed[i] / usual[i] == pytest.approx(factor, rel=0.02)


def test_shock_kills_and_a_hard_week_seldom_does(seen):
    death = NAMES.index("death")
    shock = {"MAP": 40.0, "lactate_concentration": 8.0, "HCO3": 12.0}
    assert seen(**shock)[1][death] * DAY > 1.0  # most die within a day
    assert seen(MAP=60.0, HR=115.0, priming=2.5)[1][death] * DAY < 0.01


@pytest.mark.parametrize("event", NAMES)
def test_a_standard_course_has_the_order_of_the_rate_aimed_at(shipped, event):
    """Every dose is given here, whatever happens; the rates under rules are in ``clsim validate clinical``."""
    found = 100.0 * risk_of(shipped("hd-il2-standard"), event)
    assert AIMS[event] / BAND < found < AIMS[event] * BAND


def test_most_hazard_falls_into_the_second_half_of_the_cycle(shipped):
    course = shipped("hd-il2-standard")
    late = course.time >= 2.5 * DAY
    total, second = course["hazard"].sum(axis=0), course["hazard"][late].sum(axis=0)
    assert np.all(second > 0.5 * total)
