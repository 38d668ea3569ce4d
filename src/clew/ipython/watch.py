"""The wiring between a shell and a recorder: each cell is announced, rewritten, run by IPython, and finished.

IPython gives us three places: an event before a cell runs, the list of transformers of its tree, and an event after.
The code under a `%%time` or `%%capture` is recorded as a source of its own, so that a slice can take what it needs of
it: the magic itself leaves nothing behind. Other cells that run inside a cell (`%rerun`, `get_ipython().run_cell`), and
code that runs many times (`%timeit`), are part of the statement that runs them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, Protocol

from clew.ipython.transformers import Transformers
from clew.model.data import dataclass
from clew.model.places import CellPlace, Source

TRANSPARENT = re.compile(r"\s*%%(time|capture(\s+--\S+)*)[ \t]*(\n|$)")
"""Cell magics that run their cell once, and bind no name of their own."""


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


@dataclass(slots=True)
class _Frame:
    """A cell that runs now: what IPython says of it, and how many sources the recorder was told to begin for it."""

    info: Any
    place: CellPlace
    waiting: Source | None = None  # begun, and its tree not seen yet
    begun: int = 0

    def is_transparent(self) -> bool:
        """Tell whether what runs inside the cell is recorded on its own."""
        return bool(self.begun) and TRANSPARENT.match(self.info.raw_cell) is not None

    def is_of(self, result: Any) -> bool:
        """Tell whether this is the cell that a result is of. An interrupted one comes back with an info made anew."""
        if result is None or result.info is self.info:
            return True
        return bool(result.info.raw_cell == self.info.raw_cell)


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
        self._frames: list[_Frame] = []
        self._plain: list[Any] = []  # the shell's own list of transformers
        self._stopping = False

    def start(self) -> None:
        """Begin with the next cell."""
        self._stand_last()
        self.shell.events.register("pre_run_cell", self.before)
        self.shell.events.register("post_run_cell", self.after)

    def next_cell(self, number: int) -> None:
        """The number that the next cell has in its file: a runner of notebooks knows it."""
        self._cell = number

    def stop(self) -> None:
        """Watch no further cell; the one that runs now is finished first."""
        self._stand_aside()
        self.shell.events.unregister("pre_run_cell", self.before)
        self._stopping = True
        if not self._frames:
            self._leave()

    def before(self, info: Any) -> None:
        """IPython is about to run a cell."""
        outer = self._frames[-1] if self._frames else None
        frame = _Frame(info, self._place(info) if outer is None else outer.place)
        self._frames.append(frame)
        self._stand_last()
        if outer is None or outer.is_transparent():
            frame.waiting = self._begun(frame, info.raw_cell, self._python(info))

    def visit(self, tree: ast.Module) -> ast.Module:
        """IPython hands us a tree to transform: a cell's own comes first, those of its magics later."""
        frame = self._frames[-1] if self._frames else None
        if frame is None:
            return tree
        source, frame.waiting = frame.waiting, None
        if source is None and frame.is_transparent():
            source = self._timed(frame, tree)
        return tree if source is None else self._rewritten(tree, source)

    def after(self, result: Any) -> None:
        """IPython has run a cell; those still open inside it were interrupted."""
        if not any(frame.is_of(result) for frame in self._frames):
            return  # an empty cell, which was never announced
        while self._frames:
            frame = self._frames.pop()
            self._finish(frame, _error(result))
            if frame.is_of(result):
                break
        if self._stopping and not self._frames:
            self._leave()

    def _begun(self, frame: _Frame, text: str, python: str) -> Source | None:
        """Announce a source; None if that failed."""
        try:
            source = Source(self.recorder.next_source(), frame.place, text, python)
            self.recorder.begin(source)
        except Exception as error:
            self.failed(error)
            return None
        frame.begun += 1
        return source

    def _timed(self, frame: _Frame, tree: ast.Module) -> Source | None:
        """Announce the code under a `%%time`, if this is its tree."""
        if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
            return None  # IPython shows the value of a lone expression: no marker may stand beside it
        _, _, text = frame.info.raw_cell.lstrip().partition("\n")
        python = self._transformed(text)
        try:
            same = ast.dump(self.shell.compile.ast_parse(python)) == ast.dump(tree)
        except (SyntaxError, ValueError):
            return None
        return self._begun(frame, text, python) if same else None

    def _rewritten(self, tree: ast.Module, source: Source) -> ast.Module:
        try:
            return self.recorder.rewrite(tree, source)
        except Exception as error:
            self.failed(error)
            # The tree may be half rewritten: start over from the text.
            again: ast.Module = self.shell.compile.ast_parse(source.python)
            return again

    def _finish(self, frame: _Frame, error: BaseException | None) -> None:
        for _ in range(frame.begun):
            try:
                self.recorder.finish(error)
            except Exception as fault:
                self.failed(fault)

    def _leave(self) -> None:
        self.shell.events.unregister("post_run_cell", self.after)
        self.stopped()

    def _place(self, info: Any) -> CellPlace:
        # Versions differ in when they count the cell up; in all of them the history does not hold it yet.
        history = self.shell.history_manager
        count: int = len(history.input_hist_raw) if info.store_history else self.shell.execution_count
        cell, self._cell = self._cell, None
        return CellPlace(count, cell)

    def _python(self, info: Any) -> str:
        """The cell as Python compiles it. Before IPython 8.13 the event does not say."""
        said = getattr(info, "transformed_cell", None)
        return said if isinstance(said, str) else self._transformed(info.raw_cell)

    def _transformed(self, text: str) -> str:
        try:
            return str(self.shell.transform_cell(text))
        except SyntaxError:
            return text

    def _stand_last(self) -> None:
        """Let the user's transformers see the user's own tree, those of a list put in place of the shell's included."""
        held = self.shell.ast_transformers
        if type(held) is not Transformers:
            self._plain = held
            self.shell.ast_transformers = Transformers(held, self)

    def _stand_aside(self) -> None:
        """Put the shell's own list back, with what the user made of it."""
        held = self.shell.ast_transformers
        if type(held) is Transformers and held.last is self:
            self._plain[:] = held
            self.shell.ast_transformers = self._plain


def _error(result: Any) -> BaseException | None:
    if result is None:
        return KeyboardInterrupt()
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error
