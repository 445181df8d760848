"""Cohort files: what is shipped is sound, and what cannot be meant is refused with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clsim.cohort import cohorts, load_cohort, loads_cohort
from clsim.cohort.cohort import find
from clsim.cohort.derived import DERIVED
from clsim.errors import BadInput
from clsim.scenario.settings import PARAMETER

GOOD = """
[vary.sex]
distribution = "categorical"
shares = { male = 0.6, female = 0.4 }
source = "assumed: a test"

[vary.weight]
distribution = "normal"
mean = "80 kg"
sd = "12 kg"
source = "assumed: a test"
frailty = 0.3

[vary.stage]
distribution = "categorical"
label = "stage"
shares = { early = 0.5, late = 0.5 }
source = "assumed: a test"

[vary.L_capillary]
distribution = "lognormal"
relative = true
median = 1.0
cv = 0.3
depends = [{ on = "weight", from = "80 kg", power = 0.5 }]
source = "assumed: a test"

[[correlation]]
between = ["weight", "L_capillary"]
r = 0.2
source = "assumed: a test"

[[eligibility]]
criterion = "light"
label = "light enough"
rule = "weight <= 100 kg"
source = "assumed: a test"
"""

REFUSED = {  # what is written in place of what: words of the refusal
    ('mean = "80 kg"', 'mean = "80 L"'): "[vary] weight.mean: has a unit of another dimension",
    ('mean = "80 kg"', 'mean = "80 kg"\nmode = "3 kg"'): '"mode" has no meaning for a normal distribution',
    ('mean = "80 kg"', 'median = "80 kg"'): 'a normal distribution needs "mean"',
    ('mean = "80 kg"', 'mean = "80 kg"\nmeen = 3'): "is not a key here; given: meen; did you mean mean?",
    ('sd = "12 kg"', 'sd = "0 kg"'): "is too small; given: '0 kg'; allowed: above 0",
    ('sd = "12 kg"', 'sd = "12 kg"\nlow = "3 kg"'): "is out of range (body weight on admission); given: '3 kg'",
    ('sd = "12 kg"', 'sd = "12 kg"\nlow = "90 kg"\nhigh = "80 kg"'): "low: must be below high",
    ('sd = "12 kg"', 'sd = "12 kg"\nunit = "kg"'): '"unit" belongs to covariates that are no parameter',
    ('sd = "12 kg"', 'sd = "12 kg"\nrelative = 1'): "should be a valid boolean",
    ("frailty = 0.3", "frailty = 1.0"): "should be less than 1",
    ('distribution = "normal"', 'distribution = "norml"'): "did you mean normal?",
    ("[vary.weight]", "[vary.wieght]"): "is not a parameter of the model, and a covariate of another kind needs a "
    "label; given: wieght; did you mean weight?",
    ("[vary.stage]", "[vary.BMI]"): "follows from other values and cannot be drawn; given: BMI",
    ("[vary.stage]", "[vary.frailty]"): "follows from other values and cannot be drawn; given: frailty",
    ("[vary.L_capillary]", "[vary.SVR_rest]"): "is solved so that the resting body does not drift",
    ("[vary.L_capillary]", "[vary.P_interstitium_rest]"): "a factor on what is not above 0 means nothing",
    ("relative = true\n", ""): "has one value for each of peripheral, splanchnic, lung; allowed: relative = true",
    ("relative = true\n", 'relative = true\nentry = "lungs"\n'): "is not an entry of this parameter; given: 'lungs'; "
    "did you mean lung?",
    ("median = 1.0", "median = 0.0"): "median: is too small",
    ("female = 0.4", "female = 0.5"): "must be shares that add up to 1; given: a sum of 1.1",
    ("female = 0.4", "femal = 0.4"): "is not a value of this parameter; given: 'femal'; did you mean female?",
    ('{ early = 0.5, late = 0.5 }', '{ early = 0.5, late = 0.5 }\nlow = 0'): '"low" has no meaning for a categorical',
    ('label = "stage"\n', 'label = "stage"\ndepends = [{ on = "sex", is = "male", add = 1 }]\n'):
    "a category cannot be shifted",
    ('on = "weight"', 'on = "wieght"'): "is neither a name above, nor derived, nor a parameter of one number",
    ('on = "weight", from = "80 kg"', 'on = "sex", from = "80 kg"'): "has a unit of another dimension",
    ('from = "80 kg", power = 0.5', 'power = 0.5'): 'needs "from"',
    ('from = "80 kg", power = 0.5', 'from = "80 kg", power = 0.5, per = "1 kg"'): "contradict each other",
    ('from = "80 kg", power = 0.5', 'from = "80 kg", per = "1 kg"'): "is incomplete; allowed: factor or add",
    ('from = "80 kg", power = 0.5', 'factor = 2.0'): "is incomplete; allowed: one of power, per, is",
    ('on = "weight", from = "80 kg", power = 0.5', 'on = "stage", is = "lat", factor = 2.0'):
    "is not a category of stage; given: 'lat'; did you mean late?",
    ('on = "weight", from = "80 kg", power = 0.5', 'on = "weight", is = "heavy", factor = 2.0'):
    "is not a category of weight",
    ('["weight", "L_capillary"]', '["weight", "L_capilary"]'): "does not vary in this cohort; given: 'L_capilary'; "
    "did you mean L_capillary?",
    ('["weight", "L_capillary"]', '["weight", "frailty"]'): "is the latent factor: give its loading as frailty",
    ('["weight", "L_capillary"]', '["weight", "weight"]'): "is the same name twice",
    ('["weight", "L_capillary"]', '["weight"]'): "between: list should have at least 2 items",
    ("r = 0.2", "r = -1.2"): "should be greater than -1",
    ("weight <= 100 kg", "weight 100 kg"): "is not a comparison; given: 'weight 100 kg'",
    ("weight <= 100 kg", "wieght <= 100 kg"): "is not known of a patient at rest; given: wieght; did you mean weight?",
    ("weight <= 100 kg", "weight <= 100 cm"): "has a unit of another dimension",
    ("weight <= 100 kg", "weight <= 100"): "needs a unit",
    ("weight <= 100 kg", "stage = lat"): "is not a category of stage; given: lat; did you mean late?",
    ('rule = "weight <= 100 kg"\n', ""): "[[eligibility]] 1: is incomplete; allowed: one of rule, any",
    ('rule = "weight <= 100 kg"\n', "any = []\n"): "needs a rule",
    ('label = "light enough"\n', ""): "field required",
}


@pytest.mark.parametrize(("change", "words"), REFUSED.items(), ids=lambda each: str(each)[:60])
def test_what_cannot_be_meant_is_refused_with_its_line(change, words):
    old, new = change
    assert old in GOOD
    text = GOOD.replace(old, new)
    with pytest.raises(BadInput) as refused:
        loads_cohort(text, "mine.toml")
    assert words in str(refused.value)
    place = refused.value.place
    assert place is not None and place.file == "mine.toml" and place.line > 0


@pytest.mark.parametrize("name", ["weight", "L_capillary", "stage"])
def test_everything_that_varies_has_a_source(name):
    head, tail = GOOD.split(f"[vary.{name}]")
    with pytest.raises(BadInput, match=rf"\[vary\] {name}.source: field required"):
        loads_cohort(head + f"[vary.{name}]" + tail.replace('source = "assumed: a test"\n', "", 1))


def test_correlations_that_contradict_each_other_are_refused_naming_the_pair_and_what_it_may_be():
    extra = '\n[[correlation]]\nbetween = ["{}", "{}"]\nr = {}\nsource = "assumed: a test"\n'
    text = GOOD + extra.format("sex", "weight", 0.95) + extra.format("sex", "L_capillary", -0.9)
    with pytest.raises(BadInput) as refused:
        loads_cohort(text, "mine.toml")
    found = refused.value
    assert found.problem.startswith("sex and weight cannot be correlated")
    assert found.key == "[[correlation]] 2, r"
    assert re.fullmatch(r"-?\d\.\d+ to \d\.\d+", found.allowed)


def test_a_second_correlation_of_a_pair_and_a_second_criterion_of_a_name_are_refused():
    again = GOOD[GOOD.index("[[correlation]]") : GOOD.index("[[eligibility]]")]
    with pytest.raises(BadInput, match="has a correlation above"):
        loads_cohort(GOOD + again)
    with pytest.raises(BadInput, match="is the name of two criteria"):
        loads_cohort(GOOD + GOOD[GOOD.index("[[eligibility]]") :])


def test_what_depends_stands_below_what_it_depends_on():
    end = '[vary.height]\ndistribution = "uniform"\nlow = "160 cm"\nhigh = "190 cm"\nsource = "assumed: a test"\n'
    text = GOOD.replace('on = "weight", from = "80 kg"', 'on = "BMI", from = "25 kg/m2"')
    assert loads_cohort(text).varied["L_capillary"].depends[0].on == "BMI"
    with pytest.raises(BadInput, match="needs height to stand above it, for the size of the patient"):
        loads_cohort(GOOD.replace("[[correlation]]", end + "[[correlation]]"))
    plain = text.replace("relative = true\n", "").replace("L_capillary", "C3a_rest").replace("1.0", '"4 nmol/L"')
    with pytest.raises(BadInput, match="height must stand above what depends on it"):
        loads_cohort(plain.replace("[[correlation]]", end + "[[correlation]]"))


def test_a_beta_that_cannot_be_is_refused():
    beta = '[vary.hope]\ndistribution = "beta"\nlabel = "hope"\nmean = 0.5\nsd = 0.6\nlow = 0\nhigh = 1\n'
    with pytest.raises(BadInput, match="no beta distribution on this range has this mean and spread"):
        loads_cohort(beta + 'source = "assumed: a test"')


@pytest.mark.parametrize("name", cohorts())
def test_a_shipped_cohort_loads_and_its_own_text_says_the_same(name):
    cohort = load_cohort(name)
    assert cohort.title and cohort.about["question"] and cohort.about["source"]
    again = loads_cohort(cohort.text, name)
    assert again == cohort
    assert load_cohort(cohort) is cohort


@pytest.mark.parametrize("name", cohorts())
def test_names_of_a_shipped_cohort_are_real_and_nothing_is_left_to_the_bounds(name):
    for each in load_cohort(name).varied.values():
        assert each.parameter == (each.name in PARAMETER)
        assert each.name not in DERIVED
        told = each.source.startswith(("assumed: ", "fitted to published outcomes (docs/calibration.md): "))
        assert told or re.search(r"[A-Z]\w+\d{4}|ICM BF", each.source), each.name
        if each.kind in ("normal", "lognormal"):
            assert each.low > -float("inf") and each.high < float("inf"), each.name


def test_the_candidates_are_held_to_the_checklist():
    rules = {rule.text for each in load_cohort("hd-il2-candidates").eligibility for rule in each.rules}
    assert rules >= {"ECOG <= 1", "FEV1 > 2 L", "pulmonary_reserve >= 75 %", "creatinine_rest <= 1.5 mg/dL",
                     "creatinine_clearance > 60 mL/min", "bilirubin_rest <= 2 mg/dL", "organ_transplant = no",
                     "brain_metastases = no", "infection = no", "wall_motion = no"}


def test_the_page_counts_what_varies():
    page = (Path(__file__).parents[2] / "docs" / "cohorts.md").read_text(encoding="utf-8")
    assert f"{len(load_cohort('hd-il2-candidates').varied)} names vary" in page
    assert all(f"`{name}`" in page for name in [*cohorts(), *DERIVED])


def test_a_cohort_that_is_not_shipped_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(BadInput, match=r"did you mean narrow\?"):
        find("narow")
    with pytest.raises(BadInput, match="there is no such file"):
        load_cohort(tmp_path / "none.toml")
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_cohort(str(file)).name == "mine"
