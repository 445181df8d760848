"""Expected trends: each holds, or misses as its row says, and the page says the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import nan
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clsim.spec import CITATION
from clsim.validate_cli import validate
from clsim.validation import trends
from clsim.validation.trends import found as finding
from clsim.validation.trends import report
from clsim.validation.trends.found import KEYS, Found, find_trends
from clsim.validation.trends.table import ALIKE, RISING, WORDS, Table, load_table

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "trends.md").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^@\w+\{(\w+),", (ROOT / "docs" / "references.bib").read_text(encoding="utf-8"), re.M)
TABLE = load_table()
TOPICS = tuple(dict.fromkeys(each.topic for each in TABLE.trends))


def only(*ids):
    """The shipped table with these rows."""
    return replace(TABLE, trends=tuple(each for each in TABLE.trends if each.id in ids))


def cells(line):
    """A row of a Markdown table, without its anchor."""
    return [cell.strip() for cell in re.sub(r'<a id="\w+"></a>', "", line).strip("|").split("|")]


@pytest.mark.validation
@pytest.mark.parametrize("topic", TOPICS)
def test_trends_hold_or_miss_as_their_rows_and_the_page_say(topic):
    found = find_trends(TABLE, [each for each in TABLE.trends if each.topic == topic])
    odd = {each.trend.id: (each.verdict, each.values) for each in found if not each.as_told}
    assert not odd, "a new failure, or a miss that is repaired: then take its known_miss away"
    for each in found:
        line = next(line for line in PAGE.splitlines() if f'<a id="{each.trend.id}"></a>' in line)
        *shown, source = cells(line)
        assert shown == [each.trend.says, report.measured(each), report.wanted(each), each.verdict], (
            "run: python -m clsim.validation.trends docs/trends.md")
        assert re.sub(r"\[(\w+)\]\(references.bib\)", r"\1", source) == each.trend.source


def test_the_page_shows_every_row_once_and_the_misses_first():
    shown = re.findall(r'<a id="(\w+)"></a>', PAGE)
    assert shown == [each.id for each in TABLE.trends]
    first = PAGE.split("## Missed\n")[1].split("\n## ")[0]
    missed = [cells(line) for line in first.splitlines() if line.startswith("| ")][2:]
    assert [(line[0], line[3]) for line in missed] == [
        (each.says, each.known_miss) for each in TABLE.trends if each.known_miss]


def test_there_are_at_least_sixty_rows_of_every_kind():
    assert len(TABLE.trends) >= 60
    wanted = ("Fluids", "albumin", "vasopressors", "Kidney", "salts", "Lung", "oxygen", "fever", "Blood", "liver",
              "brain", "Dose", "route", "patient", "Rules", "Recovery", "Negative controls")
    assert all(any(word in topic for topic in TOPICS) for word in wanted)


def test_every_row_is_a_sentence_with_a_source_and_a_size():
    for each in TABLE.trends:
        assert each.says[0].isupper() or each.says[0].isdigit(), each.id
        assert each.says.endswith("."), each.id
        assert set(CITATION.findall(each.source)) <= set(ENTRIES), each.id
        if each.source.startswith(WORDS):
            assert each.source.partition(": ")[2], each.id
        assert each.kind == ALIKE or each.least > 0.0, each.id


def test_every_run_is_used():
    used = {name for each in TABLE.trends for reading in each.readings for name in (reading.run, reading.minus)}
    begun = re.findall(r'^like = "(.*)"', "".join(f.read_text() for f in (ROOT / "scenarios/trends").iterdir()), re.M)
    assert set(TABLE.runs) <= used | set(begun)


def test_an_expectation_turned_around_does_not_hold():
    (trend,) = only("saline_fills").trends
    right, wrong = find_trends(TABLE, [trend, replace(trend, readings=trend.readings[::-1])])
    assert right.holds and not wrong.holds
    assert right.values == wrong.values[::-1]
    too_much = replace(trend, least=trend.least + 1000.0)
    assert not find_trends(TABLE, [too_much])[0].holds


def test_a_run_is_computed_once_whoever_reads_it(monkeypatch):
    computed = []
    monkeypatch.setattr(finding, "simulate", lambda scenario: computed.append(scenario) or real(scenario))
    told = []
    rows = only("saline_fills", "saline_leaves", "saline_dilutes_albumin", "saline_dilutes_cells")
    find_trends(rows, progress=lambda done, total: told.append((done, total)))
    assert len(computed) == 2
    assert told == [(1, 2), (2, 2)]


real = finding.simulate


@pytest.mark.parametrize(
    ("kind", "least", "is_share", "values", "holds"),
    [
        (RISING, 2.0, False, (1.0, 3.0, 5.0), True),
        (RISING, 2.0, False, (1.0, 3.0, 4.9), False),
        (RISING, 0.5, True, (2.0, 3.0), True),
        (RISING, 0.5, True, (2.0, 2.9), False),
        (RISING, 0.5, True, (-2.0, -1.0), True),
        (RISING, 1e-9, False, (1.0, 1.0), False),
        (RISING, 1.0, False, (1.0, nan), False),
        (ALIKE, 0.0, False, (1.0, 1.0, 1.0), True),
        (ALIKE, 0.0, False, (1.0, 1.0 + 1e-15), False),
        (ALIKE, 0.1, True, (10.0, 9.0), True),
        (ALIKE, 0.1, True, (10.0, 8.9), False),
        (ALIKE, 0.1, True, (1.0, nan), False),
    ],
)
def test_what_holds(kind, least, is_share, values, holds):
    (trend,) = only("saline_fills").trends
    trend = replace(trend, kind=kind, least=least, is_share=is_share)
    assert Found(trend, values).holds is holds


@pytest.mark.parametrize(
    ("value", "known", "as_told", "verdict"),
    [
        (9.0, "", True, "holds"),
        (0.0, "", False, "does not hold"),
        (0.0, "a reason", True, "does not hold (known)"),
        (9.0, "a reason", False, "holds (listed as a known miss)"),
    ],
)
def test_a_new_failure_and_a_repaired_miss_are_both_noticed(value, known, as_told, verdict):
    (trend,) = only("saline_fills").trends
    found = Found(replace(trend, known_miss=known, least=1.0), (1.0, value))
    assert (found.as_told, found.verdict) == (as_told, verdict)


# ---------------------------------------------------------------------------------- the command


def command(monkeypatch, table, *words):
    monkeypatch.setattr(trends, "load_table", lambda: table)
    return CliRunner().invoke(validate, ["trends", *words])


def test_the_command_prints_sentences_numbers_and_counts(monkeypatch):
    answer = command(monkeypatch, only("saline_fills", "trace"))
    assert answer.exit_code == 0
    assert "A litre of saline raises plasma volume." in answer.output
    assert re.search(r"saline_fills +holds +3\d{3} → 3\d{3} mL +rise of 150 mL", answer.output)
    assert "2 of 2 hold, 0 do not (0 of these are known misses)" in answer.output


def test_the_command_fails_if_a_row_does_not_hold_known_or_not(monkeypatch):
    (trend,) = only("saline_fills").trends
    for reason in ("", "a reason"):
        wrong = Table(TABLE.runs, (replace(trend, readings=trend.readings[::-1], known_miss=reason),))
        answer = command(monkeypatch, wrong)
        assert answer.exit_code == 1
        assert "0 of 1 hold" in answer.output


def test_json_has_a_record_for_each_row(monkeypatch):
    answer = command(monkeypatch, only("saline_fills", "albumin20_draws"), "--json")
    records = {record["id"]: record for record in json.loads(answer.output)}
    assert set(records) == {"saline_fills", "albumin20_draws"}
    assert all(tuple(record) == KEYS for record in records.values())
    assert records["saline_fills"]["runs"] == ["rest", "1 L saline"]
    assert records["albumin20_draws"]["runs"] == ["", "200 mL 20 % albumin less rest"]
    assert records["albumin20_draws"]["values"][0] == 200.0
