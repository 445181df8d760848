"""The exported data holds every course, once, close enough, and in the shapes that the page knows."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

from clsim.bedside.answers import ANSWERS
from clsim.lessons.grid import LABS, channels_of, grid

DRIPS = ("phenylephrine", "norepinephrine", "dopamine", "oxygen")


@pytest.fixture(scope="module")
def data(courses):
    return json.loads(json.dumps(grid(courses), allow_nan=False))


def unpacked(data, node):
    steps = np.frombuffer(base64.b64decode(node["rows"]), "<u2").reshape(len(data["channels"]), -1)
    return {each["name"]: each["low"] + row * each["step"] for each, row in zip(data["channels"], steps, strict=True)}


def played(data, path):
    """Times and channels of one way, stretch after stretch."""
    node, times, rows, options = data["nodes"][0], [], [], list(path)
    while True:
        if times:  # what runs after the answer takes the place of what ran before
            assert times.pop() == node["t"][0]
            rows[-1] = {name: values[:-1] for name, values in rows[-1].items()}
        times += node["t"]
        rows.append(unpacked(data, node))
        if node["prompt"] is None:
            break
        node = data["nodes"][node["next"][options[node["prompt"]]]]
    return np.array(times), {name: np.concatenate([each[name] for each in rows]) for name in rows[0]}


def test_every_way_is_the_course_that_was_computed(data, courses):
    steps = {each["name"]: each["step"] for each in data["channels"]}
    for path in courses.paths():
        result = courses.along(path).result
        times, rows = played(data, path)
        assert np.array_equal(times, result.time)
        for name, values in channels_of(result).items():
            assert np.max(np.abs(rows[name] - values)) <= 0.5001 * steps[name] + 1e-12, name


def test_steps_are_finer_than_what_the_page_shows(data):
    decimals = {each["name"]: each["decimals"] for each in data["hello"]["signals"]}
    for each in data["channels"]:
        if each["name"] in decimals:
            assert each["step"] <= 0.2 * 10.0 ** -decimals[each["name"]], each["name"]


def test_numbers_are_in_the_units_of_the_page(courses):
    rows, result = channels_of(courses.base), courses.base
    assert rows["SaO2"][0] == pytest.approx(100.0 * result["SaO2"].values[0])
    assert rows["MAP"][0] == result["MAP"].values[0]
    assert rows["creatinine"][0] == pytest.approx(0.905, abs=0.01)  # 80 umol/L in mg/dL
    assert rows["in_mL"][-1] == pytest.approx(1000.0 * result["fluid_given"].values[-1])
    assert rows["out_mL"][-1] >= 1000.0 * result["urine_volume"].values[-1]
    assert set(LABS) <= set(rows) and set(DRIPS) <= set(rows)


def test_what_is_the_same_is_stored_once(data, courses):
    assert len(data["nodes"]) == 1 + 3 + 3 + 3  # before, after each early answer, after each late one of two
    ends = {node["t"][-1] for node in data["nodes"] if node["prompt"] is None}
    assert ends == {courses.lesson.end_min}


def test_the_page_is_told_in_its_own_shapes(data):
    for message in (data["hello"], data["scene"]):
        ANSWERS.validate_python(message, strict=False)
    assert data["scene"]["patient"]["weight_kg"] > 40.0 and data["scene"]["lesson"] == "toy"
    asked = data["prompts"][0]
    assert [each["label"] for each in asked["options"]] == ["Watch", "Bolus and drip", "No more doses"]
    assert data["questions"][0]["shows"] == ["mean arterial pressure", "endothelial leak"]


def test_doses_bags_and_lines_belong_to_their_stretch(data):
    first = data["nodes"][0]
    assert first["doses"] == [[1, True]]
    held = data["nodes"][data["nodes"][first["next"][0]]["next"][1]]
    assert held["doses"] == [[2, False]] and held["log"][0]["said"] == "planned dose 2 held"
    with_bolus = data["nodes"][first["next"][1]]
    assert any(each["name"] == "0.9 % saline" and not each["steady"] for each in with_bolus["bags"])
