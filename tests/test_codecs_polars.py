"""Frames and series of polars come back as they were, from Parquet that others read as well."""

from __future__ import annotations

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pytest

from clew.errors import CannotKeep
from clew.model.artifacts import Blob
from clew.store.blobs import Blobs
from clew.store.codecs.alike import alike
from clew.store.keeping import fetch, keep
from clew.store.trust import Keys
from tests.test_codecs import CODECS, Case

pl, testing = pytest.importorskip("polars"), pytest.importorskip("polars.testing")


def frame(**columns: Any) -> Any:
    return pl.DataFrame(columns)


CASES = [
    Case("numbers and texts", lambda: frame(a=[1, None], b=["x", None], c=[0.5, float("nan")]), "polars"),
    Case("nothing at all", pl.DataFrame, "polars"),
    Case("no rows", lambda: pl.DataFrame(schema={"a": pl.Int8, "b": pl.List(pl.String)}), "polars"),
    Case("lists and records", lambda: frame(a=[[1], []], b=[{"x": 1}, {"x": None}]), "polars"),
    Case(
        "moments and spans", lambda: frame(a=[dt.datetime(2024, 1, 1)], b=[dt.timedelta(1)], c=[dt.time(3)]), "polars"
    ),
    Case("moments in a zone", lambda: frame(a=pl.Series([0], dtype=pl.Datetime("ms", "Europe/Vienna"))), "polars"),
    Case("exact numbers", lambda: frame(a=[decimal.Decimal("1.10")]), "polars"),
    Case("categories", lambda: frame(a=pl.Series(["b", "a"], dtype=pl.Categorical)), "polars"),
    Case("categories in an order", lambda: frame(a=pl.Series(["a"], dtype=pl.Enum(["b", "a"]))), "polars"),
    Case("nothing but missing", lambda: frame(a=[None, None]), "polars"),
    Case("a series", lambda: pl.Series("x", [1, None]), "polars-series"),
    Case("a series without a name", lambda: pl.Series([1.5]), "polars-series"),
    Case("a question not yet asked", lambda: frame(a=[1]).lazy(), "pickle", once=False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_frame_comes_back_as_it_was(case: Case, tmp_path: Path) -> None:
    blobs, keys, value = Blobs(tmp_path / "blobs"), Keys(tmp_path / "config"), case.make()
    kept = keep(value, blobs, CODECS, keys)
    assert kept.codec == case.codec
    found = fetch(kept, blobs, CODECS, keys)
    assert type(found) is type(value)
    if case.codec == "polars":
        testing.assert_frame_equal(found, value, check_exact=True)
        assert found.schema == value.schema
    if case.codec == "polars-series":
        testing.assert_series_equal(found, value, check_exact=True)
    assert case.codec == "pickle" or alike(found, value)
    if case.once:
        assert keep(case.make(), blobs, CODECS, keys).kept == kept.kept


def test_others_read_the_file(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    blobs, keys = Blobs(tmp_path / "blobs"), Keys(tmp_path / "config")
    kept = keep(frame(a=[1, None]), blobs, CODECS, keys)
    assert isinstance(kept.kept, Blob)
    with blobs.open(kept.kept) as file:
        assert parquet.read_table(file).to_pydict() == {"a": [1, None]}


UNLIKE = [
    ("types", frame(a=[1]), frame(a=[1.0])),
    ("names", frame(a=[1]), frame(b=[1])),
    ("missing", frame(a=[1, None]), frame(a=[1, 2])),
    ("none and NaN", frame(a=[1.0, None]), frame(a=[1.0, float("nan")])),
    ("orders of columns", frame(a=[1], b=[1]), frame(b=[1], a=[1])),
]


@pytest.mark.parametrize(("one", "other"), [pair[1:] for pair in UNLIKE], ids=[pair[0] for pair in UNLIKE])
def test_what_differs_is_not_alike(one: Any, other: Any) -> None:
    assert alike(one, one.clone())
    assert not alike(one, other)


def test_python_objects_in_a_frame_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(CannotKeep):
        keep(frame(a=[object()]), Blobs(tmp_path / "blobs"), CODECS, Keys(tmp_path / "config"))
