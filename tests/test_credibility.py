"""The credibility file: its shape, its honesty as far as a program can see it, and every link that it gives."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

ROOT = Path(__file__).parent.parent
FILE = ROOT / "docs" / "credibility.toml"
DATA = tomllib.loads(FILE.read_text(encoding="utf-8"))
RULES = 10
Text = Annotated[str, Field(min_length=10)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Evidence(Strict):
    link: Annotated[str, Field(min_length=3)]
    shows: Text


class Rule(Strict):
    number: int = Field(ge=1, le=RULES)
    name: Text
    means: Text
    score: int = Field(ge=0, le=4)
    reason: Text
    missing: str
    evidence: list[Evidence]


class Context(Strict):
    name: Annotated[str, Field(min_length=3)]
    use: Text
    question: Text
    influence: Text
    consequence: Text
    good_enough: Text
    not_for: Text


class Level(Strict):
    score: int
    word: Annotated[str, Field(min_length=3)]
    means: Text


class About(Strict):
    title: Text
    scored_by: Text
    rules: str
    rubric: str
    note: Text


class Question(Strict):
    of_interest: Text


class Credibility(Strict):
    about: About
    question: Question
    context: list[Context] = Field(min_length=2)
    level: list[Level]
    rule: list[Rule]


LINKS = sorted({DATA["about"]["rules"], DATA["about"]["rubric"],
                *(each["link"] for rule in DATA["rule"] for each in rule["evidence"])})


def headings(page):
    """Anchors of a Markdown page: its headings, and what carries an id."""
    text = page.read_text(encoding="utf-8")
    heads = [re.sub(r"[^\w\- ]", "", head).strip() for head in re.findall(r"^#+ (.*)$", text, re.M)]
    return {head.lower().replace(" ", "-") for head in heads} | set(re.findall(r'id="([\w-]+)"', text))


def defined(file):
    """Functions and classes of a Python file."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, kinds)}


def named(file):
    """Tables of a TOML file, and ids and names of their entries."""
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    entries = [each for value in data.values() if isinstance(value, list) for each in value]
    return {*data, *(str(each[key]) for each in entries for key in ("id", "name") if key in each)}


ANCHORS = {".md": headings, ".py": defined, ".toml": named,
           ".bib": lambda file: set(re.findall(r"^@\w+\{(\w+),", file.read_text(encoding="utf-8"), re.M))}


def leads_somewhere(link):
    """Whether the file is there, and in it what stands behind "#"."""
    path, _, anchor = link.partition("#")
    file = ROOT / path
    if not path or not file.is_file() or ROOT not in file.resolve().parents:
        return False
    return not anchor or anchor in ANCHORS.get(file.suffix, lambda _: set())(file)


@pytest.mark.parametrize("link", LINKS)
def test_every_link_leads_to_what_it_names(link):
    assert leads_somewhere(link), link


@pytest.mark.parametrize("link", [
    "docs/nothing.md", "docs/compare.md#nothing", "tests/test_cli.py#test_nothing", "docs/references.bib#Nobody1900",
    "scenarios/trends/fluids.toml#nothing", "LICENSE#nothing", "docs", "", "../nothing", "/etc/hosts",
])  # fmt: skip
def test_a_link_that_leads_nowhere_is_found_out(link):
    assert not leads_somewhere(link)


def test_the_file_has_its_shape():
    Credibility.model_validate(DATA)


@pytest.mark.parametrize(("key", "value"), [("score", 5), ("score", "3"), ("reason", ""), ("colour", "green")])
def test_a_rule_of_another_shape_is_refused(key, value):
    with pytest.raises(ValidationError):
        Rule.model_validate(DATA["rule"][0] | {key: value})


def test_all_ten_rules_stand_in_order_with_five_levels():
    assert [rule["number"] for rule in DATA["rule"]] == list(range(1, RULES + 1))
    assert [level["score"] for level in DATA["level"]] == [0, 1, 2, 3, 4]


def test_a_score_has_evidence_and_says_what_the_next_one_needs():
    for rule in DATA["rule"]:
        assert bool(rule["evidence"]) == (rule["score"] > 0), rule["name"]
        assert rule["score"] == 4 or len(rule["missing"]) > 10, rule["name"]
        links = [each["link"] for each in rule["evidence"]]
        assert len(set(links)) == len(links), rule["name"]


def test_most_of_what_is_claimed_is_executed():
    """A score above adequate is not given for words alone."""
    for rule in DATA["rule"]:
        if rule["score"] > 2:
            assert any(each["link"].startswith("tests/") for each in rule["evidence"]), rule["name"]


def test_both_contexts_keep_away_from_patients():
    names = [context["name"] for context in DATA["context"]]
    assert names == ["teaching", "hypothesis-generating comparison of policies"]
    assert all("treat" in context["not_for"] for context in DATA["context"])
    card = (ROOT / "docs" / "model_card.md").read_text(encoding="utf-8")
    assert all(name in card for name in names)


def test_nobody_has_reviewed_it_as_long_as_nobody_is_named():
    (review,) = [rule for rule in DATA["rule"] if rule["name"] == "Get independent reviews"]
    reviewed = any(each["link"].startswith("docs/reviews/") for each in review["evidence"])
    assert bool(review["score"]) == reviewed, "a review is a page under docs/reviews/ with its reviewer"
