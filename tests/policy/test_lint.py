"""The lint: rules that cannot hold, contradict each other, never end, or name no source."""

from __future__ import annotations

import pytest
from bedside import entry, start

from clsim.errors import BadInput
from clsim.policy import loads_policy
from clsim.policy.language import parse
from clsim.policy.lint import contradicts, lint, sound, spoken, together

DRIP = {"agent": "phenylephrine", "start": "0.1 mcg/kg/min", "step": "0.1 mcg/kg/min", "every": "30 min",
        "ceiling": "1 mcg/kg/min"}  # fmt: skip
RESUME = {"of": "low", "when": "sbp >= 90 mmHg"}
WRONG = {  # text: what is said
    entry("hold", "low", when="sbp < 80 mmHg and sbp > 90 mmHg"): '"when" can never hold',
    entry("hold", "low", when="sepsis or hr < 50 /min and hr > 60 /min"): 'an alternative of "when" can never hold',
    entry("hold", "low", when="sepsis in 2 h and no sepsis in 4 h"): '"when" can never hold',
    entry("hold", "low", when="sbp_fall > 300 mmHg"): "compares with what systolic arterial pressure cannot be",
    entry("hold", "low", when="urine < 50 mL/kg/h"): "compares with what urine cannot be (urine < 50 mL/kg/h)",
    entry("hold", "low", when="sbp < target - 300 mmHg"): "compares with what systolic arterial pressure cannot be",
    entry("pressor", "p", when="sbp < target", wean="sbp > target + 9 mmHg", **{**DRIP, "ceiling": "20 mcg/kg/min"}):
        "runs up to 20 mcg/kg/min of phenylephrine: is the unit meant?",
    entry("fluid", "f", when="sbp < target", give="saline_0.9", volume="500 mL/kg", over="2 d", at_most="1"):
        "gives 40 L at once: is the unit meant?",
    entry("hold", "low", when="sbp < 90 mmHg") + entry("resume", "well", of="low", when="sbp >= 85 mmHg"):
        "well: can hold at the same time as low, which it lifts",
    entry("hold", "low", when="sbp < 90 mmHg or coma") + entry("resume", "well", **RESUME):
        "well: can hold at the same time as low, which it lifts",
    entry("hold", "low", when="sbp < 90 mmHg") + entry("resume", "well", of="low",
                                                       when="sbp > 95 mmHg and sbp < 90 mmHg"): "can never hold",
    entry("criterion", "a", level="relative", when="sepsis") + entry("stop", "b", when="at least 3 relative"):
        "can never hold: there are 1 relative criteria",
    entry("stop", "b", when="any absolute"): "can never hold: there are 0 absolute criteria",
    entry("stop", "b", when="urine < 80 mL per 12 h"): "asks for totals of 12 h, but they are read every 8 h",
    entry("pressor", "p", when="sbp < target", wean="sbp >= target - 10 mmHg", **DRIP):
        '"when" and "wean" can hold at the same time',
    entry("hold", "ill", when="sepsis") + entry("resume", "well", of="ill", when="no sepsis and hr < 100 /min"):
        "well: can never lift ill: what has happened once has happened for good",
    entry("hold", "late", when="clock >= 24 h"): '"when" can never hold',
    entry("hold", "high", when="spo2 > 100 %"): '"when" can never hold',
    entry("fluid", "f", when="sbp < target", give="saline_0.9", volume="0.5 mL", over="30 min", at_most="1"):
        "gives 0.5 mL at once: is the unit meant?",
    entry("pressor", "p", when="sbp < target", wean="sbp > target + 9 mmHg", agent="phenylephrine", step="0.1 mcg/min",
          start="0.1 mcg/min", every="30 min", ceiling="2 mcg/min"):
        "begins with 0.0013 mcg/kg/min of phenylephrine: is the unit meant?",
    entry("stop", "b", when="sepsis").replace("assumed: a test", "somebody said so"): "names no publication",
}  # fmt: skip
REMARKS = {
    entry("hold", "b", when="spo2 <= 100 %"): '"when" holds whatever is read',
    entry("pressor", "p", when="sbp < target", wean="sbp >= target", **DRIP):
        'leaves no room between "raise" (or "when") and "wean"',
    entry("pressor", "p", when="sbp < target", **DRIP): 'is never lowered: it has no "wean"',
    entry("stop", "b", when="dopamine > 2 mcg/kg/min"): "asks for dopamine, which the policy never gives",
    entry("fluid", "f", when="sbp < target", give="saline_0.9", volume="1 L", over="1 h"): 'it has no "at_most"',
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_cannot_be_meant_is_found_with_its_place(text):
    found = [each for each in lint(loads_policy(start() + text, "mine.toml")) if each.wrong]
    assert len(found) == 1
    assert WRONG[text] in str(found[0]) and str(found[0]).startswith("mine.toml:")


@pytest.mark.parametrize("text", REMARKS, ids=range(len(REMARKS)))
def test_what_is_suspicious_is_remarked(text):
    (found,) = lint(loads_policy(start() + text))
    assert not found.wrong and REMARKS[text] in str(found)
    assert spoken([found]).startswith("note: ")


def test_what_nobody_looks_at_is_found():
    text = start().replace("[observe.weight]\nevery = \"24 h\"\nsource = \"assumed: a test\"\n", "")
    (found,) = lint(loads_policy(text + entry("stop", "b", when="weight_gain > 5 %")))
    assert found.wrong and "[observe.weight] is missing" in str(found)


def test_a_good_policy_is_quiet():
    text = start() + entry("hold", "low", when="sbp < 90 mmHg") + entry("resume", "well", **RESUME)
    assert lint(loads_policy(text)) == []


def test_rules_of_different_quantities_can_hold_together():
    assert together(parse("sbp < 90 mmHg"), parse("hr > 100 /min"))
    assert together(parse("sbp < 90 mmHg"), parse("sbp < target"))  # nobody knows which is lower
    assert not together(parse("sbp < target"), parse("sbp >= target"))
    assert together(parse("sbp <= target"), parse("sbp >= target"))
    assert not together(parse("urine < 10 mL/h for 16 h"), parse("urine > 10 mL/h"))
    assert together(parse("sbp < 90 mmHg"), parse("not sbp < 90 mmHg for 1 h"))  # it may have begun just now
    assert contradicts(parse("sbp = 80 mmHg and sbp != 80 mmHg")[0])


def test_what_is_wrong_is_refused_before_a_run():
    assert sound(loads_policy(start() + entry("hold", "low", when="sbp < 90 mmHg"))) == []
    with pytest.raises(BadInput, match=r"^mine.toml:\d+: low: \"when\" can never hold$"):
        sound(loads_policy(start() + entry("hold", "low", when="sbp < 80 mmHg and sbp > 90 mmHg"), "mine.toml"))


def test_a_rule_of_many_alternatives_is_looked_at_in_no_time():
    many = " or ".join(f"(sbp < {60 + k} mmHg and hr > {100 + k} /min and spo2 < {70 + k} %)" for k in range(25))
    assert not lint(loads_policy(start() + entry("hold", "low", when=many)))
