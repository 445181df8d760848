"""What the tests of the whole body share: orders, a busy course, and a run read by name."""

from __future__ import annotations

import numpy as np

from clsim.engine.outcome import describe
from clsim.engine.timeline import SET, Event
from clsim.fluids import opened
from clsim.model.layout import FLOWS, INPUTS, STATES, F, P, X, columns
from clsim.patient import Patient

DAY = 1440.0


def bag(name, volume, start, over):
    """The events of one bag: every substance at its own rate."""
    return [
        Event(substance, start, start + over, volume * amount / over)
        for substance, amount in opened(name).items()
    ]


def doses(number, amount=45e6, first=0.0, every=480.0, over=15.0):
    """Short infusions of interleukin-2."""
    starts = [first + every * i for i in range(number)]
    return [Event("interleukin2_in", t, t + over, amount / over) for t in starts]


def busy_course():
    """Five days of everything, with edges off the grid of steps: doses, bags, drips, drugs."""
    nothing_by_mouth = [
        Event("eating", 1.7 * DAY, 4.0 * DAY, 0.25, SET),
        Event("drinking", 1.7 * DAY, 4.0 * DAY, 0.3, SET),
    ]
    drugs = [
        Event("phenylephrine", 2.0 * DAY + 7.7, 2.6 * DAY, 50.0),
        Event("phenylephrine", 2.3 * DAY + 0.31, 2.6 * DAY, 40.0),
        Event("phenylephrine", 3.4 * DAY, 3.4 * DAY + 0.5, 200.0),  # a bolus
        Event("norepinephrine", 3.1 * DAY + 3.3, 3.9 * DAY + 1.1, 6.0),
        Event("dopamine", 2.1 * DAY, 4.2 * DAY, 150.0),
        Event("furosemide", 4.4 * DAY + 0.2, 4.4 * DAY + 2.2, 20.0),
        Event("acetaminophen", 100.0, 130.0, 650.0 / 30.0),
        Event("indomethacin", 1.1 * DAY, 1.1 * DAY + 30.0, 25.0 / 30.0),
        Event("nos_inhibitor", 3.6 * DAY, 3.6 * DAY + 180.0, 2.5),
        Event("oxygen", 2.9 * DAY, 4.1 * DAY, 3.0),
        Event("interleukin2_subcutaneous", 4.55 * DAY, 4.55 * DAY + 1.0, 9e6),
        Event("nephrotoxic", 1.3 * DAY, 2.3 * DAY, 0.3),
        Event("bleeding", 2.55 * DAY, 2.55 * DAY + 21.7, 0.3 / 21.7),
        Event("diarrhoea", 3.0 * DAY, 3.5 * DAY, 0.3 / DAY),
        Event("salt_by_mouth", 0.2 * DAY, 0.5 * DAY, 0.02),
        Event("hydrostatic_pressure", 4.6 * DAY, 4.6 * DAY + 60.0, 6.0),
        Event("pooled_volume", 4.6 * DAY, 4.6 * DAY + 60.0, 0.3),
    ]
    bags = [
        *bag("dextrose_5_saline_0.45", 9.0, 0.1 * DAY, 4.5 * DAY),
        *bag("saline_0.9", 0.5, 0.31 * DAY + 0.4, 29.3),
        *bag("ringer_lactate", 0.5, 1.2 * DAY, 30.0),
        *bag("albumin_20", 0.1, 2.2 * DAY + 4.4, 61.3),
        *bag("fresh_frozen_plasma", 0.25, 2.7 * DAY, 45.0),
        *bag("red_cells", 0.3, 2.8 * DAY + 0.9, 90.0),
        *bag("saline_0.9", 0.5, 3.3 * DAY, 20.0),
        *bag("potassium_chloride", 0.02, 3.7 * DAY, 120.0),
        *bag("sodium_bicarbonate_8.4", 0.05, 3.8 * DAY, 30.0),
    ]
    return [*doses(12, first=20.3), *nothing_by_mouth, *drugs, *bags]


EXACT = 1e-10  # of the content of the body: round-off of some 1e4 steps

# what the body holds of each substance, and the ledger of what crossed the skin
SUBSTANCES = {
    "water": (("V_plasma", "V_interstitium", "V_pocket", "V_cells"), None),
    "red cells": (("V_red_cells",), "ledger_red_cells"),
    "sodium": (("sodium",), "ledger_sodium"),
    "potassium": (("potassium", "potassium_cells"), "ledger_potassium"),
    "chloride": (("chloride",), "ledger_chloride"),
    "urea": (("urea",), "ledger_urea"),
    "creatinine": (("creatinine",), "ledger_creatinine"),
    "albumin": (("M_albumin", "M_albumin_interstitium", "M_albumin_pocket"), "ledger_albumin"),
    "globulin": (("M_globulin", "M_globulin_interstitium", "M_globulin_pocket"), "ledger_globulin"),
}
INTERLEUKIN2 = tuple(
    f"interleukin2_{place}" for place in ("central", "peripheral", "depot", "eliminated")
)


def total(course, *names):
    """Sum over places, beds and pockets."""
    return sum(np.reshape(course[name], (len(course[name]), -1)).sum(axis=1) for name in names)


def imbalances(course):
    """Largest relative error of the balance of each substance."""
    errors = {}
    for substance, (places, book) in SUBSTANCES.items():
        content = total(course, *places)
        if book is None:
            gained = total(course, "fluid_given", "water_taken")
            gained = gained - total(course, "urine_volume", "other_losses")
        else:
            gained = course[book]
        turnover = max(np.max(np.abs(content)), np.max(np.abs(gained)))
        errors[substance] = np.max(np.abs(content - gained - content[0])) / turnover
    given_all = course.given("interleukin2_in") + course.given("interleukin2_subcutaneous")
    found = total(course, *INTERLEUKIN2)[-1] - total(course, *INTERLEUKIN2)[0]
    errors["interleukin-2"] = abs(found - given_all) / max(given_all, 1.0)
    return errors


def assert_sound(course):
    """Finite, positive, solved and balanced."""
    assert course.report.code == 0, course.said()
    assert np.all(np.isfinite(course.states))
    assert np.all(np.isfinite(course.flows))
    positive = np.repeat([q.positive for q in STATES], [max(1, len(q.per)) for q in STATES])
    lowest = np.min(course.states[:, positive], axis=0)
    names = np.array(columns(STATES))[positive]
    assert np.all(lowest >= -1e-9), names[lowest < -1e-9]
    assert np.max(np.abs(course["imbalance"])) < 1e-9  # L/min between heart and veins
    for name in ("urine_flow", "sodium_excretion", "GFR", "MAP", "CO", "J_lymph", "escape_rate"):
        assert np.all(course[name] >= 0.0), name
    worst = {substance: error for substance, error in imbalances(course).items() if error > EXACT}
    assert not worst


class Course:
    """States and flows by name; entries of beds and pockets as columns."""

    def __init__(self, patient, timeline, states, flows, report):
        self.patient, self.timeline, self.report = patient, timeline, report
        self.time, self.states, self.flows = timeline.outputs, states, flows
        self.tables = [
            (kind.names, np.ascontiguousarray(rows).view(kind)[:, 0])
            for kind, rows in ((X, states), (F, flows))
        ]

    def __getitem__(self, name):
        for names, table in self.tables:
            if name in names:
                return np.asarray(table[name])
        raise KeyError(name)

    def total(self, name):
        """Sum over beds or pockets."""
        values = self[name]
        return values.sum(axis=1) if values.ndim == 2 else values

    def given(self, name):
        """What the events put into an input, in all."""
        return self.timeline.amounts()[columns(INPUTS).index(name)]

    def said(self):
        """How the run ended, in words."""
        return describe(self.report, columns(STATES), columns(FLOWS))


def altered(patient, **values):
    """The same body at the same instant with parameters or states changed past all bounds."""
    parameters, state = patient.parameters.copy(), patient.state.copy()
    for name, value in values.items():
        row, kind = (parameters, P) if name in P.names else (state, X)
        row.view(kind)[name][0] = value
    return Patient(parameters, state, patient.flows)
