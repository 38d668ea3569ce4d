"""A figure is kept with a picture beside it, and keeping it changes nothing of it or of pyplot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from clew.model.artifacts import Blob, Value
from clew.store.blobs import Blobs
from clew.store.keeping import fetch, keep
from clew.store.trust import Keys
from tests.test_codecs import CODECS

mpl.use("Agg")

import matplotlib.pyplot as plt  # the backend comes first


@pytest.fixture
def figure() -> Iterator[Any]:
    plt.close("all")
    made, axes = plt.subplots(layout="tight")
    axes.plot([1, 2, 4], label="growth")
    axes.legend()
    yield made
    plt.close("all")


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "config")


def picture(value: Value, blobs: Blobs) -> bytes:
    assert isinstance(value.preview, Blob)
    with blobs.open(value.preview) as file:
        return file.read()


def test_a_figure_comes_back_with_a_picture_beside_it(figure: Any, blobs: Blobs, keys: Keys) -> None:
    kept = keep(figure, blobs, CODECS, keys)
    found = fetch(kept, blobs, CODECS, keys)
    assert kept.codec == "figure"
    assert kept.signature
    assert type(found) is type(figure)
    assert found.axes[0].lines[0].get_ydata().tolist() == [1, 2, 4]
    assert picture(kept, blobs).startswith(b"\x89PNG")


def test_the_picture_is_what_the_figure_looks_like(figure: Any, blobs: Blobs, keys: Keys) -> None:
    kept = picture(keep(figure, blobs, CODECS, keys), blobs)
    figure.canvas.print_png(Path(blobs.url).parent / "own.png", metadata={"Software": None})
    one = plt.imread(Path(blobs.url).parent / "own.png")
    (Path(blobs.url).parent / "kept.png").write_bytes(kept)
    np.testing.assert_array_equal(plt.imread(Path(blobs.url).parent / "kept.png"), one)


def test_pyplot_and_the_figure_stay_as_they_were(figure: Any, blobs: Blobs, keys: Keys) -> None:
    plt.figure()
    before = (plt.get_fignums(), plt.gcf().number, figure.stale, figure.axes[0].get_position().bounds)
    fetch(keep(figure, blobs, CODECS, keys), blobs, CODECS, keys)
    assert (plt.get_fignums(), plt.gcf().number, figure.stale, figure.axes[0].get_position().bounds) == before


def test_a_figure_inside_another_value_stays_out_of_pyplot_too(figure: Any, blobs: Blobs, keys: Keys) -> None:
    kept = keep({"figure": figure, "axes": figure.axes[0]}, blobs, CODECS, keys)
    before = plt.get_fignums()
    found = fetch(kept, blobs, CODECS, keys)
    assert kept.codec == "pickle"
    assert found["axes"].figure is found["figure"]
    assert plt.get_fignums() == before


def test_equal_pictures_are_stored_once(figure: Any, blobs: Blobs, keys: Keys) -> None:
    first, second = (keep(figure, blobs, CODECS, keys) for _ in range(2))
    assert first.preview == second.preview
