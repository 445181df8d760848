"""Body size: what a patient weighs and measures, and the areas and masses that follow.

    BSA = sqrt(height weight / 36)                                              (1)

with height in m and weight in kg (Mosteller 1987).  Volumes and filtration
coefficients of the reference adult are scaled with lean body mass (Boer 1984),
flows with body surface area, before a patient is settled (`clsim.patient`).
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import sqrt
from clsim.spec import Parameter

PARAMETERS = (
    Parameter("weight", 75.0, "kg", "body weight on admission", (35.0, 160.0),
              "assumed: reference adult", role="observable"),
    Parameter("height", 1.78, "m", "height", (1.35, 2.15), "assumed: reference adult",
              role="observable", show="cm"),
    Parameter("age", 50.0, "y", "age", (18.0, 90.0), "assumed: reference adult", role="observable"),
    Parameter("sex", 1.0, "1", "sex (1 male, 0 female)", (0.0, 1.0),
              "assumed: reference adult", role="observable"),
    Parameter("BSA", None, "m2", "body surface area", (1.0, 3.2), "Mosteller1987",
              role="solved"),
)
INPUTS = ()
STATES = ()
FLOWS = ()


@kernel
def rest(p, x, f):
    """Equation (1); 36 = 3600 with height in m in place of cm."""
    p.BSA = sqrt(p.height * p.weight / 36.0)
