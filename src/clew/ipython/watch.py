"""The wiring between a shell and a recorder: each cell is announced, rewritten, run by IPython, and finished.

IPython gives us three places: an event before a cell runs, the list of transformers of its tree, and an event after.
Cells that run inside a cell (`%%capture`, `%rerun`, `get_ipython().run_cell`) and code that magics compile
(`%%time`, `%timeit`) are part of the statement that runs them, and are left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Protocol

from clew.model.places import CellPlace, Source


class Recorder(Protocol):
    """What watches a cell from within."""

    def next_source(self) -> int:
        """The number of the next source."""

    def begin(self, source: Source) -> None:
        """A cell is about to run."""

    def rewrite(self, tree: ast.Module, source: Source) -> ast.Module:
        """Put the recorder's markers into the tree of the cell."""

    def finish(self, error: BaseException | None) -> None:
        """The cell has run, or failed."""


class Watch:
    """Watches the cells of one shell until it is stopped.

    `failed` hears of our own failures, which never reach the shell; `stopped` is called when nothing of us is left in the shell.
    """

    def __init__(
        self,
        shell: Any,
        recorder: Recorder,
        failed: Callable[[Exception], None],
        stopped: Callable[[], None] = lambda: None,
    ) -> None:
        self.shell, self.recorder, self.failed, self.stopped = shell, recorder, failed, stopped
        self._cell: int | None = None  # the number in its file of the cell that runs next
        self._running: Any = None  # the ExecutionInfo of the cell that runs now
        self._source: Source | None = None  # of a cell whose tree IPython has not handed us yet
        self._stopping = False

    def start(self) -> None:
        """Begin with the next cell."""
        self.shell.ast_transformers.append(self)
        self.shell.events.register("pre_run_cell", self.before)
        self.shell.events.register("post_run_cell", self.after)

    def next_cell(self, number: int) -> None:
        """The number that the next cell has in its file: a runner of notebooks knows it."""
        self._cell = number

    def stop(self) -> None:
        """Watch no further cell; the one that runs now is finished first."""
        _remove(self.shell.ast_transformers, self)
        self.shell.events.unregister("pre_run_cell", self.before)
        self._stopping = True
        if self._running is None:
            self._leave()

    def before(self, info: Any) -> None:
        """IPython is about to run a cell."""
        if self._running is not None:
            return None
        self._running = info
        self._last_in_line()
        try:
            source = Source(self.recorder.next_source(), self._place(info), info.raw_cell, self._python(info))
            self.recorder.begin(source)
        except Exception as error:
            return self.failed(error)
        self._source = source
        return None

    def visit(self, tree: ast.Module) -> ast.Module:
        """IPython hands us a tree to transform: the cell's own comes first, those of its magics later."""
        source, self._source = self._source, None
        if source is None:
            return tree
        try:
            return self.recorder.rewrite(tree, source)
        except Exception as error:
            self.failed(error)
            # The tree may be half rewritten: start over from the text.
            again: ast.Module = self.shell.compile.ast_parse(source.python)
            return again

    def after(self, result: Any) -> None:
        """IPython has run a cell."""
        if not self._is_running(result):
            return
        self._running = self._source = None
        try:
            self.recorder.finish(_error(result))
        except Exception as error:
            self.failed(error)
        if self._stopping:
            self._leave()

    def _leave(self) -> None:
        self.shell.events.unregister("post_run_cell", self.after)
        self.stopped()

    def _is_running(self, result: Any) -> bool:
        """Tell the cell that we announced from one inside it, and from an empty one, which is never announced."""
        if self._running is None:
            return False
        if result is None or result.info is self._running:
            return True
        # A cell that was interrupted comes back with an info made anew.
        return bool(result.info.raw_cell == self._running.raw_cell)

    def _place(self, info: Any) -> CellPlace:
        # Versions differ in when they count the cell up; in all of them the history does not hold it yet.
        count: int = (
            len(self.shell.history_manager.input_hist_raw) if info.store_history else self.shell.execution_count
        )
        cell, self._cell = self._cell, None
        return CellPlace(count, cell)

    def _python(self, info: Any) -> str:
        """The cell as Python compiles it. Before IPython 8.13 the event does not say."""
        said = getattr(info, "transformed_cell", None)
        if isinstance(said, str):
            return said
        try:
            return str(self.shell.transform_cell(info.raw_cell))
        except SyntaxError:
            return str(info.raw_cell)

    def _last_in_line(self) -> None:
        """Let transformers that the user put in after us see the user's own tree."""
        transformers = self.shell.ast_transformers
        if transformers and transformers[-1] is not self:
            _remove(transformers, self)
            transformers.append(self)


def _remove(things: list[Any], thing: object) -> None:
    """Take an object out of a list by identity: its neighbours' `==` is not ours to call."""
    things[:] = [each for each in things if each is not thing]


def _error(result: Any) -> BaseException | None:
    if result is None:
        return KeyboardInterrupt()
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error
