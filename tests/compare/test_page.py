"""The page needs nothing from outside, escapes what it is given, and can be read."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest
from toy_trial import arms

from clsim.compare.endpoints import available
from clsim.compare.page import CSS, Picture, Study, report
from clsim.compare.paired import records
from clsim.compare.subgroups import SUBGROUPS, forest
from clsim.compare.win import HIERARCHY, wins
from clsim.disclaimer import DISCLAIMER

NASTY = "<script>alert('a & \"b\"')</script>"
THREE = arms(120)
MAIN = [each for each in available(THREE[0].rows) if each.main]
VOID = {"meta", "img", "br"}


def study(**changes):
    given = {
        "title": "Support or stop?", "question": "Which way is more given?",
        "arms": [(arm.name, arm.title, "Dutcher2014") for arm in THREE], "reference": "supportive",
        "cohort": {"drawn": "150", "treated": "120"}, "records": records(THREE, "supportive", MAIN), "endpoints": MAIN,
        "facts": {"seed": "1", "digest": "ab12"}, "command": "clsim compare hd-il2-course --seed 1",
        "hierarchy": HIERARCHY, "wins": [wins(arm, THREE[0]) for arm in THREE[1:]],
        "subgroups": forest(THREE[1], THREE[0], MAIN[0], SUBGROUPS),
        "pictures": [Picture("<svg xmlns='http://www.w3.org/2000/svg'/>", "a square")],
        "warnings": ["a drip swings"], "notes": ["shown for a test"],
    }  # fmt: skip
    return Study(**{**given, **changes})


class Reader(HTMLParser):
    """What is on a page, and whether its elements close in order."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.outside, self.text = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("src", "href") and not value.startswith("data:"):
                self.outside.append(value)
            assert not name.startswith("on")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_a_whole_page():
    page = report(study())
    found = Reader(page)
    assert not found.open and not found.outside and "script" not in found.tags
    assert "url(" not in CSS and "@import" not in CSS and "default-src 'none'" in page
    text = " ".join(found.text)
    for part in ("Support or stop?", "Which way is more given?", "supportive (reference)", "Dutcher2014", "150", "ab12",
                 "clsim compare hd-il2-course --seed 1", "a drip swings", "shown for a test", DISCLAIMER,
                 "hours with mean pressure below 65 mmHg", "win ratio", "60 y or more", "assumed: nothing outweighs it",
                 "hours_MAP_below_65"):  # fmt: skip
        assert part in text
    for endpoint in MAIN:
        assert endpoint.label in text and endpoint.source in text


def test_everything_given_is_escaped():
    page = report(study(title=NASTY, question=NASTY, arms=[(NASTY, NASTY, NASTY)], cohort={NASTY: NASTY},
                        warnings=[NASTY], facts={NASTY: NASTY}, command=NASTY, notes=[NASTY],
                        pictures=[Picture(NASTY, NASTY)],
                        records=[study().records[0] | {"label": NASTY, "unit": NASTY}]))  # fmt: skip
    found = Reader(page)
    assert "script" not in found.tags and not found.open and NASTY in "".join(found.text)


def test_pictures_are_inside():
    page = report(study())
    (data,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert base64.b64decode(data).startswith(b"<svg") and 'alt="a square"' in page


def test_what_is_not_given_has_no_heading():
    page = report(study(wins=(), subgroups=(), pictures=()))
    assert "Figures" not in page and "Subgroups" not in page and "Who fares better" not in page


def brightness(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("pair", ["ink ground", "ink band", "soft ground", "soft band", "link ground", "warn warm"])
def test_words_stand_out_in_light_and_dark(scheme, pair):
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.S)
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[scheme]))
    light, dark = sorted((brightness(colours[name]) for name in pair.split()), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
