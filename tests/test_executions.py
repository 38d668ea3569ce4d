"""Executions in the store: each apart from the others, with its steps, values and events."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clew.errors import UnknownExecution
from clew.store.database import Store
from clew.store.executions import ExecutedRow, ExecutionRow, Executions, ValueRow
from tests.recorded import EVERYTHING

ROW = ExecutionRow(0, "e1", "s1", "", "/somewhere", "3.11.9", 1.5)
STEP = ExecutedRow(3, 0, 2.0, 0.25, "", {"x": ValueRow("int", "abc"), "": ValueRow("NoneType")})


def test_an_execution_comes_back_as_it_was(store: Store) -> None:
    executions = Executions(store.database)
    number = executions.begin(ROW)
    assert executions.get(number) == replace(ROW, number=number)
    failed = replace(STEP, step=4, own=1, raised="ValueError", values={})
    executions.add(number, [STEP], EVERYTHING[:2])
    executions.add(number, [failed], EVERYTHING[2:])
    executions.end(number, 9.0, "ValueError: no")
    assert executions.get(number) == replace(ROW, number=number, ended=9.0, error="ValueError: no")
    assert executions.steps(number) == (STEP, failed)
    assert executions.events(number) == EVERYTHING


def test_executions_of_one_session_are_told_apart(store: Store) -> None:
    executions = Executions(store.database)
    one, two, other = (executions.begin(replace(ROW, execution=name, session=session)) for name, session in NAMED)
    executions.add(one, [STEP], ())
    executions.add(two, [replace(STEP, values={"x": ValueRow("int", "def")})], ())
    assert [row.number for row in executions.all("s1")] == [one, two]
    assert [row.number for row in executions.all()] == [one, two, other]
    assert [executions.steps(each)[0].values["x"].digest for each in (one, two)] == ["abc", "def"]


NAMED = (("a", "s1"), ("b", "s1"), ("c", "s2"))


def test_a_forgotten_execution_takes_its_steps_along(store: Store) -> None:
    executions = Executions(store.database)
    number = executions.begin(ROW)
    executions.add(number, [STEP], EVERYTHING)
    executions.forget(number)
    assert [*executions.all(), *executions.steps(number), *executions.events(number)] == []
    with pytest.raises(UnknownExecution):
        executions.get(number)
