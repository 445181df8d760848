"""The body on one page of plain numpy: what the compiled kernels must equal.

Written from the equations in the docstrings of ``clsim.model`` and independent of them: it imports
none of its laws, takes its functions from numpy and scipy and finds the arterial pressure with
``brentq``.  It reads the parameters by name and carries the states that can act on pressure or
plasma; what only listens (blood counts, bilirubin, the ledger, ...) is left out.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit as lg
from scipy.special import logit

PERIPHERAL, LUNG, GUT = 0, 2, 3  # places among the beds and among the organs
exp, log, ln2 = np.exp, np.log, np.log(2.0)


def softplus(x, width):
    return width * np.logaddexp(0.0, x / width)


def hill(x, k, n):
    return x**n / (k**n + x**n) if x > 0.0 else 0.0


def first_order(k_on, k_off, gap, width):
    """Toward a target: one rate while rising, another while falling."""
    return gap * (k_off + (k_on - k_off) * lg(gap / width))


def oncotic(albumin, globulin):
    """Landis and Pappenheimer, g/L -> mmHg."""
    C = (albumin + globulin) / 10.0
    share = albumin / (albumin + globulin)
    other = 1.6 * C + 0.15 * C**2 + 0.006 * C**3
    return share * (2.8 * C + 0.18 * C**2 + 0.012 * C**3) + (1.0 - share) * other


def patlak(pores, inside, outside):
    """Convection and diffusion through several classes of pores (flow, reflection, PS)."""
    total = 0.0
    for J, sigma, PS in pores:
        Pe = J * (1.0 - sigma) / PS
        total += J * (1.0 - sigma) * (inside - outside * exp(-Pe)) / -np.expm1(-Pe)
    return total


def fluids(s, p, u, w):
    """Concentrations in blood and body fluids."""
    w.V_blood = s.V_plasma + s.V_red_cells
    w.hematocrit = s.V_red_cells / w.V_blood
    w.viscosity = 1.0 + p.k_viscosity * (w.hematocrit - p.hematocrit_rest)
    w.albumin, w.globulin = s.M_albumin / s.V_plasma, s.M_globulin / s.V_plasma
    w.pi = oncotic(w.albumin, w.globulin)
    w.bled = u.bleeding * (1.0 - w.hematocrit)
    w.V_ecf = s.V_plasma + np.sum(s.V_interstitium) + np.sum(s.V_pocket)
    w.Na, w.K, w.Cl = s.sodium / w.V_ecf, s.potassium / w.V_ecf, s.chloride / w.V_ecf
    w.lactate, w.glucose, w.acid = np.array([s.lactate, s.glucose, s.acid_anions]) / w.V_ecf
    w.urea = s.urea / (w.V_ecf + s.V_cells)
    w.HCO3 = w.Na + w.K + p.cations - w.Cl - w.lactate - p.charge_albumin * w.albumin - w.acid
    inside = (p.solute_cells + 2.0 * (s.potassium_cells - p.potassium_cells_rest)) / s.V_cells
    w.out_of_cells = p.k_cells * (2.0 * (w.Na + w.K) + w.glucose - inside)
    stored = (s.potassium_cells / p.potassium_cells_rest) ** p.k_stores
    target = p.K_rest * stored * exp(p.k_alkalosis * (p.HCO3_rest - w.HCO3))
    w.potassium_shift = p.k_potassium_shift * (w.K - target)
    w.fever = s.temperature - p.temperature_rest
    w.burning = 1.0 + p.heat_on_VO2 * w.fever


def drugs(s, p, u, w, d):
    """Interleukin-2 and the other drugs: what they do and where they go."""
    C = s.interleukin2_central / p.V_interleukin2
    w.occupancy = C / (p.Kd_interleukin2 + C)
    target = p.target_mediated_clearance * s.priming / (1.0 + C / p.Km_target_interleukin2)
    renal = 1.0 - p.f_renal_interleukin2 * (1.0 - s.GFR_filtered)
    clearance = p.k10_interleukin2 * p.V_interleukin2 * renal + target
    outward = p.k12_interleukin2 * s.interleukin2_central
    outward -= p.k21_interleukin2 * s.interleukin2_peripheral
    absorbed = p.k_absorption_interleukin2 * s.interleukin2_depot
    d.interleukin2_central = (u.interleukin2_in + p.bioavailability_interleukin2 * absorbed
                              - clearance * C - outward)
    d.interleukin2_peripheral = outward
    d.interleukin2_depot = u.interleukin2_subcutaneous - absorbed

    site = s.phenylephrine_site
    constriction = p.phenylephrine_Emax * hill(site, p.phenylephrine_ED50, p.phenylephrine_gamma)
    d.phenylephrine_site = (u.phenylephrine / p.weight - site) / p.phenylephrine_tau
    site = s.norepinephrine_site
    bound = hill(site, p.norepinephrine_ED50, p.norepinephrine_gamma)
    slowed = site / (1.0 + p.norepinephrine_k_clearance * s.nitric_oxide)
    d.norepinephrine_site = (u.norepinephrine / p.weight - slowed) / p.norepinephrine_tau
    site = s.dopamine_site
    w.dopamine_renal = p.dopamine_Rmax * hill(site, p.dopamine_ED50_renal, p.dopamine_gamma_renal)
    cardiac = hill(site, p.dopamine_ED50_cardiac, p.dopamine_gamma_cardiac)
    w.chronotropy = p.dopamine_Cmax * cardiac
    w.inotropy = p.norepinephrine_Imax * bound + p.dopamine_Imax * cardiac
    squeeze = hill(site, p.dopamine_ED50_constriction, p.dopamine_gamma_constriction)
    w.pressors = constriction + p.norepinephrine_Emax * bound + p.dopamine_Emax * squeeze
    d.dopamine_site = (u.dopamine / p.weight - site) / p.dopamine_tau

    delivery = p.furosemide_k_renal * s.furosemide_central * s.GFR_filtered
    spread = p.furosemide_k12 * s.furosemide_central - p.furosemide_k21 * s.furosemide_peripheral
    inhibition = hill(delivery, p.furosemide_ED50, p.furosemide_gamma)
    w.furosemide = (1.0 - s.furosemide_tolerance) * inhibition
    metabolised = p.furosemide_k_metabolic * s.furosemide_central
    d.furosemide_central = u.furosemide - delivery - metabolised - spread
    d.furosemide_peripheral = spread
    room = p.furosemide_tolerance_max - s.furosemide_tolerance
    fading = s.furosemide_tolerance / p.furosemide_tolerance_tau
    d.furosemide_tolerance = p.furosemide_k_tolerance * inhibition * room - fading

    level = {}
    for drug in ("acetaminophen", "indomethacin", "nos_inhibitor"):
        amount = getattr(s, f"{drug}_amount")
        lost = ln2 * amount / getattr(p, f"{drug}_half_life")
        setattr(d, f"{drug}_amount", getattr(u, drug) - lost)
        level[drug] = amount / (getattr(p, f"{drug}_V") * p.weight)
    w.fever_left = 1.0 - p.acetaminophen_Emax * hill(level["acetaminophen"], p.acetaminophen_EC50, 1.0)
    w.fever_left *= 1.0 - p.indomethacin_Emax * hill(level["indomethacin"], p.indomethacin_EC50, 1.0)
    w.prostaglandin_block = hill(level["indomethacin"], p.indomethacin_IC50, 1.0)
    blocked = hill(level["nos_inhibitor"], p.nos_inhibitor_IC50, 1.0)
    w.nos_inhibition = p.nos_inhibitor_Imax * blocked


def mediators(s, p, w, d):
    """Priming, cytokines, nitric oxide, leak, fever."""
    N, T = s.priming, s.TNF / p.TNF_reference
    M = p.w_TNF * T + p.w_IFN * s.IFN_gamma / p.IFN_reference + p.w_IL6 * s.IL6 / p.IL6_reference
    w.cytokine = M
    d.priming = p.k_priming * w.occupancy * (p.N_max_priming - N) - (N - 1.0) / p.tau_priming
    d.TNF = p.s_TNF * w.occupancy * (1.0 + p.a_TNF * (N - 1.0)) - s.TNF / p.tau_TNF
    d.interferon_induction = (w.occupancy * N**2 - s.interferon_induction) / p.tau_induction
    d.interferon_release = (s.interferon_induction - s.interferon_release) / p.tau_induction
    d.IFN_gamma = p.s_IFN * s.interferon_release - s.IFN_gamma / p.tau_IFN
    d.IL6_tolerance = (T - s.IL6_tolerance) / p.tau_tolerance
    d.IL6_induction = (T - s.IL6_induction) / p.tau_IL6
    d.IL6 = p.s_IL6 * s.IL6_induction / (1.0 + p.b_IL6 * s.IL6_tolerance) - s.IL6 / p.tau_IL6

    lasting = s.nitric_oxide + p.slow_share_NO * (s.nitric_oxide_slow - s.nitric_oxide)
    w.vasodilation = V = lasting * (1.0 - w.nos_inhibition)
    w.response = 1.0 / (1.0 + p.k_hyporesponse * V)
    d.nitric_oxide = (p.NO_max * hill(M, p.M_NO, p.n_NO) - s.nitric_oxide) / p.tau_NO
    d.nitric_oxide_slow = (s.nitric_oxide - s.nitric_oxide_slow) / p.tau_NO_slow
    gap = p.Z_max * hill(M, p.M_leak, 1.0) - s.leak
    d.leak = first_order(1.0 / p.tau_leak_on, 1.0 / p.tau_leak_off, gap, p.w_leak)
    lag = s.leak_slow - s.leak
    d.leak_slow, w.leakiness = -lag / p.tau_leak_slow, s.leak + p.slow_share_leak * lag
    d.cardiodepression = (p.C_max_cardiodepression * V / (1.0 + V) - s.cardiodepression) / p.tau_cardiodepression
    fever = p.fever_max * hill(M, p.M_fever, p.n_fever) * w.fever_left
    d.temperature = (fever - w.fever) / p.tau_temperature
    d.acute_phase = (hill(M, p.M_acute_phase, 1.0) - s.acute_phase) / p.tau_acute_phase


def pump(MAP, s, p, u, w):
    """What the heart would pump less what the veins return, at a trial arterial pressure."""
    S = p.S_max / (1.0 + (p.S_max - 1.0) * exp(p.k_baroreflex_aged * (MAP - s.MAP_setpoint))) - 1.0
    squeeze = 1.0 + w.response * (p.g_SVR * S + w.pressors + p.g_angiotensin * log(s.angiotensin))
    w.tone = squeeze / (1.0 + p.NO_on_SVR * w.vasodilation + p.heat_on_SVR * w.fever)
    gripped = w.response * (p.g_veins * S + p.g_veins_pressor * w.pressors)
    V_u = p.V_unstressed * (1.0 + p.NO_on_veins * w.vasodilation - gripped)
    w.P_msf = softplus(w.V_blood - u.pooled_volume - V_u, p.V_stressed_width) / p.C_vascular
    arteries = p.SVR_rest * w.viscosity * w.tone
    w.venules = 1.0 / (1.0 + p.NO_on_R_vr * w.vasodilation)
    veins = p.R_vr_rest * w.viscosity * w.venules * (1.0 + p.SVR_on_R_vr * (w.viscosity * w.tone - 1.0))
    w.CO = (MAP - w.P_msf) / (arteries - veins)
    w.CVP = w.P_msf - w.CO * veins
    HR = p.HR_rest * (1.0 + p.g_HR * S + w.chronotropy) + p.fever_on_HR * w.fever + p.NO_on_HR * w.vasodilation
    tired, felt = s.cardiodepression, hill(s.cardiodepression, p.depression_half, p.depression_steepness)
    able = exp(-p.E_depression * tired / p.cardiac_reserve)
    filling = 1.0 - exp(-softplus(w.CVP + p.starling_offset, p.starling_width) / p.starling_scale)
    filling /= (1.0 + (p.ceiling_depression * felt * filling / p.cardiac_reserve) ** 8) ** 0.125
    time = (1.0 + (p.HR_rest / p.HR_filling) ** 4) / (1.0 + (HR / p.HR_filling) ** 4)
    full = 1.0 / (1.0 + (p.V_collapse / (p.C_vascular * w.P_msf)) ** 2)
    w.MAP, w.S, afterload = MAP, S, 1.0 + p.k_afterload * (MAP / p.MAP_rest - 1.0)
    w.contractility = able * (1.0 + p.cardiac_reserve * p.g_E * S + w.inotropy)
    return HR * p.SV_max * w.contractility * filling * time * full / afterload - w.CO


def oxygen_debt(s, p, u, w):
    """Share of the oxygen need that goes unmet: lung, content, delivery."""
    excess = s.V_interstitium[LUNG] - p.V_interstitium_rest[LUNG]
    V0 = p.V_interstitium_rest[LUNG]
    flooding = V0 * softplus(s.V_interstitium[LUNG] / V0 - p.flooding_threshold, p.flooding_width)
    swelling = softplus(excess / p.EVLW_rest, p.lung_water_width) - p.lung_water_width * ln2
    closed = p.shunt_of_water * swelling + p.shunt_of_effusion * s.V_pocket[1]
    closed += p.shunt_of_flooding * flooding / p.EVLW_rest
    unshunted = 1.0 - p.shunt_rest - p.shunt_of_reserve * (1.0 - p.pulmonary_reserve)
    shunt = 1.0 - unshunted * exp(-closed / p.pulmonary_reserve)
    pCO2 = p.pCO2_rest * exp(-s.ventilatory_drive)
    span = p.FiO2_max - p.FiO2_room
    FiO2 = p.FiO2_room + span * (1.0 - exp(-p.FiO2_per_oxygen * u.oxygen / span))
    alveolar = FiO2 * (p.barometric_pressure - p.water_vapour_pressure) - pCO2 * (
        FiO2 + (1.0 - FiO2) / p.respiratory_quotient)
    hemoglobin = p.hemoglobin_of_cells * w.hematocrit
    capacity, demand = p.oxygen_capacity * hemoglobin, p.VO2_rest * w.burning

    def saturation(P):
        return 1.0 / (1.0 + p.severinghaus_a / (P**3 + p.severinghaus_b * P))

    def content(P):
        return capacity * saturation(P) + p.O2_solubility * P

    largest = p.extraction_max * capacity
    loss = largest * np.tanh(demand / (w.CO * largest)) * shunt / (1.0 - shunt)
    PaO2 = brentq(lambda P: content(P) - content(alveolar) + loss, 1e-3, alveolar, xtol=1e-10)
    hypoxaemia = max(0.0, 1.0 - PaO2 / (p.hypoxaemia_share * p.PaO2_rest))
    w.drive = (p.drive_of_cytokine * hill(w.cytokine, p.drive_cytokine_half, 1.0)
               + p.drive_of_fever * w.fever + p.drive_of_hypoxaemia * hypoxaemia**2
               - p.drive_of_acid * log(w.HCO3 / p.HCO3_rest))
    delivery = w.CO * hemoglobin * p.oxygen_capacity * saturation(PaO2)
    return softplus(1.0 - p.extraction_limit * delivery / demand, p.extraction_width)


def metabolism(s, p, u, w, d):
    """Lactate and glucose."""
    stress = hill(w.cytokine, p.stress_cytokine_half, 1.0)
    made = 1.0 + p.lactate_of_cytokine * stress + p.lactate_of_debt * oxygen_debt(s, p, u, w)
    limit, width = p.autoregulation_limit[GUT], p.autoregulation_width[GUT]
    q = lg((w.MAP - limit) / width) / lg((p.MAP_rest - limit) / width) * exp(
        p.NO_on_flow[GUT] * w.vasodilation - p.sympathetic_on_flow[GUT] * w.S)
    k = p.lactate_flow_half / p.hepatic_reserve
    liver = q * (1.0 + k) / (q + k)
    saturation = (p.lactate_rest + p.lactate_Km) / (w.lactate + p.lactate_Km)
    cleared = w.lactate / p.lactate_rest * saturation
    cleared *= 1.0 + p.lactate_hepatic_share * (liver - 1.0)
    turnover = p.lactate_turnover * w.burning
    d.lactate = u.lactate_in - w.bled * w.lactate + turnover * (made - cleared)
    r, half = w.glucose / p.glucose_rest, p.insulin_production_half
    action = s.insulin_action / (1.0 + p.insulin_resistance * stress)
    released = (1.0 + p.glucose_of_cytokine * stress) * (1.0 + half) / (half + action)
    used = r * (p.glucose_without_insulin + (1.0 - p.glucose_without_insulin) * action)
    spill = max(0.0, w.glucose - p.glucose_threshold)
    w.glucose_excretion = p.GFR_rest * s.GFR_filtered * spill**2 / (spill + p.glucose_splay)
    d.glucose = p.glucose_turnover * w.burning * (released - used)
    d.glucose += u.glucose_in - w.bled * w.glucose - w.glucose_excretion
    secreted, at_rest = (hill(level, p.insulin_half, p.insulin_gamma) for level in (r, 1.0))
    d.insulin_action = (secreted / at_rest - s.insulin_action) / p.insulin_tau


def exchange(s, p, u, w, d):
    """Capillaries, lymph and pockets; arrays run over the three beds."""
    v = s.V_interstitium / p.V_interstitium_rest
    slack, tense = (softplus(p.v_loose - at, p.v_width) for at in (v, 1.0))
    P = p.P_interstitium_rest + p.k_loose * (v - 1.0) - (p.k_tight - p.k_loose) * (slack - tense)
    P += p.k_stretched * (softplus(v - p.v_stretched, p.v_width) - softplus(1.0 - p.v_stretched, p.v_width))
    free = s.V_interstitium - p.excluded_fraction * p.V_interstitium_rest
    albumin, globulin = s.M_albumin_interstitium / free, s.M_globulin_interstitium / free
    kappa = p.kappa_rest / (p.kappa_rest + (1.0 - p.kappa_rest) * w.tone / w.venules)
    P_capillary = w.P_msf + kappa * (w.MAP - w.P_msf)
    P_capillary[PERIPHERAL] += u.hydrostatic_pressure
    wedge = w.CVP + p.wedge_gap * w.CO / p.CO_rest / w.contractility**p.wedge_exponent
    above = p.PVR_rest * (1.0 + p.leak_on_PVR * w.leakiness) * w.CO - p.PAP_rest + p.PCWP_rest
    P_capillary[LUNG] = p.P_capillary_rest[LUNG] + p.lung_pressure_slope * (
        wedge - p.PCWP_rest + p.lung_arterial_share * above)
    Z = p.leak_weight * w.leakiness
    L = p.L_capillary * (1.0 + (p.leak_on_L - 1.0) * Z)
    alpha = p.alpha_rest * (1.0 + (p.leak_on_alpha - 1.0) * Z)
    PS = p.PS_factor * p.PS_albumin * (1.0 + p.leak_on_PS * Z)
    dP, dpi = P_capillary - P, w.pi - p.glycocalyx * oncotic(albumin, globulin)
    small = (1.0 - alpha) * L * (dP - p.sigma_small_albumin * dpi)
    large = alpha * L * (dP - p.sigma_large_albumin * dpi)
    PS_small, PS_large = (1.0 - p.PS_large_share) * PS, p.PS_large_share * PS
    q = p.PS_globulin_ratio
    pores = (small, p.sigma_small_albumin, PS_small), (large, p.sigma_large_albumin, PS_large)
    J_albumin = patlak(pores, w.albumin, albumin)
    pores = (small, p.sigma_small_globulin, q * PS_small), (large, p.sigma_large_globulin, q * PS_large)
    J_globulin = patlak(pores, w.globulin, globulin)
    P_half = p.P_interstitium_rest + p.lymph_width * log(p.lymph_maximum - 1.0)
    lymph = p.J_lymph_rest * p.lymph_maximum * lg((P - P_half) / p.lymph_width)
    lymph /= 1.0 + p.NO_on_lymph * w.vasodilation

    opening = np.array([p.third_opening, p.effusion_opening, p.effusion_opening])
    rate = np.array([p.k_third_in * (1.0 - s.V_pocket[0] / p.third_capacity), *p.k_effusion])
    beyond = np.maximum(0.0, v - 1.0 - opening)
    into = rate * p.V_interstitium_rest * beyond**2 / (beyond + p.pocket_width)
    third, effusion = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 1.0])
    for name, plasma, filtered, c in (
        ("V_{}", "V_plasma", small + large, 1.0),
        ("M_albumin_{}", "M_albumin", J_albumin, albumin),
        ("M_globulin_{}", "M_globulin", J_globulin, globulin),
    ):
        back = getattr(s, name.format("pocket")) / p.tau_pocket
        moved = np.array([third @ (into * c), effusion @ (into * c)])
        setattr(d, name.format("pocket"), moved - back)
        setattr(d, name.format("interstitium"), filtered - (lymph + into) * c + third * back[0])
        setattr(d, plasma, np.sum(lymph * c - filtered) + back[1])


def kidney(s, p, u, w, d):
    """Filtration, four segments of sodium, water, and what else leaves with the urine."""
    dMAP, dpi = w.MAP - p.MAP_rest, w.pi - p.pi_plasma_rest
    renin, aldosterone = log(s.angiotensin), log(s.aldosterone)
    now, usual, rest = (softplus(Cl - p.Cl_brake, p.Cl_brake_width) for Cl in (w.Cl, s.chloride_usual, p.Cl_rest))
    brake = now - rest - p.brake_share * (usual - rest)
    d.chloride_usual = (w.Cl - s.chloride_usual) / p.tau_brake
    kept, kept_rest = (lg((P - p.GFR_limit) / p.GFR_width) for P in (w.MAP, p.MAP_rest))
    hurt, hurt_rest = (1.0 + p.injury_on_GFR * i for i in (s.tubular_injury, p.injury_rest))
    drives = (p.oncotic_on_GFR * dpi + p.sympathetic_on_GFR * w.S + p.chloride_on_GFR * brake
              + (p.prostaglandin_on_GFR_rest + p.prostaglandin_on_GFR * renin) * w.prostaglandin_block)
    w.GFR = p.GFR_rest * kept / kept_rest * hurt_rest / hurt * exp(-drives)
    w.GFR *= 1.0 + p.dopamine_on_GFR * w.dopamine_renal
    PT = lg(logit(p.eta_PT_rest) + p.pi_on_PT * p.pi_range * np.tanh(dpi / p.pi_range) + p.angiotensin_on_PT * renin
            + p.sympathetic_on_PT * w.S - p.MAP_on_PT * dMAP + p.chloride_on_PT * brake
            + p.pressors_on_PT * w.response * w.pressors - p.dopamine_on_PT * w.dopamine_renal)
    LH = p.eta_LH_rest * (1.0 - p.furosemide_on_loop * w.furosemide)
    before = w.GFR * w.Na * (1.0 - PT) * (1.0 - LH)
    load, usual = before / (p.load_rest * (1.0 - p.eta_PT_rest) * (1.0 - p.eta_LH_rest)), softplus(0.0, p.load_width)
    DT = lg(logit(p.eta_DT_rest) + p.aldosterone_on_DT * aldosterone
            - p.load_on_DT * (softplus(log(load), p.load_width) - usual))
    late = log(load * (1.0 - DT) / (1.0 - p.eta_DT_rest))
    most = 1.0 - p.CD_escape * (1.0 - p.eta_CD_rest)
    CD = most * lg(logit(p.eta_CD_rest / most) + p.aldosterone_on_CD * aldosterone - p.MAP_on_CD * dMAP
                   - p.volume_on_CD * s.volume_signal + p.chloride_on_CD * brake
                   - p.load_on_CD * (softplus(late, p.load_width) - usual)
                   + p.prostaglandin_on_CD * w.prostaglandin_block)
    w.Na_out = before * (1.0 - DT) * (1.0 - CD)
    w.K_out = (p.potassium_intake * (w.K / p.K_rest) ** p.K_on_excretion
               * s.aldosterone**p.aldosterone_on_K * load**p.load_on_K)
    deficit = p.HCO3_rest - w.HCO3
    ammonium = p.ammonium_highest * w.GFR / p.GFR_rest * hill(deficit, p.ammonium_half, 2.0)
    cations = (w.Na_out + w.K_out) / (p.sodium_intake + p.potassium_intake)
    share = p.excretion_on_chloride * log(cations) + p.HCO3_on_chloride * deficit
    share = p.chloride_share_highest * lg(share + logit(p.chloride_share_rest / p.chloride_share_highest))
    w.Cl_out = ammonium + (w.Na_out + w.K_out) * share
    w.urea_out = w.GFR * w.urea * lg(logit(p.urea_fraction) - p.ADH_on_urea * log(s.ADH))
    w.acid_out = p.acid_production * w.GFR / p.GFR_rest * w.acid / p.acid_anions_rest
    concentrating = hill(s.ADH, p.ADH_half ** (1.0 / p.ADH_power), p.ADH_power)
    concentrating *= 1.0 - p.loop_on_concentration * w.furosemide
    U_osm = p.U_osm_lowest + p.U_osm_range * concentrating / (1.0 + p.injury_on_concentration * s.tubular_injury)
    w.urine = (2.0 * (w.Na_out + w.K_out) + w.urea_out + w.glucose_excretion) / U_osm
    insult = p.NO_on_injury * w.vasodilation + p.toxin_on_injury * u.nephrotoxic
    insult += p.pressure_on_injury * softplus(p.injury_pressure - w.MAP, p.injury_pressure_width)
    gap = p.renal_frailty * insult - s.tubular_injury
    d.tubular_injury = first_order(1.0 / p.tau_injury, 1.0 / p.tau_repair, gap, p.injury_width)
    d.GFR_filtered = (w.GFR / p.GFR_rest - s.GFR_filtered) / p.tau_GFR

    stretch = s.V_plasma / p.V_plasma_rest - 1.0 + p.CVP_on_volume_signal * (w.CVP - p.CVP_rest)
    d.volume_signal = (stretch - p.NO_on_volume_signal * w.vasodilation - s.volume_signal) / p.tau_volume_signal
    call = (p.sympathetic_on_angiotensin * w.S - p.MAP_on_angiotensin * dMAP
            - p.volume_on_angiotensin * s.volume_signal - p.prostaglandin_on_angiotensin * w.prostaglandin_block)
    least = 1.0 / p.angiotensin_highest
    target = lg(logit(least) + call / (1.0 - least)) / least
    d.angiotensin = (target - s.angiotensin) / p.tau_angiotensin
    target = exp(p.angiotensin_on_aldosterone * renin + p.K_on_aldosterone * (w.K - p.K_rest))
    d.aldosterone = (target - s.aldosterone) / p.tau_aldosterone
    thirsty = 1.0 + 2.0 * p.Na_on_ADH * (w.Na - p.Na_rest)
    osmotic, osmotic_rest = (softplus(drive, p.ADH_width) for drive in (thirsty, 1.0))
    filled = np.tanh(s.volume_signal / p.ADH_volume_range)
    target = osmotic / osmotic_rest * exp(-p.volume_on_ADH * filled - p.MAP_on_ADH * dMAP)
    w.upset = hill(w.vasodilation, p.bowel_half, p.bowel_power)
    d.ADH = (target + p.nausea_on_ADH * p.nausea_highest * w.upset - s.ADH) / p.tau_ADH


def balance(s, p, u, w, d):
    """What enters and leaves: line, mouth, bowel, skin, urine, and the turnover of albumin."""
    urge = p.Na_on_thirst * (w.Na - p.Na_rest) - p.volume_on_thirst * s.volume_signal
    thirst = p.thirst_highest * lg(logit(1.0 / p.thirst_highest) + urge) * (1.0 - p.nausea_highest * w.upset)
    drunk = p.water_intake * (p.food_water * u.eating + (1.0 - p.food_water) * u.drinking * thirst)
    wet = p.wetness_highest * lg(logit(1.0 / p.wetness_highest) + p.volume_on_losses * (w.V_ecf / p.V_ecf_rest - 1.0))
    bowel = u.diarrhoea + p.bowel_loss_highest * w.upset * wet
    heat = p.heat_on_evaporation * w.fever + p.NO_on_evaporation * w.vasodilation * wet
    catabolism = p.fasting_urea + (1.0 - p.fasting_urea) * u.eating
    catabolism *= 1.0 + p.cytokine_on_catabolism * w.cytokine
    synthesis = 2.0 * lg(p.k_synthesis * (p.pi_plasma_rest - w.pi))
    synthesis *= 1.0 - p.albumin_suppression_max * s.acute_phase
    d.V_plasma += u.water_in - w.bled + drunk - bowel - p.evaporation_rest * (1.0 + heat) - w.urine
    d.V_interstitium[PERIPHERAL] += w.out_of_cells
    d.V_cells = -w.out_of_cells
    d.V_red_cells = u.red_cells_in - u.bleeding * w.hematocrit
    d.M_albumin += (u.albumin_in - (w.bled + p.bowel_albumin * bowel) * w.albumin
                    + p.albumin_synthesis * (synthesis - s.M_albumin / p.M_albumin_rest))
    d.M_globulin += u.globulin_in - w.bled * w.globulin + p.globulin_turnover * (p.M_globulin_rest - s.M_globulin)
    eaten = p.sodium_intake * u.eating + u.salt_by_mouth
    d.sodium = u.sodium_in + eaten - w.bled * w.Na - p.bowel_Na * w.Na / p.Na_rest * bowel - w.Na_out
    eaten = p.chloride_intake * u.eating + u.salt_by_mouth
    d.chloride = u.chloride_in + eaten - w.bled * w.Cl - p.bowel_Cl * w.Cl / p.Cl_rest * bowel - w.Cl_out
    lost, d.potassium_cells = w.bled * w.K + p.bowel_K * w.K / p.K_rest * bowel + w.K_out, w.potassium_shift
    d.potassium = u.potassium_in + p.potassium_intake * u.eating - lost - w.potassium_shift
    d.urea = p.urea_production * catabolism - w.urea_out - w.bled * w.urea
    d.acid_anions = p.acid_production - w.acid_out - w.bled * w.acid
    d.ventilatory_drive = (w.drive - s.ventilatory_drive) / p.drive_tau
    d.MAP_setpoint = (p.reset_share * (w.MAP - p.MAP_rest) + p.MAP_rest - s.MAP_setpoint) / p.tau_reset


def slopes(s, p, u):
    """(derivatives, everything else that follows from the state) at one instant."""
    w, d = SimpleNamespace(), SimpleNamespace()
    fluids(s, p, u, w)
    drugs(s, p, u, w, d)
    mediators(s, p, w, d)
    pump(brentq(pump, 1.0, 400.0, args=(s, p, u, w), xtol=1e-11, rtol=1e-14), s, p, u, w)
    metabolism(s, p, u, w, d)
    exchange(s, p, u, w, d)
    kidney(s, p, u, w, d)
    balance(s, p, u, w, d)
    return d, w
