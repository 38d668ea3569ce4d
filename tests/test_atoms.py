"""Long containers of plain data are one cell; what only seems to be plain is not relied on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from clew.observe.atoms import BulkMemory
from clew.observe.kind import Opaque
from clew.observe.kinds import KindTable

ROWS = [{"id": n, "name": "x", "value": 0.5} for n in range(3000)]


@dataclass(frozen=True, slots=True)
class Case:
    """A container: whether it counts as one cell, and whether it can be read."""

    name: str
    value: object
    bulk: bool
    read: bool = True


CASES = [
    Case("numbers", list(range(3000)), bulk=True),
    Case("few numbers", [1, 2, 3], bulk=False),
    Case("rows", ROWS, bulk=True),
    Case("rows in a dict", dict(enumerate(ROWS)), bulk=True),
    Case("rows of lists", [[n, n] for n in range(3000)], bulk=True),
    Case("rows with lists in them", [{"n": [n]} for n in range(3000)], bulk=True),
    Case("rows with sets in them", [{"n": {n}} for n in range(3000)], bulk=False),
    Case("sets", [{n} for n in range(3000)], bulk=False),
    Case("dates", [date(2020, 1, 1)] * 3000, bulk=False),
    Case("rows with dates in them", [{"day": date(2020, 1, 1)} for _ in range(3000)], bulk=False),
    Case("rows with a late date", [*ROWS, {"day": date(2020, 1, 1)}], bulk=True, read=False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_long_container_is_one_cell_if_it_holds_plain_data(case: Case) -> None:
    memory = BulkMemory()
    assert memory.is_bulk(case.value) == case.bulk
    assert (memory.digest(case.value) is not None) == (case.bulk and case.read)
    assert memory.is_bulk(case.value) == case.bulk


@pytest.mark.parametrize("case", [case for case in CASES if not case.read], ids=lambda case: case.name)
def test_what_only_seemed_plain_cannot_be_seen_into(case: Case) -> None:
    kind = KindTable().find(type(case.value))
    assert kind is not None
    assert not kind.reach(case.value).children
    assert isinstance(kind.digest(case.value), Opaque)


def test_the_same_data_has_the_same_fingerprint() -> None:
    assert BulkMemory().digest(ROWS) == BulkMemory().digest([dict(row) for row in ROWS])
    assert BulkMemory().digest(ROWS) != BulkMemory().digest([*ROWS[:-1], {**ROWS[-1], "value": 1}])
