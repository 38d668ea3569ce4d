"""Slices held against the program they are of, in clean processes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.cli import main
from clew.model.verdicts import CannotTell, Differs, Same
from clew.replay.process import Cells, Script
from clew.replay.verify import verify


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    program: str
    code: str
    verdict: type


OPAQUE = "a = open(__file__)\n"
CASES = [
    Case("a right slice", "a = [1]\nb = 2\na.append(3)\n", "a = [1]\na.append(3)\n", Same),
    Case("a slice that lacks a change", "a = [1]\na.append(3)\n", "a = [1]\n", Differs),
    Case("a slice that fails", "a = 1\n", "a = nothing\n", Differs),
    Case("a slice that makes nothing", "a = 1\n", "", Differs),
    Case(
        "a value that is another one each time",
        "import os\na = os.urandom(8)\n",
        "import os\na = os.urandom(8)\n",
        CannotTell,
    ),
    Case("what nobody can see into", OPAQUE, OPAQUE, CannotTell),
    Case("a program that makes no such variable", "b = 1\n", "a = 1\n", CannotTell),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdicts(case: Case, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(case.program)
    assert type(verify(Script(path, tmp_path), {"a": case.code})["a"]) is case.verdict


def test_a_slice_finds_neighbours_and_arguments(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "neighbour.py").write_text("word = 'hello'\n")
    path = tmp_path / "code" / "program.py"
    path.write_text(
        code := "import sys, neighbour, os\na = neighbour.word + sys.argv[1] + os.path.basename(os.getcwd())\n"
    )
    assert verify(Script(path, tmp_path, ("there",)), {"a": code}) == {"a": Same()}


def test_slices_of_a_notebook(tmp_path: Path) -> None:
    book = Cells(("%matplotlib inline\nx = 1", "y = x + 1", "z = 0"), tmp_path)
    slices = {"y": "x = 1\n\ny = x + 1\n", "x": "%matplotlib inline\nx = 1\n", "z": "z = 1\n"}
    verdicts = verify(book, slices)
    assert [type(verdicts[name]) for name in ("y", "x", "z")] == [Same, Same, Differs]
    assert list(verdicts) == list(slices)


def test_a_session_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CLEW_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".clew").mkdir()
    (tmp_path / "program.py").write_text("import os\nos.mkdir('d')\na = os.listdir('d')\nb = [1]\nb.append(2)\n")
    done = subprocess.run([sys.executable, "-m", "clew", "run", "program.py"], check=False)
    assert done.returncode == 0
    (tmp_path / "program.py").unlink()  # the session has its text
    assert main(["slice", "1", "a", "b", "--verify"]) == 0
    assert capsys.readouterr().err.count("makes the same value") == 2


def test_the_files_of_the_program_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(code := "open('log.txt', 'a').write('x')\na = open('log.txt').read()\n")
    (tmp_path / "log.txt").write_text("-")
    assert verify(Script(path, tmp_path), {"a": code}) == {"a": Same()}
    assert (tmp_path / "log.txt").read_text() == "-"
