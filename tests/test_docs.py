"""The documents say what the program does: tables, equation numbers, citations, links, code."""

from __future__ import annotations

import re
import runpy
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import clsim
from clsim import reference
from clsim.errors import BadInput
from clsim.lessons.claims import look_at
from clsim.lessons.course import Courses
from clsim.lessons.lesson import load_lesson
from clsim.model import oncotic
from clsim.model.layout import FLOWS, INPUTS, PARAMETERS, STATES, SUBSYSTEMS
from clsim.patient import settle_patient

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("README.md")])
MODULES = {module.__name__.rpartition(".")[2]: module for module in SUBSYSTEMS}
SECTIONS = [
    "What it does", "Equations", "Parameters", "How it meets the others",
    "Assumptions and limits", "Validation", "References",
]  # fmt: skip
KEY = reference.CITATION
BIBLIOGRAPHY = (DOCS / "references.bib").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^@\w+\{(\w+),", BIBLIOGRAPHY, re.M)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def name_of(page):
    return str(page.relative_to(ROOT))


def fenced(page, *languages):
    """[(language, text)] of the code blocks of a page."""
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    return [(language, text) for language, text in blocks if language in languages]


# -------------------------------------------------------------------------------- the reference


@pytest.mark.parametrize("name", reference.pages())
def test_the_reference_is_in_step_with_the_declarations(name):
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "run: clsim docs"


@pytest.mark.parametrize("name", reference.above())
def test_written_pages_beside_the_reference_are_in_step(name):
    assert (DOCS / name).read_text(encoding="utf-8") == reference.above()[name], "run: clsim docs"


def test_the_reference_has_no_other_pages():
    assert {file.name for file in (DOCS / "reference").iterdir()} == set(reference.pages())


def test_write_makes_its_folder_and_all_pages(tmp_path):
    files = reference.write(tmp_path / "new")
    assert sorted(file.name for file in files) == sorted([*reference.pages(), *reference.above()])
    assert all(file.read_text(encoding="utf-8") for file in files)


def test_every_name_has_its_row():
    text = "".join(reference.pages().values())
    for quantity in (*PARAMETERS, *STATES, *FLOWS, *INPUTS):
        assert f'<a id="{quantity.name}"></a>`{quantity.name}`' in text, quantity.name


# ------------------------------------------------------------------------- a page per subsystem


@pytest.mark.parametrize("name", MODULES)
def test_a_subsystem_has_a_page_on_the_template(name):
    page = DOCS / "model" / f"{name}.md"
    assert page.is_file(), f"write docs/model/{name}.md with the sections {', '.join(SECTIONS)}"
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.M) == SECTIONS
    assert len(re.findall(r"^# ", text, re.M)) == 1
    for title, body in zip(SECTIONS, re.split(r"^## .*$", text, flags=re.M)[1:], strict=True):
        assert body.strip(), title
    if MODULES[name].PARAMETERS:
        assert f"(../reference/parameters.md#{name})" in text


@pytest.mark.parametrize("name", MODULES)
def test_equations_of_a_page_are_numbered_as_in_the_code(name):
    text = (DOCS / "model" / f"{name}.md").read_text(encoding="utf-8")
    on_page = [int(number) for number in re.findall(r"\\tag\{(\d+)\}", text)]
    docstring = MODULES[name].__doc__ or ""
    in_code = re.findall(r"\((\d{1,2})\)\s*$|^\((\d{1,2})\)", docstring, re.M)
    assert on_page == sorted(on_page), "in order"
    assert set(on_page) == {int(a or b) for a, b in in_code}
    mentioned = {int(n) for n in re.findall(r"(?<![\w$}])\((\d{1,2})\)", text)} - {0}
    assert mentioned <= set(on_page)


def test_every_page_of_a_subsystem_is_on_the_map():
    readme = (DOCS / "model" / "README.md").read_text(encoding="utf-8")
    assert {name for name in MODULES if f"[{name}]({name}.md)" not in readme} == set()


def test_the_shared_oncotic_law_is_on_the_page_of_the_blood():
    page = (DOCS / "model" / "blood.md").read_text(encoding="utf-8")
    for law in (oncotic.ALBUMIN, oncotic.GLOBULIN):
        for power, coefficient in enumerate(law, 1):
            assert f"{coefficient * 10**power:g}" in page


def test_the_rest_page_names_what_is_solved():
    readme = (DOCS / "model" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", readme))
    known = {quantity.name for quantity in (*PARAMETERS, *STATES, *FLOWS, *INPUTS)}
    assert {name for name in named if name.endswith("_rest")} <= known | {"_rest"}


FIELD = re.compile(r"`([pxfu])\.(\w+)`")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_fields_that_a_page_names_exist(page):
    records = {"p": PARAMETERS, "x": STATES, "f": FLOWS, "u": INPUTS}
    known = {(kind, quantity.name) for kind, group in records.items() for quantity in group}
    assert set(FIELD.findall(page.read_text(encoding="utf-8"))) - known == set()


# ------------------------------------------------------------------------------------ citations


def cited(files):
    return {key for file in files for key in KEY.findall(file.read_text(encoding="utf-8"))}


CODE = [*(ROOT / "clsim").rglob("*.py"), *(ROOT / "scenarios").rglob("*.toml")]


def test_every_parameter_has_a_source_and_its_keys_are_in_the_bibliography():
    for quantity in PARAMETERS:
        assert quantity.source.strip(), quantity.name
        assert set(KEY.findall(quantity.source)) <= set(ENTRIES), quantity.name


def test_every_key_in_code_scenarios_and_pages_is_in_the_bibliography():
    assert cited([*CODE, *PAGES]) - set(ENTRIES) == set()


def test_every_entry_of_the_bibliography_is_cited():
    text = "".join(file.read_text(encoding="utf-8") for file in (*CODE, *PAGES))
    spelt = {key: re.sub(r"(?<=[a-z])(?=\d{4})", " ", key) for key in ENTRIES}
    missing = [key for key, words in spelt.items() if key not in text and words not in text]
    assert missing == []
    assert len(set(ENTRIES)) == len(ENTRIES)
    assert sorted(ENTRIES, key=str.lower) == ENTRIES


def test_a_reference_says_what_was_seen_of_it():
    """Author, year and either a place to find it or a note that it was not checked."""
    for entry in re.split(r"^@", BIBLIOGRAPHY, flags=re.M)[1:]:
        key = entry[entry.index("{") + 1 : entry.index(",")]
        assert "author" in entry, key
        assert re.search(r"year\s*=", entry) or key == "HumMod", key
        assert re.search(r"(journal|howpublished|note)\s*=", entry), key


# ---------------------------------------------------------------------------------------- links


def anchors(page):
    text = page.read_text(encoding="utf-8")
    heads = [re.sub(r"[^\w\- ]", "", head).strip() for head in re.findall(r"^#+ (.*)$", text, re.M)]
    return {head.lower().replace(" ", "-") for head in heads} | set(re.findall(r'id="(\w+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target in set(re.findall(r"\]\(([^)\s]+)\)", text)):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{name_of(page)}: {target}"
        assert not anchor or anchor in anchors(found), f"{name_of(page)}: {target}"


# ----------------------------------------------------------------------------------------- code

SHIPPED = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "scenarios").rglob("*.toml"))
BLOCKS = fenced(DOCS / "scenarios.md", "toml", "text", "sh")
REFUSED = [
    (given[1], said[1])
    for given, said in pairwise(BLOCKS)
    if (given[0], said[0]) == ("toml", "text")
]


@pytest.mark.parametrize(("toml", "message"), REFUSED, ids=range(len(REFUSED)))
def test_refusals_read_as_the_page_says(toml, message, tmp_path, monkeypatch):
    """Where the page shortens a list, it writes an ellipsis."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        settle_patient(clsim.load("mine.toml").values)
    parts = (re.escape(part) for part in message.strip().split("…"))
    assert re.fullmatch(".*".join(parts), str(refusal.value))


@pytest.mark.parametrize("page", [page for page in PAGES if fenced(page, "toml")], ids=name_of)
def test_scenarios_on_a_page_can_be_read(page, tmp_path, monkeypatch):
    """Each is a part of a shipped file, a refused one with its message, or can be read."""
    monkeypatch.chdir(tmp_path)
    refused = [toml for toml, _ in REFUSED]
    for _, text in fenced(page, "toml"):
        tomllib.loads(text)
        if text in refused or all(line in SHIPPED for line in text.strip().splitlines()):
            continue
        Path("mine.toml").write_text(text, encoding="utf-8")
        if "lesson" in tomllib.loads(text):
            found = look_at(Courses(load_lesson(Path("mine.toml"))))
            assert found and all(each.holds for each in found)
            continue
        assert clsim.load("mine.toml").orders


PROGRAMS = [*(DOCS / name for name in ("python.md", "compare.md", "cohorts.md", "policy_language.md")),
            ROOT / "README.md"]


@pytest.mark.parametrize("page", PROGRAMS, ids=name_of)
def test_python_on_a_page_runs(page, tmp_path, monkeypatch):
    """All snippets of a page in turn, as one program in an empty folder."""
    pytest.importorskip("pandas")
    if not page.exists():
        pytest.skip("not written yet")
    monkeypatch.chdir(tmp_path)
    snippets = [text for _, text in fenced(page, "python")]
    Path("page.py").write_text("\n".join(snippets), encoding="utf-8")
    runpy.run_path("page.py")


def test_code_on_the_page_about_drugs_stands_in_the_program():
    sources = (
        "clsim/model/phenylephrine.py", "clsim/model/circulation.py",
        "tests/model/test_phenylephrine.py",
    )  # fmt: skip
    program = "".join((ROOT / file).read_text(encoding="utf-8") for file in sources)
    spaceless = re.sub(r"\s+", "", program)
    for _, text in fenced(DOCS / "adding-a-drug.md", "python"):
        for line in text.splitlines():
            assert line.strip() == "..." or re.sub(r"\s+", "", line) in spaceless, line
