"""Writing an execution down in the store while it runs: its steps, the types of their values, and what tells values apart."""

from __future__ import annotations

import time
from collections.abc import Callable

from clew.errors import ClewError
from clew.knowledge.lines import type_name
from clew.model.events import Event
from clew.model.verdicts import CannotTell
from clew.observe.atoms import PLAIN
from clew.observe.audit import WIRE
from clew.replay.execution import RESULT, Execution, Ran
from clew.replay.values import digest_value
from clew.store.executions import ExecutedRow, ExecutionRow, Executions, ValueRow
from clew.store.progress import size_of

OFTEN = 2.0  # seconds between two writes
LARGE = 50_000_000  # bytes of a value that is not looked through

LOOKED_THROUGH = frozenset(
    "builtins collections datetime decimal fractions numpy pandas polars scipy torch uuid".split()
)
"""The packages whose values are looked through for a digest; to look through a figure would be to draw it."""


class Notes:
    """What is to be written down of one execution."""

    def __init__(self, execution: Execution, executions: Executions, row: ExecutionRow) -> None:
        self.execution, self.executions = execution, executions
        execution.noting, execution.settled = self.note, self.settle
        self.rows: list[ExecutedRow] = []
        self.sent = 0  # events
        self.written = time.monotonic()
        with WIRE.own_work():
            execution.number = executions.begin(row)

    def note(self, ran: Ran) -> None:
        """A step is over: take down what it made, as it is now."""
        watcher = self.execution.run.watcher
        survey = unseen if watcher.statement is None else watcher.heap.survey
        values = {name: self.value_row(name, value, survey) for name, value in ran.values.items()}
        done = ran.done
        self.rows.append(ExecutedRow(done.number, done.own.number, done.started, done.seconds, done.raised, values))
        if time.monotonic() - self.written > OFTEN:
            self.write()

    def value_row(self, name: str, value: object, survey: Callable[[str], object]) -> ValueRow:
        """The type of a value, and its digest where nothing of the user's has to run for that."""
        kind = type_name(type(value))
        if type(value) in PLAIN:
            return ValueRow(kind, digest_of(value))
        seen = survey(name) if name != RESULT else None
        if seen is None or kind.partition(".")[0] not in LOOKED_THROUGH or size_of(value) > LARGE:
            return ValueRow(kind)
        inert = not any(getattr(seen, each) for each in ("active", "overflow", "functions", "opaque"))
        return ValueRow(kind, digest_of(value) if inert else "")

    def write(self) -> None:
        """Bring what was taken down into the store."""
        self.written = time.monotonic()
        with WIRE.own_work():
            events: list[Event] = self.execution.run.watcher.events
            self.executions.add(self.execution.number, self.rows, events[self.sent :])
            self.sent, self.rows = len(events), []

    def settle(self) -> None:
        """The execution is over, or waits to be mended or to go on."""
        self.write()
        error = self.execution.error
        said = f"{type(error).__name__}: {text_of(error)}" if error is not None else ""
        over = error is None and self.execution.is_over
        with WIRE.own_work():
            self.executions.end(self.execution.number, time.time() if over or error is not None else None, said)


def unseen(name: str) -> None:
    """Say nothing of where a variable leads."""


def text_of(error: BaseException) -> str:
    """What an exception says; its own text may fail."""
    try:
        return str(error)
    except Exception:  # the user's own __str__ failed; Python prints it in these words
        return "<exception str() failed>"


def digest_of(value: object) -> str:
    """What equal values have in common; empty where that cannot be told."""
    try:
        found = digest_value(value)
    except ClewError:
        raise
    except Exception:  # whatever a library has against being looked through: then nothing is said of the value
        return ""
    return "" if isinstance(found, CannotTell) else found
