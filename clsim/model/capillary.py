"""Capillary wall: two-pore exchange of fluid, albumin and globulin in three beds.

A wall of many small pores and a fraction alpha of large ones (Rippe and
Haraldsson 1994).  Per bed, with the filtration coefficient L, hydrostatic
difference dP = P_capillary - P_interstitium and oncotic difference
dpi = pi_plasma - glycocalyx pi_interstitium,

    J_small = (1 - alpha) L (dP - sigma_small dpi)                              (1)
    J_large = alpha L (dP - sigma_large dpi)                                    (2)
    J_v     = J_small + J_large                                                 (3)
    J_s     = PS phi(Pe) (c_plasma - c_interstitium exp(-Pe)),  Pe = J (1 - sigma) / PS   (4)

for each protein and pore; phi(Pe) = Pe / (1 - exp(-Pe)) (Patlak 1963).  The leak
Z of interleukin-2 (`endothelium`) acts on three coefficients and on nothing else:

    L = L_rest [1 + (leak_on_L - 1) w Z]                                        (5)
    alpha = alpha_rest [1 + (leak_on_alpha - 1) w Z]                            (6)
    PS = PS_rest [1 + leak_on_PS w Z]                                           (7)

Dilated arterioles let more of the arterial pressure through to the capillary, dilated venules less
(Pappenheimer1948: what counts is the ratio of the resistances before and behind it):

    P_capillary = P_msf + kappa (MAP - P_msf),
    kappa = kappa_rest / (kappa_rest + (1 - kappa_rest) arteriolar_tone / venular_tone)        (8)

and the lung capillary follows the wedge pressure and a share of the pressure above it.  Two outputs are not parameters:
the reflection coefficient of the whole wall and the transcapillary escape rate

    reflection  = [sum L ((1 - alpha) sigma_small + alpha sigma_large)] / sum L      (9)
    escape_rate = sum PS phi(Pe) / V_plasma   (unidirectional)                  (10)

At rest four things are closed so that nothing drifts: per bed the capillary pressure
and the interstitial concentration of albumin and of globulin (water, albumin, globulin);
and one factor on PS for all beds, so that (10) is the escape rate observed.
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.lanes import where
from clsim.model.beds import BEDS, LUNG, N_BEDS, PERIPHERAL
from clsim.model.oncotic import colloid_osmotic_pressure
from clsim.spec import Flow, Input, Parameter
from clsim.vmath import phi

PARAMETERS = (
    Parameter("L_capillary", (3.0e-3, 1.2e-3, 0.3e-3), "L/min/mmHg", "filtration coefficient", (1e-5, 0.05),
              "total 4.5 mL/min/mmHg, geometric mean of HumMod 1.7 and 11.6 (Pietribiasi2016 10 +- 8.4); split assumed",
              per=BEDS, scale="volume", show="mL/min/mmHg"),
    Parameter("sigma_small_albumin", (0.97, 0.93, 0.90), "1", "reflection of albumin, small pores", (0.5, 1.0),
              "rat mesentery 0.94 +- 0.03; split assumed", per=BEDS),
    Parameter("sigma_small_globulin", (0.985, 0.96, 0.95), "1", "reflection of globulin, small pores", (0.5, 1.0),
              "assumed: above albumin by size", per=BEDS),
    Parameter("sigma_large_albumin", (0.05, 0.05, 0.05), "1", "reflection of albumin, large pores", (0.0, 0.6),
              "Rippe1994, quoted from memory", per=BEDS),
    Parameter("PS_albumin", (0.20e-3, 0.15e-3, 0.02e-3), "L/min",
              "permeability-surface product of albumin before closing", (0.0, 0.01),
              "assumed: far below HumMod 1.37 mL/min because convection carries the leak here", per=BEDS,
              scale="volume", show="mL/min"),
    Parameter("PS_globulin_ratio", 0.4, "1", "globulin over albumin permeability", (0.0, 1.0),
              "assumed: by molecular size"),
    Parameter("PS_large_share", 0.3, "1", "share of PS that goes through large pores", (0.02, 0.98),
              "assumed: diffusion is mostly through small pores"),
    Parameter("glycocalyx", 1.0, "1", "share of interstitial oncotic pressure felt under the glycocalyx", (0.0, 1.0),
              "1 is the classical law; 0.7 to 0.9 the revised Starling option (Levick2010)"),
    Parameter("leak_on_L", 1.02, "1", "filtration coefficient at leak 1, relative to rest", (1.0, 6.0),
              "fitted to published outcomes (docs/calibration.md): with leak_on_alpha so that escape rate stays"
              " below 3 x rest"),
    Parameter("leak_on_alpha", 1.12, "1", "large-pore fraction at leak 1, relative to rest", (1.0, 10.0),
              "fitted to published outcomes (docs/calibration.md): escape 9.4 -> 14.9 %/h (BallmerWeber1995) at"
              " a low dose"),
    Parameter("leak_on_PS", 2.21, "1", "increase of PS at leak 1", (0.0, 20.0),
              "fitted to published outcomes (docs/calibration.md): with leak_on_alpha"),
    Parameter("leak_weight", (1.0, 1.0, 2.0), "1", "how far the leak reaches each bed", (0.0, 2.0),
              "assumed: hand-set to lung oedema in a minority (Radiology 1990;177:127)", per=BEDS),
    Parameter("lung_pressure_slope", 0.9, "1", "rise of lung capillary pressure with wedge pressure", (0.0, 1.5),
              "assumed: most of the wedge pressure is seen"),
    Parameter("lung_arterial_share", 0.4, "1",
              "share of the pulmonary arterial-venous difference seen by the lung capillary", (0.0, 1.0),
              "Gaar1967, quoted from memory"),
    Parameter("escape_rate_rest", 0.05 / 60.0, "1/min", "transcapillary escape rate of albumin at rest",
              (0.02 / 60.0, 0.20 / 60.0), "Fleck1985 5 %/h", role="observable", show="%/h"),
    Parameter("alpha_rest", (0.0134, 0.0486, 0.0210), "1", "large-pore fraction of L at rest", (0.0, 0.5),
              "assumed: interstitial over plasma albumin about 0.45, 0.62 and 0.65 in the reference adult "
              "(lung lymph 0.63 to 0.69 in sheep); 0.062 +- 0.041 in Pietribiasi2016",
              per=BEDS),
    Parameter("P_capillary_rest", None, "mmHg", "capillary pressure at rest", (0.0, 60.0),
              "closed by water balance", per=BEDS, role="solved"),
    Parameter("sigma_large_globulin", (0.272, 0.276, 0.220), "1", "reflection of globulin, large pores",
              (0.0, 1.0),
              "assumed: interstitial over plasma globulin about 0.30, 0.45 and 0.50 in the reference adult, "
              "below albumin by size",
              per=BEDS),
    Parameter("albumin_interstitium_ratio", None, "1", "interstitial over plasma albumin at rest", (0.0, 1.0),
              "closed by albumin balance", per=BEDS, role="solved"),
    Parameter("globulin_interstitium_ratio", None, "1", "interstitial over plasma globulin at rest", (0.0, 1.0),
              "closed by globulin balance", per=BEDS, role="solved"),
    Parameter("PS_factor", None, "1", "factor on PS", (0.0, 50.0), "closed by the escape rate", role="solved"),
    Parameter("kappa_rest", None, "1", "share of arterial pressure that reaches the capillary", (-0.2, 0.8),
              "follows from capillary pressure", per=BEDS, role="solved"),
)
INPUTS = (
    Input("hydrostatic_pressure", "mmHg", "pressure added to peripheral capillaries by posture",
          bounds=(-40.0, 60.0)),
)
STATES = ()
FLOWS = (
    Flow("P_capillary", "mmHg", "capillary pressure", per=BEDS),
    Flow("J_v", "L/min", "fluid leaving the capillaries", per=BEDS, show="mL/min"),
    Flow("J_albumin", "g/min", "albumin leaving the capillaries", per=BEDS, show="g/h"),
    Flow("J_globulin", "g/min", "globulin leaving the capillaries", per=BEDS, show="g/h"),
    Flow("reflection", "1", "effective reflection coefficient to albumin"),
    Flow("escape_rate", "1/min", "transcapillary escape rate of albumin", show="%/h"),
)


@kernel
def solute_flux(cleared, J, sigma, c_plasma, c_interstitium):
    """Equation (4): plasma cleared one way and volume flow [L/min] -> solute flow [g/min], outwards.

    phi(Pe) exp(-Pe) is phi(Pe) - Pe, so that one phi serves both ways.
    """
    return cleared * c_plasma - (cleared - J * (1.0 - sigma)) * c_interstitium


@kernel
def outward_clearance(J, sigma, PS):
    """Plasma cleared by one pore class, one way [L/min]: the plasma term of (4)."""
    return PS * phi(J * (1.0 - sigma) / PS)


@kernel
def pressures(x, p, u, f):
    """Equation (8), and the lung capillary that follows the wedge pressure."""
    for b in range(LUNG):
        kappa = p.kappa_rest[b] / (p.kappa_rest[b] + (1.0 - p.kappa_rest[b]) * f.arteriolar_tone / f.venular_tone)
        f.P_capillary[b] = f.P_msf + kappa * (f.MAP - f.P_msf)
    f.P_capillary[PERIPHERAL] += u.hydrostatic_pressure
    f.P_capillary[LUNG] = p.P_capillary_rest[LUNG] + p.lung_pressure_slope * (
        f.PCWP - p.PCWP_rest
        + p.lung_arterial_share * (f.PAP - f.PCWP - p.PAP_rest + p.PCWP_rest))


@kernel
def flows(x, p, u, f):
    """Equations (1) to (7), (9) and (10)."""
    f.escape_rate = 0.0
    f.reflection = 0.0
    L_all = 0.0 * f.leakiness
    for b in range(N_BEDS):
        Z = p.leak_weight[b] * f.leakiness
        L = p.L_capillary[b] * (1.0 + (p.leak_on_L - 1.0) * Z)
        alpha = p.alpha_rest[b] * (1.0 + (p.leak_on_alpha - 1.0) * Z)
        PS = p.PS_factor * p.PS_albumin[b] * (1.0 + p.leak_on_PS * Z)
        PS_small = (1.0 - p.PS_large_share) * PS
        PS_large = p.PS_large_share * PS
        dP = f.P_capillary[b] - f.P_interstitium[b]
        dpi = f.pi_plasma - p.glycocalyx * f.pi_interstitium[b]
        J_small = (1.0 - alpha) * L * (dP - p.sigma_small_albumin[b] * dpi)
        J_large = alpha * L * (dP - p.sigma_large_albumin[b] * dpi)
        f.J_v[b] = J_small + J_large
        albumin_small = outward_clearance(J_small, p.sigma_small_albumin[b], PS_small)
        albumin_large = outward_clearance(J_large, p.sigma_large_albumin[b], PS_large)
        f.J_albumin[b] = (
            solute_flux(albumin_small, J_small, p.sigma_small_albumin[b], f.albumin, f.albumin_interstitium[b])
            + solute_flux(albumin_large, J_large, p.sigma_large_albumin[b], f.albumin, f.albumin_interstitium[b]))
        globulin_small = outward_clearance(J_small, p.sigma_small_globulin[b], p.PS_globulin_ratio * PS_small)
        globulin_large = outward_clearance(J_large, p.sigma_large_globulin[b], p.PS_globulin_ratio * PS_large)
        f.J_globulin[b] = (
            solute_flux(globulin_small, J_small, p.sigma_small_globulin[b], f.globulin, f.globulin_interstitium[b])
            + solute_flux(globulin_large, J_large, p.sigma_large_globulin[b],
                          f.globulin, f.globulin_interstitium[b]))
        f.escape_rate += albumin_small + albumin_large
        f.reflection += L * ((1.0 - alpha) * p.sigma_small_albumin[b]
                             + alpha * p.sigma_large_albumin[b])
        L_all = L_all + L
    f.escape_rate = f.escape_rate / x.V_plasma
    f.reflection = f.reflection / L_all


@kernel
def derivatives(x, p, u, f, dx):
    """What leaves the plasma enters the interstitium."""
    for b in range(N_BEDS):
        dx.V_plasma -= f.J_v[b]
        dx.V_interstitium[b] += f.J_v[b]
        dx.M_albumin -= f.J_albumin[b]
        dx.M_albumin_interstitium[b] += f.J_albumin[b]
        dx.M_globulin -= f.J_globulin[b]
        dx.M_globulin_interstitium[b] += f.J_globulin[b]


BISECTIONS = 60


@kernel
def tissue_ratio(J, J_small, J_large, sigma_small, sigma_large, PS_small, PS_large):
    """Interstitial over plasma concentration at which lymph takes away what crosses the wall."""
    outward = outward_clearance(J_small, sigma_small, PS_small) + outward_clearance(J_large, sigma_large, PS_large)
    inward = outward - J_small * (1.0 - sigma_small) - J_large * (1.0 - sigma_large)
    return outward / (inward + J)


@kernel
def settle_bed(p, f, b, PS):
    """Close one bed for a trial PS [L/min]: oncotic difference by bisection; returns the clearance.

    At rest J_v is the lymph flow, which fixes dP and the flow through each pore for every
    oncotic difference; the protein that crosses then fixes what stands in the tissue.  A larger
    difference drives more protein across and so draws itself down: the root is unique.
    """
    L, alpha, J = p.L_capillary[b], p.alpha_rest[b], p.J_lymph_rest[b]
    small, large = p.sigma_small_albumin[b], p.sigma_large_albumin[b]
    PS_small, PS_large = (1.0 - p.PS_large_share) * PS, p.PS_large_share * PS
    low, high = 0.0 * PS, 0.0 * PS + f.pi_plasma
    dpi, dP, J_small, J_large = low, low, low, low
    for _ in range(BISECTIONS):
        dpi = 0.5 * (low + high)
        dP = J / L + ((1.0 - alpha) * small + alpha * large) * dpi
        J_small = (1.0 - alpha) * L * (dP - small * dpi)
        J_large = alpha * L * (dP - large * dpi)
        p.albumin_interstitium_ratio[b] = tissue_ratio(
            J, J_small, J_large, small, large, PS_small, PS_large)
        p.globulin_interstitium_ratio[b] = tissue_ratio(
            J, J_small, J_large, p.sigma_small_globulin[b], p.sigma_large_globulin[b],
            p.PS_globulin_ratio * PS_small, p.PS_globulin_ratio * PS_large)
        outside = colloid_osmotic_pressure(p.albumin_interstitium_ratio[b] * f.albumin,
                                           p.globulin_interstitium_ratio[b] * f.globulin)
        wanting = f.pi_plasma - p.glycocalyx * outside - dpi
        low = where(wanting > 0.0, dpi, low)
        high = where(wanting > 0.0, high, dpi)
    p.P_capillary_rest[b] = dP + p.P_interstitium_rest[b]
    return outward_clearance(J_small, small, PS_small) + outward_clearance(J_large, large, PS_large)


@kernel
def rest(p, x, f):
    """Close capillary pressure, interstitial protein and the factor on PS.

    Needs f.pi_plasma, f.albumin and f.globulin at rest.  The factor on PS is bracketed by 0 and
    50; `clsim.patient` refuses a patient whose escape rate lies outside what that range can give.
    """
    low, high = 0.0 * x.V_plasma, 0.0 * x.V_plasma + 50.0
    wanted = p.escape_rate_rest * x.V_plasma
    for _ in range(BISECTIONS):
        factor = 0.5 * (low + high)
        cleared = 0.0 * factor
        for b in range(N_BEDS):
            cleared = cleared + settle_bed(p, f, b, factor * p.PS_albumin[b])
        low = where(cleared < wanted, factor, low)
        high = where(cleared < wanted, high, factor)
    p.PS_factor = 0.5 * (low + high)
    for b in range(N_BEDS):
        settle_bed(p, f, b, p.PS_factor * p.PS_albumin[b])
        p.kappa_rest[b] = (p.P_capillary_rest[b] - p.P_msf_rest) / (p.MAP_rest - p.P_msf_rest)
