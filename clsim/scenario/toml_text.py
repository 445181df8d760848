"""TOML with line numbers: tomllib reads the values, a scanner remembers where they stood.

Paths are tuples of keys and indices, ``("fluid", 0, "volume")``.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clsim.errors import BadInput, Place

Key = tuple[str | int, ...]


@dataclass
class Document:
    """What was written (`data`) and where (`places`)."""

    data: dict[str, Any]
    places: dict[Key, Place] = field(default_factory=dict)

    def place(self, path: Key) -> Place | None:
        """File and line of a key, or of the nearest table that holds it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return None


def read(file: Path) -> Document:
    """Read a file; raises `BadInput` if it is missing, no text, or no TOML."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise BadInput("there is no such file", place=Place(str(file))) from None
    except IsADirectoryError:
        raise BadInput("is a folder, not a file", place=Place(str(file))) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read ({error})", place=Place(str(file))) from None
    return parse(text, str(file))


def parse(text: str, file: str) -> Document:
    """Read TOML text that came from `file`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        where = re.search(r"at line (\d+)", message)
        line = int(where[1]) if where else text.count("\n") + 1
        written = (text.splitlines() or [""])[min(line, text.count("\n") + 1) - 1 :][:1]
        raise BadInput(
            f"is not valid TOML ({message})",
            given=written[0].strip() if written else "",
            place=Place(file, line),
        ) from None
    except RecursionError:
        raise BadInput("is nested too deeply", place=Place(file)) from None
    places = {path: Place(file, line) for path, line in lines(text).items()}
    return Document(data, {(): Place(file)} | places)


def lines(text: str) -> dict[Key, int]:
    """Line (1-based) of every key and array element of a valid TOML text."""
    return _Scanner(text).scan()


class _Scanner:
    """Walks through TOML that tomllib has accepted; knows strings, nesting and comments."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", " \n")
        self.at = 0
        self.breaks = [i for i, letter in enumerate(self.text) if letter == "\n"]
        self.found: dict[Key, int] = {}
        self.count: dict[Key, int] = {}

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        self.skip()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip()
        return self.found

    def line(self) -> int:
        return bisect_right(self.breaks, self.at - 1) + 1

    def skip(self) -> None:
        """Over blanks, line ends and comments."""
        match = re.compile(r"(?:[\s]+|#[^\n]*)*").match(self.text, self.at)
        self.at = match.end() if match else self.at

    def header(self) -> Key:
        """``[a.b]`` or ``[[a.b]]``; tables inside arrays belong to the last element."""
        line, array = self.line(), self.text.startswith("[[", self.at)
        self.at += 2 if array else 1
        *parents, last = self.keys()
        path: Key = ()
        for key in parents:
            path = self.inside((*path, key))
        path = (*path, last)
        if array:
            self.found.setdefault(path, line)
            self.count[path] = self.count.get(path, -1) + 1
        path = self.inside(path)
        self.found[path] = line
        self.at += 2 if array else 1
        return path

    def inside(self, path: Key) -> Key:
        return (*path, self.count[path]) if path in self.count else path

    def keys(self) -> list[str]:
        """A dotted key; ends before ``=`` or ``]``."""
        keys = []
        while True:
            self.skip()
            if self.text[self.at] in "\"'":
                keys.append(self.quoted())
            else:
                match = re.compile(r"[A-Za-z0-9_-]+").match(self.text, self.at)
                assert match is not None
                keys.append(match[0])
                self.at = match.end()
            self.skip()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def quoted(self) -> str:
        """A one-line string used as a key."""
        start = self.at
        self.string()
        value = tomllib.loads(f"key = {self.text[start : self.at]}")["key"]
        return str(value)

    def string(self) -> None:
        """Over a string of any of the four kinds."""
        quote = self.text[self.at]
        long = quote * 3
        if self.text.startswith(long, self.at):
            self.at += 3
            while not self.text.startswith(long, self.at):
                self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
            self.at += 3
            while self.at < len(self.text) and self.text[self.at] == quote:
                self.at += 1  # up to two quotes may stand before the closing three
            return
        self.at += 1
        while self.text[self.at] != quote:
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += 1

    def pair(self, table: Key) -> None:
        line, path = self.line(), (*table, *self.keys())
        for end in range(len(table) + 1, len(path) + 1):
            self.found.setdefault(path[:end], line)
        self.at += 1  # =
        self.skip()
        self.value(path)

    def value(self, path: Key) -> None:
        letter = self.text[self.at]
        if letter in "\"'":
            self.string()
        elif letter in "[{":
            self.at += 1
            self.skip()
            index = 0
            while self.text[self.at] not in "]}":
                if letter == "[":
                    self.found[(*path, index)] = self.line()
                    self.value((*path, index))
                else:
                    self.pair(path)
                self.skip()
                if self.text[self.at] == ",":
                    self.at += 1
                    self.skip()
                index += 1
            self.at += 1
        else:
            match = re.compile(r"[^,\]}#\n]*").match(self.text, self.at)
            self.at = match.end() if match else self.at


def write(data: Mapping[str, Any]) -> str:
    """TOML text of plain data (strings, numbers, booleans, lists, tables)."""
    rows: list[str] = []
    _table(data, (), rows)
    return "\n".join(rows).strip() + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...], rows: list[str]) -> None:
    tables = {key: value for key, value in data.items() if _is_table(value)}
    for key, value in data.items():
        if key not in tables:
            rows.append(f"{_key(key)} = {_value(value)}")
    for key, value in tables.items():
        name = ".".join(map(_key, (*path, key)))
        for entry in value if isinstance(value, list) else [value]:
            rows += ["", f"[[{name}]]" if isinstance(value, list) else f"[{name}]"]
            if isinstance(value, list):  # what a list element holds is written in line
                rows += [f"{_key(k)} = {_value(v)}" for k, v in entry.items()]
            else:
                _table(entry, (*path, key), rows)


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(entry, Mapping) for entry in value)
    return isinstance(value, Mapping)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda m: f"\\u{ord(m[0]):04x}", escaped) + '"'
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return "{" + inside + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise BadInput("cannot be written as TOML", given=repr(value))
