"""Scenario files that cannot be meant: one message with file, line, key and what is right."""

from __future__ import annotations

import copy
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clsim.errors import BadInput
from clsim.scenario import gallery, toml_text
from clsim.scenario.scenario import load, loads

SIMPLE = """
[run]
horizon = "1 d"
"""
COURSE = """[course]
dose = "600000 IU/kg"
over = "15 min"
every = "8 h"
doses = 14
"""
BOLUS = '[[fluid]]\ngive = "saline_0.9"\nvolume = "500 mL"\n'
DRIP = '[[drug]]\ngive = "phenylephrine"\n'
# text after [run] horizon (lines 1 to 3), line, and what the message must say
REFUSED = [
    ("[patients]\n", 4, ["patients", "did you mean patient?"]),
    ("[patient]\nweigth = '82 kg'", 5, ["weigth", "'82 kg'", "did you mean weight", "body.py"]),
    ("[patient]\nweight = 82", 5, ["needs a unit", "82", '"82 kg"']),
    ("[patient]\nweight = '82 mmHg'", 5, ["82 mmHg", "pressure", "kg", "mass"]),
    ("[patient]\nweight = '820 kg'", 5, ["out of range", "820 kg", "35 kg to 160 kg"]),
    ("[patient]\nweight = [1]", 5, ["weight", "not a quantity"]),
    ("[patient]\nsex = 'mail'", 5, ["sex", "did you mean male?"]),
    ("[patient]\nBSA = '2 m2'", 5, ["BSA", "solved", "weight"]),
    ("[patient]\nL_capillary = '1 mL/min/mmHg'", 5, ["[parameters] L_capillary"]),
    ("[parameters]\nMAP_rest = '90 mmHg'", 5, ["[patient] MAP_rest"]),
    ("[parameters]\nleak_on_alfa = 2.0", 5, ["did you mean leak_on_alpha"]),
    ("[patient]\nJ_lymph_rest = ['2 mL/min']", 5, ["list of 3", "peripheral"]),
    ("[parameters]\ntau_pocket = {third_spac = '1 h', effusion = '1 h'}", 5, ["third_space"]),
    ("[parameters]\ntau_pocket = {third_space = '1 h'}", 5, ["third_space, effusion"]),
    ("[course]\ndosis = '1 IU'", 5, ["dosis", "dose", "carrier"]),
    (COURSE + "dose = 1", 9, ["TOML"]),
    (COURSE + "rate = '1 IU/min'", 9, ["rate", "continuous"]),
    (COURSE + "hold = [15]", 9, ["hold", "15", "1 to 14"]),
    (COURSE + "hold = [3, 3]", 9, ["twice"]),
    (COURSE + "route = 'intravenus'", 9, ["intravenus", "did you mean intravenous?"]),
    (COURSE + "cycle = '4 d'", 9, ["cycle", "4 d", "at least"]),
    (COURSE + "carrier = 'dextrose_5'", 4, ["carrier_volume"]),
    (COURSE + "carrier = 'dextros'\ncarrier_volume = '1 mL'", 9, ["did you mean dextrose_5"]),
    (COURSE + "at = ['1 h']", 9, ["at", "every", "contradict"]),
    (COURSE + "rest = '-1 d'", 9, ["rest", "-1 d", "at least 0"]),
    (COURSE + "start = 8", 9, ["needs a unit", "min"]),
    ("[course]\ndose = '1 IU'\nevery = '8 h'\ndoses = 2", 4, ["over"]),
    ("[course]\ndose = '1 IU'\nover = '9 h'\nevery = '8 h'\ndoses = 2", 7, ["contradict"]),
    ("[course]\nroute = 'continuous'\ndose = '1 IU'", 6, ["dose", "continuous"]),
    (BOLUS + "over = '1 h'\nrate = '1 L/h'\nat = '1 h'", 8, ["rate", "over", "contradict"]),
    (BOLUS + "at = '1 h'", 4, ["rate, over, rates"]),
    (BOLUS + "over = '1 h'", 4, ["from, at, after_dose"]),
    (BOLUS + "over = '1 h'\nat = '1 h'\nfrom = '2 h'", 9, ["from", "at", "contradict"]),
    (BOLUS + "rate = '1 L/h'\nfrom = '2 h'", 6, ["volume", "drip"]),
    (BOLUS + "amount = '5 mmol'\nover = '1 h'\nat = '1 h'", 7, ["volume", "amount"]),
    (BOLUS + "over = '1 h'\nat = '1 h'\ntimes = 3", 9, ["times", "every"]),
    (BOLUS + "over = '1 h'\nat = '1 h'\nevery = '2 h'", 4, ["times, until"]),
    (BOLUS + "over = '1 h'\nat = '1 h'\nevery = '2 h'\ntimes = 2\nuntil = '9 h'", 11, ["until"]),
    (BOLUS + "over = '1 h'\nat = '1 h'\neach_cycle = true", 9, ["[course]"]),
    (BOLUS + "over = '1 h'\nafter_dose = '1 h'", 8, ["[course]"]),
    (BOLUS + "over = '0 h'\nat = '1 h'", 7, ["too small", "above 0"]),
    (BOLUS + "over = '1 s'\nat = '1 h'", 6, ["more than can be given", "up to"]),
    (BOLUS + "over = '1 h'\nat = 'noon'", 8, ["noon", "at"]),
    (BOLUS + "over = '1 h'\nat = 12:30:00", 8, ["at"]),
    (BOLUS + "over = '1 h'\nat = '1 h'\nnaem = 'x'", 9, ["naem", "did you mean name?"]),
    ("[[fluid]]\ngive = 'saline_0.8'\nrate = '1 L/h'\nfrom = '1 h'", 5, ["mean saline_0.9"]),
    ("[[fluid]]\nrate = '1 L/h'\nfrom = '1 h'", 4, ["give", "saline_0.9"]),
    ("[[fluid]]\ngive = {saline_0.9 = 1.0}\nrate = '1 L/h'\nfrom = '1 h'", 5, ["quotes"]),
    ("[[fluid]]\ngive = {dextrose_5 = 0.4}\nrate = '1 L/h'\nfrom = '1 h'", 5, ["0.4", "1"]),
    ("[[fluid]]\ngive = 3", 5, ["give", "3"]),
    ("[[fluid]]\ngive = 'dextrose_5'\namount = '5 g'\nover = '1 h'\nat = '1 h'", 6, ["volume"]),
    ("[fluid]\ngive = 'dextrose_5'", 4, ["fluid", "list"]),
    ("[[drug]]\ngive = 'phenylefrine'", 5, ["did you mean phenylephrine?", "dopamine"]),
    (DRIP + "rate = '50 mg'\nfrom = '1 h'", 6, ["50 mg", "mass per time"]),
    (DRIP + "rate = '50 mcg/min'\nfrom = '5 h'\nuntil = '4 h'", 4, ["ends before it begins"]),
    (DRIP + "rate = '-5 mcg/min'\nfrom = '5 h'", 6, ["at least 0"]),
    (DRIP + "rate = '1 g/min'\nfrom = '5 h'", 6, ["more than can be given", "5000 mcg/min"]),
    (DRIP + "rates = {'2 h' = '1 mcg/min', '1 h' = '2 mcg/min'}", 6, ["increase"]),
    (DRIP + "rates = {'2 x' = '1 mcg/min'}", 6, ['"x" is not a unit']),
    (DRIP + "rates = {'2 h' = '1 mcg/min'}\nrate = '1 mcg/min'", 7, ["rate", "rates"]),
    (DRIP + "dose = '1 mg'\nrates = {'2 h' = '1 mcg/min'}", 6, ["dose", "rates"]),
    ("[[bleed]]\nvolume = '1 L'\nat = '1 h'", 4, ["rate, over, rates"]),
    ("[[bleed]]\nvolume = '1 kg'\nover = '1 h'\nat = '1 h'", 5, ["1 kg", "mass", "volume"]),
    ("[[ward]]\neeting = 0.5", 5, ["did you mean eating?"]),
    ("[[ward]]\neating = 5", 5, ["0 to 3"]),
    ("[[ward]]\nfrom = '1 h'", 4, ["sets nothing", "eating"]),
    ("[[ward]]\nphenylephrine = '1 mcg/min'", 5, ["not a key here"]),
    ("[[ward]]\noxygen = 2", 5, ["needs a unit", "L/min"]),
]


@pytest.mark.parametrize(("text", "line", "words"), REFUSED, ids=[case[2][0] for case in REFUSED])
def test_what_cannot_be_meant_is_refused_with_line_and_reason(text, line, words, tmp_path):
    file = tmp_path / "case.toml"
    file.write_text('[run]\nhorizon = "1 d"\n\n' + text)
    with pytest.raises(BadInput) as refused:
        load(file)
    message = str(refused.value)
    assert message.startswith(f"{file}:{line}: "), message
    assert "\n" not in message
    for word in words:
        assert word in message


RUNS = [
    ('[run]\nhorizon = "0 d"', ["above 0"]),
    ('[run]\nhorizon = "5000 d"', ["out of range"]),
    ('[run]\nhorizon = "1 d"\nstep = "1 h"', ["step", "10 min"]),
    ('[run]\nhorizon = "1 d"\nevery = "2 d"', ["every", "horizon"]),
    ('[run]\nhorizon = "100 d"\nevery = "1 s"', ["every", "200000"]),
    ('[run]\nhorizon = "1 d"\noutputs = ["MAPP"]', ["MAPP", "did you mean MAP?"]),
    ('[run]\nhorizon = "1 d"\nseed = "x"', ["seed", "integer"]),
    ('[run]\nhorizon = "1 d"\nseed = -1', ["seed"]),
    ("[run]\n", ["horizon"]),
    ("", ["horizon"]),
    ('extends = "hd-il2-standart"', ["did you mean hd-il2-standard?", "extends"]),
    ('extends = "nowhere.toml"', ["no such", "nowhere.toml"]),
    ("extends = 3", ["extends", "3"]),
    ("[run\n", ["TOML", "[run"]),
    ('a = "\\q"', ["TOML"]),
    ("a = " + "[" * 3000, ["case.toml"]),
]


@pytest.mark.parametrize(("text", "words"), RUNS, ids=[case[1][0] for case in RUNS])
def test_a_run_that_cannot_be_meant_is_refused(text, words, tmp_path):
    file = tmp_path / "case.toml"
    file.write_text(text)
    with pytest.raises(BadInput) as refused:
        load(file)
    for word in words:
        assert word in str(refused.value)


def test_several_orders_may_not_add_up_to_more_than_is_possible(tmp_path):
    drip = '[[drug]]\ngive = "phenylephrine"\nrate = "3000 mcg/min"\nfrom = "1 h"\n'
    with pytest.raises(BadInput, match=r"several orders together.*6000 mcg/min at 1 h"):
        loads(SIMPLE + drip + drip)


def test_a_missing_file_a_folder_and_an_unknown_name_are_told_apart(tmp_path):
    with pytest.raises(BadInput, match=r"nothing\.toml: there is no such file"):
        load(tmp_path / "nothing.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(BadInput, match="is a folder"):
        load(tmp_path / "folder.toml")
    with pytest.raises(BadInput, match="did you mean hd-il2-standard"):
        load("hd-il2-standrad")
    (tmp_path / "latin.toml").write_bytes(b'title = "\xe9"')
    with pytest.raises(BadInput, match="cannot be read"):
        load(tmp_path / "latin.toml")


def test_orders_after_the_end_are_left_out_and_said_so():
    scenario = load("hd-il2-standard", run={"horizon": "12 h"})
    assert len(scenario.doses) == 2
    assert "after the end" in scenario.notes[0]


def test_too_many_orders_are_refused_at_once():
    text = '[[drug]]\ngive = "furosemide"\ndose = "1 mg"\nover = "0.1 s"\nat = "0 h"\n'
    with pytest.raises(BadInput, match="too many orders"):
        loads(SIMPLE + text + 'every = "1 s"\nuntil = "20 h"')


SHIPPED = [
    tomllib.loads((gallery.folder() / f"{name}.toml").read_text()) for name in gallery.scenarios()
]
WORDS = ["5 mL", "-5 h", "1e400 h", "0 h", "600000 IU/kg", "continuous", "albumin_5", "é", ""]
JUNK = st.sampled_from([*WORDS, 0, -1, 3.5, True, 10**30, [], [1], ["1 h", "0 h"], {}, {"a": 1}])


def paths(value, path=()):
    """All places in nested tables and lists."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inside:
        yield (*path, key)
        if isinstance(each, (dict, list)):
            yield from paths(each, (*path, key))


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_mutilated_scenario_is_read_or_refused_in_one_line(data):
    whole = copy.deepcopy(data.draw(st.sampled_from(SHIPPED)))
    *parents, last = data.draw(st.sampled_from(list(paths(whole))))
    table = whole
    for step in parents:
        table = table[step]
    if data.draw(st.booleans()):
        table[last] = data.draw(JUNK)
    else:
        del table[last]
    text = toml_text.write(whole)
    try:
        scenario = loads(text)
    except BadInput as refused:
        assert refused.place is not None
        assert "\n" not in str(refused)
    else:
        assert loads(scenario.text) == scenario
