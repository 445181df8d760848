"""A lesson as one file that opens without anything else: the page of the bedside, and every course in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from importlib.resources import files
from pathlib import Path

from clsim.errors import BadInput
from clsim.lessons.bundle import bundle
from clsim.lessons.course import Courses
from clsim.lessons.grid import grid
from clsim.lessons.parts import Lesson

PAGE, PLAYER = "bedside/page", "lessons/player"
ENTRY = f"{PLAYER}/main.js"
POLICY = ("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{hash}'; base-uri 'none'; "
          "form-action 'none'")
STYLE = re.compile(r'<link rel="stylesheet"[^>]*>')
SCRIPT = re.compile(r'<script type="module"[^>]*></script>')
ICON = re.compile(r'(<link rel="icon"[^>]*href=")[^"]*(")')
TITLE = re.compile(r"<title>.*?</title>")


def export(lesson: Lesson, courses: Courses | None = None) -> str:
    """The lesson as a whole HTML page that asks for nothing, not even its own folder.

    Parameters
    ----------
    lesson : Lesson
    courses : Courses, optional
        If the lesson has been run already.

    Raises
    ------
    BadInput
        If the page of the bedside is not written as this can read it.
    """
    data = json.dumps(grid(courses or Courses(lesson)), separators=(",", ":"), allow_nan=False)
    return page(data.replace("<", "\\u003c"), lesson.title)


def page(data: str, title: str) -> str:
    """The page of the bedside with its style, its modules and the data inside."""
    home = Path(str(files("clsim")))
    modules = {f"{folder}/{file.name}": file.read_text(encoding="utf-8")
               for folder in (PAGE, PLAYER) for file in sorted((home / folder).glob("*.js"))}
    script = bundle(modules, ENTRY)
    if "</script" in script.lower():
        raise BadInput("would end the page early", given="</script", key=PAGE)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    icon = base64.b64encode((home / PAGE / "icon.svg").read_bytes()).decode()
    style = (home / PAGE / "style.css").read_text(encoding="utf-8")
    text = (home / PAGE / "index.html").read_text(encoding="utf-8")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(hash=digest)}">\n'
    for found, made in (
        (STYLE, f"<style>\n{style}</style>"), (SCRIPT, ""), (TITLE, f"{policy}<title>{escape(title)}</title>"),
        (ICON, rf"\g<1>data:image/svg+xml;base64,{icon}\g<2>"),
        (re.compile("</body>"), f'<script type="application/json" id="grid">{data}</script>\n'
                                f"<script>{script}</script>\n</body>"),
    ):
        keep = found is ICON
        text, times = found.subn(made if keep else lambda _, made=made: made, text)
        if times != 1:
            raise BadInput("is not there once", given=found.pattern, key=f"{PAGE}/index.html")
    return text
