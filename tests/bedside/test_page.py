"""The files of the page and the server say the same: words, messages, what is shipped."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

from clsim.bedside import messages
from clsim.bedside.answers import ANSWERS
from clsim.bedside.greeting import hello
from clsim.disclaimer import DISCLAIMER

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "clsim" / "bedside" / "page"
RECORDED = json.loads((ROOT / "tests" / "page" / "recorded.json").read_text(encoding="utf-8"))
SCRIPTS = sorted(PAGE.glob("*.js"))
ASKS = r'\bdo: (?:state\.frame\?\.running \? )?"(\w+)"'
SENT = sorted({word for script in SCRIPTS for word in re.findall(ASKS, script.read_text(encoding="utf-8"))})


def test_the_disclaimer_stands_in_the_page_before_any_script_has_run():
    text = (PAGE / "index.html").read_text(encoding="utf-8")
    footer = re.search(r"<footer.*?<p>(.*?)</p>", text, re.S)
    assert footer is not None
    assert unescape(footer[1]).strip() == DISCLAIMER


@pytest.mark.parametrize("said", RECORDED, ids=lambda each: each["is"])
def test_the_unit_tests_of_the_page_hear_what_a_server_says(said):
    ANSWERS.validate_json(json.dumps(said))


def test_the_greeting_of_the_record_is_that_of_today():
    first = RECORDED[0]
    now = hello()
    assert first["is"] == "hello"
    for key in ("signals", "fluids", "drips", "drugs", "alarms", "speeds"):
        assert first[key] == json.loads(json.dumps(now[key])), f"{key}: run python tests/page/record.py"


def test_the_page_asks_for_what_is_understood_and_has_a_way_to_each_thing():
    shapes = messages.INCOMING.json_schema()["$defs"].values()
    words = [each["properties"]["do"] for each in shapes if "do" in each.get("properties", {})]
    known = {word for each in words for word in each.get("enum", [each.get("const")])}
    assert set(SENT) <= known
    assert known - set(SENT) <= {"demo"}  # the command begins it, the page takes over


def test_the_document_names_every_key():
    told = (ROOT / "docs" / "bedside.md").read_text(encoding="utf-8")
    rows = re.findall(r'^  \["(.)", "\w+", ', (PAGE / "keys.js").read_text(encoding="utf-8"), re.M)
    assert len(rows) > 25
    for key in rows:
        assert key == " " or f"`{key.upper()}`" in told, key


def test_no_file_of_the_page_is_long():
    for each in (*SCRIPTS, *(ROOT / "tests" / "page").glob("*.mjs")):
        assert len(each.read_text(encoding="utf-8").splitlines()) <= 400, each.name
