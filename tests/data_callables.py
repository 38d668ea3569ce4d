"""Arrays, frames and estimators to call methods of, and arguments for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd


def vector() -> Any:
    return np.array([3.0, 1.0, 2.0])


def matrix() -> Any:
    return np.array([[4.0, 1.0], [1.0, 3.0]])


def whole() -> Any:
    return np.array([3, 1, 2])


def frame() -> Any:
    return pd.DataFrame({"a": [3, 1, 2], "b": [0.5, None, 1.5], "c": ["x", "y", "x"]}, index=[2, 0, 1])


def numbers() -> Any:
    return pd.DataFrame({"a": [3.0, 1.0, 2.0], "b": [0.5, 2.5, 1.5]})


def times() -> Any:
    return pd.Series(pd.date_range("2020-01-01", periods=3, freq="D"), name="t")


def timed() -> Any:
    return pd.Series([1.0, 3.0, 2.0], index=pd.date_range("2020-01-01", periods=3, freq="D"))


def series() -> Any:
    return pd.Series([3.0, 1.0, 2.0], name="s")


def texts() -> Any:
    return pd.Series(["x", "y z", "x"], name="t")


def categories() -> Any:
    return pd.Series(["x", "y", "x"], dtype="category")


ARRAYS: list[Callable[[], Any]] = [vector, matrix, whole, lambda: np.float64(1.5), lambda: np.int64(3)]

ARRAY_ARGUMENTS: list[Callable[[], tuple[Any, ...]]] = [
    lambda: (),
    lambda: (vector(),),
    lambda: (matrix(),),
    lambda: (whole(),),
    lambda: (iter([3, 1, 2]),),
    lambda: ([3.0, 1.0, 2.0],),
    lambda: (3,),
    lambda: (0,),
    lambda: ("f8",),
    lambda: (vector(), vector()),
    lambda: (matrix(), matrix()),
    lambda: (whole(), whole()),
    lambda: (matrix(), 0),
    lambda: (matrix(), 1),
    lambda: (vector(), 1),
    lambda: (whole(), 2),
    lambda: ([vector(), vector()],),
    lambda: ([matrix(), matrix()],),
    lambda: (2, 3),
    lambda: ((2, 3),),
    lambda: ((2, 3), 1.5),
    lambda: (vector(), [0.0, 2.0, 4.0]),
    lambda: ([0, 2], vector()),
    lambda: (vector() > 1, vector(), vector()),
    lambda: (vector(), 0, 1),
    lambda: (matrix(), 0, 1),
    lambda: (vector(), vector(), 1),
    lambda: (whole(), (2, 2)),
    lambda: ("ij,jk", matrix(), matrix()),
    lambda: (whole(), "f8"),
    lambda: (lambda *where: where[0], (2, 2)),
]

FRAMES: list[Callable[[], Any]] = [
    frame,
    numbers,
    series,
    texts,
    categories,
    times,
    timed,
    lambda: frame().index,
    lambda: frame().columns,
    lambda: timed().index,
    lambda: pd.RangeIndex(3),
    lambda: pd.CategoricalIndex(["x", "y", "x"]),
    lambda: pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["k", "l"]),
    lambda: texts().str,
    lambda: times().dt,
    lambda: categories().cat,
    lambda: frame().groupby("c"),
    lambda: numbers().groupby([0, 1, 0]),
    lambda: series().groupby([0, 1, 0]),
    lambda: numbers().rolling(2),
    lambda: series().expanding(),
    lambda: series().ewm(2),
    lambda: timed().resample("2D"),
    lambda: pd.Timestamp("2020-01-02"),
    lambda: pd.Timedelta("1D"),
    lambda: pd.Period("2020-01"),
]

FRAME_ARGUMENTS: list[Callable[[], tuple[Any, ...]]] = [
    lambda: (),
    lambda: (0,),
    lambda: (2,),
    lambda: ("a",),
    lambda: ("sum",),
    lambda: (len,),
    lambda: (abs,),
    lambda: (["a", "b"],),
    lambda: (["a"],),
    lambda: ({"a": "z"},),
    lambda: ({"x": "z"},),
    lambda: (iter([3, 1, 2]),),
    lambda: (numbers(),),
    lambda: (frame(),),
    lambda: (series(),),
    lambda: (series() > 1,),
    lambda: (numbers() > 1,),
    lambda: (timed().index,),
    lambda: ([0, 1],),
    lambda: ([0, 1, 2],),
    lambda: ("x", "y"),
    lambda: ("a", "b"),
    lambda: (1.0, 2.0),
    lambda: ("2D",),
    lambda: ("UTC",),
    lambda: ("a > 1",),
    lambda: ("2020-01-01", "2020-01-02"),
    lambda: (numbers(), numbers()),
    lambda: ([numbers(), numbers()],),
    lambda: (iter([numbers(), numbers()]),),
    lambda: (series(), 2),
    lambda: (["2020-01-01", "2020-02-01"],),
    lambda: (texts(),),
    lambda: (frame(), "c"),
]


def estimators() -> Iterator[Callable[[], Any]]:
    """One maker of a fitted copy for each estimator that can be made without arguments and fitted to small data."""
    import copy

    from sklearn.utils import all_estimators

    for name, cls in all_estimators():
        for data in SAMPLES:
            try:
                fitted = cls().fit(*data())
            except Exception:
                continue
            if not name.startswith("Dummy"):
                yield lambda fitted=fitted: copy.deepcopy(fitted)  # type: ignore[misc]  # a lambda that keeps its loop variable has no type
            break


def points() -> Any:
    return np.random.RandomState(0).rand(30, 4) + 0.1


def labels() -> Any:
    return np.arange(30) % 2


def words() -> list[str]:
    return ["a b", "b c", "a c d"] * 10


SAMPLES: list[Callable[[], tuple[Any, ...]]] = [
    lambda: (points(), labels()),
    lambda: (points(), points()),
    lambda: (points()[:, 0], labels()),
    lambda: (points(),),
    lambda: (labels(),),
    lambda: (words(),),
]

ESTIMATOR_ARGUMENTS: list[Callable[[], tuple[Any, ...]]] = [
    lambda: (),
    lambda: (points(),),
    lambda: (points(), labels()),
    lambda: (labels(), labels()[::-1].copy()),
    lambda: (labels(), points()[:, 0]),
    lambda: (points()[:, 0], points()[:, 1]),
    lambda: (points(), points()),
    lambda: (labels(),),
    lambda: (words(),),
    lambda: (points()[:, 0],),
]
