"""TOML with line numbers: every key knows its line, and what is written reads back."""

from __future__ import annotations

import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from clsim.scenario import toml_text

PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
LEAF = st.one_of(PLAIN, st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False))
TREE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.dictionaries(PLAIN, TREE, max_size=4))
def test_written_toml_reads_back_and_every_key_has_a_line(data):
    text = toml_text.write(data)
    assert tomllib.loads(text) == data
    found = toml_text.lines(text)
    rows = text.splitlines()

    def keys(value, path):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in inside:
            yield (*path, key)
            if isinstance(each, (dict, list)):
                yield from keys(each, (*path, key))

    for path in keys(data, ()):
        assert 1 <= found[path] <= max(1, len(rows))


def test_lines_are_found_among_comments_strings_and_brackets():
    text = Path(__file__).with_name("lines.toml").read_text()
    found = toml_text.lines(text)
    marks = [
        (int(line.rsplit("# line ")[1]), number)
        for number, line in enumerate(text.splitlines(), 1)
        if "# line " in line
    ]
    assert marks
    assert all(claimed == number for claimed, number in marks)
    tomllib.loads(text)
    assert found["title",] == 3
    assert found["course", "dose"] == 10
    assert found["fluid", 0, "give", "saline_0.9"] == 17
    assert found["fluid", 1, "volume"] == 20
    assert found["fluid", 1, "inner", 1, "z"] == 25
    assert found["a", "b", "c d"] == 4
