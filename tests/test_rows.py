"""Rows: every event comes back from its row as it was."""

from __future__ import annotations

import json
from typing import TypeVar, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clew.model.effects import Effect, Reason
from clew.model.events import (
    Call,
    Event,
    Faulted,
    NamesSeen,
    SessionEnded,
    SessionStarted,
    SourceSeen,
    Step,
    Variable,
)
from clew.model.places import CellPlace, FilePlace, Source, Span
from clew.model.resources import Ambient, Cell, File, Module, Name, Resource
from clew.store.rows import EFFECTS, RESOURCE_ROWS, AnyRow, effect_from, from_row, place_from, resource_from, to_row
from tests.recorded import EVERYTHING, step

T = TypeVar("T")

TEXT = some.text(some.characters(exclude_categories=()), max_size=20)  # halves of surrogate pairs as well
NUMBER = some.integers(0, 2**53)
TIME = some.floats(0, 1e10)
SPAN = some.builds(Span, NUMBER, NUMBER, NUMBER, NUMBER)
PLACE = some.builds(FilePlace, TEXT) | some.builds(CellPlace, NUMBER, some.none() | NUMBER)
RESOURCE: some.SearchStrategy[Resource] = (
    some.builds(Name, TEXT)
    | some.builds(Cell, NUMBER, TEXT, TEXT)
    | some.builds(Ambient, TEXT, TEXT)
    | some.builds(File, TEXT)
    | some.builds(Module, TEXT, TEXT)
)
EFFECT = some.one_of([some.builds(verb, RESOURCE, some.sampled_from(list(Reason))) for verb in get_args(Effect)])


def tuples(each: some.SearchStrategy[T]) -> some.SearchStrategy[tuple[T, ...]]:
    return some.lists(each, max_size=4).map(tuple)


CALL = some.builds(Call, TEXT, SPAN, TIME)
VARIABLE = some.builds(Variable, TEXT, TEXT, tuples(RESOURCE))
EVENT: some.SearchStrategy[Event] = (
    some.builds(SessionStarted, TEXT, TEXT, TEXT, tuples(TEXT), TEXT, TEXT, TIME)
    | some.builds(SourceSeen, some.builds(Source, NUMBER, PLACE, TEXT, TEXT), TIME)
    | some.builds(Step, NUMBER, NUMBER, NUMBER, TIME, TIME, TEXT, tuples(CALL), tuples(EFFECT))
    | some.builds(NamesSeen, NUMBER, tuples(VARIABLE), tuples(TEXT))
    | some.builds(Faulted, NUMBER, TEXT)
    | some.builds(SessionEnded, TIME, TEXT)
)


@given(EVENT)
def test_an_event_comes_back_from_its_row(event: Event) -> None:
    assert from_row(to_row(event)) == event


@given(EVENT)
def test_a_row_passes_through_json(event: Event) -> None:
    # Without its escapes, which would join two halves of a surrogate pair.
    assert from_row(json.loads(json.dumps(to_row(event), ensure_ascii=False))) == event


@pytest.mark.parametrize("event", EVERYTHING, ids=lambda event: type(event).__name__)
def test_what_comes_back_is_hashable(event: Event) -> None:
    assert hash(from_row(json.loads(json.dumps(to_row(event))))) == hash(event)


def test_each_verb_and_reason_has_its_letters() -> None:
    assert set(EFFECTS.values()) == {(verb, reason) for verb in get_args(Effect) for reason in Reason}


def test_each_resource_has_its_row() -> None:
    assert set(RESOURCE_ROWS) == set(get_args(Resource))


@pytest.mark.parametrize("row", [[], ["?"], ["s", 1], ["z", 1, "", 4]])
def test_an_unknown_row_is_refused(row: AnyRow) -> None:
    with pytest.raises(ValueError, match="no event has the row"):
        from_row(row)


def test_unknown_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="no resource"):
        resource_from(["?", "x"])
    with pytest.raises(ValueError, match="no place"):
        place_from(["?", "x"])
    with pytest.raises(KeyError):
        effect_from(["??", "n", "x"])


def test_an_ordinary_step_is_short() -> None:
    assert len(json.dumps(to_row(step(1000)), separators=(",", ":"))) <= 250
