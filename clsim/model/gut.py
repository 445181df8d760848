"""Gut and skin: food, drink, losses from the bowel and by evaporation.

    thirst = thirst_highest / [1 + (thirst_highest - 1) exp(volume_on_thirst volume_signal
             - Na_on_thirst (Na - Na_rest))]                                    (1)
    water_drunk = water_intake [food_water eating + (1 - food_water) drinking thirst (1 - nausea)]    (2)
    nausea / nausea_highest = hill(vasodilation; half, n) = (bowel_loss - diarrhoea)
        / (bowel_loss_highest wetness)                                (3)
    evaporation = evaporation_rest [1 + heat_on_evaporation (temperature - rest)
                  + NO_on_evaporation vasodilation wetness]                     (4)
    wetness = wetness_highest / [1 + (wetness_highest - 1) exp(-volume_on_losses (V_ecf / V_ecf_rest - 1))]    (5)

Food brings sodium, potassium, chloride, phosphate and protein (as urea) in proportion to
``eating``; the bowel loses water with sodium, potassium and chloride, which follow those of the plasma,
and some albumin.  A body that has dried out neither sweats nor secretes as before; one that has been filled
secretes more (5): saline by vein turns absorption by the small bowel into secretion (Higgins1971, dogs).
"""

from __future__ import annotations

from clsim.jit import kernel
from clsim.spec import Flow, Input, Parameter
from clsim.vmath import exp, hill

PARAMETERS = (
    Parameter("sodium_intake", 150.0 / 1440.0, "mmol/min", "sodium eaten", (10.0 / 1440.0, 500.0 / 1440.0),
              "textbook value 150 mmol/d", role="observable", show="mmol/d"),
    Parameter("potassium_intake", 80.0 / 1440.0, "mmol/min", "potassium eaten", (20.0 / 1440.0, 200.0 / 1440.0),
              "textbook value 80 mmol/d", role="observable", show="mmol/d"),
    Parameter("chloride_intake", 150.0 / 1440.0, "mmol/min", "chloride eaten", (10.0 / 1440.0, 500.0 / 1440.0),
              "assumed: as sodium", role="observable", show="mmol/d"),
    Parameter("evaporation_rest", 0.9 / 1440.0, "L/min", "water lost by skin, breath and stool at rest",
              (0.0, 3.0 / 1440.0), "textbook value 0.9 L/d", scale="flow", show="L/d"),
    Parameter("heat_on_evaporation", 0.15, "1/degC", "evaporation by fever", (0.0, 0.5),
              "textbook value 10 to 15 % per degree, quoted from memory"),
    Parameter("NO_on_evaporation", 0.383, "1", "evaporation by vasodilator drive", (0.0, 5.0),
              "fitted to published outcomes (docs/calibration.md): flushed skin and sweats; no measurement "
              "found, set with weight in courses of interleukin-2"),
    Parameter("food_water", 0.35, "1", "share of water intake that comes with food", (0.0, 0.9),
              "textbook value, quoted from memory"),
    Parameter("thirst_highest", 5.0, "1", "largest thirst relative to rest", (1.5, 20.0), "assumed"),
    Parameter("Na_on_thirst", 0.45, "L/mmol", "sodium on thirst (logit)", (0.0, 3.0),
              "assumed: threshold a few mOsm/kg above rest"),
    Parameter("volume_on_thirst", 5.0, "1", "volume signal on thirst (logit)", (0.0, 50.0), "assumed"),
    Parameter("nausea_highest", 0.507, "1", "largest share of drinking that nausea takes away", (0.0, 1.0),
              "fitted to published outcomes (docs/calibration.md): vomiting in 50, nausea in 35, anorexia in 20"
              " % (label); nobody drinks by thirst alone then"),
    Parameter("bowel_loss_highest", 0.00085, "L/min", "largest bowel loss by interleukin-2 at usual volume",
              (0.0, 8.0 / 1440.0),
              "fitted to published outcomes (docs/calibration.md): diarrhoea in 67 % (label)",
              scale="flow", show="L/d"),
    Parameter("bowel_half", 0.54, "1", "vasodilator drive of half the bowel loss", (0.05, 5.0),
              "assumed: most of it at the drive of an ordinary course, so that the worst does not run dry"),
    Parameter("bowel_power", 2.0, "1", "steepness of bowel loss", (1.0, 6.0), "assumed"),
    Parameter("wetness_highest", 3.5, "1", "sweat and bowel loss by interleukin-2 of a body full of fluid, over usual",
              (1.5, 20.0), "assumed: Higgins1971 found that the bowel secretes then, not how much; "
              "set so that weight is kept where little is given, and gained where much is"),
    Parameter("volume_on_losses", 10.0, "1", "extracellular volume, relative to rest, on sweat and bowel loss (logit)",
              (0.0, 50.0), "assumed: seven tenths of both are gone when 15 % of it is lacking"),
    Parameter("bowel_Na", 110.0, "mmol/L", "sodium in bowel loss at the usual sodium of plasma",
              (20.0, 160.0), "assumed: secretory diarrhoea"),
    Parameter("bowel_K", 15.0, "mmol/L", "potassium in bowel loss, likewise", (2.0, 80.0),
              "assumed: secretory diarrhoea"),
    Parameter("bowel_Cl", 95.0, "mmol/L", "chloride in bowel loss, likewise; the rest is bicarbonate", (10.0, 160.0),
              "assumed: bicarbonate 30 mmol/L"),
    Parameter("bowel_albumin", 0.347, "1", "albumin in bowel loss relative to plasma", (0.0, 1.0),
              "fitted to published outcomes (docs/calibration.md): protein-losing bowel"),
    Parameter("cytokine_on_catabolism", 0.15, "1", "urea production by cytokines", (0.0, 2.0),
              "assumed: prototype 0.3"),
    Parameter("fasting_urea", 0.6, "1", "urea production without food, relative to usual", (0.2, 1.2), "assumed"),
    Parameter("water_intake", None, "L/min", "water drunk and eaten at rest", (0.0, 0.02),
              "closed by urine and evaporation", role="solved", show="L/d"),
)
INPUTS = (
    Input("eating", "1", "food (1 usual diet, 0 nothing)", default=1.0, bounds=(0.0, 3.0)),
    Input("drinking", "1", "access to water (1 free, 0 nil by mouth)", default=1.0, bounds=(0.0, 1.0)),
    Input("salt_by_mouth", "mmol/min", "sodium chloride eaten beside the diet", bounds=(0.0, 2.0), show="mmol/d"),
    Input("diarrhoea", "L/min", "bowel loss beside that of interleukin-2", bounds=(0.0, 0.02), show="L/d"),
)
STATES = ()
FLOWS = (
    Flow("thirst", "1", "thirst (rest = 1)"),
    Flow("water_drunk", "L/min", "water drunk and eaten", show="mL/h"),
    Flow("nausea", "1", "share of drinking that nausea takes away"),
    Flow("bowel_loss", "L/min", "bowel loss", show="mL/h"),
    Flow("wetness", "1", "sweat and bowel loss by extracellular volume (1 at rest)"),
    Flow("bowel_sodium", "mmol/min", "sodium lost by the bowel", show="mmol/h"),
    Flow("bowel_potassium", "mmol/min", "potassium lost by the bowel", show="mmol/h"),
    Flow("bowel_chloride", "mmol/min", "chloride lost by the bowel", show="mmol/h"),
    Flow("evaporation", "L/min", "water lost by evaporation", show="mL/h"),
    Flow("catabolism", "1", "urea production relative to rest"),
)


@kernel
def flows(x, p, u, f):
    """Equations (1) to (5)."""
    f.thirst = p.thirst_highest / (1.0 + (p.thirst_highest - 1.0) * exp(
        p.volume_on_thirst * x.volume_signal - p.Na_on_thirst * (f.Na - p.Na_rest)))
    upset = hill(f.vasodilation, p.bowel_half, p.bowel_power)
    f.nausea = p.nausea_highest * upset
    f.water_drunk = p.water_intake * (p.food_water * u.eating
                                      + (1.0 - p.food_water) * u.drinking * f.thirst * (1.0 - f.nausea))
    f.wetness = p.wetness_highest / (1.0 + (p.wetness_highest - 1.0) * exp(
        -p.volume_on_losses * (f.V_ecf / p.V_ecf_rest - 1.0)))
    f.bowel_loss = u.diarrhoea + p.bowel_loss_highest * upset * f.wetness
    f.bowel_sodium = p.bowel_Na * f.Na / p.Na_rest * f.bowel_loss
    f.bowel_potassium = p.bowel_K * f.K / p.K_rest * f.bowel_loss
    f.bowel_chloride = p.bowel_Cl * f.Cl / p.Cl_rest * f.bowel_loss
    f.evaporation = p.evaporation_rest * (
        1.0 + p.heat_on_evaporation * (x.temperature - p.temperature_rest)
        + p.NO_on_evaporation * f.vasodilation * f.wetness)
    f.catabolism = ((p.fasting_urea + (1.0 - p.fasting_urea) * u.eating)
                    * (1.0 + p.cytokine_on_catabolism * f.cytokine))


@kernel
def derivatives(x, p, u, f, dx):
    """What the gut gives to the plasma and takes from it."""
    dx.V_plasma += f.water_drunk - f.bowel_loss - f.evaporation
    dx.sodium += p.sodium_intake * u.eating + u.salt_by_mouth - f.bowel_sodium
    dx.potassium += p.potassium_intake * u.eating - f.bowel_potassium
    dx.chloride += p.chloride_intake * u.eating + u.salt_by_mouth - f.bowel_chloride
    dx.phosphate += p.phosphate_intake * u.eating
    dx.M_albumin -= p.bowel_albumin * f.albumin * f.bowel_loss


@kernel
def rest(p, x, f):
    """Water in equals water out."""
    p.water_intake = p.urine_rest + p.evaporation_rest
