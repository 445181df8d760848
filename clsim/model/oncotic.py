"""Colloid osmotic pressure of a mixture of albumin and globulin.

Landis-Pappenheimer polynomials for each protein, weighted by its share:

    pi = share (2.8 C + 0.18 C^2 + 0.012 C^3) + (1 - share)(1.6 C + 0.15 C^2 + 0.006 C^3)   (1)

with C the total protein in g/dL; written here for g/L.  Coefficients: Nitta and
others 1981 as quoted by Levitt 2012.  Shared by blood and interstitium; declares nothing.
"""

from __future__ import annotations

from clsim.jit import kernel

ALBUMIN = (0.28, 1.8e-3, 1.2e-5)
GLOBULIN = (0.16, 1.5e-3, 6.0e-6)


@kernel
def colloid_osmotic_pressure(albumin, globulin):
    """Equation (1); concentrations [g/L] -> pressure [mmHg].

    ``share`` times the total is the albumin itself, so no division is needed
    and a protein-free fluid has no pressure.
    """
    total = albumin + globulin
    of_albumin = ALBUMIN[0] + total * (ALBUMIN[1] + total * ALBUMIN[2])
    of_globulin = GLOBULIN[0] + total * (GLOBULIN[1] + total * GLOBULIN[2])
    return albumin * of_albumin + globulin * of_globulin
