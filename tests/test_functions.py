"""Code written as a function: it gives what the code gives, with parameters where literals stood."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import clew
from clew.dataflow.functions import Asked, FunctionCode, function_name, function_of
from clew.errors import CannotMakeFunction, UnknownParameter
from clew.screen.calling import made
from tests.programs.slices.all import CASES
from tests.programs.slices.case import Case as Program
from tests.programs.slices.case import kept_text
from tests.test_slices import described, missing


@dataclass(frozen=True, slots=True)
class Case:
    """Code that leaves a value in `r`, and the function that it becomes, its docstring left out."""

    name: str
    code: str
    function: str
    type: str = "builtins.int"
    parameters: tuple[str, ...] | None = None
    inside: bool = False


CASES_OF_TEXT = [
    Case(
        "numbers, signs, texts with an equals sign, switches",
        "n = -3\nurl = 'a=b'\non = True\nhalf = 1 / 2\nr = (n, url, on, half)\n",
        "def make_r(n: int = -3, url: str = 'a=b', on: bool = True, half: float = 1 / 2) -> tuple:\n    r = (n, url, on, half)\n    return r\n",
        "builtins.tuple",
    ),
    Case(
        "a list is made anew for each call",
        "cols = ['a', 'b']\ncols.append('c')\nr = len(cols)\n",
        "def make_r(cols: list[str] | None = None) -> int:\n    if cols is None:\n        cols = ['a', 'b']\n    cols.append('c')\n    r = len(cols)\n    return r\n",
    ),
    Case(
        "dates and paths, with what they are imported from",
        "import datetime as dt\nfrom pathlib import Path\nday = dt.date(2020, 1, 31)\nwhere = Path('a/b')\nr = (day, where)\n",
        "import datetime as dt\nfrom pathlib import Path\n\n\ndef make_r(day: dt.date = dt.date(2020, 1, 31), where: Path = Path('a/b')) -> tuple:\n    r = (day, where)\n    return r\n",
        "builtins.tuple",
    ),
    Case(
        "only the parameters that were asked for",
        "a = 1\nb = 2\nr = a + b\n",
        "def make_r(b: int = 2) -> int:\n    a = 1\n    r = a + b\n    return r\n",
        parameters=("b",),
    ),
    Case(
        "what is bound again, counted up or looped over is none",
        "a = 1\na = 2\nb = 1\nb += 1\nc = 0\nfor c in range(3):\n    pass\nr = a + b + c\n",
        "def make_r() -> int:\n    a = 1\n    a = 2\n    b = 1\n    b += 1\n    c = 0\n    for c in range(3):\n        pass\n    r = a + b + c\n    return r\n",
    ),
    Case(
        "functions that need nothing stand before it, those that need its variables within it",
        "import math\nrate = 2\ndef area(x):\n    return math.pi * x\ndef scaled(x):\n    # by the rate\n    return area(x) * rate\nr = int(scaled(3))\n",
        "import math\n\n\ndef area(x):\n    return math.pi * x\n\n\ndef make_r(rate: int = 2) -> int:\n    def scaled(x):\n        # by the rate\n        return area(x) * rate\n    r = int(scaled(3))\n    return r\n",
    ),
    Case(
        "a global of a function is nonlocal then",
        "n = 0\ndef up():\n    global n, other\n    n += 1\n    other = n\nup()\nr = n\n",
        "def make_r() -> int:\n    n = 0\n    def up():\n        nonlocal n; global other\n        n += 1\n        other = n\n    up()\n    r = n\n    return r\n",
    ),
    Case(
        "comments go with their statements, and texts of several lines stay as they are",
        "# how it is read\nx = str(1)\ntext = '''a\n b''' + x\n# counted\nr = len(text)  # all\n",
        "def make_r() -> int:\n    # how it is read\n    x = str(1)\n    text = '''a\n b''' + x\n    # counted\n    r = len(text)  # all\n    return r\n",
    ),
    Case(
        "a builtin that is shadowed is itself until then",
        "max = max(1, 2)\nr = max\n",
        "def make_r() -> int:\n    import builtins\n    max = builtins.max\n    max = max(1, 2)\n    r = max\n    return r\n",
    ),
    Case(
        "imports within it, where that is asked for",
        "import math\nr = int(math.pi)\n",
        "def make_r() -> int:\n    import math\n    r = int(math.pi)\n    return r\n",
        inside=True,
    ),
    Case(
        "a module that the code writes itself is imported where it was",
        "open('made.py', 'w').close()\nimport made\nr = 1\nr += 1\n",
        "def make_r() -> int:\n    open('made.py', 'w').close()\n    import made\n    r = 1\n    r += 1\n    return r\n",
    ),
    Case(
        "what runs only as the program",
        "r = 1\nif __name__ == '__main__':\n    r = 2\n",
        "def make_r() -> int:\n    __name__ = \"__main__\"\n    r = 1\n    if __name__ == '__main__':\n        r = 2\n    return r\n",
    ),
    Case(
        "a class of the program's own is what it returns",
        "class Box:\n    pass\nr = Box()\n",
        "class Box:\n    pass\n\n\ndef make_r() -> Box:\n    r = Box()\n    return r\n",
        "__main__.Box",
    ),
    Case(
        "magics are put into Python",
        "%matplotlib inline\nfiles = !echo a\nr = len(files)\n",
        "def make_r() -> int:\n    files = __import__('subprocess').getoutput('echo a').splitlines()\n    r = len(files)\n    return r\n",
    ),
]  # fmt: skip


def written(code: str, asked: Asked) -> FunctionCode:
    return function_of(code, asked)


@pytest.mark.parametrize("case", CASES_OF_TEXT, ids=lambda case: case.name)
def test_code_becomes_a_function(case: Case) -> None:
    asked = Asked("r", case.type, "make_r", ("Make it.",), case.parameters, case.inside)
    found = written(case.code, asked).code
    assert found.replace('    """Make it."""\n', "") == case.function


REFUSED = [
    ("globals()['a'] = 1\nr = a\n", "line 1 of its code asks by `globals`"),
    ("exec('a = 1')\nr = a\n", "asks by `exec`"),
    ("def f():\n    return eval('k')\nk = 1\nr = f()\n", "line 2 of its code asks by `eval`"),
    ("r = sorted(locals())\n", r"asks by `locals\(\)`"),
    ("r = __file__\n", "asks by `__file__`"),
    ("%%someone else's\nr = 1\n", "a magic that Python has no words for"),
    ("r = = 1\n", "is no code of Python"),
]


@pytest.mark.parametrize(("code", "why"), REFUSED)
def test_code_that_would_do_something_else_is_refused(code: str, why: str) -> None:
    with pytest.raises(CannotMakeFunction, match=why):
        written(code, Asked("r", "builtins.int", "make_r", ("Make it.",)))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("b", "bound more than once"),
        ("c", "not given a literal"),
        ("zz", "binds no such"),
        ("r", "what the function returns"),
    ],
)
def test_what_cannot_be_a_parameter_is_said(name: str, why: str) -> None:
    code = "a = 1\nb = 1\nb = 2\nc = len('x')\nr = 5\n"
    with pytest.raises(UnknownParameter, match=why) as caught:
        written(code, Asked("r", "builtins.int", "make_r", ("Make it.",), (name,)))
    assert "these can: a" in str(caught.value)


def test_names_of_functions() -> None:
    assert [function_name(name) for name in ("churn", "the model (v2)", "Größe")] == [
        "make_churn",
        "make_the_model_v2",
        "make_größe",
    ]


# `__qualname__` of what is defined within a function says so: that is no other value.
SOUND = [case for case in CASES if not case.draws_on_luck][::4]


@pytest.mark.slow
@pytest.mark.parametrize("case", SOUND, ids=lambda case: case.name)
def test_the_function_gives_what_the_code_gives(case: Program, tmp_path: Path) -> None:
    if why := missing(case):
        pytest.skip(why)
    code = kept_text(case)
    try:
        function = written(code, Asked(case.criterion, "builtins.object", "make_it", ("Make it.",))).code
    except CannotMakeFunction as error:
        pytest.skip(str(error))
    called = f"{function}\n\n{case.criterion} = make_it()\n"
    expected, found = described(case, code, tmp_path), described(case, called, tmp_path)
    assert found.replace("make_it.<locals>.", "") == expected


PROGRAM = """import clew
size = 3
names = ["a", "b"]
table = {name: list(range(size)) for name in names}
clew.save(table, "table")
"""


def test_an_artifact_is_made_by_its_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.test_archive import run

    (tmp_path / ".clew").mkdir()
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path, "run", "program.py").returncode == 0
    artifact = clew.get("table")
    function: Any = artifact.function()
    assert function() == artifact.value == {"a": [0, 1, 2], "b": [0, 1, 2]}
    assert function(size=1, names=["k"]) == {"k": [0]}
    assert list(inspect.signature(function).parameters) == ["size", "names"]
    assert "Make `table`, as version 1 was made on " in function.__doc__
    assert inspect.getsource(function).startswith("def make_table(size: int = 3")
    assert function.code in run(tmp_path, "code", "table", "--function").stdout + "\n"
    assert (
        "def make_table(size: int = 3) -> dict:"
        in run(tmp_path, "code", "table", "--function", "--param", "size").stdout
    )
    said = run(tmp_path, "code", "table", "--function", "--param", "table")
    assert (said.returncode, said.stderr.count("\n")) == (2, 1)


def test_an_error_in_it_shows_its_lines() -> None:
    function = made(written("a = 1\nr = a / 0\n", Asked("r", "builtins.int", "make_r", ("Make it.",))), "r@1")
    with pytest.raises(ZeroDivisionError) as caught:
        function()
    assert caught.traceback[-1].statement.deindent().lines == ["r = a / 0"]
