"""The words of `%clew`, and what is offered while one types."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.errors import UsageError
from clew.ipython.magic import USAGE, answer, completions

NAMESPACE: dict[str, object] = {"df": 1, "data": 2, "model": 3, "_hidden": 4, "In": [], "exit": None}


@dataclass(frozen=True, slots=True)
class Offers:
    line: str
    symbol: str
    words: tuple[str, ...]


OFFERS = [
    Offers("%clew ", "", ("slice", "explain", "show", "sessions", "status")),
    Offers("%clew s", "s", ("slice", "show", "sessions", "status")),
    Offers("%clew slice ", "", ("data", "df", "model")),
    Offers("%clew slice d", "d", ("data", "df")),
    Offers("%clew slice --exact m", "m", ("model",)),
    Offers("%clew slice df --", "--", ("--exact", "--keep-asserts", "--script")),
    Offers("%clew slice df ", "", ("--exact", "--keep-asserts", "--script")),
    Offers("%clew explain m", "m", ("model",)),
    Offers("%clew explain model ", "", ()),
    Offers("%clew nothing ", "", ()),
]


@pytest.mark.parametrize("case", OFFERS, ids=lambda case: repr(case.line))
def test_offers(case: Offers) -> None:
    assert tuple(completions(case.line, case.symbol, NAMESPACE)) == case.words


REFUSES = [
    ("slise df", "slice"),
    ("slice", "name"),
    ("slice df more", "more"),
    ("slice --exakt df", "--exakt"),
    ("explain df first", "line"),
    ("slice 'df", "quotation"),
    ("status now", "now"),
]


@pytest.mark.parametrize(("line", "says"), REFUSES, ids=[line for line, _ in REFUSES])
def test_refuses(line: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        answer(line)


@pytest.mark.parametrize("line", ["", "help", "-h"])
def test_alone_it_says_what_it_takes(line: str) -> None:
    assert answer(line) == USAGE
