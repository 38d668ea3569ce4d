"""Cells behave in a shell that clew watches as they do in one that it does not."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from tests.programs.misses import SHELLS
from tests.programs.running import Outcome, environment, run, write_files
from tests.programs.shells.all import CASES
from tests.programs.shells.case import Case

RUNNING = str(Path(__file__).parent / "programs" / "shells" / "running.py")
TIMES = re.compile(
    r"(?<=object at )[0-9a-f]{8,}|^(CPU times|Wall time|Compiler).*\n|\d+(\.\d+)? (ns|us|µs|μs|ms|s) ± .*", re.MULTILINE
)


def outcome(case: Case, way: str, home: Path) -> Outcome:
    """Run the cells one way, always in the same folder, made anew."""
    cells = home / "cells.json"
    folder = home / "work"
    write_files(folder, case.files)
    cells.write_text(json.dumps(case.cells), "utf-8")
    unload = [] if case.unload is None else [str(case.unload)]
    done = run([RUNNING, str(cells), way, *unload], folder, env=environment(home, {}))
    return Outcome(done.status, TIMES.sub("TIME", done.out), TIMES.sub("TIME", done.err), done.files)


def marks(case: Case) -> list[pytest.MarkDecorator]:
    """Mark what is slow and what is known to go wrong."""
    miss = [pytest.mark.xfail(strict=True, reason=SHELLS[case.name])] if case.name in SHELLS else []
    return miss + ([] if case.quick else [pytest.mark.slow])


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=marks(case)) for case in CASES])
def test_cells_behave_the_same(case: Case, tmp_path: Path) -> None:
    absent = [name for name in case.needs if importlib.util.find_spec(name) is None]
    if absent:
        pytest.skip(f"needs {', '.join(absent)}")
    plain, watched = outcome(case, "plain", tmp_path), outcome(case, "watched", tmp_path)
    assert watched.out == plain.out
    assert watched.err == plain.err
    assert watched.status == plain.status
    assert watched.files == plain.files
