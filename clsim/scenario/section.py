"""One table of a scenario file, read key by key: every refusal knows its file, line and key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from clsim import units
from clsim.errors import BadInput
from clsim.scenario.schema import spell
from clsim.scenario.toml_text import Document, Key
from clsim.substances import is_ion, molar_mass

DAY = 1440.0  # min


@dataclass(frozen=True)
class Section:
    """A table at `path` of a document, for a patient of `weight` [kg] and `area` [m2]."""

    document: Document
    path: Key
    weight: float | None = None
    area: float | None = None

    @property
    def data(self) -> Mapping[str, Any]:
        """What was written there."""
        value: Any = self.document.data
        for step in self.path:
            if isinstance(value, Mapping) and step not in value:
                return {}
            value = value[step]
        return value  # type: ignore[no-any-return]

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def within(self, *keys: str | int) -> Section:
        """The table below."""
        return Section(self.document, (*self.path, *keys), self.weight, self.area)

    def error(self, problem: str, *keys: str | int, **parts: str) -> BadInput:
        """A `BadInput` at one of the keys."""
        path = (*self.path, *keys)
        return BadInput(problem, **parts, key=spell(path), place=self.document.place(path))

    def refuse(self, problem: str, *keys: str | int, **parts: str) -> NoReturn:
        """Raise that error."""
        raise self.error(problem, *keys, **parts)

    def one_of(self, *keys: str, needed: bool = True) -> str:
        """The only one of `keys` that is written; two contradict each other, none is too few."""
        found = [key for key in keys if key in self]
        if len(found) > 1:
            places = [self.document.place((*self.path, key)) for key in found[:2]]
            later = found[max((0, 1), key=lambda i: getattr(places[i], "line", 0))]
            self.refuse(
                f'"{found[0]}" and "{found[1]}" contradict each other',
                later,
                given=" and ".join(f"{key} = {self.data[key]!r}" for key in found[:2]),
                allowed="one of them",
            )
        if not found and needed:
            self.refuse("is incomplete", allowed="one of " + ", ".join(keys))
        return found[0] if found else ""

    def without(self, reason: str, *keys: str) -> None:
        """Refuse keys that have no meaning here, saying why."""
        for key in keys:
            if key in self:
                self.refuse(f'"{key}" {reason}', key, given=f"{key} = {self.data[key]!r}")

    def quantity(
        self,
        *keys: str | int,
        unit: str,
        low: float = -math.inf,
        high: float = math.inf,
        above: float | None = None,
        substance: str = "",
    ) -> float:
        """The value at a key in `unit`, within bounds (`above`: strictly greater than).

        `substance` names the quantity, for units that depend on charge or molar mass.
        """
        raw: Any = self.data
        for key in keys:
            raw = raw[key]
        path = (*self.path, *keys)
        try:
            value = units.parse(
                raw,
                unit,
                weight=self.weight,
                area=self.area,
                monovalent=is_ion(substance),
                molar_mass=molar_mass(substance),
            )
        except BadInput as error:
            raise error.at(spell(path), self.document.place(path)) from None
        if above is not None and not value > above:
            self.refuse(
                "is too small", *keys, given=repr(raw), allowed=f"above {units.show(above, unit)}"
            )
        if not low <= value <= high:
            shown = "d" if unit == "min" and DAY <= high < math.inf else ""
            self.refuse("is out of range", *keys, given=repr(raw), allowed=units.span(low, high, unit, shown))
        return value

    def time(self, *keys: str | int, above: float | None = None) -> float:
        """Minutes, not negative."""
        return self.quantity(*keys, unit="min", low=0.0, above=above)
