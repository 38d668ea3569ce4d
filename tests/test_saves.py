"""The code of a value that was saved: run alone, it gives the value, and there is nothing in it that is not needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Case:
    """A program that saves values: by artifact the code that is to be kept with it, and what this leaves as value."""

    name: str
    program: str
    codes: dict[str, str]
    values: dict[str, object]


COLLECTING = "import copy\n\nkept = []\n\n"

CASES = [
    Case(
        "a variable is sliced as it stood",
        "import clew\na = [1]\nb = 2\nclew.save(a, 'a')\na.append(b)\n",
        {"a": "a = [1]\n"},
        {"a": [1]},
    ),
    Case(
        "notes and tags are no part of the value",
        "import clew\na = 1\nwords = 'fine'\nclew.save(a, 'a', note=words, tags={'n': str(len(words))})\n",
        {"a": "a = 1\n"},
        {"a": 1},
    ),
    Case(
        "an expression is kept under the artifact's name",
        "import clew\na = 1\nb = 2\nclew.save(a + 1, 'the sum')\n",
        {"the sum": "a = 1\nthe_sum = a + 1\n"},
        {"the sum": 2},
    ),
    Case(
        "the value may be named",
        "from clew import save as keep\na = 1\nkeep(name='a', value=a)\n",
        {"a": "a = 1\n"},
        {"a": 1},
    ),
    Case(
        "a value drawn in the call itself",
        "import random\nimport clew\nrandom.seed(7)\nclew.save([random.random()], 'drawn')\n",
        {"drawn": "import random\nrandom.seed(7)\ndrawn = [random.random()]\n"},
        {"drawn": [0.32383276483316237]},
    ),
    Case(
        "a version for each time, with the value that it had then",
        "import clew\na = [1]\nclew.save(a, 'a')\na.append(2)\nclew.save(a, 'a')\n",
        {"a@1": "a = [1]\n", "a@2": "a = [1]\na.append(2)\n"},
        {"a@1": [1], "a@2": [1, 2]},
    ),
    Case(
        "in a loop",
        "import clew\nunused = 1\nfor i in range(3):\n    a = [i]\n    clew.save(a, 'a')\n    a.append(0)\n",
        {
            "a@1": COLLECTING + "for i in range(3):\n    a = [i]\n    kept.append(copy.deepcopy(a))\n    a.append(0)\na = kept[-3]\n",
            "a@3": COLLECTING + "for i in range(3):\n    a = [i]\n    kept.append(copy.deepcopy(a))\n    a.append(0)\na = kept[-1]\n",
        },
        {"a@1": [0], "a@3": [2]},
    ),
    Case(
        "in a function that is called twice, beside another save",
        "import clew\ndef fit(n):\n    m = n * 2\n    clew.save(n, 'n')\n    clew.save(m, 'm')\n    return m\nx = fit(1)\ny = fit(2)\n",
        {"m@2": COLLECTING + "def fit(n):\n    m = n * 2\n    kept.append(copy.deepcopy(m))\n    return m\ny = fit(2)\nm = kept[-1]\n"},
        {"m@2": 4},
    ),
    Case(
        "what a call of save gives is used",
        "import clew\ndef fit(n):\n    m = n * 2\n    art = clew.save(m, 'm')\n    return art.version\ny = fit(2)\n",
        {
            "m": COLLECTING
            + "import clew\ndef fit(n):\n    m = n * 2\n    art = (kept.append(copy.deepcopy(m)) or clew.save(m, 'm'))\n    return art.version\ny = fit(2)\nm = kept[-1]\n"
        },
        {"m": 4},
    ),
    Case(
        "under a condition",
        "import clew\na = 1\nif a:\n    clew.save(a + 1, 'b')\n",
        {"b": "a = 1\nif a:\n    b = a + 1\n"},
        {"b": 2},
    ),
    Case(
        "the same value under two names",
        "import clew\na = {'k': 1}\nclew.save(a, 'one')\nclew.save(a, 'two')\n",
        {"one": "a = {'k': 1}\n", "two": "a = {'k': 1}\n"},
        {"one": {"k": 1}, "two": {"k": 1}},
    ),
    Case(
        "what a call of save does besides stays, and keeps nothing",
        "import clew\na = [1, 2]\nclew.save(a.pop(), 'last')\nclew.save(a, 'a')\nfor i in range(1):\n    clew.save(a.pop(), 'first')\nclew.save(a, 'none')\n",
        {"a": "a = [1, 2]\na.pop()\n", "none": "a = [1, 2]\na.pop()\nfor i in range(1):\n    a.pop()\n"},
        {"a": [1], "none": []},
    ),
    Case(
        "an object of the program's own class, saved before",
        "import clew\nclass P:\n    made = []\np = P()\nclew.save(p, 'p')\nclew.save(P.made, 'made')\n",
        {"made": "class P:\n    made = []\nmade = P.made\n"},
        {"made": []},
    ),
    Case(
        "in a comprehension",
        "import clew\na = [clew.save(i * 2, 'a').version for i in range(2)]\n",
        {
            "a@1": COLLECTING
            + "import clew\na = [(kept.append(copy.deepcopy(i * 2)) or clew.save(i * 2, 'a')).version for i in range(2)]\na = kept[-2]\n"
        },
        {"a@1": 0},
    ),
    Case(
        "by a name that save was given",
        "import clew\nkeep = clew.save\na = 1\nkeep(a + 1, 'b')\n",
        {"b": "a = 1\nb = a + 1\n"},
        {"b": 2},
    ),
    Case(
        "what Python itself has under a name",
        "import clew\nclew.save(__debug__, 'is debug')\nclew.save(size := 3, 'size')\n",
        {"is debug": "is_debug = __debug__\n", "size": "size = (size := 3)\n"},
        {"is debug": True, "size": 3},
    ),
]  # fmt: skip

ASK = """
import json, sys
import clew
found = {}
for name in sys.argv[1:]:
    art = clew.get(name)
    left = {}
    exec(art.code, left)
    found[name] = [art.code, art.value, left[art.variable]]
print(json.dumps(found))
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_code_of_what_was_saved(case: Case, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(case.program, encoding="utf-8")
    run([sys.executable, "-m", "clew", "run", "program.py"], tmp_path)
    found = json.loads(run([sys.executable, "-c", ASK, *case.codes], tmp_path))
    assert {name: code for name, (code, _, _) in found.items()} == case.codes
    assert {name: value for name, (_, value, _) in found.items()} == case.values
    assert {name: made for name, (_, _, made) in found.items()} == case.values


def run(command: list[str], folder: Path) -> str:
    own = {**os.environ, "CLEW_STORE": str(folder / "store"), "HOME": str(folder), "CLEW_STRICT": "1"}
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
