"""Published experiments on the healthy body: how many are met, and that the page says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clsim.cli import app
from clsim.validation import Row, counts, physiology
from clsim.validation.report import BEGIN, END, cells, markdown, table
from clsim.validation.rows import (
    BAD,
    DECENT,
    GOOD,
    HEALTHY,
    INTERLEUKIN2,
    KEYS,
    UNTOUCHED,
    UNTOUCHED_SECOND,
    around,
    between,
    grade,
    plus_minus,
)

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"
WANTED_GOOD = 20

pytestmark = pytest.mark.validation


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return physiology(course=True)


def test_at_least_twenty_healthy_quantities_are_good_and_none_is_bad(rows: list[Row]) -> None:
    found = counts(rows)
    assert found[GOOD] >= WANTED_GOOD
    assert found[BAD] == 0, [row.record() for row in rows if row.grade == BAD]


def test_every_experiment_of_the_healthy_suite_has_a_row(rows: list[Row]) -> None:
    numbers = {int(row.id.rstrip("abcdefgh")) for row in rows if row.layer == HEALTHY}
    assert numbers == {*range(1, 9), *range(11, 21), 22}
    layer = {int(row.id.rstrip("abcdefgh")) for row in rows if row.layer == INTERLEUKIN2}
    assert layer == {9, 10, 21, 23}
    for name, first, last in ((UNTOUCHED, 24, 29), (UNTOUCHED_SECOND, 30, 37)):
        chosen = {int(row.id.rstrip("abcdefgh")) for row in rows if row.layer == name}
        assert chosen == {*range(first, last + 1)}


def test_ids_are_unique_and_in_order(rows: list[Row]) -> None:
    ids = [row.id for row in rows]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids, key=lambda text: (int(text.rstrip("abcdefgh")), text))


def test_records_have_the_promised_keys_and_are_json(rows: list[Row]) -> None:
    for row in rows:
        record = json.loads(json.dumps(row.record(), allow_nan=False))
        assert tuple(record) == KEYS
        assert record["low"] <= record["high"]
        assert record["source"]


def test_the_page_shows_the_same_rows_bands_and_grades(rows: list[Row]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = text[text.index(BEGIN) : text.index(END)]
    lines = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in shown.splitlines()
        if line.startswith("| ") and not line.startswith(("| id", "| ---"))
    ]
    page = {line[0]: line for line in lines}
    assert len(page) == len(lines) == len(rows)
    for row in rows:
        now, then = cells(row), page[row.id]
        assert now[:5] == then[:5]  # id, experiment, quantity, published, pass band
        assert now[6] == then[6] and now[8] == then[8]  # unit, source
        if row.layer != INTERLEUKIN2:
            assert now[7] == then[7], f"{row.id} is now {now[7]}: rewrite the page"


def test_every_miss_of_the_healthy_body_has_its_likely_cause_on_the_page(rows: list[Row]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    causes = text[: text.index(BEGIN)]
    for row in rows:
        if row.layer != INTERLEUKIN2 and row.grade != GOOD:
            assert f"**{row.id}**" in causes, row.id


def test_what_the_command_shows_is_the_healthy_body_and_the_kinetics() -> None:
    shown = physiology()
    assert {row.id[:2] for row in shown if row.layer == INTERLEUKIN2} == {"21"}
    assert counts(shown)[BAD] == counts(shown, INTERLEUKIN2)[BAD] == 0
    assert {row.id[:2] for row in shown if row.layer == UNTOUCHED} == {str(i) for i in range(24, 30)}
    assert {row.id[:2] for row in shown if row.layer == UNTOUCHED_SECOND} == {str(i) for i in range(30, 38)}


@pytest.mark.parametrize(("value", "status"), [(100.0, 0), (150.0, 0), (-100.0, 1)])
def test_the_command_fails_when_a_row_of_any_layer_is_bad(
    monkeypatch: pytest.MonkeyPatch, value: float, status: int
) -> None:
    row = Row("24a", "x", "y", 100.0, 90.0, 110.0, value, "mL", "z", UNTOUCHED)
    monkeypatch.setattr("clsim.validation.physiology", lambda progress: [row])
    told = CliRunner().invoke(app, ["validate", "physiology", "--json"])
    assert told.exit_code == status
    assert [tuple(each) for each in json.loads(told.stdout)] == [KEYS]


def test_progress_is_told_after_each_experiment() -> None:
    told: list[tuple[int, int]] = []
    physiology(progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


@pytest.mark.parametrize(
    ("value", "band", "expected"),
    [
        (105.0, around(100.0), GOOD),
        (111.0, around(100.0), DECENT),
        (201.0, around(100.0), DECENT),  # within two of the edge, 110
        (221.0, around(100.0), BAD),
        (44.0, around(100.0), BAD),
        (-105.0, around(100.0), BAD),
        (-12.0, plus_minus(-10.0, 1.0), DECENT),
        (-10.0, plus_minus(-10.0, 1.0), GOOD),
        (1.0, between(-10.0, 0.0), BAD),
        (0.0, between(-10.0, 0.0), GOOD),
        (float("nan"), around(1.0), BAD),
        (float("inf"), around(1.0), BAD),
    ],
)
def test_grades(value: float, band: tuple[float, float, float], expected: str) -> None:
    assert grade(value, *band) == expected


def test_text_and_markdown_have_a_line_for_each_row(rows: list[Row]) -> None:
    assert len(markdown(rows).splitlines()) == len(rows) + 2
    plain = table(rows).splitlines()
    assert len(plain) == len(rows) + 7
    heads = [line.split(":")[0] for line in plain[-5:]]
    assert heads == ["healthy", "untouched", "untouched, second set", "interleukin-2", "bad"]
    assert plain[-1].removeprefix("bad: ").split(", ") == [row.id for row in rows if row.grade == BAD]
