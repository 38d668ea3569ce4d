"""A slice holds the smallest right set of statements, as the user wrote them, and makes the same value."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.programs.misses import NOT_SMALLEST, UNSOUND
from tests.programs.running import Outcome, environment, run, write_files
from tests.programs.slices.all import CASES
from tests.programs.slices.case import Case, kept_text

DESCRIBING = str(Path(__file__).parent / "programs" / "describing.py")


def is_installed(name: str) -> bool:
    """Tell whether there is a package, or a module of one: that says of which versions a case is."""
    top = name.partition(".")[0]
    return importlib.util.find_spec(top) is not None and importlib.util.find_spec(name) is not None


def missing(case: Case) -> str:
    """Say why a case cannot run here, or nothing."""
    if sys.version_info < case.since:
        return f"needs Python {'.'.join(map(str, case.since))}"
    absent = [name for name in case.needs if not is_installed(name)]
    return f"needs {', '.join(absent)}" if absent else ""


def in_folder(case: Case, program: str, command: tuple[str, ...], home: Path) -> Outcome:
    """Run a command in a folder made anew that holds the program and its files."""
    folder = home / "work"
    write_files(folder, {**case.files, "prog.py": program})
    return run(command, folder, env=environment(home, {}))


def sliced(case: Case, home: Path) -> str:
    """Return the slice of the case's variable, as the command prints it."""
    command = ("-m", "clew", "slice", "prog.py", case.criterion, "--json", "-", *case.options)
    done = in_folder(case, case.program, command, home)
    assert done.out, done.err
    code: str = json.loads(done.out)["variables"][case.criterion]["code"]
    return code


def described(case: Case, program: str, home: Path) -> str:
    """Return the description of the variable that a program leaves."""
    answer = home / "answer"
    answer.unlink(missing_ok=True)
    in_folder(case, program, (DESCRIBING, "prog.py", case.criterion, str(answer)), home)
    return answer.read_text("utf-8", "surrogatepass")


def bare(code: str) -> list[str]:
    """Return the lines of a slice without the blank ones."""
    return [line.rstrip("\r") for line in code.split("\n") if line.strip()]


def marks(case: Case, misses: Mapping[str, str]) -> list[pytest.MarkDecorator]:
    """Mark what is slow and what is known to go wrong."""
    miss = [pytest.mark.xfail(strict=True, reason=misses[case.name])] if case.name in misses else []
    return miss + ([] if case.quick else [pytest.mark.slow])


SMALLEST = [pytest.param(case, id=case.name, marks=marks(case, UNSOUND | NOT_SMALLEST)) for case in CASES]
SOUND = [pytest.param(case, id=case.name, marks=marks(case, UNSOUND)) for case in CASES if not case.draws_on_luck]


@pytest.mark.parametrize("case", SMALLEST)
def test_a_slice_is_the_smallest_right_one(case: Case, tmp_path: Path) -> None:
    if why := missing(case):
        pytest.skip(why)
    assert bare(sliced(case, tmp_path)) == bare(kept_text(case))


@pytest.mark.slow
@pytest.mark.parametrize("case", SOUND)
def test_a_slice_makes_the_same_value(case: Case, tmp_path: Path) -> None:
    if why := missing(case):
        pytest.skip(why)
    code = sliced(case, tmp_path)
    assert described(case, code, tmp_path) == described(case, case.program, tmp_path)


def test_the_names_of_cases_are_distinct() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
