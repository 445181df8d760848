"""One scenario laid over another: what ``extends`` and overrides mean.

- A table is merged key by key; what is written last counts.
- Entries of ``[[fluid]]`` and the like are added; one with the ``name`` of an entry below
  replaces it, and with ``omit = true`` leaves it out.
- In ``[course]``, another route, or ``at`` in place of ``every`` and ``doses``, takes the
  place of what it contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from clsim.errors import BadInput, nearest
from clsim.scenario.schema import ENTRIES, check, spell
from clsim.scenario.toml_text import Document, Key

_OF_ANY_ROUTE = ("start", "cycles", "rest", "courses", "pause")
_INSTEAD = {"at": ("every", "doses"), "every": ("at",), "doses": ("at",)}


def merged(
    below: Document,
    above: Document,
    entries: Collection[str] = ENTRIES,
    check: Callable[[Document], object] = check,
) -> Document:
    """`above` laid over `below`; both keep their places.

    `entries` are the keys whose entries are added by name, `check` refuses what does not belong.
    """
    check(above)
    result = Document({}, {(): above.place(()) or below.places[()]})
    for document in (below, above):
        for key, value in document.data.items():
            if key in entries:
                _entries(result, document, key, value)
            elif isinstance(value, Mapping):
                _drop_contradicted(result, key, value)
                _lay(result, document, (key,), value)
            else:
                _put(result, document, (key,), value)
    return result


def _put(result: Document, document: Document, path: Key, value: Any) -> None:
    """Set one value and remember where it stood, with all that is inside it."""
    table: Any = result.data
    for step in path[:-1]:
        table = table.setdefault(step, {})
    table[path[-1]] = value
    for old in [each for each in result.places if each[: len(path)] == path]:
        del result.places[old]
    for each, place in document.places.items():
        if each[: len(path)] == path:
            result.places[each] = place
    for end in range(1, len(path)):
        result.places[path[:end]] = document.place(path[:end]) or result.places[()]


def _lay(result: Document, document: Document, path: Key, table: Mapping[str, Any]) -> None:
    below: Any = result.data
    for step in path:
        below = below.setdefault(step, {})
    for key, value in table.items():
        if isinstance(value, Mapping) and isinstance(below.get(key), Mapping):
            _lay(result, document, (*path, key), value)
        else:
            _put(result, document, (*path, key), value)
    if not table and document.place(path) is not None:
        result.places.setdefault(path, document.places[()])


def _drop_contradicted(result: Document, key: str, above: Mapping[str, Any]) -> None:
    below = result.data.get(key)
    if key != "course" or not below:
        return
    dropped = {old for new in above for old in _INSTEAD.get(new, ()) if old not in above}
    if above.get("route", below.get("route")) != below.get("route"):
        dropped = set(below) - set(_OF_ANY_ROUTE)
    for old in dropped:
        below.pop(old, None)


def _entries(result: Document, document: Document, key: str, entries: list[Any]) -> None:
    """Append, replace or omit entries; indices are counted anew."""
    kept: list[Any] = result.data.setdefault(key, [])
    seen: set[str] = set()
    for i, entry in enumerate(entries):
        name, source = entry.get("name", ""), (key, i)
        if name and name in seen:
            raise BadInput(
                "is the name of two entries",
                given=repr(name),
                key=spell((*source, "name")),
                place=document.place((*source, "name")),
            )
        seen.add(name)
        names = [each.get("name", "") for each in kept]
        if entry.get("omit"):
            if name not in names or not name:
                raise BadInput(
                    "there is no entry of that name to omit",
                    given=repr(name),
                    allowed=", ".join(filter(None, names)),
                    nearest=nearest(name, filter(None, names)),
                    key=spell((*source, "name")),
                    place=document.place(source),
                )
            index = names.index(name)
            del kept[index]
            _renumber(result, key, index)
            continue
        index = names.index(name) if name and name in names else len(kept)
        kept[index:] = [entry, *kept[index + 1 :]]
        for old in [each for each in result.places if each[:2] == (key, index)]:
            del result.places[old]
        for each, place in document.places.items():
            if each[:2] == source:
                result.places[(key, index, *each[2:])] = place


def _renumber(result: Document, key: str, gone: int) -> None:
    """Forget the places of an entry and move those after it up by one."""
    for each in sorted((p for p in result.places if p[:1] == (key,) and len(p) > 1), key=str):
        index = each[1]
        if isinstance(index, int) and index >= gone:
            place = result.places.pop(each)
            if index > gone:
                result.places[(key, index - 1, *each[2:])] = place
