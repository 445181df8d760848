"""Brain: an encephalopathy that follows its causes late and may outlast them.

Causes set off an inflammation of the brain's vessels and glia, which in turn
drives the encephalopathy; because the first fades slowly, the second can go on
rising after the last dose.

Equations (h(x; k, n) = x^n / (k^n + x^n), [x]+ = max(x, 0))
---------
(1)  D = g_M h(M; M_brain, 2) + g_P h([P_brain - MAP]+ ; w_P, 2)
       + g_S h([S_brain - SaO2]+ ; w_S, 2) + g_Na h([|Na - Na_brain| - band]+ ; w_Na, 2)
(2)  r(y; d) = (d - y) [1/tau_off + (1/tau_on - 1/tau_off) / (1 + e^{-(d - y)/w}) ]
(3)  dI/dt = r(I; D)
(4)  dE/dt = (I - E) / tau_E
(5)  confusion = h(E; E_confusion, n_confusion)

Squares in (1) make each deviation start without a kink and exactly at 0.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import maximum
from clsim.spec import Flow, Parameter, State
from clsim.vmath import hill, hill2, sigmoid

PARAMETERS = (
    Parameter(
        "g_cytokine_brain",
        1.26,
        "1",
        "encephalopathy drive under an unlimited cytokine drive",
        (0.0, 5.0),
        "fitted to published outcomes (docs/calibration.md): sets the scale of the drive",
    ),
    Parameter(
        "M_brain",
        1.5,
        "1",
        "cytokine drive that gives half of the largest encephalopathy drive",
        (0.1, 10.0),
        "assumed: above a first dose, below a late one; confusion in 34 % (label)",
    ),
    Parameter(
        "g_perfusion_brain",
        1.0,
        "1",
        "encephalopathy drive of lost perfusion pressure",
        (0.0, 5.0),
        "assumed: as strong as the largest cytokine drive",
    ),
    Parameter(
        "P_brain",
        60.0,
        "mmHg",
        "arterial pressure below which the brain suffers",
        (30.0, 90.0),
        "assumed: lower end of cerebral autoregulation, textbook value",
    ),
    Parameter(
        "w_perfusion_brain",
        15.0,
        "mmHg",
        "fall below the limit that gives half of the drive of lost pressure",
        (1.0, 50.0),
        "assumed: half at 45 mmHg",
    ),
    Parameter(
        "g_hypoxaemia_brain",
        1.0,
        "1",
        "encephalopathy drive of hypoxaemia",
        (0.0, 5.0),
        "assumed: as strong as the largest cytokine drive",
    ),
    Parameter(
        "SaO2_brain",
        0.88,
        "1",
        "arterial saturation below which the brain suffers",
        (0.5, 0.95),
        "assumed: just below the limit at which doses are withheld",
    ),
    Parameter(
        "w_hypoxaemia_brain",
        0.13,
        "1",
        "fall below the limit that gives half of the drive of hypoxaemia",
        (0.01, 0.5),
        "assumed: half at 75 %",
    ),
    Parameter(
        "g_sodium_brain",
        1.0,
        "1",
        "encephalopathy drive of a deranged sodium",
        (0.0, 5.0),
        "assumed: as strong as the largest cytokine drive",
    ),
    Parameter(
        "Na_brain",
        140.0,
        "mmol/L",
        "sodium at which the brain is at ease",
        (130.0, 150.0),
        "textbook value, quoted from memory",
    ),
    Parameter(
        "band_sodium_brain",
        10.0,
        "mmol/L",
        "deviation of sodium that the brain bears",
        (2.0, 30.0),
        "assumed: symptoms are unusual between 130 and 150 mmol/L",
    ),
    Parameter(
        "w_sodium_brain",
        12.0,
        "mmol/L",
        "deviation beyond the band that gives half of the drive of sodium",
        (1.0, 50.0),
        "assumed: half at 118 and 162 mmol/L",
    ),
    Parameter(
        "tau_brain_on",
        2160.0,
        "min",
        "time constant of the onset of brain inflammation",
        (240.0, 14400.0),
        "assumed: 36 h; confusion belongs to the later days of a cycle",
        show="h",
    ),
    Parameter(
        "tau_brain_off",
        4320.0,
        "min",
        "time constant of the recovery of brain inflammation",
        (240.0, 28800.0),
        "assumed: 72 h; may progress for several days before recovery (label)",
        show="h",
    ),
    Parameter(
        "w_brain",
        0.05,
        "1",
        "width of the change from onset to recovery",
        (0.001, 1.0),
        "assumed: narrow against the drive, wide enough for a smooth law",
    ),
    Parameter(
        "tau_encephalopathy",
        2880.0,
        "min",
        "time constant with which encephalopathy follows brain inflammation",
        (60.0, 14400.0),
        "assumed: 30 h; places the worst day one to two days after the last dose",
        show="h",
    ),
    Parameter(
        "E_confusion",
        0.52,
        "1",
        "encephalopathy at which the confusion score is one half",
        (0.05, 3.0),
        "assumed: above an ordinary full cycle, so that a third of patients are confused",
    ),
    Parameter(
        "n_confusion",
        4.0,
        "1",
        "steepness of the confusion score",
        (1.0, 10.0),
        "assumed: confusion appears over a narrow range",
    ),
)

INPUTS = ()

STATES = (
    State("brain_inflammation", "1", "inflammation of brain vessels and glia, 0 at rest", 0.1),
    State("encephalopathy", "1", "encephalopathy, 0 at rest", 0.1),
)

FLOWS = (
    Flow("encephalopathy_drive", "1", "sum of the causes of encephalopathy"),
    Flow("confusion_score", "1", "confusion, from 0 (none) to 1"),
)


@kernel
def flows(x, p, u, f):
    """Causes (equation 1)."""
    lost_pressure = maximum(0.0, p.P_brain - f.MAP)
    hypoxaemia = maximum(0.0, p.SaO2_brain - f.SaO2)
    deranged_sodium = maximum(0.0, abs(f.Na - p.Na_brain) - p.band_sodium_brain)
    # (1)
    f.encephalopathy_drive = (
        p.g_cytokine_brain * hill2(f.cytokine, p.M_brain)
        + p.g_perfusion_brain * hill2(lost_pressure, p.w_perfusion_brain)
        + p.g_hypoxaemia_brain * hill2(hypoxaemia, p.w_hypoxaemia_brain)
        + p.g_sodium_brain * hill2(deranged_sodium, p.w_sodium_brain)
    )


@kernel
def bedside(x, p, u, f):
    """What is seen of it (equation 5)."""
    f.confusion_score = hill(x.encephalopathy, p.E_confusion, p.n_confusion)


@kernel
def derivatives(x, p, u, f, dx):
    """Inflammation with its own on and off, and the encephalopathy behind it (2 to 4)."""
    gap = f.encephalopathy_drive - x.brain_inflammation
    onset = sigmoid(gap / p.w_brain)
    dx.brain_inflammation += gap * (
        1.0 / p.tau_brain_off + (1.0 / p.tau_brain_on - 1.0 / p.tau_brain_off) * onset
    )
    dx.encephalopathy += (x.brain_inflammation - x.encephalopathy) / p.tau_encephalopathy


@kernel
def rest(p, x, f):
    """A clear mind."""
    x.brain_inflammation = 0.0
    x.encephalopathy = 0.0
