"""What is in each bag: a bag is opened here into the substances that the body receives.

Concentrations are per litre *of the bag*, as on its label.  Four conventions:

- ``water_in`` is the volume of the bag without its cells; the volume that dissolved
  protein takes (0.7 mL/g) counts as plasma, as it does in the body of the model.
- Calcium is no quantity of the model.  It is left out as calcium chloride, so that the
  rest of the bag stays neutral: ``chloride_in = chloride - 2 calcium``.
- Bicarbonate follows from electroneutrality in the body, so a bag of sodium
  bicarbonate is sodium without chloride, and citrate or acetate, which become
  bicarbonate, are sodium without chloride too.
- Magnesium and phosphate in bags are neglected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clsim.errors import BadInput, nearest

INPUTS = (
    "water_in",
    "sodium_in",
    "potassium_in",
    "chloride_in",
    "lactate_in",
    "glucose_in",
    "albumin_in",
    "globulin_in",
    "red_cells_in",
)


@dataclass(frozen=True)
class Fluid:
    """Composition of one litre.

    Parameters
    ----------
    name, label : str
        Key in scenario files, and a phrase for people.
    source : str
        Label, arithmetic, or ``"assumed: reason"``.
    sodium, potassium, chloride, lactate, glucose, calcium : float
        mmol/L of the bag.
    albumin, globulin : float
        g/L of the bag.
    red_cells : float
        Litres of cells per litre of the bag.
    active : str
        The substance by whose amount the bag may be ordered ("40 mmol"), if any.
    """

    name: str
    label: str
    source: str
    sodium: float = 0.0
    potassium: float = 0.0
    chloride: float = 0.0
    lactate: float = 0.0
    glucose: float = 0.0
    calcium: float = 0.0
    albumin: float = 0.0
    globulin: float = 0.0
    red_cells: float = 0.0
    active: str = ""

    def opened(self) -> dict[str, float]:
        """Inputs of the body per litre of the bag (mmol, g or L per L)."""
        amounts = {
            "water_in": 1.0 - self.red_cells,
            "sodium_in": self.sodium,
            "potassium_in": self.potassium,
            "chloride_in": self.chloride - 2.0 * self.calcium,
            "lactate_in": self.lactate,
            "glucose_in": self.glucose,
            "albumin_in": self.albumin,
            "globulin_in": self.globulin,
            "red_cells_in": self.red_cells,
        }
        return {name: amount for name, amount in amounts.items() if amount}


_SALINE = "arithmetic: 9 g/L sodium chloride, 58.44 g/mol"
_DEXTROSE = "arithmetic: 50 g/L dextrose monohydrate, 198.17 g/mol"
_LACTATE = "label of lactated Ringer's injection (USP)"
_ALBUMIN = (
    "label: sodium 130 to 160 mmol/L; chloride assumed: what neutrality leaves beside albumin "
    "(0.25 mEq/g) and its stabilisers (0.16 mmol/g)"
)

FLUIDS: dict[str, Fluid] = {
    fluid.name: fluid
    for fluid in (
        Fluid("saline_0.9", "0.9 % saline", _SALINE, sodium=154.0, chloride=154.0),
        Fluid("saline_0.45", "0.45 % saline", _SALINE + ", half", sodium=77.0, chloride=77.0),
        Fluid("saline_3", "3 % saline", _SALINE + ", 30 g/L", sodium=513.0, chloride=513.0),
        Fluid(
            "ringer_lactate",
            "lactated Ringer's",
            _LACTATE,
            sodium=130.0,
            potassium=4.0,
            chloride=109.0,
            lactate=28.0,
            calcium=1.35,
        ),
        Fluid(
            "hartmann",
            "Hartmann's solution",
            "label of compound sodium lactate infusion (BP)",
            sodium=131.0,
            potassium=5.0,
            chloride=111.0,
            lactate=29.0,
            calcium=2.0,
        ),
        Fluid("dextrose_5", "5 % dextrose", _DEXTROSE, glucose=252.0),
        Fluid(
            "dextrose_5_saline_0.9",
            "5 % dextrose in 0.9 % saline",
            f"{_DEXTROSE}; {_SALINE}",
            sodium=154.0,
            chloride=154.0,
            glucose=252.0,
        ),
        Fluid(
            "dextrose_5_saline_0.45",
            "5 % dextrose in 0.45 % saline",
            f"{_DEXTROSE}; {_SALINE}, half",
            sodium=77.0,
            chloride=77.0,
            glucose=252.0,
        ),
        Fluid(
            "dextrose_5_ringer_lactate",
            "5 % dextrose in lactated Ringer's",
            f"{_DEXTROSE}; {_LACTATE}",
            sodium=130.0,
            potassium=4.0,
            chloride=109.0,
            lactate=28.0,
            calcium=1.35,
            glucose=252.0,
        ),
        Fluid(
            "albumin_5",
            "5 % albumin",
            _ALBUMIN,
            sodium=145.0,
            chloride=124.5,
            albumin=50.0,
            active="albumin",
        ),
        Fluid(
            "albumin_20",
            "20 % albumin",
            _ALBUMIN,
            sodium=145.0,
            chloride=63.0,
            albumin=200.0,
            active="albumin",
        ),
        Fluid(
            "albumin_25",
            "25 % albumin",
            _ALBUMIN,
            sodium=145.0,
            chloride=42.5,
            albumin=250.0,
            active="albumin",
        ),
        Fluid(
            "red_cells",
            "packed red cells",
            "assumed: haematocrit 0.60 in a saline additive, stored two to three weeks "
            "(20 mmol/L potassium and 10 mmol/L lactate outside the cells)",
            sodium=60.0,
            potassium=8.0,
            chloride=58.0,
            lactate=4.0,
            glucose=8.0,
            red_cells=0.60,
        ),
        Fluid(
            "fresh_frozen_plasma",
            "fresh frozen plasma",
            "assumed: plasma diluted by a sixth with sodium citrate, which becomes bicarbonate",
            sodium=165.0,
            potassium=3.6,
            chloride=78.0,
            lactate=3.0,
            glucose=20.0,
            albumin=35.0,
            globulin=24.0,
        ),
        Fluid(
            "potassium_chloride",
            "potassium chloride concentrate, 2 mmol/mL",
            "arithmetic: 149.1 g/L potassium chloride, 74.55 g/mol",
            potassium=2000.0,
            chloride=2000.0,
            active="potassium",
        ),
        Fluid(
            "sodium_bicarbonate_8.4",
            "8.4 % sodium bicarbonate",
            "arithmetic: 84 g/L sodium bicarbonate, 84.01 g/mol",
            sodium=1000.0,
            active="sodium",
        ),
    )
}


EXAMPLE = '{"saline_0.9" = 0.5, "dextrose_5" = 0.5}'


def bag(name: str) -> Fluid:
    """The fluid of that name; raises `BadInput` naming the nearest and all the others."""
    if name not in FLUIDS:
        raise BadInput(
            f'"{name}" is not a fluid',
            allowed=", ".join(FLUIDS),
            nearest=nearest(name, FLUIDS),
        )
    return FLUIDS[name]


def opened(give: str | Mapping[str, float]) -> dict[str, float]:
    """Inputs per litre of a bag, or of a mix of bags by share of volume.

    Raises
    ------
    BadInput
        For an unknown bag, a share that is not positive, or shares that do not make 1.
    """
    if isinstance(give, str):
        return bag(give).opened()
    total: dict[str, float] = {}
    for name, share in give.items():
        if isinstance(share, Mapping):  # TOML reads saline_0.9 = 1 as a table saline_0
            raise BadInput("the name of a bag in a mix needs quotes", nearest=EXAMPLE)
        fluid = bag(name)
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0.0 < share <= 1.0:
            raise BadInput(
                f'the share of "{name}" in the mix', given=repr(share), allowed="above 0, up to 1"
            )
        for each, amount in fluid.opened().items():
            total[each] = total.get(each, 0.0) + share * amount
    if abs(sum(give.values()) - 1.0) > 1e-9:
        raise BadInput(
            "the shares of a mix do not make 1",
            given=f"{sum(give.values()):.10g}",
            allowed=f"shares of volume such as {EXAMPLE}",
        )
    return total


def label(give: str | Mapping[str, float]) -> str:
    """What people call it: "0.9 % saline", or "50 parts 0.9 % saline + 50 parts 5 % dextrose"."""
    if isinstance(give, str):
        return FLUIDS[give].label
    parts = {name: 100.0 * share for name, share in give.items()}
    return " + ".join(f"{each:g} {'part' if each == 1.0 else 'parts'} {FLUIDS[name].label}"
                      for name, each in parts.items())
