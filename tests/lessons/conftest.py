from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for toy_lesson.py

from toy_lesson import TOY

from clsim.lessons.course import Courses
from clsim.lessons.lesson import load_lesson


@pytest.fixture(scope="package")
def toy(tmp_path_factory):
    file = tmp_path_factory.mktemp("lessons") / "toy.toml"
    file.write_text(TOY, encoding="utf-8")
    return load_lesson(file)


@pytest.fixture(scope="package")
def courses(toy):
    return Courses(toy)
