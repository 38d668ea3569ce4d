"""Errors of executed code, held against what plain Python prints for the same program: byte for byte."""

from __future__ import annotations

import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.executor import Executor

MODULES = {
    "broken.py": "def half(n):\n    return n / 0\n\nVALUE = half(3)\n",
    "wrong.py": "x = (1,\n",
    "needs.py": "import nothing_by_this_name\n",
    "fine.py": "def call(f):\n    return f()\n",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A program that fails."""

    name: str
    text: str


CASES = [
    Case("a plain call", "int('x')\n"),
    Case("a plain statement", "x = 1\ny = x / 0\n"),
    Case("a call in a call", "def f(a):\n    return g(a) + 1\ndef g(a):\n    return a['k']\nprint(f({}))\n"),
    Case("a call over many lines", "def f(*a):\n    return a[9]\nx = f(\n    1,\n    f(1,\n      2),\n)\n"),
    Case("a loop", "for n in range(3):\n    if n == 2:\n        [][n]\n"),
    Case("a while loop", "n = 2\nwhile True:\n    n -= 1\n    1 / n\n"),
    Case("a comprehension", "rows = [1, 0]\nx = [1 / row\n     for row in rows]\n"),
    Case("a comprehension in a function", "def f(rows):\n    return {row: 1 / row for row in rows}\nf([1, 0])\n"),
    Case("a generator", "def g():\n    yield 1\n    raise ValueError('late')\nsum(g())\n"),
    Case("a lambda", "f = lambda a: a.b\nf(1)\n"),
    Case("a method", "class A:\n    def f(self):\n        return self.missing\na = A()\na.f()\n"),
    Case("a class body", "class A:\n    x = 1\n    y = x / 0\n"),
    Case("a class with a wrong base", "class A(1):\n    pass\n"),
    Case("a constructor", "class A:\n    def __init__(self):\n        raise TypeError('no')\nA()\n"),
    Case("a decorator", "def d(f):\n    raise RuntimeError(f.__name__)\n@d\ndef g():\n    pass\n"),
    Case("in a with", "import io\nwith io.StringIO() as s:\n    s.read()\n    s.nothing()\n"),
    Case("entering a with", "with open('no such file') as f:\n    pass\n"),
    Case(
        "leaving a with",
        "class C:\n    def __enter__(self): pass\n    def __exit__(self, *a):\n        raise KeyError('out')\nwith C():\n    x = 1\n",
    ),
    Case("raised in a try", "try:\n    x = 1\n    1 / 0\nfinally:\n    y = 2\n"),
    Case("while another is handled", "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['k']\n"),
    Case("from another", "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('no') from e\n"),
    Case("from none", "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise ValueError('no') from None\n"),
    Case("raised again", "def f():\n    1 / 0\ntry:\n    f()\nexcept ZeroDivisionError:\n    raise\n"),
    Case("in an else branch", "if [] == [1]:\n    x = 1\nelse:\n    x = 1 + 'a'\n"),
    Case("in a match", "match [1, 2]:\n    case [a, b]:\n        a.x\n"),
    Case("an unknown name", "print(frist)\n"),
    Case("an unknown name like a known one", "first = 1\nprint(frist)\n"),
    Case("an unknown name in a function", "first = 1\ndef f():\n    return frist\nf()\n"),
    Case("an unknown attribute like a known one", "'a'.uper()\n"),
    Case("a module that is not there", "x = 1\nimport nothing_by_this_name\n"),
    Case("a submodule that is not there", "import os.nothing\n"),
    Case("a name that a module has not", "from os import pathh\n"),
    Case("a module that fails", "import sys\nimport broken\n"),
    Case("a module with a syntax error", "import wrong\n"),
    Case("a module that imports what is not there", "from needs import x\n"),
    Case(
        "a failed import that is handled badly",
        "try:\n    import broken\nexcept ZeroDivisionError:\n    import needs\n",
    ),
    Case("a module's function that calls ours", "import fine\ndef f():\n    return 1 / 0\nfine.call(f)\n"),
    Case("a syntax error", "x = 1\ny = = 2\n"),
    Case("a wrong indent", "x = 1\n    y = 2\n"),
    Case("a return outside", "x = 1\nreturn x\n"),
    Case("an assertion", "x = 1\nassert x == 2, 'two'\n"),
    Case("a group", "raise ExceptionGroup('both', [ValueError(1), TypeError('b')])\n"),
    Case("notes", "e = ValueError('v')\ne.add_note('a note\\nof two lines')\nraise e\n"),
    Case("a class of its own", "class Odd(Exception):\n    pass\nraise Odd('very', 3)\n"),
    Case("text that fails", "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd\n"),
    Case("letters of all kinds", "größe = {'ä': 1}\nx = größe['ä'] + größe['→'] + größe['ä']\n"),
    Case("tabs", "if True:\n\tx = [1, 2,\t3][7]\n"),
    Case("text that is run", "exec('a = 1\\nb = a / 0')\n"),
    Case("evaluated text", "eval('1 / 0')\n"),
    Case("a formatted text", "x = 1\ny = f'{x:>{x.width}}'\n"),
    Case("a deep expression", "d = {'a': {'b': None}}\nv = d['a']['b']['c']['d']\n"),
    Case("an operator over lines", "a = (1 +\n     2 +\n     None)\n"),
    Case("unpacking", "a, b = 1, 2, 3\n"),
    Case("deleting", "x = [1]\ndel x[3]\n"),
    Case("an argument too many", "def f(a): pass\nf(1, 2)\n"),
    Case("a coroutine", "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    1 / 0\nasyncio.run(f())\n"),
    Case("an interrupt", "raise KeyboardInterrupt\n"),
    Case("too deep", "def f(n):\n    return f(n + 1)\nf(0)\n"),
    Case("a semicolon", "x = 1; y = x / 0; z = 3\n"),
    Case("a comment after", "x = 1 / 0  # never mind\n"),
    Case("docstring and future", '"""Doc."""\nfrom __future__ import annotations\nx: int = 1 / 0\n'),
]

HOST = """
import sys
from clew.executor import Executor

with Executor(record=False, folder=sys.argv[2]) as ex:
    ex.execute_file(sys.argv[1])
"""


def written(folder: Path, text: str) -> Path:
    for name, module in MODULES.items():
        (folder / name).write_text(module, encoding="utf-8")
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return path


def printed(*command: str, folder: Path) -> str:
    """What Python prints for an error that ends a program."""
    said = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert said.returncode
    return said.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_error_is_shown_as_python_shows_it(case: Case, tmp_path: Path) -> None:
    path = written(tmp_path, case.text)
    with Executor(record=False, folder=tmp_path) as ex, pytest.raises(BaseException) as caught:  # noqa: PT011  # any of them
        ex.execute_file(path)
    assert ex.latest is not None
    plain = printed(str(path), folder=tmp_path)
    assert ex.latest.traceback == plain
    assert caught.value is ex.latest.error
    own = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)][1:]  # the first is this very function
    assert not [frame for frame in own if "clew" in frame.f_globals.get("__name__", "").split(".")]


@pytest.mark.parametrize("case", CASES[::6], ids=lambda case: case.name)
def test_an_error_that_goes_through_shows_the_caller_and_the_users_frames(case: Case, tmp_path: Path) -> None:
    path = written(tmp_path, case.text)
    host = tmp_path / "host.py"
    host.write_text(HOST, encoding="utf-8")
    through = printed(str(host), str(path), str(tmp_path), folder=tmp_path).splitlines()
    at = next(number for number, line in enumerate(through) if "host.py" in line)
    end = at + 2 + ("^" in through[at + 2])
    assert through[:at] + through[end:] == printed(str(path), folder=tmp_path).splitlines()


def test_a_cell_is_shown_by_the_lines_that_ran(tmp_path: Path) -> None:
    with Executor(record=False, folder=tmp_path) as ex:
        ex.execute("def f(n):\n    return 1 / n")
        with pytest.raises(ZeroDivisionError):
            ex.execute("x = 0\nf(x)")
    assert ex.latest is not None
    shown = ex.latest.traceback.splitlines()
    assert "           ~~^~~" in shown
    assert [line for line in shown if "^" not in line] == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path}/executor, cell 2", line 2, in <module>',
        "    f(x)",
        f'  File "{tmp_path}/executor, cell 1", line 2, in f',
        "    return 1 / n",
        "ZeroDivisionError: division by zero",
    ]


def test_a_program_that_was_changed_since_is_shown_as_it_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "import os\ndef f(n):\n    return 1 / n\nf(int(os.environ.get('CLEW_TEST_N', '1')))\n")
    with Executor(record=False, folder=tmp_path) as ex:
        ex.execute_file(path)
        path.write_text("# other\n# lines\n", encoding="utf-8")
        monkeypatch.setenv("CLEW_TEST_N", "0")
        with pytest.raises(ZeroDivisionError):
            ex.execute_graph(ex.graph)
        assert ex.latest is not None
        assert "    return 1 / n\n" in ex.latest.traceback
