"""Values are kept whole or not at all, whenever the process dies; only what was signed by whom we trust is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew import plugins
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
    "some megabytes": lambda number: bytes([number % 256]) * (3 << 20),
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
    crashes = crash_everywhere(kept, VALUES[kind], stride=20)
    assert crashes.killed > 20
    assert 0 < crashes.new < crashes.killed


@pytest.mark.slow
@pytest.mark.parametrize("kind", VALUES)
def test_a_save_killed_at_every_point_is_done_or_not(kept: Kept, kind: str) -> None:
    crashes = crash_everywhere(kept, VALUES[kind], stride=1)
    assert crashes.killed > 200
    assert 0 < crashes.new < crashes.killed
