"""What must hold whatever the numbers: balances, positivity, rest, limits, responses."""

from __future__ import annotations

import numpy as np
import pytest
from courses import DAY, INTERLEUKIN2, altered, assert_sound, bag, doses, total
from scipy.optimize import brentq

from clsim import scenarios
from clsim.engine.timeline import SET, Event
from clsim.jit import driver
from clsim.model import circulation, ledger
from clsim.model.equations import flows, outlook
from clsim.model.layout import CEILING, INPUTS, STATES, F, P, U, X, columns, spread

# --------------------------------------------------------------------- balances and positivity


@pytest.mark.parametrize("name", scenarios())
def test_every_shipped_scenario_is_finite_positive_and_balanced(shipped, name):
    assert_sound(shipped(name))


def test_a_busy_course_is_finite_positive_and_balanced(busy):
    assert_sound(busy)


def test_interleukin2_is_found_again_at_every_moment(run):
    """Given, distributed, under the skin or broken down: nothing else can happen to it."""
    course = run([*doses(3), Event("interleukin2_subcutaneous", 700.0, 701.0, 9e6)], 2.0 * DAY)
    line = course.timeline
    ways = [columns(INPUTS).index(f"interleukin2_{way}") for way in ("in", "subcutaneous")]
    rates = line.inputs[:, ways].sum(axis=1)
    so_far = np.concatenate([[0.0], np.cumsum(np.diff(line.edges) * rates)])[line.rows >= 0]
    assert np.allclose(total(course, *INTERLEUKIN2), so_far, rtol=1e-10, atol=1e-6)


def test_lymphocytes_only_change_place_while_nothing_grows(run, reference):
    still = altered(reference, k_lymphocyte_growth=0.0, tau_lymphocytes=1e30)
    course = run(doses(6), 2.0 * DAY, patient=still)
    counts = total(course, "lymphocytes_blood", "lymphocytes_marginated")
    assert np.ptp(course["lymphocytes_blood"]) > 0.5
    assert np.ptp(counts) < 1e-12 * counts[0]


# ----------------------------------------------------------------------------------------- rest


def test_nobody_drifts_in_19_days_of_rest(shipped):
    """Every state within 1e-6 of where it was, relative to itself or to its size."""
    course = shipped("rest-19-days")
    body = ~np.isin(columns(STATES), columns(ledger.STATES))
    size = np.maximum(spread(STATES, "size"), np.abs(course.states[0]))
    drift = np.max(np.abs(course.states - course.states[0]), axis=0) / size
    assert course.time[-1] == 19.0 * DAY
    assert np.max(drift[body]) < 1e-9, columns(STATES)[np.argmax(np.where(body, drift, 0.0))]


def test_at_rest_the_books_count_what_is_eaten_and_excreted(shipped):
    """Water in equals water out in every minute of rest, and so do the ions."""
    course = shipped("rest-19-days")
    taken, lost = course["water_taken"][-1], course["urine_volume"][-1] + course["other_losses"][-1]
    assert taken == pytest.approx(lost, rel=1e-9)
    for book in ("ledger_sodium", "ledger_potassium", "ledger_chloride", "ledger_urea"):
        assert abs(course[book][-1]) < 1e-6


# --------------------------------------------------------------------------------------- limits


@driver(flows, outlook, X, P, U, F)
def all_flows(y, params, inputs, flow):
    """Every flow at one instant."""
    x, p, u, f = y.view(X)[0], params.view(P)[0], inputs.view(U)[0], flow.view(F)[0]
    flows(x, p, u, f)
    outlook(x, p, u, f)


def instant(patient, **inputs):
    """The record of flows of a patient as he is now."""
    row, given_now = np.full(CEILING.size, np.nan), spread(INPUTS, "default")
    for name, value in inputs.items():
        given_now.view(U)[name] = value
    all_flows(patient.state, patient.parameters, given_now, row)
    return row.view(F)[0]


HARMLESS = {  # everything that cytokines do apart from fever and the three clocks, switched off
    "NO_max": 0.0, "Z_max": 0.0, "fever_max": 0.0, "albumin_suppression_max": 0.0,
    "cytokine_on_catabolism": 0.0, "lactate_of_cytokine": 0.0, "glucose_of_cytokine": 0.0,
    "insulin_resistance": 0.0, "drive_of_cytokine": 0.0, "cytokine_on_phosphate": 0.0,
}  # fmt: skip
HAEMODYNAMICS = (
    "MAP", "HR", "CO", "SVR", "CVP", "V_plasma", "V_interstitium", "M_albumin", "GFR", "urine_flow",
    "escape_rate", "reflection", "weight_gain", "sodium", "HCO3",
)  # fmt: skip


def test_interleukin2_without_its_effects_leaves_the_body_alone(run, reference):
    """Drug in plasma, no leak and no vasodilatation: bit for bit the body of the undosed."""
    deaf = altered(reference, **HARMLESS)
    dosed, undosed = (run(doses(6, amount), 2.0 * DAY, patient=deaf) for amount in (45e6, 0.0))
    assert dosed["receptor_occupancy"].max() > 0.9
    for name in HAEMODYNAMICS:
        assert np.array_equal(dosed[name], undosed[name]), name


def test_without_leak_the_wall_stays_what_it_was(run, reference):
    course = run(doses(9), 3.0 * DAY, patient=altered(reference, Z_max=0.0))
    assert np.all(course["leak"] == 0.0)
    assert np.all(course["reflection"] == course["reflection"][0])
    assert np.ptp(course["MAP"]) > 5.0  # tone falls all the same


def test_without_nitric_oxide_tone_moves_by_reflex_and_fever_only(run, reference):
    numb = altered(reference, NO_max=0.0, heat_on_SVR=0.0)
    course, full = run(doses(9), 3.0 * DAY, patient=numb), run(doses(9), 3.0 * DAY)
    assert np.all(course["hyporesponse"] == 1.0)
    assert np.all(course["vasodilation"] == 0.0)
    assert np.ptp(course["leak"]) > 0.3
    assert course["MAP"].min() > full["MAP"].min() + 5.0
    assert course["arteriolar_tone"].min() > 0.9


def test_a_wall_that_reflects_all_protein_passes_none(reference):
    """sigma -> 1, alpha -> 0, PS -> 0."""
    tight = altered(
        reference, alpha_rest=0.0, PS_factor=1e-12,
        sigma_small_albumin=1.0, sigma_small_globulin=1.0, leak=1.0,
    )  # fmt: skip
    f, open_wall = instant(tight), instant(altered(reference, leak=1.0))
    assert np.all(np.abs(f.J_albumin) < 1e-10 * open_wall.J_albumin)
    assert np.all(np.abs(f.J_globulin) < 1e-10 * open_wall.J_globulin)
    assert f.reflection == 1.0
    assert f.escape_rate < 1e-10 * open_wall.escape_rate


def test_a_wall_that_is_all_one_pore_moves_protein_with_the_stream(reference):
    """sigma -> 0 everywhere: no oncotic force, and protein leaves at plasma concentration."""
    sieve = altered(
        reference, PS_factor=1e-6, sigma_small_albumin=0.0, sigma_large_albumin=0.0,
        sigma_small_globulin=0.0, sigma_large_globulin=0.0,
    )  # fmt: skip
    f = instant(sieve)
    assert np.allclose(f.J_v, sieve["L_capillary"] * (f.P_capillary - f.P_interstitium), rtol=1e-12)
    assert np.allclose(f.J_albumin, f.J_v * f.albumin, rtol=1e-9)
    assert f.reflection == 0.0


def test_no_filtration_coefficient_no_exchange_of_water(reference):
    f = instant(altered(reference, L_capillary=0.0, leak=0.5))
    assert np.all(f.J_v == 0.0)


def test_without_lymph_oedema_only_grows(run, reference):
    course = run(minutes=DAY, patient=altered(reference, J_lymph_rest=0.0))
    swelling = course["V_interstitium"].sum(axis=1)
    assert np.all(course["J_lymph"] == 0.0)
    assert np.all(np.diff(swelling) > 0.0)
    assert swelling[-1] > swelling[0] + 0.3
    assert np.all(np.diff(course["M_albumin_interstitium"].sum(axis=1)) > 0.0)


def test_without_filtration_no_urine_and_creatinine_in_a_straight_line(run, reference):
    """Tubules destroyed for good: GFR below 1e-14 of rest."""
    anuric = altered(reference, tubular_injury=1e16, tau_repair=1e30, tau_injury=1e30)
    course = run(minutes=2.0 * DAY, patient=anuric)
    assert course["GFR"].max() < 1e-14 * reference["GFR_rest"]
    assert course["urine_volume"][-1] < 1e-6
    expected = course["creatinine"][0] + anuric["creatinine_production"] * course.time
    assert np.allclose(course["creatinine"], expected, rtol=1e-10)


def analytic_pressure(patient, gained):
    """MAP of a body without reflex that gained whole blood, by hand: equations (5) to (9)."""
    width = patient["starling_width"]
    P_msf = patient["P_msf_rest"] + gained / patient["C_vascular"]

    def stroke(CVP):
        filling = width * np.logaddexp(0.0, (CVP + patient["starling_offset"]) / width)
        empty = patient["V_collapse"] / (patient["C_vascular"] * P_msf)
        return patient["SV_max"] * (1.0 - np.exp(-filling / patient["starling_scale"])) / (1.0 + empty**2)

    def excess(CVP):
        CO = (P_msf - CVP) / patient["R_vr_rest"]
        MAP = CVP + CO * patient["SVR_rest"]
        afterload = 1.0 + patient["k_afterload"] * (MAP / patient["MAP_rest"] - 1.0)
        return patient["HR_rest"] * stroke(CVP) / afterload - CO

    CVP = brentq(excess, -10.0, P_msf, xtol=1e-12)
    return CVP + (P_msf - CVP) / patient["R_vr_rest"] * patient["SVR_rest"]


@pytest.mark.parametrize("gained", [-0.6, -0.3, 0.3, 0.6])
def test_without_baroreflex_pressure_follows_volume_as_by_hand(reference, gained):
    """S_max = 1 switches the reflex off; with it, pressure moves less."""
    blood = 1.0 + gained / reference["blood_volume_rest"]
    volumes = {name: reference[name] * blood for name in ("V_plasma", "V_red_cells")}
    on = instant(altered(reference, **volumes))
    off = instant(altered(reference, S_max=1.0, **volumes))
    assert off.sympathetic == 1.0
    assert analytic_pressure(reference, gained) == pytest.approx(off.MAP, abs=1e-6)
    assert abs(on.MAP - reference["MAP_rest"]) < 0.7 * abs(off.MAP - reference["MAP_rest"])


# ------------------------------------------------------------------------- direction of responses


def test_pressure_falls_with_the_vasodilator_drive(reference):
    drives = np.linspace(0.0, 3.0, 31)
    MAP = [instant(altered(reference, nitric_oxide=n, nitric_oxide_slow=n)).MAP for n in drives]
    assert np.all(np.diff(MAP) < 0.0)


@pytest.mark.parametrize("pressor", ["phenylephrine_site", "norepinephrine_site"])
def test_pressors_raise_pressure_and_nitric_oxide_blunts_them(reference, pressor):
    doses_ = np.linspace(0.0, 3.0, 16)
    healthy, dilated = (
        np.array([instant(altered(reference, **{pressor: d}, **drive)).MAP for d in doses_])
        for drive in ({}, {"nitric_oxide": 1.4, "nitric_oxide_slow": 1.4})
    )
    assert np.all(np.diff(healthy) > 0.0)
    assert np.all(np.diff(dilated) > 0.0)
    assert np.ptp(dilated) < np.ptp(healthy)


@pytest.mark.parametrize("coefficient", ["leak_on_L", "leak_on_alpha", "leak_on_PS"])
def test_escape_rate_rises_with_each_way_of_leaking(reference, coefficient):
    values = np.linspace(1.0, 4.0, 13)
    rates = [instant(altered(reference, leak=1.0, **{coefficient: v})).escape_rate for v in values]
    assert np.all(np.diff(rates) > 0.0)


def test_the_wall_reflects_less_as_it_leaks(reference):
    found = [instant(altered(reference, leak=z)) for z in np.linspace(0.0, 2.0, 11)]
    assert np.all(np.diff([f.reflection for f in found]) < 0.0)
    assert np.all(np.diff([f.escape_rate for f in found]) > 0.0)


@pytest.mark.parametrize("vasodilation", [0.0, 1.2])
def test_a_more_depressed_heart_never_pumps_or_empties_better(reference, vasodilation):
    found = [instant(altered(reference, cardiodepression=c, nitric_oxide=vasodilation, nitric_oxide_slow=vasodilation))
             for c in np.linspace(0.0, 1.0, 11)]
    for name in ("CO", "SV", "EF", "MAP"):
        assert np.all(np.diff([float(f[name]) for f in found]) < 0.0), name
    assert np.all(np.diff([float(f["CVP"]) for f in found]) > 0.0)


@pytest.fixture(scope="module")
def fasting(run, reference):
    """``fasting(litres, Z_max)`` -> five days of doses, all fluid by vein."""
    nothing = [Event("eating", 0.0, np.inf, 0.0, SET), Event("drinking", 0.0, np.inf, 0.0, SET)]

    def go(litres, leak):
        events = [*doses(14), *bag("saline_0.45", litres, 0.0, 5.0 * DAY), *nothing]
        return run(events, 5.0 * DAY, every=60.0, patient=altered(reference, Z_max=leak))

    return go


@pytest.fixture(scope="module")
def leaky(fasting):
    """The same fluids, 18.4 L as given in 1987 (Textor1987), with more and more leak."""
    return [fasting(18.4, z) for z in (0.0, 0.5, 1.0, 1.5, 2.0)]


def test_more_leak_never_means_less_weight_or_oedema_or_more_albumin_in_plasma(leaky):
    # until urine has ceased: who is fuller then loses more by the bowel
    assert np.all(np.diff([course["weight_gain"][48] for course in leaky]) > 0.0)
    outside = [(course["V_interstitium"].sum(axis=1) + course["V_pocket"].sum(axis=1))[-1] for course in leaky]
    assert np.all(np.diff(outside) > 0.05)  # L, effusions with the tissue they come from
    assert np.all(np.diff([course["M_albumin"][-1] for course in leaky]) < 0.0)
    assert np.all(np.diff([course["V_plasma"].min() for course in leaky]) < -0.05)  # L
    assert np.all(np.diff([course["CO"].mean() for course in leaky]) < 0.0)
    assert np.all(np.diff([course["MAP"][24] for course in leaky]) < 0.0)  # later thick blood and reflexes hide it


def test_a_body_that_dries_out_sweats_less(fasting):
    dry, wet = fasting(10.0, 1.0), fasting(18.4, 1.0)
    assert dry["weight_gain"][96] < wet["weight_gain"][96] - 2.0  # kg
    assert dry["evaporation"][96] < 0.9 * wet["evaporation"][96]


def test_the_excess_of_pump_over_return_falls_with_pressure(busy):
    """So that the pressure is unique: along the busy course, over the whole range of search."""
    pressures = np.linspace(circulation.MAP_LOWEST, circulation.MAP_HIGHEST, 200)
    p, f = busy.patient.parameters.view(P)[0], np.zeros(CEILING.size)
    u = spread(INPUTS, "default").view(U)[0]
    for t in range(0, busy.time.size, 40):
        f[:] = busy.flows[t]
        x = busy.states[t].copy().view(X)[0]
        excess = np.array([circulation.balance(m, x, p, u, f.view(F)[0]) for m in pressures])
        assert np.all(np.diff(excess) < 0.0), busy.time[t]
        assert excess[0] > 0.0 > excess[-1]
