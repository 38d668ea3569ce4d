"""What a session ran, run again: all of it or chosen steps, with values supplied for the rest, and mended on the way."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clew.errors import CannotExecute
from clew.model.events import SessionStarted
from clew.model.places import CellPlace, FilePlace, Source
from clew.replay.recorded import Recorded, recorded
from clew.replay.running import Done, Run, Wanted


def cells(folder: Path, *texts: str) -> Recorded:
    """A session of cells that nobody has run yet."""
    sources = tuple(Source(number, CellPlace(number + 1), text, text) for number, text in enumerate(texts))
    return Recorded("s", "notebook", "", str(folder), (), sources)


def script(folder: Path, text: str) -> Recorded:
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return Recorded(
        "s", "script", str(path), str(folder), ("program.py",), (Source(0, FilePlace(str(path)), text, text),)
    )


def again(run: Run) -> Recorded:
    """What a run recorded, as a session to be run again."""
    before = run.recorded
    start = SessionStarted(before.session, before.kind, before.file, before.argv, before.folder, "", 1.0)
    return recorded((start, *run.events))


def variables(run: Run) -> dict[str, object]:
    return {name: value for name, value in run.namespace.items() if not name.startswith("_")}


@dataclass(frozen=True, slots=True)
class Case:
    """Cells that are run, then again: only these steps, with these values for the rest; what variables are left."""

    name: str
    cells: tuple[str, ...]
    chosen: Collection[int] | None
    left: Mapping[str, object]
    supplied: Mapping[int, Mapping[str, object]] = field(default_factory=dict)


BRANCHES = "if x > 3:\n    y = 1\n    q = 3\nelse:\n    y = 2"
HANDLED = "try:\n    a = 1\n    1 / 0\nexcept ZeroDivisionError:\n    b = 2\nfinally:\n    c = 3\n    d = 4"
WITHIN = "import io\nwith io.StringIO() as out:\n    a = 1\n    b = 2\nc = 3"
CASES = [
    Case("all of it", ("x = 1", "y = x + 1"), None, {"x": 1, "y": 2}),
    Case("chosen steps", ("x = 1\nz = 5", "y = x + 1"), {0, 2}, {"x": 1, "y": 2}),
    Case("a value for a step that is not run", ("x = 1", "y = x + 1"), {1}, {"x": 7, "y": 8}, {0: {"x": 7}}),
    Case(
        "values are set where the step would have run",
        ("x = 1\ny = x\nx = 2\nz = x",),
        {1, 3},
        {"x": 20, "y": 10, "z": 20},
        {0: {"x": 10}, 2: {"x": 20}},
    ),
    Case("a statement in a branch goes without its neighbours", ("x = 5", BRANCHES), {0, 1, 2}, {"x": 5, "y": 1}),
    Case(
        "the branch that was not taken is taken on other values",
        ("x = 5", BRANCHES),
        {1, 2},
        {"x": 1, "y": 2},
        {0: {"x": 1}},
    ),
    Case("what is chosen stays under its header", ("x = 5", BRANCHES), {0, 2}, {"x": 5, "y": 1}),
    Case("a finally of which a part is chosen", (HANDLED,), {0, 2, 3, 4}, {"b": 2, "c": 3}),
    Case("a finally of which nothing is chosen", (HANDLED,), {0, 1}, {"a": 1}),
    Case("a cell that fails as it did before is no failure", ("x = 1\n1 / 0\ny = 2", "z = 3"), None, {"x": 1, "z": 3}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_running_again(case: Case, tmp_path: Path) -> None:
    first = Run(cells(tmp_path, *case.cells))
    while True:
        try:
            first.to_end()
            break
        except ZeroDivisionError:  # what a kernel does: the next cell may run all the same
            first.todo.clear()
    heard: list[Done] = []
    run = Run(again(first), Wanted(case.chosen, case.supplied, heard.append))
    run.to_end()
    assert variables(run) == case.left
    assert [done.number for done in heard if done.number not in range(len(first.events))] == []


def test_a_with_announces_its_end_once_more(tmp_path: Path) -> None:
    first = Run(cells(tmp_path, WITHIN))
    first.to_end()
    heard: list[int] = []
    run = Run(again(first), Wanted({1, 3, 4, 5}, told=lambda done: heard.append(done.number)))
    run.namespace["io"] = sys.modules["io"]
    run.to_end()
    assert heard == [1, 3, 4, 5]
    assert "a" not in run.namespace


def test_the_process_is_as_it_was_whatever_happens(tmp_path: Path) -> None:
    before = (os.getcwd(), sys.argv, sys.path, sys.modules["__main__"])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = Run(
        script(
            tmp_path, f"import os, sys\nos.chdir({str(elsewhere)!r})\nsys.argv.append('x')\n1 / 0\nhere = os.getcwd()"
        )
    )
    with pytest.raises(ZeroDivisionError):
        run.to_end()
    assert before == (os.getcwd(), sys.argv, sys.path, sys.modules["__main__"])
    run.skip({})
    run.to_end()
    assert run.namespace["here"] == str(elsewhere)  # it goes on where it stood
    assert before == (os.getcwd(), sys.argv, sys.path, sys.modules["__main__"])


def test_mending_goes_on_from_the_statement_that_failed(tmp_path: Path) -> None:
    heard: list[tuple[int, object]] = []
    run = Run(cells(tmp_path, "x = 1\ny = x / 0\nz = y + 1"), Wanted(told=lambda d: heard.append((d.number, d.raised))))
    with pytest.raises(ZeroDivisionError):
        run.to_end()
    run.replace("half = 2\ny = x / half")
    run.to_end()
    assert variables(run) == {"x": 1, "half": 2, "y": 0.5, "z": 1.5}
    assert heard == [(0, ""), (1, "ZeroDivisionError"), (2, ""), (1, ""), (3, "")]


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotExecute, match="the folder in which it ran is gone"):
        Run(cells(tmp_path / "gone", "x = 1"))
