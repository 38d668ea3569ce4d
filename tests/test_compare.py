"""How two values differ, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from clew.archive.compare import compared


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    before: Any
    after: Any
    want: tuple[str, ...]


class Plain:
    def __init__(self, **held: object) -> None:
        self.__dict__.update(held)


class Slotted:
    __slots__ = ("a",)

    def __init__(self, a: int) -> None:
        self.a = a


class Silent:
    def __eq__(self, other: object) -> bool:
        raise ValueError("do not ask")

    def __repr__(self) -> str:
        raise ValueError("nor this")

    __hash__ = None  # type: ignore[assignment]  # no key


def cyclic(number: int) -> list[Any]:
    held: list[Any] = [number]
    held.append(held)
    return held


def fitted(slope: float, **parameters: Any) -> LinearRegression:
    return LinearRegression(**parameters).fit([[0.0], [1.0]], [0.0, slope])


TABLE = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
CASES = [
    Case("numbers", 1, 2, ("1 → 2",)),
    Case("nothing is like nothing", float("nan"), float("nan"), ()),
    Case("types", 1, "1", ("int 1 → str '1'",)),
    Case("a key", {"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}, ("['b'][1]: 2 → 3",)),
    Case("keys that come and go", {"a": 1}, {"b": 2}, ("['a']: gone: 1", "['b']: new: 2")),
    Case("a longer list", [1], [1, 2], ("1 → 2 elements",)),
    Case("sets", {1, 2}, {2, 3}, ("without 1", "with 3")),
    Case("short texts", "yes", "no", ("'yes' → 'no'",)),
    Case("long texts", "a\nb\nc", "a\nx\nc", ("3 → 3 lines", "@@ -1,3 +1,3 @@", " a", "-b", "+x", " c")),
    Case("bytes", b"abc", b"abd", ("3 → 3 bytes, different from byte 2 on",)),
    Case("the same table", TABLE, TABLE.copy(), ()),
    Case("a cell", TABLE, TABLE.assign(a=[1, 2, 4]), ("['a']: 1 of 3 cells differ, the first 3 → 4",)),
    Case("a type", TABLE, TABLE.astype({"a": float}), ("['a']: int64 → float64",)),
    Case("columns", TABLE, TABLE.rename(columns={"b": "c"}), ("columns gone: 'b'", "columns new: 'c'")),
    Case("rows", TABLE, TABLE.head(2), ("3 → 2 rows", "index gone: 2")),
    Case("a series", TABLE["a"], TABLE["a"] + 1, ("3 of 3 cells differ, the first 1 → 2",)),
    Case("arrays", np.arange(4.0), np.array([0, 1, 2, 5.0]), ("1 of 4 elements differ, by up to 2",)),
    Case("shapes", np.zeros(3), np.zeros((3, 1)), ("shape (3,) → (3, 1)",)),
    Case("arrays with nothing in them", np.array([np.nan]), np.array([np.nan]), ()),
    Case("arrays of texts", np.array(["a"]), np.array(["b"]), ("1 of 1 elements differ",)),
    Case(
        "sparse",
        scipy.sparse.eye(3, format="csr"),
        2 * scipy.sparse.eye(3, format="csr"),
        ("3 elements differ (3 → 3 are not zero)",),
    ),
    Case(
        "a parameter",
        LinearRegression(),
        LinearRegression(fit_intercept=False),
        (".get_params()['fit_intercept']: True → False",),
    ),
    Case("the same fit", fitted(2.0), fitted(2.0), ()),
    Case("an attribute", Plain(a=1, b=Plain(c=2)), Plain(a=1, b=Plain(c=3)), (".b.c: 2 → 3",)),
    Case("a slot", Slotted(1), Slotted(2), (".a: 1 → 2",)),
    Case("cycles", cyclic(1), cyclic(2), ("[0]: 1 → 2",)),
    Case("many", list(range(50)), list(range(1, 51)), (*(f"[{n}]: {n} → {n + 1}" for n in range(20)), "and more")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_how_they_differ(case: Case) -> None:
    assert compared(case.before, case.after) == case.want


def test_another_fit_has_another_slope() -> None:
    assert any(
        line.startswith(".coef_: 1 of 1 elements differ, by up to 1") for line in compared(fitted(2.0), fitted(3.0))
    )


def test_an_object_that_will_not_speak_is_compared_by_what_it_holds() -> None:
    first, second = Silent(), Silent()
    vars(first)["x"], vars(second)["x"] = 1, 2
    assert compared([first], [second]) == ("[0].x: 1 → 2",)


DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


@given(DATA)
def test_a_value_is_the_same_as_its_copy(value: object) -> None:
    import copy  # a copy is not the value itself, so all of it is looked at

    assert compared(value, copy.deepcopy(value)) == ()


@given(st.lists(st.integers()), st.lists(st.integers()))
def test_lists_that_are_not_equal_differ(first: list[int], second: list[int]) -> None:
    assert bool(compared(first, second)) == (first != second)
