"""White cells and platelets: margination, growth, consumption and rebound.

All counts are per litre of blood; the marginated and sequestered pools are
expressed per litre of blood too, so that an exchange of cells moves the same
number out of one pool and into the other.

Equations (M cytokine drive, N priming, Z leak, H homing, h(x; k, n) = x^n / (k^n + x^n))
---------
(1)  dH/dt   = (h(M; M_homing, 1) - H) / tau_homing
(2)  j       = k_m (1 + g_H H) L_b - (k_m / r_m) L_m
(3)  growth  = k_L (N - 1) L_m (1 - (L_b + L_m) / (L_max (L_b + L_m)_rest))
(4)  dL_b/dt = -j,   dL_m/dt = j + growth - (L_m - L_m,rest) / tau_L
(5)  dE_1/dt = (1 + g_E (N - 1) - E_1) / tau_1,   dE_2/dt = (E_1 - E_2) / tau_2
(6)  dE/dt   = (E_rest E_2 - E) / tau_E
(7)  s       = k_s (1 + g_s Z) P - (k_s / r_s) P_s
(8)  dP/dt   = k_P P_rest K - k_P (1 + g_P Z) P - s,   dP_s/dt = s
(9)  dK/dt   = ([P_rest / (P + c (P_rest - P))]^2 + g_K (N - 1) - K) / tau_K
(10) dG/dt   = [G_rest (1 + g_G h(M; M_G, 1)) - G] / tau_G

L lymphocytes (b in blood, m marginated), E eosinophils behind two stages of the
marrow, P platelets (s held by spleen and vessel wall), K the mass of
megakaryocytes, G granulocytes.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Parameter, State
from clsim.vmath import hill1

PARAMETERS = (
    Parameter(
        "lymphocytes_rest",
        1.6,
        "10^9/L",
        "blood lymphocytes at rest",
        (0.3, 5.0),
        "assumed: middle of the normal range for adults with cancer",
        role="observable",
    ),
    Parameter(
        "eosinophils_rest",
        0.15,
        "10^9/L",
        "blood eosinophils at rest",
        (0.01, 1.0),
        "assumed: middle of the normal range",
        role="observable",
    ),
    Parameter(
        "platelets_rest",
        250.0,
        "10^9/L",
        "blood platelets at rest",
        (75.0, 600.0),
        "assumed: middle of the normal range",
        role="observable",
    ),
    Parameter(
        "granulocytes_rest",
        4.5,
        "10^9/L",
        "blood granulocytes at rest",
        (1.0, 12.0),
        "assumed: middle of the normal range",
        role="observable",
    ),
    Parameter(
        "M_homing",
        0.5,
        "1",
        "cytokine drive that gives half of the largest lymphocyte homing",
        (0.05, 5.0),
        "assumed: the first dose already empties the blood (MacFarlane1995)",
    ),
    Parameter(
        "tau_homing",
        480.0,
        "min",
        "time constant of lymphocyte homing",
        (30.0, 4320.0),
        "assumed: life of adhesion molecules; carries from dose to dose, gone a day after the last",
        show="h",
    ),
    Parameter(
        "g_homing",
        32.0,
        "1",
        "rise of lymphocyte margination under full homing, against rest",
        (0.0, 200.0),
        "MacFarlane1995: 93 % of lymphocytes leave the blood within 24 h",
    ),
    Parameter(
        "k_margination",
        0.006,
        "1/min",
        "turnover of blood lymphocytes through the marginated pool at rest",
        (0.001, 0.2),
        "assumed: a lymphocyte stays in the blood for hours; slower than transit: a smooth law",
        show="1/h",
    ),
    Parameter(
        "r_margination",
        10.0,
        "1",
        "lymphocytes in the exchanging pool per lymphocyte in blood at rest",
        (1.0, 50.0),
        "assumed: blood holds a few per cent of all lymphocytes, of which some exchange quickly",
    ),
    Parameter(
        "k_lymphocyte_growth",
        2.8e-4,
        "1/min",
        "growth rate of lymphocytes per unit of priming above rest",
        (0.0, 5e-3),
        "Lotze1985, Dutcher2014: counts of 2 to 5 times baseline after the cycle",
        show="1/d",
    ),
    Parameter(
        "lymphocyte_capacity",
        10.0,
        "1",
        "largest total of exchanging lymphocytes, as a multiple of rest",
        (1.5, 50.0),
        "assumed: expansions up to 16-fold are reported (Lotze1985)",
    ),
    Parameter(
        "tau_lymphocytes",
        5040.0,
        "min",
        "time constant with which an expanded lymphocyte pool returns to rest",
        (720.0, 43200.0),
        "assumed: 4 d; lymphocytosis fades before the second cycle",
        show="d",
    ),
    Parameter(
        "g_eosinophils",
        70.0,
        "1",
        "rise of eosinophil formation per unit of priming above rest",
        (0.0, 500.0),
        "VanHaelstPisani1991: 2,328 to 15,958 per microlitre late in the course",
    ),
    Parameter(
        "tau_progenitors",
        2160.0,
        "min",
        "time constant of the first stage of eosinophil formation",
        (60.0, 20160.0),
        "assumed: 36 h; eosinophils follow lymphocyte activation by about 5 d in all",
        show="d",
    ),
    Parameter(
        "tau_precursors",
        7200.0,
        "min",
        "time constant of the second stage of eosinophil formation",
        (60.0, 43200.0),
        "assumed: 5 d; absent early, eosinophilia may last for weeks (Dutcher2014)",
        show="d",
    ),
    Parameter(
        "tau_eosinophils",
        1440.0,
        "min",
        "stay of an eosinophil in the blood",
        (60.0, 14400.0),
        "assumed: about a day under interleukin-5",
        show="d",
    ),
    Parameter(
        "k_platelets",
        8e-5,
        "1/min",
        "turnover of platelets at rest",
        (1e-5, 1e-3),
        "assumed: life of 8-9 d, textbook value",
        show="1/d",
    ),
    Parameter(
        "g_platelet_consumption",
        17.1,
        "1",
        "rise of platelet consumption per unit of leak",
        (0.0, 20.0),
        "fitted to published outcomes (docs/calibration.md): shares the fall of platelets with "
        "sequestration",
    ),
    Parameter(
        "k_sequestration",
        2.0e-3,
        "1/min",
        "exchange of platelets with spleen and vessel wall",
        (1e-4, 0.1),
        "assumed: slow enough for adhesion to an activated wall, fast enough for a quick return",
        show="1/h",
    ),
    Parameter(
        "r_sequestration",
        0.5,
        "1",
        "platelets held by spleen and vessel wall per platelet in blood at rest",
        (0.05, 2.0),
        "assumed: a third of all platelets, textbook value",
    ),
    Parameter(
        "g_sequestration",
        4.0,
        "1",
        "rise of platelet sequestration per unit of leak",
        (0.0, 20.0),
        "assumed: platelets fall rapidly and return quickly (Dutcher2014 figure 5)",
    ),
    Parameter(
        "tau_megakaryocytes",
        4320.0,
        "min",
        "time constant of the answer of the marrow to a low platelet count",
        (720.0, 20160.0),
        "assumed: 2 d; rebound within a week of the last dose",
        show="d",
    ),
    Parameter(
        "c_megakaryocytes",
        0.4,
        "1",
        "limit of the answer of the marrow, as the inverse root of its largest value",
        (0.05, 1.0),
        "assumed: platelet formation can rise some 6-fold in the end",
    ),
    Parameter(
        "g_megakaryocytes",
        3.5,
        "1",
        "rise of megakaryocytes per unit of priming above rest",
        (0.0, 20.0),
        "assumed: cytokines drive thrombopoiesis; rebound above baseline after the cycle",
    ),
    Parameter(
        "g_granulocytes",
        0.8,
        "1",
        "rise of granulocytes under an unlimited cytokine drive",
        (0.0, 10.0),
        "assumed: mild neutrophilia of stress and of release from the marrow",
    ),
    Parameter(
        "M_granulocytes",
        1.0,
        "1",
        "cytokine drive that gives half of the largest rise of granulocytes",
        (0.05, 10.0),
        "assumed: as strong as an ordinary first dose",
    ),
    Parameter(
        "tau_granulocytes",
        720.0,
        "min",
        "time constant of blood granulocytes",
        (60.0, 4320.0),
        "assumed: 12 h, stay of a granulocyte in the blood",
        show="h",
    ),
)

INPUTS = ()

STATES = (
    State("homing", "1", "lymphocyte homing, 0 at rest", 1.0),
    State("lymphocytes_blood", "10^9/L", "blood lymphocytes", 0.1),
    State("lymphocytes_marginated", "10^9/L", "marginated lymphocytes", 1.0),
    State("eosinophil_progenitors", "1", "eosinophil progenitors, as a multiple of rest", 1.0),
    State("eosinophil_precursors", "1", "eosinophil precursors, as a multiple of rest", 1.0),
    State("eosinophils", "10^9/L", "blood eosinophils", 0.1),
    State("platelets", "10^9/L", "blood platelets", 10.0),
    State("platelets_sequestered", "10^9/L", "platelets held by spleen and vessel wall", 10.0),
    State("megakaryocytes", "1", "megakaryocytes, as a multiple of rest", 1.0),
    State("granulocytes", "10^9/L", "blood granulocytes", 0.1),
)

FLOWS = (
    Flow("lymphocyte_margination", "10^9/L/min", "lymphocytes leaving the blood, net"),
    Flow("lymphocyte_growth", "10^9/L/min", "growth of the lymphocyte pool"),
    Flow("platelet_sequestration", "10^9/L/min", "platelets leaving the blood for the wall, net"),
)


@kernel
def flows(x, p, u, f):
    """Exchange and growth of cells (equations 2, 3 and 7)."""
    # (2)
    f.lymphocyte_margination = p.k_margination * (
        (1.0 + p.g_homing * x.homing) * x.lymphocytes_blood
        - x.lymphocytes_marginated / p.r_margination
    )
    # (3)
    total = x.lymphocytes_blood + x.lymphocytes_marginated
    total_rest = p.lymphocytes_rest * (1.0 + p.r_margination)
    f.lymphocyte_growth = (
        p.k_lymphocyte_growth
        * (x.priming - 1.0)
        * x.lymphocytes_marginated
        * (1.0 - total / (p.lymphocyte_capacity * total_rest))
    )
    # (7)
    f.platelet_sequestration = p.k_sequestration * (
        (1.0 + p.g_sequestration * x.leak) * x.platelets
        - x.platelets_sequestered / p.r_sequestration
    )


@kernel
def derivatives(x, p, u, f, dx):
    """Balance of each pool of cells (equations 1, 4 to 6 and 8 to 10)."""
    # (1)
    dx.homing += (hill1(f.cytokine, p.M_homing) - x.homing) / p.tau_homing
    # (4)
    marginated_rest = p.r_margination * p.lymphocytes_rest
    dx.lymphocytes_blood -= f.lymphocyte_margination
    dx.lymphocytes_marginated += (
        f.lymphocyte_margination
        + f.lymphocyte_growth
        - (x.lymphocytes_marginated - marginated_rest) / p.tau_lymphocytes
    )
    # (5), (6)
    dx.eosinophil_progenitors += (
        1.0 + p.g_eosinophils * (x.priming - 1.0) - x.eosinophil_progenitors
    ) / p.tau_progenitors
    dx.eosinophil_precursors += (
        x.eosinophil_progenitors - x.eosinophil_precursors
    ) / p.tau_precursors
    dx.eosinophils += (
        p.eosinophils_rest * x.eosinophil_precursors - x.eosinophils
    ) / p.tau_eosinophils
    # (8)
    dx.platelets += (
        p.k_platelets * p.platelets_rest * x.megakaryocytes
        - p.k_platelets * (1.0 + p.g_platelet_consumption * x.leak) * x.platelets
        - f.platelet_sequestration
    )
    dx.platelets_sequestered += f.platelet_sequestration
    # (9)
    need = p.platelets_rest / (x.platelets + p.c_megakaryocytes * (p.platelets_rest - x.platelets))
    dx.megakaryocytes += (
        need * need + p.g_megakaryocytes * (x.priming - 1.0) - x.megakaryocytes
    ) / p.tau_megakaryocytes
    # (10)
    released = p.g_granulocytes * hill1(f.cytokine, p.M_granulocytes)
    dx.granulocytes += (
        p.granulocytes_rest * (1.0 + released) - x.granulocytes
    ) / p.tau_granulocytes


@kernel
def rest(p, x, f):
    """Every pool at the level of the patient's own blood count."""
    x.homing = 0.0
    x.lymphocytes_blood = p.lymphocytes_rest
    x.lymphocytes_marginated = p.r_margination * p.lymphocytes_rest
    x.eosinophil_progenitors = 1.0
    x.eosinophil_precursors = 1.0
    x.eosinophils = p.eosinophils_rest
    x.platelets = p.platelets_rest
    x.platelets_sequestered = p.r_sequestration * p.platelets_rest
    x.megakaryocytes = 1.0
    x.granulocytes = p.granulocytes_rest
