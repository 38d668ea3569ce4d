"""The table of sessions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any, overload

from clew.screen.columns import clock, columns, counted, duration, shortened
from clew.screen.page import box, table
from clew.store.sessions import SessionRow, State

HEADINGS = ("number", "started", "took", "steps", "program", "outcome")
RIGHT = frozenset({0, 2, 3})


@dataclass(frozen=True, slots=True, repr=False)
class SessionsView(Sequence[SessionRow]):
    """The sessions of a store, oldest first: a sequence of `SessionRow`, shown as a table."""

    rows: tuple[SessionRow, ...]
    store: str

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> SessionRow: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SessionRow, ...]: ...
    def __getitem__(self, index: int | slice) -> SessionRow | tuple[SessionRow, ...]:
        return self.rows[index]

    def __iter__(self) -> Iterator[SessionRow]:
        return iter(self.rows)

    def __repr__(self) -> str:
        if not self.rows:
            return f"no sessions in {self.store} yet: `clew run FILE` or `clew slice FILE NAME` makes one"
        return columns(HEADINGS, [_cells(row) for row in self.rows], RIGHT)

    def _repr_html_(self) -> str:
        title = f"{counted(len(self.rows), 'session')} in {self.store}"
        return box(title, table(HEADINGS, [_cells(row) for row in self.rows]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew sessions --json`."""
        return {"store": self.store, "sessions": [asdict(row) for row in self.rows]}


def _cells(row: SessionRow) -> tuple[str, ...]:
    """A session as a row of text."""
    return (
        str(row.number),
        clock(row.started),
        duration(row.seconds),
        str(row.steps),
        shortened(_program(row), 50),
        _outcome(row),
    )


def _program(row: SessionRow) -> str:
    """The program with its arguments; `argv` may begin with the program itself, as `sys.argv` does."""
    name = PurePath(row.file).name
    if not name:
        return row.kind
    arguments = row.argv[1:] if row.argv and PurePath(row.argv[0]).name == name else row.argv
    return " ".join([name, *arguments])


def _outcome(row: SessionRow) -> str:
    if row.error:
        return shortened(row.error.strip().rpartition("\n")[2], 70)
    return "ok" if row.state is State.ENDED else row.state.value
