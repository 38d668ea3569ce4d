"""Statements of a changed program paired with those of a session, in their order."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.replay.matching import paired


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    before: str  # a letter a statement
    after: str
    pairs: dict[int, int]
    gone: dict[int, tuple[int, ...]]


CASES = [
    Case("nothing changed", "abc", "abc", {0: 0, 1: 1, 2: 2}, {}),
    Case("one edited", "abc", "axc", {0: 0, 1: 1, 2: 2}, {}),
    Case("one new", "abc", "abxc", {0: 0, 1: 1, 3: 2}, {}),
    Case("one gone", "abc", "ac", {0: 0, 1: 2}, {1: (1,)}),
    Case("the last gone", "abc", "ab", {0: 0, 1: 1}, {2: (2,)}),
    Case("two for one", "abc", "axyc", {0: 0, 1: 1, 3: 2}, {}),
    Case("one for two", "abcd", "axd", {0: 0, 1: 1, 2: 3}, {2: (2,)}),
    Case("the same one twice", "aab", "aaab", {1: 0, 2: 1, 3: 2}, {}),
    Case("all new", "", "ab", {}, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_statements_are_paired_in_their_order(case: Case) -> None:
    assert paired(case.before, case.after) == (case.pairs, case.gone)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_statement_of_before_is_paired_once_or_gone(case: Case) -> None:
    pairs, gone = paired(case.before, case.after)
    assert sorted([*pairs.values(), *(each for some in gone.values() for each in some)]) == list(
        range(len(case.before))
    )
