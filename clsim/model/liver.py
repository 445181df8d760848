"""Liver: bilirubin behind a reversible cholestasis, and the acute-phase response.

Equations (h(x; k, n) = x^n / (k^n + x^n))
---------
(1)  dK/dt = (h(M; M_cholestasis, 1) - K) / tau_cholestasis
(2)  q     = Q / (w + (1 - w) Q)
(3)  e     = q / (1 + (g_K K + g_V V + g_tox hepatotoxic) / reserve)
(4)  dB/dt = k_B (B_rest - e B)
(5)  dA/dt = (h(M; M_acute_phase, 1) - A) / tau_acute_phase
(6)  s     = s_max A

K cholestasis, M cytokine drive, V nitric oxide effect, Q flow through gut and
liver against rest, e excretion of bilirubin against rest, B total bilirubin, A acute-phase
response, s the share of albumin synthesis that is suppressed.  Formation of
bilirubin is closed by B_rest.  A smaller reserve shows the same resting
bilirubin, but the same insult takes a larger share of it.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter, State
from clsim.vmath import hill1

PARAMETERS = (
    Parameter(
        "bilirubin_rest",
        10.0,
        "umol/L",
        "total bilirubin at rest",
        (2.0, 60.0),
        "assumed: middle of the normal range",
        role="observable",
    ),
    Parameter(
        "hepatic_reserve",
        1.0,
        "1",
        "excretory reserve of the liver, 1 in health",
        (0.1, 2.0),
        "assumed: a share of the healthy organ",
        role="observable",
    ),
    Parameter(
        "k_bilirubin",
        1.0e-3,
        "1/min",
        "excretion of total bilirubin at rest",
        (1e-4, 0.02),
        "assumed: half-life about 12 h, so that it follows cholestasis within a day",
        show="1/d",
    ),
    Parameter(
        "M_cholestasis",
        1.0,
        "1",
        "cytokine drive that gives half of the largest cholestasis",
        (0.05, 10.0),
        "assumed: as strong as an ordinary first dose",
    ),
    Parameter(
        "tau_cholestasis",
        2160.0,
        "min",
        "time constant of cholestasis",
        (240.0, 14400.0),
        "assumed: 36 h; bilirubin returns within about a week of the last dose",
        show="h",
    ),
    Parameter(
        "g_cholestasis",
        7.92,
        "1",
        "loss of excretion under full cholestasis",
        (0.0, 50.0),
        "fitted to published outcomes (docs/calibration.md): bilirubin of 3 to 5 times rest late in the "
        "week; raised in 40 % (label)",
    ),
    Parameter(
        "g_vasodilation_liver",
        0.5,
        "1",
        "loss of excretion per unit of nitric oxide effect",
        (0.0, 10.0),
        "assumed: small beside cholestasis",
    ),
    Parameter(
        "g_hepatotoxic",
        4.0,
        "1",
        "loss of excretion under the largest hepatotoxic co-medication",
        (0.0, 50.0),
        "assumed: comparable with cholestasis",
    ),
    Parameter(
        "w_flow_liver",
        0.3,
        "1",
        "how closely excretion follows flow through gut and liver",
        (0.0, 1.0),
        "assumed: bilirubin has a low extraction, so that flow limits it little",
    ),
    Parameter(
        "M_acute_phase",
        0.6,
        "1",
        "cytokine drive that gives half of the largest acute-phase response",
        (0.05, 10.0),
        "assumed: below the drive of an ordinary first dose",
    ),
    Parameter(
        "tau_acute_phase",
        3600.0,
        "min",
        "time constant of the acute-phase response",
        (360.0, 20160.0),
        "assumed: 2.5 d; albumin is still low 6 d after the last dose (Textor1987)",
        show="d",
    ),
    Parameter(
        "albumin_suppression_max",
        0.908,
        "1",
        "largest share of albumin synthesis that the acute phase suppresses",
        (0.0, 1.0),
        "fitted to published outcomes (docs/calibration.md): suppression of 0.6 late in the week",
    ),
)

INPUTS = (Input("hepatotoxic", "1", "strength of hepatotoxic co-medication", bounds=(0.0, 1.0)),)

STATES = (
    State("bilirubin", "umol/L", "total bilirubin", 1.0, show="mg/dL"),
    State("cholestasis", "1", "cholestasis, 0 at rest", 1.0),
    State("acute_phase", "1", "acute-phase response, 0 at rest", 1.0),
)

FLOWS = (
    Flow("bilirubin_excretion", "1", "excretion of bilirubin, as a multiple of rest"),
    Flow("albumin_synthesis_suppression", "1", "share of albumin synthesis that is suppressed"),
)


@kernel
def flows(x, p, u, f):
    """Excretory function and suppression of albumin synthesis (equations 2, 3, 6)."""
    # (2), (3)
    q = f.gut_flow_ratio / (p.w_flow_liver + (1.0 - p.w_flow_liver) * f.gut_flow_ratio)
    insult = (
        p.g_cholestasis * x.cholestasis
        + p.g_vasodilation_liver * f.vasodilation
        + p.g_hepatotoxic * u.hepatotoxic
    )
    f.bilirubin_excretion = q / (1.0 + insult / p.hepatic_reserve)
    # (6)
    f.albumin_synthesis_suppression = p.albumin_suppression_max * x.acute_phase


@kernel
def derivatives(x, p, u, f, dx):
    """Bilirubin and the two slow answers of the liver (equations 1, 4, 5)."""
    dx.cholestasis += (hill1(f.cytokine, p.M_cholestasis) - x.cholestasis) / p.tau_cholestasis
    dx.bilirubin += p.k_bilirubin * (p.bilirubin_rest - f.bilirubin_excretion * x.bilirubin)
    dx.acute_phase += (hill1(f.cytokine, p.M_acute_phase) - x.acute_phase) / p.tau_acute_phase


@kernel
def rest(p, x, f):
    """Resting bilirubin and a quiet liver."""
    x.bilirubin = p.bilirubin_rest
    x.cholestasis = 0.0
    x.acute_phase = 0.0
