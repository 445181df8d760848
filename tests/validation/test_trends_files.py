"""Files of expected trends: what is read, and what is refused by file and line."""

from __future__ import annotations

import pytest

from clsim.errors import BadInput
from clsim.validation.trends import find_trends
from clsim.validation.trends.table import folder, load_table

GOOD = """\
[about]
title = "Toy"

[[run]]
name = "rest"
scenario = "rest-19-days"
set.run = { horizon = "2 h", every = "10 min" }

[[run]]
name = "saline"
like = "rest"
set.fluid = [{ give = "saline_0.9", volume = "500 mL", over = "20 min", at = "30 min" }]

[[run]]
name = "people"
scenario = "rest-19-days"
patients = 4

[[trend]]
id = "toy"
says = "Saline fills."
rising = ["rest", "saline"]
of = "V_plasma"
at = "1 h"
by = "50 mL"
source = "physiology: it is given"
"""


def table_of(text, home):
    (home / "toy.toml").write_text(text, encoding="utf-8")
    return load_table(home)


def reading(home, **words):
    """The readings of the toy with other lines, keys as in a file."""
    text = GOOD
    for key, value in words.items():
        old = next(line for line in GOOD.splitlines() if line.startswith(f"{key} = "))
        text = text.replace(old, value)
    return table_of(text, home)


def test_a_row_is_read_in_internal_units(tmp_path):
    table = table_of(GOOD, tmp_path)
    (trend,) = table.trends
    assert (trend.unit, trend.least, trend.topic) == ("L", 0.05, "Toy")
    assert [(each.run, each.begin, each.end) for each in trend.readings] == [
        ("rest", 60.0, 60.0), ("saline", 60.0, 60.0)]
    assert str(trend.place).endswith("toy.toml:19")
    assert table.runs["saline"].scenario.horizon == 120.0


def test_a_side_says_what_differs_from_its_row(tmp_path):
    table = reading(tmp_path, rising="""\
rising = [{ run = "rest", from = "10 min", until = "50 min", read = "lowest" }, { run = "saline", minus = "rest" },
          { value = "4 L" }]""")
    first, second, third = table.trends[0].readings
    assert (first.read, first.begin, first.end) == ("lowest", 10.0, 50.0)
    assert (second.read, second.minus, second.begin) == ("value", "rest", 60.0)
    assert third.value == 4.0


@pytest.mark.parametrize(
    ("lines", "low", "high"),
    [
        ('at = "1 h"', 3.2, 3.6),
        ('read = "lowest"', 3.0, 3.11),
        ('read = "highest"', 3.2, 3.6),
        ('read = "mean"\nuntil = "20 min"', 3.1, 3.11),
        ('read = "time of highest"\nfrom = "10 min"', 0.66, 0.67),  # the bag ends at 50 min
        ('at = "50 min"\nsince = "30 min"', 0.1, 0.5),
        ('at = "50 min"\nminus = "rest"', 0.1, 0.5),
    ],
)
def test_what_can_be_read(tmp_path, lines, low, high):
    text = GOOD.replace('at = "1 h"', lines).replace('by = "50 mL"', "by_share = 0.1")
    (found,) = find_trends(table_of(text, tmp_path))
    assert low <= found.values[1] <= high


def test_a_mean_of_a_cohort_is_over_those_treated(tmp_path):
    text = GOOD.replace('rising = ["rest", "saline"]', 'alike = ["people", "people"]')
    text = text.replace('of = "V_plasma"\nat = "1 h"\nby = "50 mL"',
                        'of = "weight"\nread = "mean"\nunit = "kg"\nwithin = "0 kg"')
    text = text.replace("patients = 4", 'patients = 4\nset.run = { horizon = "1 h", every = "10 min" }')
    (found,) = find_trends(table_of(text, tmp_path))
    assert 35.0 < found.values[0] < 160.0
    odd = text.replace('of = "weight"', 'of = "wieght"')
    with pytest.raises(BadInput, match='"wieght" is not a column'):
        find_trends(table_of(odd, tmp_path))
    with pytest.raises(BadInput, match=r"trend toy: weight has another unit; given: mmHg"):
        find_trends(table_of(text.replace('"kg"', '"mmHg"').replace('"0 kg"', '"0 mmHg"'), tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('of = "V_plasma"', 'of = "V_plasm"', 23, "is not a variable of the model; given: V_plasm; did you mean V"),
        ('["rest", "saline"]', '["rest", "salin"]', 22, "is no run; given: salin; did you mean saline"),
        ('by = "50 mL"', 'by = "50 mmHg"', 25, "has a unit of another dimension"),
        ('by = "50 mL"', 'by = "0 mL"', 25, "is no least size"),
        ('by = "50 mL"\n', "", 19, "is incomplete; allowed: one of by, by_share"),
        ('by = "50 mL"', 'by = "50 mL"\nby_share = 0.1', 26, "contradict each other"),
        ('by = "50 mL"', "by_share = -1.0", 25, "should be greater than 0"),
        ('rising = ["rest", "saline"]\n', "", 19, "is incomplete; allowed: one of rising, alike"),
        ('["rest", "saline"]', '["rest"]', 22, "compares nothing"),
        ('["rest", "saline"]', '[{ value = "1 L" }, { value = "2 L" }]', 22, "reads no run"),
        ('["rest", "saline"]', '["rest", { value = "1 L", run = "rest" }]', 22, "a number is nobody's reading"),
        ('["rest", "saline"]', '["rest", { run = "saline", of = "MAP" }]', 22, "quantities of different units"),
        ('["rest", "saline"]', '["rest", { run = "saline", minus = "x" }]', 22, "is no run; given: x"),
        ('at = "1 h"', 'at = "3 h"', 22, "lies outside the run; given: 3 to 3 h; allowed: up to 2 h"),
        ('at = "1 h"', 'at = "1 mL"', 22, "has a unit of another dimension"),
        ('at = "1 h"\n', "", 22, 'a value needs "at"'),
        ('at = "1 h"', 'at = "1 h"\npart = "lung"', 22, "has other parts"),
        ('of = "V_plasma"', 'of = "V_interstitium"', 22, "given: none; allowed: peripheral, splanchnic, lung, all"),
        ('["rest", "saline"]', '["people", "people"]', 22, "a row of a cohort has no times"),
        ('of = "V_plasma"', 'of = "V_plasma"\nunit = "mmHg"', 24, "cannot be converted"),
        ('"physiology: it is given"', '"everybody knows"', 26, "says not where the expectation is from"),
        ('says = "Saline fills."', 'sayz = "Saline fills."', 21, "is not a key here; given: sayz; did you mean says"),
        ('like = "rest"', 'like = "rset"', 11, "is no run; given: rset; did you mean rest"),
        ('like = "rest"', 'like = "saline"', 11, "begins with itself; given: saline -> saline"),
        ('like = "rest"', 'like = "rest"\nscenario = "rest-19-days"', 9, "begins with a scenario or with another run"),
        ('scenario = "rest-19-days"\nset', 'scenario = "rest"\nset', 7, "run rest: \"rest\" is not a shipped scenario"),
        ('"saline_0.9"', '"saline_0.8"', 12, "did you mean saline_0.9"),
        ('name = "saline"', 'name = "rest"', 10, "is the name of two runs"),
        ('like = "rest"', 'like = "rest"\npolicy = "cwg-2014"', 12, "decides for the patients of a cohort"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_by_line(tmp_path, old, new, line, words):
    with pytest.raises(BadInput) as refusal:
        table_of(GOOD.replace(old, new, 1), tmp_path)
    assert words in str(refusal.value)
    assert refusal.value.place is not None
    assert (refusal.value.place.file, refusal.value.place.line) == (str(tmp_path / "toy.toml"), line)


def test_two_rows_have_two_ids(tmp_path):
    row = GOOD[GOOD.index("[[trend]]"):]
    with pytest.raises(BadInput, match="is the id of two trends; given: toy"):
        table_of(f"{GOOD}\n{row}", tmp_path)


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(BadInput, match="holds no trends"):
        load_table(tmp_path)


def test_a_window_without_outputs_is_refused(tmp_path):
    text = GOOD.replace('at = "1 h"', 'read = "mean"\nfrom = "11 min"\nuntil = "12 min"')
    with pytest.raises(BadInput, match="trend toy: no output lies in the window"):
        find_trends(table_of(text, tmp_path))


def test_the_shipped_files_lie_beside_the_scenarios():
    assert folder().name == "trends"
    assert len(list(folder().glob("*.toml"))) > 5
