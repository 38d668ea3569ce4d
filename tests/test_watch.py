"""A real IPython shell, watched by a recorder that writes down what it hears."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from clew.ipython.watch import Watch
from clew.model.places import CellPlace, Source


@dataclass
class Listener:
    """A recorder that remembers what it hears, and puts a `pass` before every statement."""

    heard: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    broken: str = ""

    def next_source(self) -> int:
        return len(self.sources)

    def begin(self, source: Source) -> None:
        self.fail("begin")
        self.heard.append("begin")
        self.sources.append(source)

    def rewrite(self, tree: ast.Module, source: Source) -> ast.Module:
        self.heard.append("rewrite")
        body = [each for node in tree.body for each in (ast.copy_location(ast.Pass(), node), node)]
        tree.body[:] = body
        self.fail("rewrite")
        return ast.fix_missing_locations(tree)

    def finish(self, error: BaseException | None) -> None:
        self.heard.append(f"finish {type(error).__name__}" if error else "finish")
        self.fail("finish")

    def fail(self, place: str) -> None:
        if self.broken == place:
            raise RuntimeError(place)


@pytest.fixture
def shell() -> Iterator[Any]:
    main, hook = sys.modules["__main__"], sys.displayhook
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=config)
    yield made
    InteractiveShell.clear_instance()
    sys.modules["__main__"], sys.displayhook = main, hook


def watched(shell: Any, listener: Listener) -> tuple[Watch, list[Exception]]:
    faults: list[Exception] = []
    watch = Watch(shell, listener, faults.append)
    watch.start()
    return watch, faults


def run(shell: Any, *cells: str) -> None:
    for cell in cells:
        shell.run_cell(cell, store_history=True)


def hooks(shell: Any) -> tuple[object, ...]:
    """Everything of a shell that an extension may have touched."""
    events = {name: list(callbacks) for name, callbacks in shell.events.callbacks.items()}
    return list(shell.ast_transformers), events, set(vars(builtins)), shell.magics_manager.magics["line"].keys()


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    cells: tuple[str, ...]
    heard: tuple[str, ...]


ONE = ("begin", "rewrite", "finish")
INSIDE = ("begin", "rewrite", "begin", "rewrite", "finish", "finish")
CASES = [
    Case("a cell is announced, rewritten and finished", ("x = 1",), ONE),
    Case("an empty cell is not announced", ("", "  \n", "x = 1"), ONE),
    Case("a cell of comments is", ("# nothing",), ONE),
    Case("an exception is told", ("1 / 0",), ("begin", "rewrite", "finish ZeroDivisionError")),
    Case("a syntax error is told", ("x = = 1",), ("begin", "finish SyntaxError")),
    Case("a cell after a syntax error", ("x = = 1", "x = 1"), ("begin", "finish SyntaxError", *ONE)),
    Case("exit is told", ("raise SystemExit(3)",), ("begin", "rewrite", "finish SystemExit")),
    Case("the code under %%time is a source of its own", ("%%time\nx = 1\ny = 2",), INSIDE),
    Case("%time of a line belongs to its cell", ("%time x = 1\ny = 2",), ONE),
    Case("%timeit belongs to its cell", ("%timeit -n1 -r1 sum([1])",), ONE),
    Case("%%timeit belongs to its cell", ("%%timeit -n1 -r1\nsum([1])",), ONE),
    Case("the code under %%capture is a source of its own", ("%%capture\nx = 1",), INSIDE),
    Case("%%capture with a name belongs to its cell", ("%%capture out\nx = 1",), ONE),
    Case("a cell run by code belongs to its cell", ("get_ipython().run_cell('y = 1')\nz = y",), ONE),
    Case("%rerun belongs to its cell", ("x = 1", "%rerun 1"), ONE + ONE),
    Case(
        "an error inside ends both",
        ("%%time\nx = 1\n1 / 0",),
        ("begin", "rewrite", "begin", "rewrite", "finish ZeroDivisionError", "finish ZeroDivisionError"),
    ),
    Case("top-level await", ("import asyncio\nx = await asyncio.sleep(0, 5)",), ONE),
    Case("%reset goes on", ("x = 1", "%reset -f", "y = 2"), ONE * 3),
    Case("an empty cell run inside a cell ends nothing", ("get_ipython().run_cell('')\nx = 1",), ONE),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_recorder_hears(case: Case, shell: Any) -> None:
    listener = Listener()
    _, faults = watched(shell, listener)
    run(shell, *case.cells)
    assert tuple(listener.heard) == case.heard
    assert not faults


def test_sources_are_numbered_and_placed(shell: Any) -> None:
    listener = Listener()
    watch, _ = watched(shell, listener)
    watch.next_cell(7)
    run(shell, "x = 1", "", "%matplotlib --list\ny = 2")
    assert listener.sources[0] == Source(0, CellPlace(1, 7), "x = 1", "x = 1\n")
    second = listener.sources[1]
    assert (second.number, second.place, second.text) == (1, CellPlace(2), "%matplotlib --list\ny = 2")
    assert second.python.startswith("get_ipython().run_line_magic(")


def test_silent_cells_are_not_watched(shell: Any) -> None:
    listener = Listener()
    watched(shell, listener)
    shell.run_cell("x = 1", silent=True)
    assert listener.heard == []
    run(shell, "y = 1")
    assert tuple(listener.heard) == ONE


def test_stopping_leaves_nothing_behind(shell: Any) -> None:
    before = hooks(shell)
    listener = Listener()
    watch, _ = watched(shell, listener)
    shell.user_ns["stop"] = watch.stop
    run(shell, "x = 1", "stop()", "y = 1")
    assert tuple(listener.heard) == ONE + ONE
    assert hooks(shell) == before


def test_another_watch_can_start_where_one_stops(shell: Any) -> None:
    first, second = Listener(), Listener()
    watch, _ = watched(shell, first)
    run(shell, "x = 1")
    watch.stop()
    watched(shell, second)
    run(shell, "y = 1")
    assert (tuple(first.heard), tuple(second.heard)) == (ONE, ONE)


@pytest.mark.parametrize("place", ["begin", "rewrite", "finish"])
def test_our_failures_do_not_reach_the_cell(place: str, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, faults = watched(shell, Listener(broken=place))
    run(shell, "x = 6 * 7", "print(x)")
    assert shell.user_ns["x"] == 42
    assert capsys.readouterr().out == "42\n"
    assert [str(fault) for fault in faults] == [place, place]


def test_transformers_of_the_user_see_the_users_tree(shell: Any) -> None:
    seen: list[str] = []

    class Spy(ast.NodeTransformer):
        def visit_Module(self, node: ast.Module) -> ast.Module:
            seen.append(ast.unparse(node))
            return node

    watched(shell, Listener())
    shell.ast_transformers.append(Spy())
    run(shell, "x = 1")
    assert seen == ["x = 1"]


def test_an_interrupted_cell_ends(shell: Any) -> None:
    listener = Listener()
    watched(shell, listener)
    run(shell, "raise KeyboardInterrupt", "x = 1")
    assert tuple(listener.heard) == ("begin", "rewrite", "finish KeyboardInterrupt", *ONE)
