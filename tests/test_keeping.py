"""Values are kept whole or not at all, whenever the process dies; only what was signed by whom we trust is run."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import pytest

from clew import plugins
from clew.errors import CannotLoad, StoreError
from clew.model.artifacts import ArtifactRecord, Environment, Origin, Value, Whence
from clew.store.blobs import Blobs
from clew.store.database import Store
from clew.store.keeping import fetch, keep
from clew.store.trust import Keys
from tests.crashes import dies, points

CODECS = plugins.codecs(plugins.loaded())
ORIGIN, PLACE = Origin("", -1, 0, "x", Whence.SOURCE, "x = 1\n"), Environment("3.11", "Linux")


class Kept:
    """A store in a folder, as a saving process uses it: opened anew by each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = Keys(folder / "config")
        self.keys.me()

    def blobs(self) -> Blobs:
        return Blobs(self.folder / "blobs")

    def saving(self, value: object, name: str = "x") -> Callable[[], None]:
        """Open the store, to save a value in it."""
        store = Store.open(self.folder)

        def save() -> None:
            kept = keep(value, self.blobs(), CODECS, self.keys)
            store.catalog.add(ArtifactRecord(name, 0, 1.0, kept, ORIGIN, PLACE))
            store.close()

        return save

    def values(self, name: str = "x") -> list[object]:
        """Every version, as a user gets it; each is there and whole."""
        store = Store.open(self.folder)
        try:
            rows = store.catalog.versions(name)
            needed = [row.value.kept for row in rows]
            assert self.blobs().check(needed).sound  # type: ignore[arg-type]  # none is elsewhere
            assert [row.version for row in rows] == list(range(1, len(rows) + 1))
            return [self.fetched(row.value) for row in rows]
        finally:
            store.close()

    def fetched(self, value: Value) -> object:
        return fetch(value, self.blobs(), CODECS, self.keys)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    made = Kept(tmp_path)
    made.saving("old")()
    return made


VALUES: dict[str, Callable[[int], object]] = {
    "text": lambda number: f"text {number}",
    "a signed pickle": lambda number: {"number": number, "function": len},
    "some megabytes": lambda number: bytes([number % 3]) * (3 << 20),
}


@dataclass(frozen=True, slots=True)
class Crashes:
    """How many saves were killed, and how many of them had left the new version."""

    killed: int
    new: int


def crash_everywhere(kept: Kept, value_of: Callable[[int], object], stride: int) -> Crashes:
    """Kill a save at every `stride`-th point, and at its end; after each, the store is the old one or the new one."""
    count = points(lambda: kept.saving(value_of(0)))
    there, killed, made = kept.values(), 0, 0
    for point in sorted({*range(1, count + 1, stride), *range(count - 8, count + 1, 2)}):
        new = value_of(point)
        killed += dies(lambda new=new: kept.saving(new), point)  # type: ignore[misc]  # bound now
        found = kept.values()
        assert found in (there, [*there, new])
        made += found != there
        there = found
    kept.saving("after all that")()
    assert kept.values() == [*there, "after all that"]
    print(f"{count} points, {killed} killed, {made} of them after the new version was there")
    return Crashes(killed, made)


@pytest.mark.parametrize("kind", VALUES)
def test_a_save_killed_at_some_points_is_done_or_not(kept: Kept, kind: str) -> None:
    crashes = crash_everywhere(kept, VALUES[kind], stride=40)
    assert crashes.killed > 10
    assert 0 < crashes.new < crashes.killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", VALUES)
def test_a_save_killed_at_every_point_is_done_or_not(kept: Kept, kind: str) -> None:
    crashes = crash_everywhere(kept, VALUES[kind], stride=1)
    assert crashes.killed > 200
    assert 0 < crashes.new < crashes.killed


# --- big values ---------------------------------------------------------------------------------------------------

MEASURE = """
import numpy as np, pandas as pd
from pathlib import Path
from types import SimpleNamespace
from clew import plugins
from clew.store.blobs import Blobs
from clew.store.keeping import keep
from clew.store.trust import Keys
from clew.store.codecs import pickles

def used(word):
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(word)).split()[1])

pickles.free_memory = lambda: 0  # as where a second value has no room
codecs = plugins.codecs(plugins.loaded())
blobs, keys = Blobs({url!r}), Keys(Path({folder!r}) / "config")
keep({small}, blobs, codecs, keys)  # loads what is needed
value = {value}
Path("/proc/self/clear_refs").write_text("5")  # from here on, the most that was used
before = used("VmRSS:")
kept = keep(value, blobs, codecs, keys)
print(kept.codec, kept.kept.size, used("VmHWM:") - before)
"""


@dataclass(frozen=True, slots=True)
class Big:
    """A value of some hundred MB; `small` is another of its kind."""

    name: str
    value: str
    small: str
    codec: str


BIG = [
    Big("an array", "np.arange(50_000_000)", "np.arange(5)", "npy"),
    Big("an array by columns", "np.ones((5_000, 10_000), order='F')", "np.ones((2, 2), order='F')", "npy"),
    Big(
        "a frame",
        "pd.DataFrame(np.random.default_rng(0).normal(size=(5_000_000, 10)))",
        "pd.DataFrame(np.zeros((2, 2)))",
        "parquet",
    ),
    Big("arrays in a list", "[np.arange(5_000_000) for _ in range(10)]", "[np.arange(5)]", "parts"),
    Big(
        "a pickle",
        "SimpleNamespace(arrays=[np.arange(5_000_000) for _ in range(10)])",
        "SimpleNamespace(arrays=[np.arange(5)])",
        "pickle",
    ),
    Big("a list", "[float(n) / 3 for n in range(6_000_000)]", "[0.5]", "json"),
    Big("bytes", "bytes(400_000_000)", "b'a'", "bytes"),
    Big("text", "'a' * 400_000_000", "'a'", "text"),
]


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="only Linux tells what a process has used at most"
)
@pytest.mark.parametrize("big", BIG, ids=[big.name for big in BIG])
def test_a_big_value_is_kept_without_a_second_one_in_memory(big: Big, tmp_path: Path) -> None:
    script = MEASURE.format(url=str(tmp_path / "blobs"), folder=str(tmp_path), small=big.small, value=big.value)
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True).stdout
    codec, size, more = said.split()
    print(said)
    assert codec == big.codec
    assert int(size) > 90_000_000
    assert int(more) < int(size) / 2, f"{int(more) >> 20} MB more for a value of {int(size) >> 20} MB"


# --- a store that fails -------------------------------------------------------------------------------------------

FULL: dict[str, Callable[[], object]] = {
    "text": lambda: "a" * 3_000_000,
    "an array": lambda: np.random.default_rng(0).normal(size=400_000),
    "a frame": lambda: pd.DataFrame({"a": np.random.default_rng(0).normal(size=400_000)}),
    "a pickle": lambda: [len, np.random.default_rng(0).normal(size=400_000)],
}


@pytest.mark.parametrize("kind", FULL)
def test_a_full_disk_is_said_and_leaves_nothing(kept: Kept, kind: str) -> None:
    value, there = FULL[kind](), sorted(kept.blobs().all(), key=repr)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (1 << 20, hard)
    )  # no file grows beyond: as the system says of a full disk
    try:
        with pytest.raises(StoreError, match="cannot be written"):
            keep(value, kept.blobs(), CODECS, kept.keys)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert sorted(kept.blobs().all(), key=repr) == there
    assert not list((kept.folder / "blobs" / "drafts").iterdir())
    assert isinstance(keep(value, kept.blobs(), CODECS, kept.keys), Value)


def test_what_does_not_load_here_says_why(kept: Kept) -> None:
    value = keep({"function": len}, kept.blobs(), CODECS, kept.keys)
    assert value.codec == "pickle"

    def read(file: BinaryIO) -> object:
        raise ModuleNotFoundError("No module named 'gone'")

    without = [replace(codec, read=read) if codec.name == "pickle" else codec for codec in CODECS]
    with pytest.raises(CannotLoad, match="No module named 'gone'"):
        fetch(value, kept.blobs(), without, kept.keys)
    wrong = Value("numpy.ndarray", "npy", kept.blobs().put(lambda file: file.write(b"no array")))
    with pytest.raises(CannotLoad):
        kept.fetched(wrong)
