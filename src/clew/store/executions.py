"""Executions in the store: further runs of sessions, each with its own steps, values and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from clew.errors import UnknownExecution
from clew.model.events import Event
from clew.store.databases import Database
from clew.store.pieces import packed, unpacked
from clew.store.rows import from_row, to_row
from clew.store.schema import EXECUTED, EXECUTION_PIECES, EXECUTION_VALUES, EXECUTIONS


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A value that a step made: its type, and what equal values have in common (empty where that cannot be told)."""

    type: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class ExecutedRow:
    """A step that an execution ran: its number in the session and among the execution's own, and its values by name.

    The name of what an expression gave is empty. `started` is in seconds since the epoch.
    """

    step: int
    own: int
    started: float
    seconds: float
    raised: str = ""
    values: Mapping[str, ValueRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One run of a session, or of a part of it said in `what`. `number` is 0 until it is in the store.

    `ended` is None while it runs, and for ever where it was interrupted; `error` is the user's own error text.
    """

    number: int
    execution: str
    session: str
    what: str
    folder: str
    python: str
    started: float
    ended: float | None = None
    error: str = ""


class Executions:
    """The executions that a database knows of."""

    def __init__(self, database: Database) -> None:
        """Take a database whose tables are up to date."""
        self._database = database

    def begin(self, row: ExecutionRow) -> int:
        """Write down that an execution has begun; give its number."""
        columns = [column.name for column in EXECUTIONS.columns if column.name != "number"]
        values = {name: getattr(row, name) for name in columns}
        with self._database.writing(row.execution) as connection:
            made: int = connection.execute(
                insert(EXECUTIONS).values(values).returning(EXECUTIONS.c.number)
            ).scalar_one()
        return made

    def add(self, number: int, steps: Sequence[ExecutedRow], events: Sequence[Event]) -> None:
        """Write down what an execution has done since the last time."""
        with self._database.writing(str(number)) as connection:
            add_steps(connection, number, steps)
            if events:
                content = packed([to_row(event) for event in events])
                place = {"execution": number, "position": next_position(connection, EXECUTION_PIECES, number)}
                connection.execute(insert(EXECUTION_PIECES).values(place | {"content": content}))

    def end(self, number: int, time: float | None, error: str = "") -> None:
        """Write down that an execution is over, or has failed and waits (no time) to be mended."""
        with self._database.writing(str(number)) as connection:
            changed = update(EXECUTIONS).where(EXECUTIONS.c.number == number)
            connection.execute(changed.values(ended=time, error=error))

    def all(self, session: str | None = None) -> tuple[ExecutionRow, ...]:
        """Give the executions, of one session or of all, oldest first."""
        asked = select(EXECUTIONS).order_by(EXECUTIONS.c.number)
        with self._database.reading() as connection:
            lines = connection.execute(asked if session is None else asked.where(EXECUTIONS.c.session == session))
            return tuple(row_of(line) for line in lines)

    def get(self, number: int) -> ExecutionRow:
        """Give an execution; else UnknownExecution."""
        with self._database.reading() as connection:
            line = connection.execute(select(EXECUTIONS).where(EXECUTIONS.c.number == number)).one_or_none()
        if line is None:
            raise UnknownExecution(number)
        return row_of(line)

    def steps(self, number: int) -> tuple[ExecutedRow, ...]:
        """Give the steps that an execution ran, in their order, each with its values."""
        with self._database.reading() as connection:
            lines = connection.execute(of(EXECUTED, number)).all()
            held = connection.execute(of(EXECUTION_VALUES, number)).all()
        values: dict[int, dict[str, ValueRow]] = {line.position: {} for line in lines}
        for line in held:
            values[line.position][line.name] = ValueRow(line.type, line.digest)
        return tuple(
            ExecutedRow(line.step, line.own, line.started, line.seconds, line.raised, values[line.position])
            for line in lines
        )

    def events(self, number: int) -> tuple[Event, ...]:
        """Give what an execution recorded."""
        with self._database.reading() as connection:
            lines = connection.execute(of(EXECUTION_PIECES, number)).all()
        return tuple(from_row(row) for line in lines for row in unpacked(line.content))

    def forget(self, number: int) -> None:
        """Take an execution out of the store for good."""
        with self._database.writing(str(number)) as connection:
            connection.execute(delete(EXECUTIONS).where(EXECUTIONS.c.number == number))


def forget_executions(connection: Connection, session: str) -> None:
    """Take the executions of a session out of the store for good."""
    connection.execute(delete(EXECUTIONS).where(EXECUTIONS.c.session == session))


def add_steps(connection: Connection, number: int, steps: Sequence[ExecutedRow]) -> None:
    """Write steps and their values after those that are there."""
    if not steps:
        return
    first = next_position(connection, EXECUTED, number)
    lines, values = [], []
    for position, step in enumerate(steps, first):
        place = {"execution": number, "position": position}
        lines.append(place | {name: getattr(step, name) for name in ("step", "own", "started", "seconds", "raised")})
        values += [
            place | {"name": name, "type": held.type, "digest": held.digest} for name, held in step.values.items()
        ]
    connection.execute(insert(EXECUTED), lines)
    if values:
        connection.execute(insert(EXECUTION_VALUES), values)


def next_position(connection: Connection, table: Any, number: int) -> int:
    """Give the position after the last that a table has of an execution."""
    asked = select(func.coalesce(func.max(table.c.position), -1)).where(table.c.execution == number)
    return int(connection.execute(asked).scalar_one()) + 1


def of(table: Any, number: int) -> Any:
    """Ask for what a table has of an execution, in its order."""
    return select(table).where(table.c.execution == number).order_by(*table.primary_key.columns)


def row_of(line: Row[Any]) -> ExecutionRow:
    """Give the execution of a line."""
    return ExecutionRow(**line._mapping)
