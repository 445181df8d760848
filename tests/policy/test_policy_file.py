"""Policy files: what cannot be meant is refused with its place; what is read becomes a table."""

from __future__ import annotations

import copy
import pickle
import re

import numpy as np
import pytest
from bedside import entry, start

from clsim.errors import BadInput
from clsim.model.layout import INPUTS, columns
from clsim.policy import load_policy, loads_policy
from clsim.policy.table import SIGNALS, digest

BOLUS = entry("fluid", "bolus", when="sbp < target", give="saline_0.9", volume="500 mL", over="30 min",
              again_after="30 min", at_most="2 per 8 h")  # fmt: skip
PRESSOR = entry("pressor", "phenylephrine", when="sbp < target", wean="sbp >= target + 10 mmHg", agent="phenylephrine",
                start="0.1 mcg/kg/min", step="0.1 mcg/kg/min", every="30 min", ceiling="2 mcg/kg/min",
                after="bolus")  # fmt: skip
HOLD = entry("hold", "low", when="sbp < 90 mmHg") + entry("resume", "well", of="low", when="sbp >= 90 mmHg")
STOP = entry("stop", "kidney", when="creatinine >= 3 mg/dL")
GOOD = start() + BOLUS + PRESSOR + HOLD + STOP

REFUSED = {  # what is written in place of what: words of the refusal
    ('when = "sbp < target"', 'when = "sbq < target"'): "[[fluid]] 1, when: is not a signal; given: sbq",
    ('"saline_0.9"', '"salin_0.9"'): '[[fluid]] 1, give: "salin_0.9" is not a fluid; did you mean saline_0.9?',
    ('agent = "phenylephrine"', 'agent = "fenylephrine"'): "is not a pressor; did you mean phenylephrine?",
    ('agent = "phenylephrine"', 'agent = "furosemide"'): '"furosemide" is not a pressor',
    ('over = "30 min"', 'over = "20 min"'): "must be whole quarters of an hour; given: '20 min'",
    ('over = "30 min"', 'ovre = "30 min"'): "is not a key here; given: ovre; did you mean over?",
    ('volume = "500 mL"', 'volume = "500 mmHg"'): "has a unit of another dimension",
    ('volume = "500 mL"', 'volume = "50 L"'): "orders more than can be given (fluid given by the line)",
    ('"2 per 8 h"', '"twice"'): "[[fluid]] 1, at_most: is not understood; given: 'twice'",
    ('"2 per 8 h"', '"200 mL per 8 h"'): "allows none",
    ('"2 per 8 h"', '"2 per 8 mmHg"'): "has a unit of another dimension",
    ('after = "bolus"', 'after = "bolas"'): "is no order above this entry; given: 'bolas'; did you mean bolus?",
    ('at_most = "2 per 8 h"', ""): "[[pressor]] 1, after: is never used up",
    ('ceiling = "2 mcg/kg/min"', 'ceiling = "2 mcg/min"'): "is per kg where the first rate is not, or the reverse",
    ('ceiling = "2 mcg/kg/min"', 'ceiling = "0.05 mcg/kg/min"'): "is below the first rate",
    ('of = "low"', 'of = "lo"'): "is not the name of a hold; given: 'lo'",
    ('name = "kidney"', 'name = "bolus"'): "is the name of two entries",
    ('name = "kidney"\nsource = "assumed: a test"', 'name = "kidney"\nsource = " "'): "[[stop]] 1, name: has no source",
    ('when = "creatinine >= 3 mg/dL"', 'label = "kidney"'): 'needs "when", or "unmodelled"',
    ('when = "creatinine >= 3 mg/dL"', 'unmodelled = "no kidney"'): 'needs a "label"',
    ('when = "creatinine >= 3 mg/dL"', 'when = "urine < target"'): "urine has no target; given: 'urine < target'",
    ('when = "creatinine >= 3 mg/dL"', 'when = "sepsis"\nsources = {whn = "assumed: x"}'): (
        "is the source of a key that is not there; given: whn; did you mean when?"),
    ('when = "creatinine >= 3 mg/dL"', 'when = "sepsis"\nends = "life"'): "ends: should be 'cycle', 'course' or",
    ('[targets.sbp]\nvalue = "90 mmHg"', '[targets.sbp]\nvalue = "9 mmHg"'): "is out of range; given: '9 mmHg'",
    ('[targets.sbp]\nvalue = "90 mmHg"', '[targets.sbp]\nvalue = "150 mmHg"'): "allowed: 60 mmHg to 140 mmHg",
    ('[targets.sbp]\nvalue = "90 mmHg"', '[targets.sbp]\nfall = "90 mmHg"'): "fall: is out of range; given: '90 mmHg'",
    ('[targets.sbp]\nvalue = "90 mmHg"', "[targets.sbp]"): "is incomplete; allowed: value, fall or by_baseline",
    ("[targets.sbp]", "[targets.sepsis]"): "is not a signal that is measured",
    ('reaction = "0 min"', 'reaction = "5 min"'): "must be whole quarters of an hour",
    ("adherence = 1.0", "adherence = 1.5"): "[orders] adherence: should be less than or equal to 1",
    ("[observe.weight]", '[observe.weight]\nfirst = "24 h"'): "must be below the interval",
    ("[observe.urine]", '[observe.urine]\ndelay = "1 h"'): '"delay" has no meaning for totals',
    ("[observe.vitals]", '[observe.vitals]\ndelay = "8 h"'): "[observe] vitals.delay: must be below the interval",
}


@pytest.mark.parametrize("change", REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_meant_is_refused_with_file_line_and_key(change):
    written, wrong = change
    assert written in GOOD
    text = GOOD.replace(written, wrong, 1)
    with pytest.raises(BadInput) as refusal:
        loads_policy(text, "mine.toml")
    assert REFUSED[change] in str(refusal.value)
    assert re.match(r"mine\.toml:\d+: ", str(refusal.value))


def test_a_name_that_is_not_shipped_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(BadInput, match=r"did you mean cwg-2014\?"):
        load_policy("cwg-2015")
    with pytest.raises(BadInput, match="there is no such file"):
        load_policy(tmp_path / "none.toml")


def test_a_policy_extends_others_entry_by_entry(tmp_path):
    (tmp_path / "low.toml").write_text(GOOD)
    (tmp_path / "high.toml").write_text(
        'extends = "low"\n[targets.sbp]\nfall = "20 mmHg"\nsource = "assumed: other"\n'
        + BOLUS.replace("500 mL", "250 mL") + '[[stop]]\nname = "kidney"\nomit = true\n')
    high = load_policy(tmp_path / "high.toml")
    assert [row.name for row in high.rows] == ["bolus", "phenylephrine", "low", "well"]
    assert high.row("bolus").data["volume"] == "250 mL"
    aim = high.targets["sbp"][0]
    assert np.isnan(aim.value) and aim.fall == 20.0  # a target is replaced as a whole
    assert loads_policy(high.text).digest == high.digest
    assert high.row("bolus").place.file.endswith("high.toml") and high.row("low").place.file.endswith("low.toml")


def test_a_policy_does_not_extend_itself(tmp_path):
    (tmp_path / "a.toml").write_text('extends = "b"\n')
    (tmp_path / "b.toml").write_text('extends = ["a"]\n')
    with pytest.raises(BadInput, match="extends itself; given: a -> b -> a"):
        load_policy(tmp_path / "a.toml")


def test_the_table_says_what_the_file_says():
    table = loads_policy(GOOD).table
    bolus, pressor = table.supports
    assert (bolus["kind"], bolus["over"], bolus["again"], bolus["most"], bolus["block"]) == (0, 2, 4, 2, 32)
    assert (pressor["kind"], pressor["after"], pressor["per"], pressor["again"]) == (1, 0, 1, 2)
    inputs = columns(INPUTS)
    assert table.supply[0, inputs.index("water_in")] == pytest.approx(0.5 / 30.0)
    assert table.supply[0, inputs.index("sodium_in")] == pytest.approx(77.0 / 30.0)
    assert table.supply[1].sum() == table.supply[1, inputs.index("phenylephrine")] == 1.0
    assert [int(each["kind"]) for each in table.verdicts] == [0, 1]
    low = table.clauses[table.literals[table.alternatives[table.rules[table.verdicts[0]["rule"]]["first"]]["first"]][
        "clause"]]
    assert (low["value"], low["compare"], low["reference"]) == (90.0, 0, 0)
    assert list(SIGNALS)[low["column"]] == "sbp"


def test_the_table_survives_pickling_and_its_digest_tells_tables_apart():
    policy = loads_policy(GOOD)
    again = pickle.loads(pickle.dumps(policy.table))
    assert digest(again) == policy.digest == loads_policy(GOOD + "# a remark\n").digest
    assert pickle.loads(pickle.dumps(policy)).digest == policy.digest == copy.deepcopy(policy).digest
    other = loads_policy(GOOD.replace(">= 3 mg/dL", ">= 3.1 mg/dL"))
    assert other.digest != policy.digest


def test_one_value_can_be_changed_by_its_key():
    policy = loads_policy(GOOD)
    changed = policy.but(**{"targets.sbp.value": "85 mmHg", "bolus.volume": "250 mL"})
    assert changed.targets["sbp"][0].value == 85.0
    assert changed.supports[0].supply["water_in"] == pytest.approx(0.25 / 30.0)
    assert policy.targets["sbp"][0].value == 90.0
    with pytest.raises(BadInput, match=r"given: bolas; did you mean bolus\?"):
        policy.but(**{"bolas.volume": "250 mL"})
    with pytest.raises(BadInput, match="another dimension"):
        policy.but(**{"bolus.volume": "250 mmHg"})


def test_a_drip_of_fluid_has_no_portions():
    text = start() + entry("fluid", "drip", when="always", give="saline_0.9", rate="1 mL/kg/h")
    assert loads_policy(text).supports[0].per == 1
    with pytest.raises(BadInput, match='"volume" has no meaning beside "rate"'):
        loads_policy(text + 'volume = "3 L"\n')


def test_amounts_belong_to_concentrates():
    salt = entry("electrolyte", "salt", when="always", give="potassium_chloride", amount="40 mEq", over="4 h")
    assert loads_policy(start() + salt).supports[0].supply["potassium_in"] == pytest.approx(40.0 / 240.0)
    with pytest.raises(BadInput, match='"amount" needs a concentrate'):
        loads_policy(start() + salt.replace("potassium_chloride", "saline_0.9"))
