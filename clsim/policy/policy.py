"""A policy file, read: how a patient is watched and supported, and when doses are held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from clsim.errors import BadInput, Place, nearest
from clsim.policy import chart, rules
from clsim.policy.chart import Aim, Device, Group
from clsim.policy.orders import Support, support, used_up
from clsim.policy.rules import Criterion, Row, Verdict, Watch
from clsim.policy.schema import ENTRIES, ONLY_HERE, SUPPORT, check
from clsim.policy.table import Table, chart_names, digest, every_rule, make_table
from clsim.scenario import gallery, toml_text
from clsim.scenario.extends import merged
from clsim.scenario.section import Section
from clsim.scenario.toml_text import Document


@dataclass(frozen=True)
class Policy:
    """How a patient is watched and supported, and when doses are held.

    Parameters
    ----------
    name : str
        Stem of the file.
    about : mapping
        ``title``, ``question``, ``source`` and ``verified``.
    groups : dict of str to Group
        When the patient is looked at.
    devices : dict of str to Device
    targets : dict of str to tuple of Aim
    reaction : int
        Ticks from a decision to the deed.
    adherence : float
        Share of decisions that are followed.
    watches, criteria, supports, verdicts : tuple
        In the order in which they are looked at: criteria as written, orders by kind, then holds,
        stops and retreatment rules.
    rows : tuple of Row
        Every entry as people read it, those that cannot be modelled too.
    text : str
        TOML of the whole file, which needs no other.
    """

    name: str
    about: Mapping[str, Any]
    groups: Mapping[str, Group]
    devices: Mapping[str, Device]
    targets: Mapping[str, tuple[Aim, ...]]
    reaction: int
    adherence: float
    watches: tuple[Watch, ...]
    criteria: tuple[Criterion, ...]
    supports: tuple[Support, ...]
    verdicts: tuple[Verdict, ...]
    rows: tuple[Row, ...]
    text: str = field(repr=False)
    document: Document = field(repr=False, compare=False)

    @property
    def title(self) -> str:
        """One line."""
        return str(self.about.get("title", "")) or self.name

    @cached_property
    def table(self) -> Table:
        """The policy as numbers: what an interpreter reads."""
        return make_table(self.groups, self.devices, self.targets, self.reaction, self.adherence, self.watches,
                          self.criteria, self.supports, self.verdicts)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the chart."""
        return chart_names(every_rule(self.watches, self.criteria, self.supports, self.verdicts))

    @property
    def deciding(self) -> tuple[str, ...]:
        """Names of orders and verdicts, in the order of the table."""
        return (*(each.name for each in self.supports), *(each.name for each in self.verdicts))

    @cached_property
    def digest(self) -> str:
        """Hash of the table."""
        return digest(self.table)

    def row(self, name: str) -> Row:
        """The entry of that name."""
        return {row.name: row for row in self.rows}[name]

    def but(self, **changes: Any) -> Policy:
        """The same policy with other values: ``but(**{"targets.sbp.value": "85 mmHg", "bolus.volume": "250 mL"})``.

        A key begins with a table, or with the name of an entry.

        Raises
        ------
        BadInput
            If there is no such table or entry, or the policy makes no sense any more.
        """
        document = toml_text.parse(self.text, self.name)
        for key, value in changes.items():
            _change(document.data, key, value)
        return _build(toml_text.parse(toml_text.write(document.data), self.name), self.name)


def folder() -> Path:
    """Where the shipped policies lie; what they share lies in ``parts`` below."""
    return gallery.folder() / "policies"


def policies() -> list[str]:
    """Names of the shipped policies."""
    return sorted(file.stem for file in folder().glob("*.toml"))


def find(source: str | Path, beside: Path | None = None) -> Path:
    """The file of a shipped name, of a part, or of a path.

    Raises
    ------
    BadInput
        For a name that is not shipped.
    """
    path = Path(source)
    if isinstance(source, Path) or path.suffix == ".toml":
        return (beside or Path()) / path
    for home in (beside, folder(), folder() / "parts"):
        if home is not None and (home / f"{source}.toml").is_file():
            return home / f"{source}.toml"
    if len(path.parts) > 1:
        return path
    raise BadInput(f'"{source}" is not a shipped policy', nearest=nearest(str(source), policies()),
                   allowed=", ".join(policies()) + ", or the path of a .toml file")


def is_policy(source: str | Path) -> bool:
    """Whether a name or file is a policy, as far as can be told without reading its rules."""
    if str(source) in policies():
        return True
    path = Path(source)
    if path.suffix != ".toml" or not path.is_file():
        return False
    data = toml_text.read(path).data
    extended = data.get("extends", [])
    names = [extended] if isinstance(extended, str) else extended
    return any(key in data for key in ONLY_HERE) or any(name in policies() for name in names)


def load_policy(source: str | Path | Policy) -> Policy:
    """Read a policy.

    Parameters
    ----------
    source : str, Path or Policy
        Name of a shipped policy, or path of a TOML file.

    Raises
    ------
    BadInput
        For anything that cannot be meant.
    """
    if isinstance(source, Policy):
        return source
    file = find(source)
    return _build(_whole(file, ()), file.stem)


def loads_policy(text: str, name: str = "policy") -> Policy:
    """A policy from TOML text; ``extends`` is looked up among the shipped ones."""
    return _build(_extended(toml_text.parse(text, name), None, ()), name)


def _whole(file: Path, above: tuple[Path, ...]) -> Document:
    return _extended(toml_text.read(file), file.parent, (*above, file.resolve()))


def _extended(document: Document, beside: Path | None, above: tuple[Path, ...]) -> Document:
    """A file laid over all that it extends, as one document."""
    check(document)
    sources = document.data.pop("extends", [])
    place = document.place(("extends",))
    below: Document | None = None
    for source in [sources] if isinstance(sources, str) and sources else sources or []:
        try:
            file = find(source, beside)
            if file.resolve() in above:
                raise BadInput("extends itself", given=" -> ".join(path.stem for path in (*above, file)))
            each = _whole(file, above)
        except BadInput as error:
            raise error.at("extends", place) from None
        each.data.pop("about", None)  # what a policy is, it says itself
        below = each if below is None else _over(below, each)
    return document if below is None else _over(below, document)


def _over(below: Document, above: Document) -> Document:
    """One policy over another: entries by name, and each group, device or target as a whole."""
    for table in ("observe", "device", "targets"):
        for key in above.data.get(table, {}):
            below.data.get(table, {}).pop(key, None)
    return merged(below, above, ENTRIES, check)


def _build(document: Document, name: str) -> Policy:
    check(document)
    top = Section(document, ())
    orders = top.within("orders")
    if "orders" in top:
        rules.sourced(orders)
    reaction = rules.ticks(orders, "reaction") if "reaction" in orders else 1
    entries = {kind: _entries(top, kind) for kind in ENTRIES}
    _unique(entries)
    rows = tuple(rules.row(section) for kind in ENTRIES for section in entries[kind])
    modelled = {kind: [each for each in sections if "when" in each] for kind, sections in entries.items()}
    targets = chart.aims(top.within("targets"))
    for sections in modelled.values():
        for section in sections:
            rules.has_targets(section, targets)
    supports: dict[str, Support] = {}
    for kind in SUPPORT:
        for section in modelled[kind]:
            used_up(section, supports)
            supports[section.data["name"]] = support(section, reaction)
    for section in modelled["stop"]:
        used_up(section, supports)
    return Policy(
        name=name,
        about=dict(document.data.get("about", {})),
        groups=chart.observed(top.within("observe")),
        devices=chart.devices(top.within("device")),
        targets=targets,
        reaction=reaction,
        adherence=float(orders.data.get("adherence", 1.0)),
        watches=tuple(map(rules.watch, modelled["watch"])),
        criteria=tuple(map(rules.criterion, modelled["criterion"])),
        supports=tuple(supports.values()),
        verdicts=_verdicts(modelled),
        rows=rows,
        text=toml_text.write(document.data),
        document=document,
    )


def _entries(top: Section, kind: str) -> list[Section]:
    return [top.within(kind, i) for i in range(len(top.data.get(kind, [])))]


def _unique(entries: Mapping[str, list[Section]]) -> None:
    """Every entry has a name of its own: the trace, ``after`` and ``of`` go by it."""
    seen: dict[str, Place | None] = {}
    for sections in entries.values():
        for section in sections:
            name = section.data["name"]
            if name in seen:
                section.refuse("is the name of two entries", "name", given=f"{name}, also at {seen[name]}")
            seen[name] = section.document.place(section.path)


def _verdicts(modelled: Mapping[str, list[Section]]) -> tuple[Verdict, ...]:
    holds = {each.data["name"]: rules.hold(each) for each in modelled["hold"]}
    resumed: set[str] = set()
    for section in modelled["resume"]:
        rules.needed(section, "of")
        of = section.data["of"]
        if of not in holds:
            section.refuse("is not the name of a hold", "of", given=repr(of), allowed=", ".join(holds),
                           nearest=nearest(of, holds))
        if of in resumed:
            section.refuse("has two resume rules", "of", given=repr(of))
        resumed.add(of)
        held = holds[of]
        holds[of] = Verdict(held.kind, held.name, held.rule, held.any_time, rules.rule(section))
    limits = [rules.dosing_limit(each) for each in modelled["pressor"] if "dosing_up_to" in each]
    stops = [rules.stop(each) for each in modelled["stop"]]
    again = [rules.retreatment(each) for each in modelled["retreatment"]]
    return (*holds.values(), *limits, *stops, *again)


def _change(data: dict[str, Any], key: str, value: Any) -> None:
    """Set one value, by table or by the name of an entry."""
    first, *path = key.split(".")
    table: Any = data.get(first)
    if not isinstance(table, dict):
        named = {each["name"]: each for kind in ENTRIES for each in data.get(kind, [])}
        if first not in named or not path:
            known = [*named, *(each for each, found in data.items() if isinstance(found, dict))]
            raise BadInput("is no table and no entry of the policy", given=first, key=key,
                           nearest=nearest(first, known))
        table = named[first]
    for step in path[:-1]:
        table = table.setdefault(step, {})
    table[path[-1]] = value
