"""Every value comes back exactly as it was, from an open format where there is one; equal values are equal bytes."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import pickle
import sqlite3
import subprocess
import sys
import threading
import uuid
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import sklearn.ensemble
import sklearn.linear_model
import sklearn.pipeline
import sklearn.preprocessing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from clew import plugins
from clew.errors import CannotKeep
from clew.model.artifacts import Blob
from clew.store.blobs import Blobs
from clew.store.codecs import pickles, unkeepable
from clew.store.codecs.alike import alike
from clew.store.keeping import fetch, keep
from clew.store.trust import Keys

CODECS = plugins.codecs(plugins.loaded())
HAS_ARROW, HAS_SKOPS = (find_spec(name) is not None for name in ("pyarrow", "skops"))


@dataclass(frozen=True, slots=True)
class Case:
    """A value, and the codec that keeps it. `once`: made twice, it is stored once."""

    name: str
    make: Callable[[], Any]
    codec: str
    once: bool = True
    needs: str = ""


class Frame(pd.DataFrame):  # type: ignore[misc]  # pandas has no types here
    """A user's own kind of frame."""


class Numbers(np.ndarray[Any, Any]):
    """A user's own kind of array."""


class Words(str):
    __slots__ = ()


@dataclass
class Point:
    x: int


def shared() -> list[list[int]]:
    inner = [1]
    return [inner, inner]


def circle() -> list[Any]:
    made: list[Any] = []
    made.append(made)
    return made


def frame(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame(columns)


def with_attrs(attrs: dict[Any, Any]) -> pd.DataFrame:
    made = frame(a=[1, 2])
    made.attrs = attrs
    return made


def indexed(index: Any) -> pd.DataFrame:
    return pd.DataFrame({"a": range(len(index))}, index=index)


def labelled(columns: Any) -> pd.DataFrame:
    return pd.DataFrame([range(len(columns))], columns=columns)


def random_numbers(*shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(0).normal(size=shape)


def fitted(model: Any) -> Any:
    return model.fit(random_numbers(40, 3), np.arange(40) % 2)


NAN_WITH_BITS = np.array([0x7FF8000000000123], "uint64").view("float64")
DAYS = pd.date_range("2024-01-01", periods=3)

PLAIN = [
    Case("text", lambda: "naïve\r\nlines\n", "text"),
    Case("no text", lambda: "", "text"),
    Case("text that is no Unicode", lambda: "\udc80", "json"),
    Case("two halves that are not one letter", lambda: "\ud83d" + "\ude00", "pickle"),
    Case("a subclass of text", lambda: Words("a"), "pickle"),
    Case("bytes", lambda: b"\x00\xff", "bytes"),
    Case("bytes that can change", lambda: bytearray(b"\x00\xff"), "bytearray"),
    Case("none", lambda: None, "json"),
    Case("true is not one", lambda: [True, 1, 1.0], "json"),
    Case("a number of all digits", lambda: 0.1 + 0.2, "json"),
    Case("zero below zero", lambda: -0.0, "json"),
    Case("what is no number", lambda: [float("nan"), float("inf"), -float("inf")], "json"),
    Case("a big integer", lambda: 2**200, "json"),
    Case("a long list", lambda: [{"n": n, "t": (n, "ä")} for n in range(12_000)], "json"),
    Case("a list of just one piece", lambda: list(range(10_000)), "json"),
    Case("a long list with something twice", lambda: [*map(float, range(20_000)), *shared()], "pickle"),
    Case("a long list with half a letter", lambda: [*map(str, range(20_000)), "\udc80"], "json"),
    Case("an integer too big for JSON", lambda: 10**5000, "pickle"),
    Case("nested data in its order", lambda: {"b": [1, {"z": None, "a": []}], "a": {}}, "json"),
    Case("tuples and sets", lambda: {"t": (1, (2,)), "s": {1, 2}, "f": frozenset("ab")}, "json"),
    Case("an empty tuple", lambda: (), "json"),
    Case("keys that are no text", lambda: {1: "a", (2, 3): "b", None: "c", False: "d"}, "json"),
    Case("keys that look like ours", lambda: {"$tuple": [1], "x": {"$date": 5}}, "json"),
    Case("dates", lambda: [dt.date(2024, 2, 29), dt.datetime(2024, 1, 1, 5, 6, 7, 89), dt.time(3, 4)], "json"),
    Case("a date with a zone", lambda: dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))), "json"),
    Case("the second of two equal hours", lambda: dt.datetime(2024, 10, 27, 2, 30, fold=1), "pickle"),
    Case("spans", lambda: dt.timedelta(days=-1, microseconds=3), "json"),
    Case("exact numbers", lambda: [decimal.Decimal("1.10"), complex(1, -0.0)], "json"),
    Case("a path and an id", lambda: {Path("/a/b"), uuid.UUID(int=5)}, "json"),
    Case("ranges and bytes in a list", lambda: [range(0, 9, 2), b"a", bytearray(b"b")], "json"),
    Case("a metric of NumPy", lambda: np.float64(0.9371), "json"),
    Case("small numbers of NumPy", lambda: {"n": np.int8(3), "b": np.bool_(True), "h": np.float16(0.1)}, "json"),
    Case("a moment of NumPy", lambda: np.datetime64("2024-01-01T05", "h"), "json"),
    Case("a list that is there twice", shared, "pickle"),
    Case("a list that holds itself", circle, "pickle"),
    Case("a dict with an order of its own", lambda: OrderedDict(a=1), "pickle"),
    Case("an object", lambda: Point(3), "pickle"),
    Case("a class of the standard library", lambda: OrderedDict, "pickle"),
]

ARRAYS = [
    Case("numbers", lambda: np.arange(6.0), "npy"),
    Case("no numbers", lambda: np.zeros((0, 3)), "npy"),
    Case("one number without a shape", lambda: np.array(3), "npy"),
    Case("columns one after another", lambda: np.asfortranarray(random_numbers(4, 5)), "npy"),
    Case("every other row", lambda: random_numbers(9, 4)[::2, 1:], "npy"),
    Case("backwards", lambda: np.arange(9)[::-1], "npy"),
    Case("the other byte order", lambda: np.arange(3, dtype=">i4"), "npy"),
    Case("NaN with bits of its own", lambda: NAN_WITH_BITS, "npy"),
    Case("halves", lambda: np.arange(3, dtype="float16"), "npy"),
    Case("texts of fixed width", lambda: np.array(["a", "bcd"]), "npy"),
    Case("moments", lambda: np.array(["2024-01-01", "NaT"], "datetime64[ns]"), "npy"),
    Case("records", lambda: np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), "npy"),
    Case("a type with a note", lambda: np.zeros(2, np.dtype("f8", metadata={"unit": "m"})), "pickle"),
    Case("objects", lambda: np.array([1, "a", None], dtype=object), "pickle", once=False),
    Case("a subclass", lambda: np.zeros(3).view(Numbers), "pickle"),
    Case("masked", lambda: np.ma.masked_array([1, 2], [True, False]), "pickle"),
    Case("records by attribute", lambda: np.zeros(2, [("a", "i4"), ("b", "f8")]).view(np.recarray), "pickle"),
    Case("texts of any width", lambda: np.array(["a", "bc"], np.dtypes.StringDType()), "pickle"),
]

SPARSE = [
    Case(f"sparse, {kind}", partial(getattr(scipy.sparse, kind), np.diag([1.0, 0, 3])), "npz")
    for kind in ("csr_matrix", "csc_array", "coo_matrix", "coo_array", "bsr_matrix", "dia_array")
] + [Case("sparse, of a form without a file", lambda: scipy.sparse.lil_matrix(np.diag([1.0, 2])), "pickle", once=False)]

FRAMES = [
    Case("numbers and texts", lambda: frame(a=[1, 2], b=[0.5, None], c=["x", None]), "parquet"),
    Case("no rows", lambda: frame(a=np.zeros(0), b=pd.Series([], dtype=object)), "parquet"),
    Case("no columns", lambda: pd.DataFrame(index=range(3)), "pickle", once=False),
    Case("nothing at all", pd.DataFrame, "parquet"),
    Case("small types", lambda: frame(a=np.array([1], "int8"), b=np.array([1], "float32"), c=[True]), "parquet"),
    Case(
        "nullable types", lambda: frame(a=pd.array([1, None], "Int64"), b=pd.array([True, None], "boolean")), "parquet"
    ),
    Case("nullable floats", lambda: frame(a=pd.array([0.5, None], "Float32")), "parquet"),
    Case("strings of the nullable kind", lambda: frame(a=pd.array(["x", None], "string")), "parquet"),
    Case("texts as objects", lambda: frame(a=pd.Series(["x", None, "z"], dtype=object)), "parquet"),
    Case("texts as objects with NaN", lambda: frame(a=pd.Series(["x", np.nan], dtype=object)), "parquet"),
    Case("integers as objects", lambda: frame(a=pd.Series([1, 2], dtype=object)), "parquet"),
    Case("mixed objects", lambda: frame(a=pd.Series([1, "a", None, 2.5], dtype=object)), "pickle", once=False),
    Case("lists as objects", lambda: frame(a=pd.Series([[1], [2, 3]], dtype=object)), "parquet"),
    Case("decimals", lambda: frame(a=[decimal.Decimal("1.10"), None]), "parquet"),
    Case("days as objects", lambda: frame(a=[dt.date(2024, 1, 1), None]), "parquet"),
    Case("moments", lambda: frame(a=pd.to_datetime(["2024-01-01", None])), "parquet"),
    Case("moments in seconds", lambda: frame(a=np.array(["2024-01-01"], "datetime64[s]")), "parquet"),
    Case("moments in nanoseconds", lambda: frame(a=np.array([1, 2], "datetime64[ns]")), "parquet"),
    Case("moments in a zone", lambda: frame(a=DAYS.tz_localize("Europe/Vienna")), "parquet"),
    Case("spans", lambda: frame(a=pd.to_timedelta([1, None], "ns")), "parquet"),
    Case("periods", lambda: frame(a=pd.period_range("2024-01", periods=2, freq="M")), "parquet"),
    Case("intervals", lambda: frame(a=pd.interval_range(0, 2)), "parquet"),
    Case("categories", lambda: frame(a=pd.Categorical(["b", None], ["c", "b"], ordered=True)), "parquet"),
    Case("categories of numbers", lambda: frame(a=pd.Categorical([3, 1])), "parquet"),
    Case("sparse columns", lambda: frame(a=pd.arrays.SparseArray([0, 0, 1])), "pickle", once=False),
    Case("complex numbers", lambda: frame(a=[1j]), "pickle", once=False),
    Case("attributes", lambda: with_attrs({"unit": "m", "shape": (1, 2)}), "parquet"),
    Case("attributes that are no data", lambda: with_attrs({"f": len}), "pickle", once=False),
    Case("an index with a name", lambda: indexed(pd.Index([3, 1], name="id")), "parquet"),
    Case("an index that begins at 5", lambda: indexed(pd.RangeIndex(5, 11, 2)), "parquet"),
    Case("an index with a name and no data", lambda: indexed(pd.RangeIndex(3, name="n")), "parquet"),
    Case("an index of texts", lambda: indexed(["x", "y"]), "parquet"),
    Case("an index with a frequency", lambda: indexed(DAYS), "parquet"),
    Case("an index of moments", lambda: indexed(DAYS[[2, 0]]), "parquet"),
    Case("an index of categories", lambda: indexed(pd.CategoricalIndex(["a", "b"])), "parquet"),
    Case(
        "an index of two levels",
        lambda: indexed(pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", "y"])),
        "parquet",
    ),
    Case("levels without names", lambda: indexed(pd.MultiIndex.from_product([["b", "a"], [1, 2]])), "parquet"),
    Case("numbered columns", lambda: pd.DataFrame(np.zeros((2, 3))), "parquet"),
    Case("columns named by numbers", lambda: labelled([3, 1]), "parquet"),
    Case(
        "columns of two levels",
        lambda: labelled(pd.MultiIndex.from_product([["b", "a"], [1, 2]], names=["x", None])),
        "parquet",
    ),
    Case("two columns of one name", lambda: labelled(["a", "a"]), "parquet"),
    Case("columns named by moments", lambda: labelled(DAYS[[2, 0]]), "parquet"),
    Case("columns with a name", lambda: labelled(pd.Index(["a", "b"], name="kind")), "parquet"),
    Case("columns of all kinds", lambda: labelled([1, "a", None, (2, 3)]), "parquet"),
    Case("a subclass", lambda: Frame({"a": [1]}), "pickle", once=False),
    Case(
        "more rows than a group",
        lambda: pd.DataFrame({"a": np.arange(2_100_000), "b": 0.5}, index=np.arange(2_100_000)[::-1]),
        "parquet",
    ),
]

SERIES = [
    Case("a series", lambda: pd.Series([1, 2], name="x"), "parquet-series"),
    Case("a series without a name", lambda: pd.Series(["a", None]), "parquet-series"),
    Case("a series named by a tuple", lambda: pd.Series([1.5], index=["a"], name=("x", 1)), "parquet-series"),
    Case("a series of categories", lambda: pd.Series(["b", "a"], dtype="category"), "parquet-series"),
    Case("a series of objects", lambda: pd.Series([len, 1]), "pickle", once=False),
    Case("an index by itself", lambda: pd.Index([1, 2], name="x"), "pickle", once=False),
]

ESTIMATORS = [
    Case("a linear model", lambda: fitted(sklearn.linear_model.LogisticRegression()), "skops"),
    Case("a model that has learnt nothing", sklearn.linear_model.Ridge, "skops"),
    Case("a forest", lambda: fitted(sklearn.ensemble.RandomForestClassifier(5, random_state=0)), "skops-signed"),
    Case(
        "a pipeline",
        lambda: fitted(
            sklearn.pipeline.make_pipeline(sklearn.preprocessing.StandardScaler(), sklearn.linear_model.Ridge())
        ),
        "skops",
    ),
    Case(
        "a model with a function in it",
        lambda: sklearn.preprocessing.FunctionTransformer(lambda x: x + 1),
        "pickle",
        once=False,
    ),
]


def twice() -> list[Any]:
    table = frame(a=[1])
    return [table, table]


PARTS = [
    Case("arrays by name", lambda: {"x": np.arange(3), "y": np.eye(2)}, "parts"),
    Case("frames and numbers", lambda: {"train": frame(a=[1]), "rate": 0.1, "n": np.float64(3)}, "parts"),
    Case("a split", lambda: (frame(a=[1]), frame(a=[2]), pd.Series([1]), np.arange(2)), "parts"),
    Case("deep inside", lambda: [{"a": ({1: scipy.sparse.csr_matrix([[1.0]])}, None)}], "parts"),
    Case("one frame in two places", twice, "parts"),
    Case("a model and its scores", lambda: {"m": fitted(sklearn.linear_model.Ridge()), "s": [0.5]}, "parts"),
    Case(
        "a forest and its scores", lambda: [fitted(sklearn.ensemble.RandomForestClassifier(2)), 1], "pickle", once=False
    ),
    Case("more arrays than an archive should have", lambda: [np.arange(2) for _ in range(1001)], "pickle"),
    Case("an array of objects and another", lambda: [np.array([len]), np.arange(2)], "pickle", once=False),
    Case("a frame that no open format holds", lambda: [frame(a=[1j])], "pickle", once=False),
    Case("a function among arrays", lambda: [np.arange(2), len], "pickle", once=False),
]

needs_arrow = pytest.mark.skipif(not HAS_ARROW, reason="pyarrow is not installed: pip install 'clew[formats]'")
needs_skops = pytest.mark.skipif(not HAS_SKOPS, reason="skops is not installed: pip install 'clew[formats]'")


def cases() -> Iterator[Any]:
    for some_cases, marks in [
        (PLAIN, []),
        (ARRAYS, []),
        (SPARSE, []),
        (FRAMES, [needs_arrow]),
        (SERIES, [needs_arrow]),
        (ESTIMATORS, [needs_skops]),
        (PARTS, [needs_arrow, needs_skops]),
    ]:
        for case in some_cases:
            yield pytest.param(case, id=case.name, marks=marks)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("config"))


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


@pytest.mark.parametrize("case", list(cases()))
def test_a_value_comes_back_as_it_was(case: Case, blobs: Blobs, keys: Keys) -> None:
    value = case.make()
    kept = keep(value, blobs, CODECS, keys)
    found = fetch(kept, blobs, CODECS, keys)
    assert kept.codec == case.codec
    assert type(found) is type(value)
    same(found, value)
    assert case.codec == "pickle" or alike(found, value)
    assert bool(kept.signature) is (case.codec in ("pickle", "figure", "skops-signed"))


@pytest.mark.parametrize("case", [case for case in cases() if case.values[0].once])
def test_equal_values_are_stored_once(case: Case, blobs: Blobs, keys: Keys) -> None:
    first, second = (keep(case.make(), blobs, CODECS, keys) for _ in range(2))
    assert first.kept == second.kept


def is_table(value: object) -> bool:
    return isinstance(value, pd.DataFrame | pd.Series | np.ndarray)


def same(found: Any, value: Any) -> None:
    """Compare as the library's own tests do, which know nothing of how we compare."""
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(found, value, check_exact=True, check_freq=True, check_flags=True)
        assert found.attrs == value.attrs
    elif isinstance(value, pd.Series):
        pd.testing.assert_series_equal(found, value, check_exact=True)
    elif isinstance(value, np.ndarray) and not isinstance(value, np.ma.MaskedArray):
        np.testing.assert_array_equal(found, value, strict=True)
        assert found.dtype == value.dtype
    elif type(value) in (list, tuple, dict) and any(map(is_table, value)):
        for mine, theirs in zip(found, value, strict=True):
            same(mine, theirs)
    elif type(value) in (str, bytes, bytearray, dict, tuple, set, OrderedDict, Point):
        assert repr(found) == repr(value)


def test_one_frame_in_two_places_comes_back_as_one(blobs: Blobs, keys: Keys) -> None:
    first, second = fetch(keep(twice(), blobs, CODECS, keys), blobs, CODECS, keys)
    assert first is second


def test_others_read_the_parts(blobs: Blobs, keys: Keys, tmp_path: Path) -> None:
    kept = keep({"x": np.arange(3), "rate": 0.5}, blobs, CODECS, keys)
    assert isinstance(kept.kept, Blob)
    with blobs.open(kept.kept) as file, zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["1.npy", "value.json"]
        assert np.load(io.BytesIO(archive.read("1.npy"))).tolist() == [0, 1, 2]
        assert json.loads(archive.read("value.json")) == {"x": {"$part": ["1.npy", "npy"]}, "rate": 0.5}


UNLIKE = [
    ("types that are equal", 1, True),
    ("types of numbers", 1, 1.0),
    ("signs of zero", 0.0, -0.0),
    ("orders", {"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ("depths", [[1]], [[True]]),
    ("lengths", [1], [1, 1]),
    ("items of sets", {1}, {True}),
    ("kinds of sequence", [1], (1,)),
    ("widths", np.zeros(2, "f4"), np.zeros(2)),
    ("byte orders", np.zeros(2, "<i4"), np.zeros(2, ">i4")),
    ("shapes", np.zeros(2), np.zeros((1, 2))),
    ("layouts", np.zeros((2, 3)), np.zeros((2, 3), order="F")),
    ("signs of zero in arrays", np.array([0.0]), np.array([-0.0])),
    ("objects in arrays", np.array([1], object), np.array([True], object)),
    ("types of columns", frame(a=[1]), frame(a=[1.0])),
    ("nullable and not", frame(a=[1]), frame(a=pd.array([1], "Int64"))),
    ("None and NaN", frame(a=pd.Series([None], dtype=object)), frame(a=pd.Series([np.nan], dtype=object))),
    ("missing and not", frame(a=pd.array([1, None], "Int64")), frame(a=pd.array([1, 1], "Int64"))),
    ("zones", frame(a=DAYS.tz_localize("UTC")), frame(a=DAYS.tz_localize("Europe/Vienna"))),
    ("units", frame(a=DAYS.as_unit("s")), frame(a=DAYS.as_unit("ns"))),
    ("orders of categories", frame(a=pd.Categorical(["a"], ["a", "b"])), frame(a=pd.Categorical(["a"], ["b", "a"]))),
    ("unused categories", frame(a=pd.Categorical(["a"], ["a", "b"])), frame(a=pd.Categorical(["a"]))),
    ("attributes", with_attrs({"a": 1}), with_attrs({"a": 2})),
    ("kinds of index", indexed(pd.RangeIndex(2)), indexed(pd.Index([0, 1]))),
    ("names of an index", indexed(pd.RangeIndex(2)), indexed(pd.RangeIndex(2, name="x"))),
    ("frequencies", indexed(DAYS), indexed(pd.DatetimeIndex(list(DAYS)))),
    ("names of columns", labelled([1, 2]), labelled(["1", "2"])),
    ("names of a series", pd.Series([1]), pd.Series([1], name="x")),
    ("sparse values", scipy.sparse.csr_matrix([[1.0]]), scipy.sparse.csr_matrix([[2.0]])),
    ("sparse and dense zeros", scipy.sparse.csr_matrix([[0.0]]), scipy.sparse.csr_matrix(([0.0], [0], [0, 1]), (1, 1))),
    ("attributes of objects", Point(1), Point(True)),
    ("parameters of a model", sklearn.linear_model.Ridge(1), sklearn.linear_model.Ridge(1.0)),
]


@pytest.mark.parametrize(("one", "other"), [pair[1:] for pair in UNLIKE], ids=[pair[0] for pair in UNLIKE])
def test_what_differs_is_not_alike(one: object, other: object) -> None:
    assert alike(one, one)
    assert alike(pickle.loads(pickle.dumps(one)), one)
    assert not alike(one, other)
    assert not alike(other, one)


LEAVES = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text()
    | some.binary()
    | some.dates()
    | some.datetimes()
    | some.decimals()
    | some.uuids()
    | some.complex_numbers()
)
KEYS = some.none() | some.booleans() | some.integers() | some.text(max_size=3)
DATA = some.recursive(
    LEAVES,
    lambda inner: some.lists(inner) | some.dictionaries(KEYS, inner) | some.lists(inner).map(tuple),
    max_leaves=12,
)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DATA)
def test_plain_data_comes_back_as_it_was(keys: Keys, value: object) -> None:
    blobs = Blobs("memory://plain")
    kept = keep(value, blobs, CODECS, keys)
    assert alike(fetch(kept, blobs, CODECS, keys), value)
    if kept.codec == "json" and isinstance(kept.kept, Blob):
        with blobs.open(kept.kept) as file:
            json.loads(file.read(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


GONE: list[str] = []


class Loud:
    """An object that does something when it goes."""

    def __del__(self) -> None:
        GONE.append("gone")


def test_an_object_that_does_something_when_it_goes_is_not_loaded_to_look(blobs: Blobs, keys: Keys) -> None:
    GONE.clear()
    value = {"inside": Loud()}
    kept = keep(value, blobs, CODECS, keys)
    assert GONE == []
    assert type(fetch(kept, blobs, CODECS, keys)["inside"]) is Loud
    assert GONE == ["gone"]


class Touchy(type):
    """A class whose objects and whose class itself mind being asked anything."""

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("the class was compared")

    def __hash__(cls) -> int:
        raise AssertionError("the class was hashed")


class Tripwire(metaclass=Touchy):
    def __getattribute__(self, name: str) -> Any:
        if name in ("__reduce_ex__", "__class__"):  # what pickle asks
            return object.__getattribute__(self, name)
        raise AssertionError(f"{name} was asked for")

    def __reduce__(self) -> Any:
        raise TypeError("it does not want to be kept")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("it was compared")

    __hash__ = None  # type: ignore[assignment]  # as of any class that compares


def test_no_codec_asks_a_value_of_the_users_anything() -> None:
    value = Tripwire()
    assert [codec.name for codec in CODECS if codec.fits(value)] == ["pickle"]
    assert not unkeepable.why(value)


CANNOT = [
    ("a generator", lambda: (item for item in "ab"), "only once"),
    ("an open file", lambda: open(__file__), "clew.file"),  # noqa: SIM115  # it is what is refused
    ("a list with an open file", lambda: [open(__file__)], "open file"),  # noqa: SIM115  # as above
    ("a lock", threading.Lock, "lock"),
    ("a database", lambda: sqlite3.connect(":memory:"), "database"),
    ("a view of memory", lambda: memoryview(b"a"), "bytes"),
    ("a dict with a view of memory", lambda: {"a": memoryview(b"a")}, "view"),
    ("a process", lambda: subprocess.Popen(["true"]), "process"),
    ("an object that does not load", lambda: Unloadable(1, 2), "come back"),
]


class Unloadable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(one)


@pytest.mark.parametrize(("make", "why"), [case[1:] for case in CANNOT], ids=[case[0] for case in CANNOT])
def test_what_cannot_be_kept_is_refused_with_the_reason(
    make: Callable[[], object], why: str, blobs: Blobs, keys: Keys
) -> None:
    value = make()
    with pytest.raises(CannotKeep, match=why):
        keep(value, blobs, CODECS, keys)
    assert list(blobs.all()) == []


def test_reading_a_pickle_leaves_the_programs_own_classes_as_they_are() -> None:
    class Model:
        made: list[int] = []  # noqa: RUF012  # a class that counts what is made of it

        def fit(self) -> int:
            return len(self.made)

    file = io.BytesIO()
    pickles.write(Model(), file)
    held, fit = Model.made, Model.fit
    assert pickles.matches(Model(), file)
    held.append(1)
    file.seek(0)
    found = pickles.read(file)
    assert type(found) is Model
    assert (Model.made is held, Model.fit is fit, Model().fit()) == (True, True, 1)


def test_a_class_that_came_with_a_pickle_is_whole_after_a_load_that_failed() -> None:
    program = "class Model:\n    def fit(self): return 5\nfrom clew.store.codecs import pickles\nimport io, sys\n"
    program += "pickles.write([Model(), Model().fit], sys.stdout.buffer)\n"
    pickled = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    for stop in range(len(pickled) // 2, len(pickled) - 1, 7):
        with suppress(Exception):
            pickles.read(io.BytesIO(pickled[:stop]))
    model, _ = cast("list[Any]", pickles.read(io.BytesIO(pickled)))
    assert model.fit() == 5
