"""A program run under clew behaves as it does under Python."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from tests.programs.misses import TRANSPARENT
from tests.programs.running import Outcome, environment, run, write_files
from tests.programs.transparent.all import CASES
from tests.programs.transparent.case import Case

PLAIN = ("prog.py",)
WATCHED = ("-m", "clew", "run", "prog.py")
# As the installed command starts: without the working directory among the places that modules come from.
LAUNCHED = ("-c", "import sys; del sys.path[0]; from clew.cli import main; sys.exit(main())", "run", "prog.py")


def outcome(case: Case, command: tuple[str, ...], home: Path) -> Outcome:
    """Run a case one way, always in the same folder, made anew: paths show in what programs print."""
    folder = home / "work"
    write_files(folder, {**case.files, "prog.py": case.program})
    return run([*command, *case.argv], folder, env=environment(home, case.env), stdin=case.stdin)


def missing(case: Case) -> str:
    """Say why a case cannot run here, or nothing."""
    if sys.version_info < case.since:
        return f"needs Python {'.'.join(map(str, case.since))}"
    absent = [name for name in case.needs if importlib.util.find_spec(name) is None]
    return f"needs {', '.join(absent)}" if absent else ""


def marks(case: Case) -> list[pytest.MarkDecorator]:
    """Mark what is slow and what is known to go wrong."""
    miss = [pytest.mark.xfail(strict=True, reason=TRANSPARENT[case.name])] if case.name in TRANSPARENT else []
    return miss + ([] if case.quick else [pytest.mark.slow])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=marks(case)) for case in CASES])
def test_a_program_behaves_the_same(case: Case, tmp_path: Path) -> None:
    if why := missing(case):
        pytest.skip(why)
    plain = outcome(case, PLAIN, tmp_path)
    watched = outcome(case, LAUNCHED if "clew.py" in case.files else WATCHED, tmp_path)
    assert watched.err == plain.err
    assert watched.out == plain.out
    assert watched.status == plain.status
    assert watched.files == plain.files


def test_the_names_of_cases_are_distinct() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
