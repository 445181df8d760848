"""What a bed shows of the body: names of the page, and the columns of the model behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clsim import fluids, units
from clsim.model.layout import INPUTS, columns
from clsim.policy.orders import MEDICINES
from clsim.policy.signals import DRIPS, SIGNALS
from clsim.policy.table import OUTPUTS
from clsim.scenario.settings import INPUT

if TYPE_CHECKING:
    from clsim.result import Result

VITAL, WARD, HIDDEN, LAB = "vital", "ward", "hidden", "lab"
LABS = tuple(name for name, each in SIGNALS.items() if each.group == "labs")
LAB_DECIMALS = {"ph": 2, "sodium": 0, "albumin": 0, "hemoglobin": 0, "platelets": 0, "bicarbonate": 0}
LARGEST_BAG = 2_000.0  # mL in one order
USUAL_BAG = 500.0


@dataclass(frozen=True)
class Shown:
    """A number of the page.

    Parameters
    ----------
    name, label, unit : str
        As the page has them; the unit is what people read.
    source : str
        Flow or state of the model; of several beds, their sum.
    inner : str
        Unit of the source.
    decimals : int
    role : str
        By which colour of the theme it is drawn.
    group : str
        VITAL, WARD or HIDDEN.
    """

    name: str
    label: str
    unit: str
    source: str
    inner: str
    decimals: int
    role: str
    group: str


def _rows(group: str, *rows: tuple[str, str, str, str, str, int, str]) -> tuple[Shown, ...]:
    return tuple(Shown(name, label, unit, source, inner, decimals, role, group)
                 for name, label, unit, source, inner, decimals, role in rows)


SHOWN: tuple[Shown, ...] = (
    *_rows(
        VITAL,
        ("HR", "heart rate", "/min", "HR", "1/min", 0, "ecg"),
        ("SBP", "systolic arterial pressure", "mmHg", "SBP", "mmHg", 0, "arterial"),
        ("DBP", "diastolic arterial pressure", "mmHg", "DBP", "mmHg", 0, "arterial"),
        ("MAP", "mean arterial pressure", "mmHg", "MAP", "mmHg", 0, "arterial"),
        ("CVP", "central venous pressure", "mmHg", "CVP", "mmHg", 0, "venous"),
        ("SaO2", "oxygen saturation", "%", "SaO2", "1", 0, "pleth"),
        ("respiratory_rate", "respiratory rate", "/min", "respiratory_rate", "1/min", 0, "resp"),
        ("temperature", "temperature", "degC", "temperature", "degC", 1, "temp")),
    *_rows(
        WARD,
        ("urine_mL_h", "urine", "mL/h", "urine_flow", "L/min", 0, "ward"),
        ("weight_kg", "body weight", "kg", "weight_now", "kg", 1, "ward"),
        ("weight_change_kg", "weight gained", "kg", "weight_gain", "kg", 1, "ward")),
    *_rows(
        HIDDEN,
        ("escape_rate", "albumin that leaves the blood", "%/h", "escape_rate", "1/min", 1, "hidden"),
        ("leak", "opening of the capillary wall", "", "leak", "1", 2, "hidden"),
        ("V_plasma", "plasma volume", "L", "V_plasma", "L", 2, "hidden"),
        ("V_interstitium", "interstitial volume", "L", "V_interstitium", "L", 1, "hidden"),
        ("V_pocket", "fluid in pleura and abdomen", "L", "V_pocket", "L", 2, "hidden"),
        ("EVLW", "water in the lungs", "mL", "EVLW", "L", 0, "hidden"),
        ("albumin", "albumin in plasma", "g/L", "albumin", "g/L", 0, "hidden"),
        ("pi_plasma", "oncotic pressure of plasma", "mmHg", "pi_plasma", "mmHg", 1, "hidden"),
        ("J_v", "fluid through capillary walls", "mL/h", "J_v", "L/min", 0, "hidden"),
        ("J_lymph", "lymph", "mL/h", "J_lymph", "L/min", 0, "hidden"),
        ("SVR", "resistance of the vessels", "dyn*s/cm5", "SVR", "mmHg*min/L", 0, "hidden"),
        ("vasodilation", "vasodilation by nitric oxide", "", "vasodilation", "1", 2, "hidden"),
        ("CO", "cardiac output", "L/min", "CO", "L/min", 1, "hidden"),
        ("contractility", "contractility", "", "contractility", "1", 2, "hidden"),
        ("interleukin2", "interleukin-2 in plasma", "IU/mL", "interleukin2_concentration", "IU/L", 0, "hidden")),
)
NAMES = tuple(each.name for each in SHOWN)
PLACE = {name: i for i, name in enumerate(NAMES)}


def _affine(each: Shown) -> tuple[float, float]:
    """Factor and offset into the unit for people."""
    show = {"/min": "1/min", "": "1"}.get(each.unit, each.unit)
    at_0, at_1 = (float(units.convert(value, each.inner, show)) for value in (0.0, 1.0))
    return at_1 - at_0, at_0


def _matrix() -> tuple[list[list[int]], NDArray[np.float64], NDArray[np.float64]]:
    places = []
    for each in SHOWN:
        mine = [i for i, name in enumerate(OUTPUTS) if name == each.source or (
            name.startswith(each.source) and name.removeprefix(each.source)[:1] in ("_", "["))]
        places.append([OUTPUTS.index(each.source)] if each.source in OUTPUTS else mine)
    pairs = [_affine(each) for each in SHOWN]
    return places, np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])


PLACES, FACTOR, OFFSET = _matrix()
SINGLE = np.array([places[0] for places in PLACES])
SUMMED = [(i, places) for i, places in enumerate(PLACES) if len(places) > 1]


def shown(truth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Numbers of the page from flows and states (`clsim.policy.table.OUTPUTS`), (m, k)."""
    found = truth[:, SINGLE].copy()
    for i, places in SUMMED:
        found[:, i] = truth[:, places].sum(axis=1)
    return np.asarray(found * FACTOR + OFFSET)


def numbers(result: Result) -> dict[str, NDArray[np.float64]]:
    """Numbers of the page in its units, a value for each row of a result."""
    rows = shown(np.hstack([result.flows, result.states]))
    return {name: np.ascontiguousarray(rows[:, k]) for k, name in enumerate(NAMES)}


# -------------------------------------------------------------------------------- what is ordered

COLUMN = {name: columns(INPUTS).index(name) for name in DRIPS}
USUAL_DRIP = {"phenylephrine": 50.0, "norepinephrine": 5.0, "dopamine": 200.0, "oxygen": 2.0}
LARGEST_DRIP = {"phenylephrine": 1_000.0, "norepinephrine": 200.0, "dopamine": 2_000.0, "oxygen": 15.0}
DOSES = {  # usual dose, largest dose in one order [mg], minutes in which it comes into the blood
    "furosemide": (20.0, 250.0, 15.0), "acetaminophen": (650.0, 1_000.0, 30.0), "indomethacin": (25.0, 50.0, 60.0),
    "nos_inhibitor": (50.0, 500.0, 15.0),
}


def fluids_to_order() -> list[dict[str, Any]]:
    """Bags, by volume."""
    return [{"name": each.name, "label": each.label, "unit": "mL", "largest": LARGEST_BAG, "usual": USUAL_BAG,
             "over_min": 30.0} for each in fluids.FLUIDS.values()]


def drips_to_order() -> list[dict[str, Any]]:
    """Drips that a hand takes over from a policy."""
    return [{"name": name, "label": INPUT[name].label, "unit": INPUT[name].unit, "largest": LARGEST_DRIP[name],
             "usual": USUAL_DRIP[name]} for name in DRIPS]


def drugs_to_order() -> list[dict[str, Any]]:
    """Single doses."""
    return [{"name": name, "label": INPUT[name].label, "unit": "mg", "largest": DOSES[name][1],
             "usual": DOSES[name][0], "over_min": DOSES[name][2]} for name in MEDICINES if name in DOSES]


def signals() -> list[dict[str, Any]]:
    """The greeting's list of numbers."""
    own = [{"name": each.name, "label": each.label, "unit": each.unit, "decimals": each.decimals,
            "colour_role": each.role, "group": each.group} for each in SHOWN]
    oxygen = {"name": "oxygen_L_min", "label": "oxygen", "unit": "L/min", "decimals": 0, "colour_role": "pleth",
              "group": WARD}
    tests = [{"name": each.name, "label": each.label, "unit": "" if each.show == "1" else each.show,
              "decimals": LAB_DECIMALS.get(each.name, 1), "colour_role": "ward", "group": LAB}
             for each in (SIGNALS[name] for name in LABS)]
    return [*own, oxygen, *tests]


def rounded(row: NDArray[np.float64], names: Sequence[str]) -> dict[str, float | None]:
    """Some numbers of a row, as many digits as can be seen; what is no number is null."""
    found: dict[str, float | None] = {}
    for name in names:
        i = PLACE[name]
        value = float(row[i])
        found[name] = round(value, SHOWN[i].decimals + 2) if np.isfinite(value) else None
    return found


def names_of(*groups: str) -> tuple[str, ...]:
    """Names of the numbers of some groups."""
    return tuple(each.name for each in SHOWN if each.group in groups)
