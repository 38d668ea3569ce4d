"""The command line, as a user types it: every case runs `clew` in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLAIN = "import math\nprint('working')\na = [1, 2]\nunused = 5\na.append(math.floor(3.5))\ntotal = sum(a)\n"
FAILING = "a = 1\nb = a + 1\nc = b / 0\nd = c\n"
BRANCHING = "fast = False\nx = 1\nif fast:\n    x = 2\ny = x\n"
ARGUMENTS = "import sys\nwords = sys.argv[1:]\nn = len(words)\n"
FILES = {
    "plain.py": PLAIN,
    "failing.py": FAILING,
    "branching.py": BRANCHING,
    "arguments.py": ARGUMENTS,
    "empty.py": "",
    "syntax.py": "x = 1\ny = = 2\n",
    "leaving.py": "import sys\nx = 1\nprint('out')\nsys.exit(7)\n",
    "words.ipynb": "not json",
    "letter.txt": "Dear reader,\n",
}
BOOKS = {
    "book.ipynb": ("import math", "a = [1]\nb = 5", "a.append(2)\na"),
    "failing.ipynb": ("a = 1", "1 / 0", "b = a"),
    "syntax.ipynb": ("a = 1", "b = = 2"),
    "magic.ipynb": ("%matplotlib inline\nx = 1", "files = !echo one", "y = files + [x]"),
}


def notebook(*cells: str, language: str = "python") -> str:
    made = [{"cell_type": "code", "source": text, "outputs": [], "metadata": {}} for text in cells]
    return json.dumps({"nbformat": 4, "metadata": {"kernelspec": {"language": language}}, "cells": made})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("place")
    for name, text in FILES.items():
        (made / name).write_text(text)
    for name, cells in BOOKS.items():
        (made / name).write_text(notebook(*cells))
    (made / "foreign.ipynb").write_text(notebook("x <- 1", language="R"))
    (made / "a_folder").mkdir()
    return made


@dataclass(frozen=True, slots=True)
class Done:
    status: int
    out: str
    err: str


def clew(folder: Path, *words: str, stdin: str = "") -> Done:
    own = {"PYTHONPATH": str(ROOT / "src"), "HOME": str(folder), "CLEW_STORE": str(folder / ".clew")}
    environ = {name: value for name, value in os.environ.items() if name not in ("CLEW_STRICT", "MPLBACKEND")}
    done = subprocess.run(
        [sys.executable, "-m", "clew", *words],
        cwd=folder,
        env=environ | own | {"IPYTHONDIR": str(folder / ".ipython")},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Slices:
    name: str
    words: tuple[str, ...]
    code: str
    says: tuple[str, ...] = ()
    status: int = 0


SLICES = [
    Slices("a script", ("plain.py", "total"), "import math\na = [1, 2]\na.append(math.floor(3.5))\ntotal = sum(a)\n"),
    Slices("held against a plain run", ("branching.py", "y", "--verify"), BRANCHING, ("makes the same value",)),
    Slices("options after names", ("plain.py", "unused", "--exact"), "unused = 5\n"),
    Slices(
        "several",
        ("plain.py", "unused", "a", "unused"),
        "# ---- unused\nunused = 5\n# ---- a\nimport math\na = [1, 2]\na.append(math.floor(3.5))\n",
    ),
    Slices("what the program prints is beside the code", ("plain.py", "unused"), "unused = 5\n", ("working",)),
    Slices("a branch that did not run stays", ("branching.py", "y"), BRANCHING),
    Slices("exactly", ("branching.py", "y", "--exact"), "x = 1\ny = x\n"),
    Slices("a notebook", ("book.ipynb", "a"), "a = [1]\n\na.append(2)\n"),
    Slices("arguments", ("arguments.py", "n", "--", "-v", "--all"), ARGUMENTS),
    Slices(
        "of a failing program, what it left",
        ("failing.py", "b"),
        "a = 1\nb = a + 1\n",
        ("line 3", "ZeroDivisionError"),
        1,
    ),
    Slices("of a failing notebook", ("failing.ipynb", "a"), "a = 1\n", ("ZeroDivisionError",), 1),
    Slices("going on after errors", ("failing.ipynb", "b", "--allow-errors"), "a = 1\n\nb = a\n", (), 1),
    Slices("a program that leaves", ("leaving.py", "x"), "x = 1\n", ("out",), 1),
]


@pytest.mark.parametrize("case", SLICES, ids=lambda case: case.name)
def test_slices(case: Slices, folder: Path) -> None:
    done = clew(folder, "slice", *case.words)
    assert (done.out, done.status) == (case.code, case.status), done.err
    assert all(said in done.err for said in case.says), done.err
    assert "src/clew" not in done.err


@dataclass(frozen=True, slots=True)
class Refuses:
    name: str
    words: tuple[str, ...]
    says: tuple[str, ...]


REFUSES = [
    Refuses("no such file", ("slice", "none.py", "x"), ("none.py", "no such file")),
    Refuses("no such session", ("slice", "99", "x"), ("no such file or session", "99")),
    Refuses("not a notebook", ("slice", "words.ipynb", "x"), ("words.ipynb", "not a notebook")),
    Refuses("a folder", ("slice", "a_folder", "x"), ("a_folder", "folder")),
    Refuses("another language", ("slice", "foreign.ipynb", "x"), ("notebook in R",)),
    Refuses("a syntax error", ("slice", "syntax.py", "x"), ("syntax.py", "line 2")),
    Refuses("a syntax error in a cell", ("slice", "syntax.ipynb", "a"), ("cell 2", "line 1")),
    Refuses("a text that is no program", ("slice", "letter.txt", "x"), ("letter.txt",)),
    Refuses("no file", ("slice",), ("FILE", "--help")),
    Refuses("an unknown option", ("slice", "plain.py", "--exakt"), ("--exakt",)),
    Refuses("a place for JSON that is none", ("slice", "plain.py", "a", "--json", "no/where.json"), ("no/where.json",)),
    Refuses("an unknown command", ("slise",), ("slise", "slice")),
    Refuses("a session to show that is none", ("show", "99"), ("99", "clew sessions")),
    Refuses("a session to explain that is none", ("explain", "99", "x", "1"), ("99",)),
    Refuses("a line that is no number", ("explain", "1", "x", "one"), ("LINE",)),
    Refuses("a program to run that is none", ("run",), ("FILE",)),
    Refuses("an option of run that is none", ("run", "--fast", "plain.py"), ("--fast",)),
    Refuses("a notebook to run that is none", ("run", "none.ipynb"), ("none.ipynb",)),
    Refuses("a notebook with arguments", ("slice", "book.ipynb", "a", "--", "-v"), ("--",)),
    Refuses("a store that is a file", ("sessions", "--store", "plain.py"), ("plain.py",)),
    Refuses("a store that cannot be made", ("run", "--store", "/proc/none", "plain.py"), ("/proc/none",)),
]


@pytest.mark.parametrize("case", REFUSES, ids=lambda case: case.name)
def test_refuses_in_one_line(case: Refuses, folder: Path) -> None:
    done = clew(folder, *case.words)
    assert (done.status, done.out) == (2, ""), done.err
    assert done.err.startswith("clew: ")
    assert done.err.count("\n") == 1, done.err
    assert all(said in done.err for said in case.says), done.err


def test_an_unknown_variable_loses_nothing(folder: Path) -> None:
    done = clew(folder, "slice", "plain.py", "totl", "unused")
    assert (done.status, done.out) == (2, "unused = 5\n"), done.err
    said = next(line for line in done.err.splitlines() if "totl" in line)
    assert said.startswith("clew: ")
    assert "total" in said
    session = said.partition("clew slice ")[2].split()[0]
    again = clew(folder, "slice", session, "total")
    assert (again.status, again.out.splitlines()[-1], again.err) == (0, "total = sum(a)", "")


def test_without_a_variable_it_says_which_there_are(folder: Path) -> None:
    done = clew(folder, "slice", "plain.py")
    assert (done.status, done.out) == (2, "")
    said = done.err.splitlines()[-1]
    assert said.startswith("clew: ")
    assert all(name in said for name in ("a", "unused", "total", "clew slice"))
    assert "math" not in said
    assert clew(folder, "slice", "empty.py").err.endswith("no variables to slice\n")


def test_json_of_every_variable(folder: Path) -> None:
    done = clew(folder, "slice", "plain.py", "--all", "--json", "-")
    said = json.loads(done.out)
    assert list(said) == ["file", "error", "seconds", "steps", "variables"]
    assert (said["file"], said["error"], said["steps"]) == ("plain.py", None, 6)
    assert set(said["variables"]) == {"a", "unused", "total"}
    assert said["variables"]["unused"] == {"code": "unused = 5\n", "steps": 1}
    assert 0 < said["seconds"] < 60


def test_json_of_a_failing_program(folder: Path) -> None:
    done = clew(folder, "slice", "failing.py", "--all", "--json", "out.json")
    said = json.loads((folder / "out.json").read_text())
    assert (done.status, done.out) == (1, "")
    assert "ZeroDivisionError: division by zero" in said["error"]
    assert set(said["variables"]) == {"a", "b"}


def test_json_of_a_session_is_that_of_its_program(folder: Path) -> None:
    clew(folder, "run", "failing.py")
    number = json.loads(clew(folder, "sessions", "--json", "-").out)["sessions"][-1]["number"]
    done = clew(folder, "slice", str(number), "--all", "--json", "-")
    said = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert said["file"].endswith("failing.py")
    assert "ZeroDivisionError" in said["error"]
    assert said["seconds"] > 0
    assert set(said["variables"]) == {"a", "b"}


def test_a_run_is_the_programs_own_and_is_remembered(folder: Path) -> None:
    done = clew(folder, "run", "leaving.py")
    assert (done.status, done.out, done.err) == (7, "out\n", "")
    row = json.loads(clew(folder, "sessions", "--json", "-").out)["sessions"][-1]
    assert row["file"].endswith("leaving.py")
    assert clew(folder, "slice", str(row["number"]), "x").out == "x = 1\n"
    assert "leaving.py" in clew(folder, "sessions").out
    shown = clew(folder, "show", str(row["number"]))
    assert "print('out')" in shown.out, shown.err
    history = json.loads(clew(folder, "show", row["session"], "--json", "-").out)
    assert [s["times"] for s in history["sources"][0]["statements"]] == [1, 1, 1, 1]


def test_a_script_to_run_that_is_none_is_pythons_to_refuse(folder: Path) -> None:
    done = clew(folder, "run", "none.py")
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    assert "none.py" in done.err


def test_a_run_has_its_arguments_and_input(folder: Path) -> None:
    (folder / "echo.py").write_text("import sys\nprint(sys.argv, __name__, __file__)\nprint(input())\n")
    plain = subprocess.run(
        [sys.executable, "echo.py", "--json", "-h"],
        cwd=folder,
        input="said\n",
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert clew(folder, "run", "echo.py", "--json", "-h", stdin="said\n").out == plain.stdout


def test_explain_tells_the_chain(folder: Path) -> None:
    clew(folder, "run", "plain.py")
    session = str(json.loads(clew(folder, "sessions", "--json", "-").out)["sessions"][-1]["number"])
    told = clew(folder, "explain", session, "total", "1")
    assert told.status == 0, told.err
    assert "import math" in told.out
    assert "total" in told.out
    chain = json.loads(clew(folder, "explain", session, "total", "1", "--json", "-").out)["chain"]
    assert (chain[0]["line"], chain[-1]["on"]) == (0, 1)
    assert all(hop["reason"] in ("observed", "known", "assumed") for hop in chain)
    beyond = clew(folder, "explain", session, "total", "40")
    assert (beyond.status, beyond.out) == (2, "")
    assert "its lines are 1, 2, 3, 4" in beyond.err


def test_explain_takes_comments_and_branches_that_did_not_run(folder: Path) -> None:
    lines = ["rows = [1]", "# rarely", "if len(rows) > 5:", "    rows = []", "total = sum(rows)"]
    (folder / "branch.py").write_text("\n".join(lines), encoding="utf-8")
    clew(folder, "run", "branch.py")
    session = str(json.loads(clew(folder, "sessions", "--json", "-").out)["sessions"][-1]["number"])
    for line in ("2", "4"):  # the comment above the header, and the branch below it
        assert "why line 3 is in the slice of total" in clew(folder, "explain", session, "total", line).out


def test_every_option_is_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    from clew.cli import COMMANDS

    for command in COMMANDS:
        helped = clew(ROOT, command, "--help")
        assert helped.status == 0
        options = {
            word.strip(",[]")
            for word in helped.out.split()
            if word.startswith(("--", "[--")) and word.strip(",[]") != "--"
        }
        assert not {option for option in options if option not in page}, command
        assert import_module(f"clew.cli.{command}").__doc__


def test_run_starts_light(folder: Path) -> None:
    script = (
        "import sys; from clew.cli import run; "
        "print([name for name in ('argparse', 'sqlalchemy', 'IPython', 'pygments', 'numpy') if name in sys.modules])"
    )
    environ = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environ, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == "[]\n"
