"""Runs in a clean process: the program is alone in it, and what it leaves is portrayed."""

from __future__ import annotations

import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.model.verdicts import CannotTell, Differs, Same
from clew.replay.process import Cells, Script, Terms, check, run_clean, verdict_on


@dataclass(frozen=True)
class Case:
    """A whole program, a slice of it, and what the check of `x` has to say."""

    name: str
    program: str
    part: str
    verdict: type


CASES = [
    Case("a right slice", "x = 1\ny = 2", "x = 1", Same),
    Case("a wrong slice", "x = [1]\nx.append(2)", "x = [1]", Differs),
    Case("a slice that fails", "x = [1]\nx.append(2)", "x.append(2)", Differs),
    Case("a slice that lacks the variable", "x = 1\ny = 2", "y = 2", Differs),
    Case("a class of the program", "class A:\n    z = 1\nx = A()\nw = 3", "class A:\n    z = 1\nx = A()", Same),
    Case("a class that lost a method", "class A:\n    z = 1\nx = A()", "class A: ...\nx = A()", Differs),
    Case("a set of strings, other hash seeds", "x = {'a', 'b', 'c'}", "x = {'c', 'b', 'a'}", Same),
    Case("what cannot be seen", "x = (n for n in ())", "x = (n for n in ())", CannotTell),
    Case("a program that exits", "import sys\nx = 3\nsys.exit(4)", "x = 3", Same),
    Case("a program that fails", "x = 3\n1 / 0", "x = 3", Same),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_check(case: Case, tmp_path: Path) -> None:
    whole = run_clean(_script(tmp_path, case.program), ["x"], Terms())
    assert whole.portraits is not None
    verdicts = check(_script(tmp_path, case.part), whole.portraits, Terms())
    assert isinstance(verdicts["x"], case.verdict), verdicts


ALONE = """
import os, sys
print(__name__, __file__, sys.argv, sys.path[0], sys.modules["__main__"].__dict__ is globals())
print([name for name in sys.modules if "clew" in name], [name for name in os.environ if "CLEW_W" in name])
print(os.environ.get("PYTHONPATH"), any("clew" in path and "inside" in path for path in sys.path))
import atexit
atexit.register(print, "at exit")
"""


def test_the_program_is_alone_in_its_process(tmp_path: Path) -> None:
    script = Script(tmp_path / "program.py", tmp_path, ("--epochs", "3"))
    script.path.write_text(ALONE, encoding="utf-8")
    said = run_clean(script, None, Terms(environment={"PYTHONPATH": "/theirs"}))
    assert said.stdout.decode().splitlines() == [
        f"__main__ {script.path} {[str(script.path), '--epochs', '3']} {tmp_path} True",
        "[] []",
        "/theirs False",
        "at exit",
    ]
    assert said.portraits == {}


def test_output_and_status_are_the_programs(tmp_path: Path) -> None:
    said = run_clean(_script(tmp_path, "print(1)\nraise ValueError(2)"), None, Terms())
    assert (said.status, said.stdout) == (1, b"1\n")
    assert said.stderr.decode().endswith("ValueError: 2\n")


def test_a_run_past_its_limit_cannot_be_told(tmp_path: Path) -> None:
    whole = run_clean(_script(tmp_path, "x = 1"), ["x"], Terms())
    late = run_clean(_script(tmp_path, "x = 1\nwhile True: pass"), ["x"], Terms(seconds=1))
    assert whole.portraits is not None
    assert isinstance(verdict_on("x", whole.portraits["x"], late), CannotTell)


STARTS_ANOTHER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_run_past_its_limit_takes_what_it_started_with_it(tmp_path: Path) -> None:
    late = run_clean(_script(tmp_path, STARTS_ANOTHER), None, Terms(seconds=3))
    assert late.status is None
    assert not _is_running(int(late.stdout))


def _is_running(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may be there still, its status waited for."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def test_cells_run_in_one_shell(tmp_path: Path) -> None:
    cells = Cells(("x = [1]", "%time x.append(2)\nfiles = !echo hello", "y = get_ipython() is not None"), tmp_path)
    said = run_clean(cells, None, Terms())
    assert said.portraits is not None, said.stderr
    assert list(said.portraits) == ["x", "files", "y"]


def test_cells_stop_at_the_first_that_fails(tmp_path: Path) -> None:
    said = run_clean(Cells(("x = 1", "1 / 0", "y = 1"), tmp_path), None, Terms())
    assert said.status == 1
    assert list(said.portraits or ()) == ["x"]


def test_another_python_can_be_asked(tmp_path: Path) -> None:
    terms = Terms(python=sys.executable, environment={"COLOUR": "red"})
    said = run_clean(_script(tmp_path, "import os\nprint(os.environ['COLOUR'])"), None, terms)
    assert said.stdout == b"red\n"


def _script(folder: Path, text: str) -> Script:
    path = folder / "program.py"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return Script(path, folder)
