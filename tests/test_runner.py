"""Notebooks run by the runner, in a process of their own, with real IPython."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROGRAM = """
import os, sys
from pathlib import Path
from clew.analysis.notebooks import read_notebook
from clew.ipython.runner import run_cells
from clew.ipython.shell import notebook_kernel, stand_like_a_kernel
path = Path(sys.argv[1]).absolute()
cells, numbers = read_notebook(path), []
stand_like_a_kernel(path, os.environ)
error = run_cells(cells, notebook_kernel(), allow_errors="allow" in os.environ, announce=numbers.append)
print("numbers", *numbers)
print("error", error)
"""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    cells: tuple[str, ...]
    says: tuple[str, ...]
    error: str = "None"
    ran: tuple[int, ...] = ()
    allow: bool = False


CASES = [
    Case("results are shown as IPython shows them", ("x = 6 * 7\nx",), ("Out[1]: 42",)),
    Case("cells share their names", ("a = 1", "print(a + 1)"), ("2",)),
    Case(
        "the module is __main__",
        ("print(__name__, __import__('sys').modules['__main__'].__dict__ is globals())",),
        ("__main__ True",),
    ),
    Case("the folder is the notebook's", ("import os; print(os.path.basename(os.getcwd()))",), ("place",)),
    Case("neighbours can be imported", ("import neighbour; print(neighbour.word)",), ("hello",)),
    Case("the path is a kernel's", ("import sys; print(repr(sys.path[0]), len(sys.argv))",), ("'' 1",)),
    Case(
        "a failing cell stops the run",
        ("1 / 0", "print('on')"),
        ("ZeroDivisionError",),
        "ZeroDivisionError: division by zero",
        (1,),
    ),
    Case(
        "unless errors are allowed",
        ("1 / 0", "print('went on')"),
        ("went on",),
        "ZeroDivisionError: division by zero",
        (1, 2),
        allow=True,
    ),
    Case("a syntax error stops the run", ("x = = 1", "x"), ("SyntaxError",), "SyntaxError: invalid syntax", (1,)),
    Case("an empty cell is no cell", ("x = 1", "", "x"), ("Out[2]: 1",)),
    Case("exit ends the run without an error", ("print('a')\nexit()", "print('b')"), ("a",), "None", (1,)),
    Case("a system command", ("!echo $((40 + 2))",), ("42",)),
    Case("a cell magic", ("%%bash\necho from bash",), ("from bash",)),
    Case("top-level await", ("import asyncio\nprint(await asyncio.sleep(0, 'slept'))",), ("slept",)),
    Case(
        "plots go nowhere",
        ("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",),
        ("<Figure size",),
    ),
    Case("classes pickle", ("import pickle\nclass A: x = 5", "print(pickle.loads(pickle.dumps(A())).x)"), ("5",)),
    Case(
        "source of functions is found",
        ("import inspect\ndef f():\n    return 'text'", "print(inspect.getsource(f))"),
        ("return 'text'",),
    ),
    Case("history", ("a = 1", "print(In[1], Out, _i)"), ("a = 1 {} a = 1",)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_runs(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "place"
    folder.mkdir()
    (folder / "neighbour.py").write_text("word = 'hello'\n")
    cells = [{"cell_type": "code", "source": text, "outputs": [], "metadata": {}} for text in case.cells]
    (folder / "book.ipynb").write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "place/book.ipynb"],
        cwd=tmp_path,
        env=environment(tmp_path, allow=case.allow),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert all(said in done.stdout for said in case.says), done.stdout + done.stderr
    ran = case.ran or range(1, len(case.cells) + 1)
    assert f"numbers {' '.join(map(str, ran))}\nerror {case.error}" in done.stdout


def environment(home: Path, *, allow: bool) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    mine = {"PYTHONPATH": str(ROOT / "src"), "HOME": str(home), "IPYTHONDIR": str(home / ".ipython")}
    return plain | mine | ({"allow": "1"} if allow else {})
