"""A scenario: one patient, one course, everything that is given, and for how long.

`load` turns TOML into a frozen `Scenario` in internal units.  Whatever cannot be meant
is refused with file, line, key, what was given, what is allowed and what comes nearest;
nothing is filled in silently and no key is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from clsim import units
from clsim.engine.timeline import Event, make_timeline
from clsim.errors import BadInput, Place, nearest
from clsim.scenario import gallery, schedule, toml_text
from clsim.scenario.course import course
from clsim.scenario.extends import merged
from clsim.scenario.orders import Order, Plan
from clsim.scenario.schema import check, with_defaults
from clsim.scenario.section import DAY, Section
from clsim.scenario.settings import INPUT, OUTPUTS, PARAMETER, Value, settings
from clsim.scenario.toml_text import Document

LONGEST_RUN = 400 * DAY
MOST_OUTPUTS = 200_000


@dataclass(frozen=True)
class Scenario:
    """What is simulated, in internal units (see `clsim.spec`).

    Parameters
    ----------
    name : str
        Stem of the file.
    about : mapping
        ``title``, ``question`` and ``source``.
    patient, parameters : mapping of str to float or tuple
        Values that differ from the defaults.
    orders : tuple of Order
        In order of time; what people see.
    events : tuple of Event
        What the engine sees.
    horizon, step, every : float
        End of the run, longest solver step and output interval [min].
    outputs : tuple of str
        Variables to save; empty for all.
    seed : int
        For what is drawn at random.
    text : str
        TOML of the whole scenario, which needs no other file.
    notes : tuple of str
        What a reader should know, such as doses planned after the end.
    """

    name: str
    about: Mapping[str, str]
    patient: Mapping[str, Value]
    parameters: Mapping[str, Value]
    orders: tuple[Order, ...]
    events: tuple[Event, ...]
    horizon: float
    step: float
    every: float
    outputs: tuple[str, ...]
    seed: int
    text: str = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """One line."""
        return self.about.get("title", "") or self.name

    @property
    def values(self) -> dict[str, Value]:
        """Everything set of the body: what `clsim.patient.settle` wants."""
        return {**self.patient, **self.parameters}

    @property
    def doses(self) -> tuple[Order, ...]:
        """Doses of interleukin-2 that are given."""
        return tuple(order for order in self.orders if order.kind == "dose")

    @property
    def held(self) -> tuple[Order, ...]:
        """Planned doses that are not given."""
        return tuple(order for order in self.orders if order.kind == "held")

    def output_times(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """From 0 to the horizon in steps of `every`, min; the horizon is always one."""
        count = int(np.floor(self.horizon / self.every * (1.0 + 1e-12)))
        times = np.arange(count + 1, dtype=np.float64) * self.every
        return (
            times if times[-1] >= self.horizon * (1.0 - 1e-12) else np.append(times, self.horizon)
        )

    def but(self, **overrides: Any) -> Scenario:
        """The same scenario with other values: ``but(patient={"weight": "82 kg"})``."""
        document = toml_text.parse(self.text, self.name)
        return _build(merged(document, _overriding(overrides)), self.name)


def load(source: str | Path | Scenario, **overrides: Any) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    source : str, Path or Scenario
        Name of a shipped scenario, or path of a TOML file.
    **overrides
        Tables of the file, ``patient={"weight": "82 kg"}``, ``run={"horizon": "3 d"}``.

    Raises
    ------
    BadInput
        For anything that cannot be meant.
    """
    if isinstance(source, Scenario):
        return source.but(**overrides) if overrides else source
    if not isinstance(source, str | Path):
        raise BadInput("is not a scenario", given=repr(source), allowed="a name, a path or a Scenario")
    file = gallery.find(source)
    document = _whole(file, ())
    if overrides:
        document = merged(document, _overriding(overrides))
    return _build(document, file.stem)


def loads(text: str, name: str = "scenario") -> Scenario:
    """A scenario from TOML text; ``extends`` is looked up among the shipped ones."""
    document = toml_text.parse(text, name)
    return _build(_extended(document, Path(), ()), name)


def _overriding(overrides: Mapping[str, Any]) -> Document:
    document = toml_text.parse(toml_text.write(overrides), "override")
    return Document(document.data, dict.fromkeys(document.places, Place("override")))


def _whole(file: Path, above: tuple[Path, ...]) -> Document:
    """A file and all that it extends, as one document."""
    return _extended(toml_text.read(file), file.parent, (*above, file.resolve()))


def _extended(document: Document, beside: Path, above: tuple[Path, ...]) -> Document:
    check(document)
    source = document.data.pop("extends", "")
    if not source:
        return document
    place = document.place(("extends",))
    try:
        file = gallery.find(source, beside)
        if file.resolve() in above:
            chain = " -> ".join(path.stem for path in (*above, file))
            raise BadInput("extends itself", given=chain)
        if not file.is_file():
            raise BadInput("there is no such scenario", given=repr(source))
    except BadInput as error:
        raise error.at("extends", place) from None
    return merged(_whole(file, above), document)


def _build(document: Document, name: str) -> Scenario:
    """A complete document in internal units."""
    check(document)
    text = toml_text.write(with_defaults(document.data))
    document = Document(with_defaults(document.data), document.places)
    top = Section(document, ())
    values = {table: settings(top.within(table)) for table in ("patient", "parameters")}
    weight, height = _number(values["patient"], "weight"), _number(values["patient"], "height")
    sized = Section(document, (), weight, surface_area(weight, height))
    plan = course(sized.within("course")) if "course" in document.data else Plan()
    horizon = _horizon(sized.within("run"), plan)
    plan.horizon = horizon
    for table in ("fluid", "drug", "bleed", "ward"):
        for i in range(len(document.data.get(table, []))):
            getattr(schedule, table)(sized.within(table, i), plan)
    run = sized.within("run")
    scenario = Scenario(
        name=name,
        about=dict(document.data["about"]),
        patient=values["patient"],
        parameters=values["parameters"],
        orders=tuple(sorted((o for o in plan.orders if o.start < horizon), key=_when)),
        events=tuple(event for event in plan.events if event.start < horizon),
        horizon=horizon,
        step=run.quantity("step", unit="min", above=0.0, high=10.0),
        every=_every(run, horizon),
        outputs=_outputs(run),
        seed=document.data["run"]["seed"],
        text=text,
        notes=_notes(plan),
    )
    _together(scenario, document)
    return scenario


def _number(values: Mapping[str, Value], name: str) -> float:
    value = values.get(name, PARAMETER[name].default)
    assert isinstance(value, float)
    return value


def surface_area(weight: float, height: float) -> float:
    """Body surface area [m2] from weight [kg] and height [m]: (1) of `clsim.model.body`."""
    return float(np.sqrt(height * weight / 36.0))


def _when(order: Order) -> tuple[float, str, str]:
    return order.start, order.kind, order.name


def _horizon(run: Section, plan: Plan) -> float:
    if "horizon" in run:
        return run.quantity("horizon", unit="min", above=0.0, high=LONGEST_RUN)
    if not plan.cycles:
        run.refuse(
            'needs "horizon"', allowed='such as "5 d"; only a [course] has an end of its own'
        )
    if plan.end > LONGEST_RUN:
        run.refuse("is too long", given=units.show(plan.end, "min", "d"), allowed="up to 400 d")
    return plan.end


def _every(run: Section, horizon: float) -> float:
    every = run.quantity("every", unit="min", above=0.0)
    if every > horizon or horizon / every > MOST_OUTPUTS:
        run.refuse(
            "is out of range",
            "every",
            given=repr(run.data["every"]),
            allowed=f"up to the horizon, and {MOST_OUTPUTS} outputs in all",
        )
    return every


def _outputs(run: Section) -> tuple[str, ...]:
    for i, name in enumerate(run.data["outputs"]):
        if name not in OUTPUTS:
            run.refuse(
                f'"{name}" is not a variable of the model',
                *("outputs", i),
                allowed="states, flows and inputs (clsim docs writes the list)",
                nearest=nearest(name, OUTPUTS),
            )
    return tuple(run.data["outputs"])


def _notes(plan: Plan) -> tuple[str, ...]:
    late = [order for order in plan.orders if order.start >= plan.horizon]
    if not late:
        return ()
    end = units.show(plan.horizon, "min", "h")
    orders = "1 order begins" if len(late) == 1 else f"{len(late)} orders begin"
    return (f"{orders} after the end of the run ({end}), without effect",)


def _together(scenario: Scenario, document: Document) -> None:
    """Refuse what several orders add up to if it is more than an input can take."""
    usual = np.array([each.default for each in INPUT.values()])
    timeline = make_timeline(scenario.events, list(INPUT), usual, [0.0, scenario.horizon])
    for column, each in enumerate(INPUT.values()):
        rates = timeline.inputs[:, column]
        worst = int(np.argmax(rates))
        if rates[worst] > each.bounds[1]:
            raise BadInput(
                f"several orders together give more than is possible ({each.label})",
                given=f"{units.show(rates[worst], each.unit, each.show)} at "
                + units.show(float(timeline.edges[worst]), "min", "h"),
                allowed="up to " + units.show(each.bounds[1], each.unit, each.show),
                place=document.place(()),
            )
