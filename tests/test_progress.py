"""A big value says how far it has come: on one line, when it takes long, to somebody who looks."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clew.store.blobs import Blobs
from clew.store.progress import Bar, size_of, size_said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def shown(stream: io.StringIO, *moments: tuple[float, int], total: int = 0) -> str:
    clock = Clock()
    bar = Bar("churn", total, stream, clock)
    for now, done in moments:
        clock.now = now
        bar("writing", done)
    return stream.getvalue()


def test_what_is_quick_says_nothing() -> None:
    assert shown(Terminal(), (0.1, 5), (1.9, 10**9)) == ""


def test_what_takes_long_says_how_far_it_is() -> None:
    said = shown(Terminal(), (3.0, 10**9), (6.0, 3 * 10**9), total=4 * 10**9)
    lines = said.split("\r")[1:]
    assert lines == [
        "churn: writing [#####...............] 1.0 GB of about 4.0 GB",
        "churn: writing [###############.....] 3.0 GB of about 4.0 GB",
    ]


def test_what_nobody_knows_the_size_of_says_how_much_is_done() -> None:
    assert shown(Terminal(), (3.0, 1234567)) == "\rchurn: writing 1.2 MB"


def test_nothing_is_said_too_often() -> None:
    said = shown(Terminal(), *((2.0 + n / 100, n) for n in range(100)))
    assert said.count("\r") == 5


def test_nothing_is_said_where_nobody_looks() -> None:
    assert shown(io.StringIO(), (9.0, 10**9)) == ""


def test_nothing_is_said_to_a_stream_that_was_closed() -> None:
    stream, clock = Terminal(), Clock()
    bar = Bar("churn", 0, stream, clock)
    stream.close()
    clock.now = 3
    bar("writing", 5)
    bar.close()


def test_what_was_said_is_wiped_out() -> None:
    stream = Terminal()
    clock = Clock()
    bar = Bar("churn", 0, stream, clock)
    clock.now = 3
    bar("writing", 5)
    bar.close()
    assert stream.getvalue() == "\rchurn: writing 5 bytes\r                      \r"


@pytest.mark.parametrize(("size", "said"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (2**40, "1.1 TB")])
def test_sizes_are_said_as_people_do(size: int, said: str) -> None:
    assert size_said(size) == said


@pytest.mark.parametrize(
    ("value", "size"), [(np.zeros(3), 24), (pd.DataFrame({"a": [1.0]}, index=[1]), 16), ("text", 0)], ids=str
)
def test_sizes_of_values_are_those_they_tell(value: object, size: int) -> None:
    assert size_of(value) == size


def test_a_blob_tells_of_every_piece(tmp_path: Path) -> None:
    told: list[tuple[str, int]] = []
    Blobs(tmp_path).put(lambda file: (file.write(b"abc"), file.write(b"de")), told=lambda *said: told.append(said))
    assert told == [("writing", 3), ("writing", 5)]


def test_a_bucket_tells_what_it_sends() -> None:
    pytest.importorskip("fsspec")
    told: list[tuple[str, int]] = []
    Blobs("memory://told").put(lambda file: file.write(b"abc"), told=lambda *said: told.append(said))
    assert told == [("writing", 3), ("sending", 3)]
