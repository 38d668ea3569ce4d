"""One session, statement by statement, as people read it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from clew.screen.columns import clock, columns, duration, shortened
from clew.screen.history import SessionHistory, SourceHistory, StatementHistory
from clew.screen.page import box, table

HEADINGS = ("line", "times", "took", "statement", "changes", "calls")
SHELL = re.compile(r"\w*InteractiveShell\.\w+$")
RIGHT = frozenset({0, 1, 2})


@dataclass(frozen=True, slots=True, repr=False)
class SessionView:
    """What a session did: `history` holds it as data."""

    history: SessionHistory

    def __repr__(self) -> str:
        return "\n\n".join([self.title(), *(_text(source) for source in self.history.sources)])

    def title(self) -> str:
        """The session in one line."""
        past = self.history
        took = "not finished" if past.seconds is None else f"took {duration(past.seconds)}"
        failed = f" · failed: {shortened(past.error.strip().rpartition(chr(10))[2], 80)}" if past.error else ""
        return f"session {past.session} · {past.program or past.kind} · {clock(past.started)} · {took}{failed}"

    def _repr_html_(self) -> str:
        tables = [
            f"<div>{table(HEADINGS, [_cells(s) for s in source.statements])}</div>" for source in self.history.sources
        ]
        return box(self.title(), *tables)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew show --json`."""
        return asdict(self.history)


def _text(source: SourceHistory) -> str:
    rows = [_cells(statement) for statement in source.statements]
    return f"{source.place}\n{columns(HEADINGS, rows, RIGHT) if rows else '(nothing ran)'}"


def _cells(statement: StatementHistory) -> tuple[str, ...]:
    raised = f"raises {statement.raised}" if statement.raised else ""
    changes = ", ".join([*statement.changes, raised] if raised else statement.changes)
    return (
        str(statement.line),
        str(statement.times) if statement.times else "-",
        duration(statement.seconds) if statement.times else "",
        shortened(statement.code, 60),
        shortened(changes, 50),
        shortened(", ".join(_calls(statement)), 50),
    )


def _calls(statement: StatementHistory) -> list[str]:
    """What a statement called, in short; a magic's way through the shell says nothing."""
    return [short_name(callee) for callee in statement.calls if not SHELL.search(callee)]


def short_name(callee: str) -> str:
    """A callable as one writes it: `numpy.arange`, `DataFrame.head`, `print`."""
    parts = [part for part in callee.split(".") if part not in ("builtins", "__main__", "<locals>")]
    if len(parts) > 1 and parts[-2][:1].isupper():
        return ".".join(parts[-2:])
    return ".".join(dict.fromkeys([*parts[:1], *parts[-1:]]))
