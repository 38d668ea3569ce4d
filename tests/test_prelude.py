"""The cells before clew was loaded, taken from a real shell's history."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from clew.ipython.prelude import EarlierCell, earlier_cells, prelude_events
from clew.model.effects import Changed, Read, Reason
from clew.model.events import SourceSeen, Step
from clew.model.places import CellPlace, Source
from clew.model.resources import Name


@pytest.fixture
def shell() -> Iterator[Any]:
    main, hook = sys.modules["__main__"], sys.displayhook
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    InteractiveShell.clear_instance()
    yield InteractiveShell.instance(config=config)
    InteractiveShell.clear_instance()
    sys.modules["__main__"], sys.displayhook = main, hook


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    cells: tuple[str, ...]
    kept: tuple[tuple[int, str], ...]


CASES = [
    Case("no cell ran", (), ()),
    Case("each cell by its count", ("x = 1", "y = 2"), ((1, "x = 1"), (2, "y = 2"))),
    Case("a cell that is not Python never ran", ("x = = 1", "y = 2"), ((2, "y = 2"),)),
    Case("comments are nothing", ("# hello", "y = 2"), ((2, "y = 2"),)),
    Case("magics are what they were", ("%matplotlib --list",), ((1, "%matplotlib --list"),)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_earlier_cells(case: Case, shell: Any) -> None:
    for cell in case.cells:
        shell.run_cell(cell, store_history=True)
    found = earlier_cells(shell)
    assert [(each.source.place, each.source.text) for each in found] == [
        (CellPlace(count), text) for count, text in case.kept
    ]
    assert [each.source.number for each in found] == list(range(len(found)))


def cell(number: int, text: str, raised: str = "", line: int = 0) -> EarlierCell:
    return EarlierCell(Source(number, CellPlace(number + 1), text, text), raised, line)


def test_a_failing_cell_is_known_to_have_failed(shell: Any) -> None:
    shell.run_cell("a = 1\nb = [\n    a / 0]\nc = 1", store_history=True)
    [found] = earlier_cells(shell)
    remembers = hasattr(shell.history_manager, "exceptions")
    assert (found.raised, found.line) == (("ZeroDivisionError", 3) if remembers else ("", 0))


FAILING = "a = 1\nif a:\n    b = a / 0\n    c = 1\nd = 1"


@pytest.mark.parametrize(
    ("line", "steps"),
    [(1, [(0, "Oops")]), (3, [(0, ""), (1, ""), (2, "Oops")]), (0, [(0, ""), (1, ""), (2, ""), (3, ""), (4, "")])],
)
def test_nothing_ran_after_the_statement_that_failed(line: int, steps: list[tuple[int, str]]) -> None:
    events = prelude_events((cell(0, FAILING, "Oops", line),), [Name("a")], 0)
    assert [(e.statement, e.raised) for e in events if isinstance(e, Step)] == steps


def test_every_statement_may_have_made_every_name() -> None:
    sources = (cell(0, "x = 1\ny = 2"), cell(1, "f(x)"))
    events = prelude_events(sources, [Name("x"), Name("y")], 5)
    assert [type(event) for event in events] == [SourceSeen, Step, Step, SourceSeen, Step]
    steps = [event for event in events if isinstance(event, Step)]
    assert [(step.number, step.source, step.statement) for step in steps] == [(5, 0, 0), (6, 0, 1), (7, 1, 0)]
    for step in steps:
        assert {Read(Name("x"), Reason.ASSUMED), Changed(Name("y"), Reason.ASSUMED)} <= set(step.effects)


def test_loading_clew_is_no_part_of_it() -> None:
    load = "get_ipython().run_line_magic('load_ext', 'clew')"
    steps = [e for e in prelude_events((cell(0, f"x = 1\n{load}\ny = 2"),), [Name("x")], 0) if isinstance(e, Step)]
    assert [step.statement for step in steps] == [0, 2]
