"""Modules become one script that does the same."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from clsim.errors import BadInput
from clsim.lessons.bundle import bundle

MODULES = {
    "a/main.js": 'import { twice, Box as Case } from "./b.js";\nimport {\n  one,\n} from "../c.js";\n'
                 "console.log(twice(one), new Case(3).size, `export function`);\n",
    "a/b.js": 'import { one } from "../c.js";\nexport function twice(x) {\n  return 2 * x * one;\n}\n'
              "export class Box {\n  constructor(size) {\n    this.size = size + one;\n  }\n}\n",
    "c.js": "export const one = 1;\nconst hidden = 2;\n",
}


def test_each_module_comes_after_what_it_imports_and_once():
    text = bundle(MODULES, "a/main.js")
    places = [text.index(f"modules['{name}'] =") for name in ("c.js", "a/b.js", "a/main.js")]
    assert places == sorted(places) and text.count("modules['c.js'] =") == 1
    assert "\nimport " not in text and "\nexport " not in text


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_script_does_what_the_modules_do():
    done = subprocess.run(["node", "-e", bundle(MODULES, "a/main.js")], capture_output=True, text=True, timeout=60,
                          check=True)
    assert done.stdout.strip() == "2 4 export function"


@pytest.mark.parametrize(("name", "text", "says"), [
    ("a/b.js", 'import { x } from "./nowhere.js";\nexport const twice = 1, Box = 2;', "not there"),
    ("c.js", 'import { twice } from "./a/b.js";\nexport const one = 1;', "import each other"),
    ("c.js", 'import * as all from "./d.js";\nexport const one = 1;', "not understood"),
    ("c.js", "export default 1;", "not understood"),
    ("c.js", 'import "https://elsewhere.example/x.js";\nexport const one = 1;', "not understood"),
])
def test_what_is_not_understood_is_refused(name, text, says):
    with pytest.raises(BadInput, match=says):
        bundle(MODULES | {name: text}, "a/main.js")
