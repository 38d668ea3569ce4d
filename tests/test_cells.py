"""The slice of a live shell, or of a notebook file, is the smallest right one and runs as one cell."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tests.programs.misses import CELLS
from tests.programs.running import environment, run, write_files
from tests.programs.slices.cells import CASES, Case

LIVE = str(Path(__file__).parent / "programs" / "slices" / "live.py")
BOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": {"name": "python3", "language": "python"}}}


def live(case: Case, cells: tuple[str, ...], home: Path, *, before: int | None) -> tuple[str, str]:
    """Run cells in a shell of their own, in a folder made anew: the slice and the variable's description."""
    folder, answer = home / "work", home / "answer.json"
    write_files(folder, case.files)
    (home / "cells.json").write_text(json.dumps(cells), "utf-8")
    words = [] if before is None else [str(before)]
    answer.unlink(missing_ok=True)
    done = run([LIVE, str(home / "cells.json"), case.criterion, str(answer), *words], folder, env=environment(home, {}))
    assert answer.exists(), done.err + done.out
    said = json.loads(answer.read_text("utf-8"))
    return said["code"], said["value"]


def of_book(case: Case, home: Path) -> str:
    """The slice that the command cuts from the cells as a notebook file."""
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
        for cell in case.cells
    ]
    write_files(home / "work", {**case.files, "book.ipynb": json.dumps({**BOOK, "cells": cells})})
    command = ("-m", "clew", "slice", "book.ipynb", case.criterion, "--json", "-", *case.options)
    done = run(command, home / "work", env=environment(home, {}))
    assert done.out, done.err
    code: str = json.loads(done.out)["variables"][case.criterion]["code"]
    return code


def bare(code: str) -> list[str]:
    """Return the lines of a slice without the blank ones."""
    return [line for line in code.split("\n") if line.strip()]


def skip_without(case: Case) -> None:
    """Skip a case whose libraries are not here."""
    absent = [name for name in case.needs if importlib.util.find_spec(name) is None]
    if absent:
        pytest.skip(f"needs {', '.join(absent)}")


STOPS = "the run stops at the first failing cell"


def marks(case: Case) -> list[pytest.MarkDecorator]:
    """Mark what is slow and what is known to go wrong."""
    miss = [pytest.mark.xfail(strict=True, reason=CELLS[case.name])] if case.name in CELLS else []
    return miss + ([] if case.quick else [pytest.mark.slow])


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name, marks=marks(c)) for c in CASES if c.name != STOPS])
def test_the_slice_of_a_live_shell(case: Case, tmp_path: Path) -> None:
    skip_without(case)
    code, value = live(case, case.cells, tmp_path, before=case.before)
    assert not case.code or bare(code) == bare(case.code)
    assert live(case, (code,), tmp_path, before=None)[1] == value


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name, marks=marks(c)) for c in CASES if c.book])
def test_the_slice_of_a_notebook_file(case: Case, tmp_path: Path) -> None:
    skip_without(case)
    assert bare(of_book(case, tmp_path)) == bare(case.code)
