"""What a fingerprint of polars objects sees, and what it does not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from tests.looking import Look, act

pl = pytest.importorskip("polars")


@dataclass(frozen=True)
class Case:
    name: str
    code: str
    changes: frozenset[str] = frozenset()


def case(name: str, code: str, *changes: str) -> Case:
    return Case(name, code, frozenset(changes))


CASES = [
    case("a value set", "x[0, 'a'] = 9", "a"),
    case("a text set", "x[0, 's'] = 'q'", "s"),
    case("a column inserted", "x.insert_column(0, pl.Series('n', [1, 2, 3]))", "n", "*"),
    case("a column replaced", "x.replace_column(0, pl.Series('a', [7, 8, 9]))", "a"),
    case("a column dropped", "x.drop_in_place('a')", "a", "*"),
    case("columns renamed", "x.columns = ['A', 's', 'd', 'l', 'f']", "a", "A", "*"),
    case("extended", "x.extend(x.clone())", "a", "s", "d", "l", "f", "whole"),
    case(
        "read",
        "x.head(1); x.describe(); repr(x); x.group_by('s').len(); x.lazy().select('a').collect(); x.sort('a'); "
        "x.filter(pl.col('a') > 1); x.with_columns(pl.col('a') * 2); x['a'].sum(); x.to_dicts(); x.columns; x.clone()",
    ),
]


def frame() -> Any:
    days = [dt.date(2020, 1, day) for day in (1, 2, 3)]
    return pl.DataFrame({"a": [1, 2, 3], "s": ["x", "y", None], "d": days, "l": [[1], [2], []], "f": [1.0, None, 2.0]})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_frames(case: Case) -> None:
    assert act(frame(), case.code, pl=pl) == case.changes


def test_series() -> None:
    assert act(pl.Series("a", [1, 2, 3]), "x[0] = 9") == {"whole"}
    assert act(pl.Series("a", ["u", "v"]), "x.sum if 0 else x.len(); x.unique(); repr(x)") == set()


def test_queries_have_no_state() -> None:
    for x in (frame().lazy(), pl.col("a") + 1):
        assert not Look(x).opaque()
