"""What is known of kept values, in the store: within a budget, and as long as somebody may need it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from clew import session as parts
from clew.errors import BadSetting
from clew.model.artifacts import Blob
from clew.model.kept import KeptRow
from clew.replay.kept import take_in, write_found
from clew.store.database import Store
from clew.store.kept import KeptValues
from clew.store.settings import size_said


def row(name: str, size: int, seconds: float) -> KeptRow:
    return KeptRow("s", 3, (name,), ("C",), "", Blob(f"{name:0<64}", size), "sig", "key", seconds, 1.0)


def opened(folder: Path) -> Store:
    return parts.bare_store(str(folder / ".clew"))


def test_a_row_comes_back_as_it_was(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        kept = KeptValues(store.database)
        assert kept.add([row("a", 10, 1.0)], 100) == 0
        assert kept.of(["s"]) == (row("a", 10, 1.0),)
        assert kept.of(["other"]) == ()


def test_what_saves_the_fewest_seconds_by_the_byte_goes_first(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        kept = KeptValues(store.database)
        kept.add([row("a", 50, 1.0), row("b", 50, 3.0), row("c", 10, 0.01)], 1000)
        assert kept.add([row("d", 40, 5.0)], 100) == 2
        assert [each.names for each in kept.of(["s"])] == [("b",), ("d",)]
        assert kept.size() == 90


def test_blobs_of_kept_values_are_needed_until_they_go(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        kept = KeptValues(store.database)
        kept.add([row("a", 10, 1.0)], 100)
        assert store.catalog.referenced_blobs() == {f"{'a':0<64}"}
        kept.forget("s")
        assert not store.catalog.referenced_blobs()


def test_what_a_process_left_is_taken_in_once(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        kept = KeptValues(store.database)
        (tmp_path / ".clew" / "journals").mkdir(exist_ok=True)
        write_found(str(tmp_path / ".clew"), "s", [row("a", 10, 1.0)], {"digests": [[1, "a", "d"]]})
        for _ in range(2):
            take_in(kept, str(tmp_path / ".clew"), 100)
        assert len(kept.of(["s"])) == 1
        assert '"digests"' in kept.noted("s")


@pytest.mark.parametrize(("said", "size"), [("500 MB", 5 * 10**8), ("1.5GB", 15 * 10**8), ("12", 12), ("3 kb", 3000)])
def test_a_size_is_said_with_its_unit(said: str, size: int) -> None:
    assert size_said(said) == size


@pytest.mark.parametrize("said", ["much", "5 apples", "", "MB"])
def test_what_is_no_size_is_refused(said: str) -> None:
    with pytest.raises(BadSetting, match="is no size"):
        size_said(said)
