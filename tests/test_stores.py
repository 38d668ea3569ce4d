"""Looking after a store with `clew store`: made, counted, checked, migrated, copied from any database to any other."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import pytest

from clew import stores
from clew.cli import main
from clew.errors import BadSetting, NewerStore, StoreNotEmpty
from clew.model.artifacts import ArtifactRecord, Blob, Value
from clew.model.effects import Reason
from clew.model.events import Event, SessionEnded
from clew.model.filters import Filter
from clew.model.graph import Dependence, Graph, Via
from clew.store.blobs import Blobs
from clew.store.database import Store
from clew.store.journal import Journal
from clew.store.location import database_path, journal_path
from clew.store.paths import Address, store_address
from clew.store.schema import SCHEMA
from tests.postgres import PASSWORD, Server
from tests.recorded import EVERYTHING, start, step
from tests.test_catalog import record

OLD = Path(__file__).parent / "stores" / "schema-1.db"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder, a home and settings of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("CLEW_BLOBS", str(tmp_path / "blobs"))
    monkeypatch.delenv("CLEW_STORE", raising=False)


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    """What `clew store` answers: on standard output, or on standard error where it refuses."""
    assert main(["store", *words]) == status
    told = capsys.readouterr()
    assert PASSWORD not in told.out + told.err
    assert "pw-4x" not in told.out + told.err
    return told.err if status == 2 else told.out


def fold(events: tuple[Event, ...]) -> Graph:
    return Graph(
        (), (), {}, {}, {"x": (Dependence(-1, 1, Via.DATA, None, Reason.OBSERVED),)}, faults=(f"{len(events)}",)
    )


def unasked(events: tuple[Event, ...]) -> Graph:
    raise AssertionError(f"the graph of {events[0]} is not kept")


def keep(blobs: Blobs, content: bytes) -> Blob:
    def write(file: BinaryIO) -> None:
        file.write(content)

    return blobs.put(write)


def filled(setting: str, blobs: Blobs) -> tuple[ArtifactRecord, ...]:
    """A store with two sessions and three versions of two artifacts, one of them deleted."""
    address = store_address(".", setting)
    store = Store.open(Path(address.folder), address.url)
    for name, events in (("s1", EVERYTHING), ("s2", (start("s2", time=300.0), step(0), SessionEnded(400.0)))):
        journal = Journal(journal_path(store.folder, name))
        journal.append(events)
        journal.close()
    store.drain()
    store.graph("s1", fold, "tests")
    values = [Value("builtins.bytes", "bytes", keep(blobs, content)) for content in (b"one", b"two", b"one")]
    names = ("a", "a", "b")
    made = tuple(store.catalog.add(replace(record(n), value=v)) for n, v in zip(names, values, strict=True))
    store.catalog.delete("a", 1, now=900.0)
    store.close()
    return made


def test_a_store_is_made_once(address: Address, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "init", address.said) == f"made the store {address.where}\n"
    assert said(capsys, "init", address.said) == f"{address.where} is up to date: schema {SCHEMA}\n"


def test_a_store_is_made_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "init")
    assert database_path(tmp_path / ".clew").exists()
    assert json.loads(said(capsys, "info", "--json", "-"))["where"] == str(tmp_path / ".clew")


def test_what_is_in_a_store(address: Address, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(address.said, Blobs(tmp_path / "blobs"))
    told = json.loads(said(capsys, "info", "--store", address.said, "--json", "-"))
    counts = ("schema", "sessions", "steps", "names", "versions", "deleted", "pending", "blobs_count", "blobs_size")
    assert [told[name] for name in counts] == [SCHEMA, 2, 4, 2, 3, 1, 0, 2, 6]
    assert told["where"] == address.where
    assert told["database"].startswith("PostgreSQL 1" if address.url else "SQLite 3.")
    assert told["database_size"] > 50_000
    shown = said(capsys, "info", "--store", address.said)
    assert "sessions   2 with 4 steps\n" in shown
    assert "artifacts  2 with 3 versions, 1 deleted\n" in shown


def test_a_sound_store(address: Address, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(address.said, Blobs(tmp_path / "blobs"))
    assert said(capsys, "check", "--store", address.said) == f"{address.where} is sound\n"
    told = json.loads(said(capsys, "check", "--store", address.said, "--json", "-"))
    empty: dict[str, list[str]] = {"missing": [], "damaged": [], "orphaned": []}
    assert told == {"store": address.where, "sound": True, "database": [], "journals": [], "blobs": empty}


def blob_file(root: Path, blob: Blob) -> Path:
    [found] = root.rglob(blob.hash)
    return found


def blob_of(made: ArtifactRecord) -> Blob:
    assert isinstance(made.value.kept, Blob)
    return made.value.kept


def test_every_missing_damaged_and_orphaned_blob_is_found(
    address: Address, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blobs = Blobs(tmp_path / "blobs")
    one, two, _ = map(blob_of, filled(address.said, blobs))
    orphan = keep(blobs, b"nobody's")
    assert "1 blob (8 B) that no artifact names" in said(capsys, "check", "--store", address.said)
    blob_file(tmp_path / "blobs", one).unlink()
    damaged = blob_file(tmp_path / "blobs", two)
    damaged.chmod(0o600)
    damaged.write_bytes(b"TWO")
    told = json.loads(said(capsys, "check", "--store", address.said, "--json", "-", status=1))
    found = {kind: [blob["hash"] for blob in some] for kind, some in told["blobs"].items()}
    assert found == {"missing": [one.hash], "damaged": [two.hash], "orphaned": [orphan.hash]}
    assert not told["sound"]
    shown = said(capsys, "check", "--store", address.said, status=1)
    assert f"blob {one.hash} (3 B) is missing" in shown
    assert f"blob {two.hash} (3 B) is damaged" in shown


@dataclass(frozen=True, slots=True)
class Harm:
    name: str
    do: Callable[[Path], None]
    says: str


def spoil_journal(folder: Path) -> None:
    journal = Journal(journal_path(folder, "s3"))
    journal.append([start("s3")])
    journal.close()
    path = Path(journal.path)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def spoil_rows(folder: Path) -> None:
    with closing(sqlite3.connect(database_path(folder))) as plain:
        plain.execute("DELETE FROM texts")
        plain.commit()


def spoil_counter(folder: Path) -> None:
    with closing(sqlite3.connect(database_path(folder))) as plain:
        plain.execute("UPDATE artifact_names SET latest = 1 WHERE name = 'a'")
        plain.commit()


HARMS = [
    Harm("a journal", spoil_journal, "its content does not agree with its sum"),
    Harm("a row", spoil_rows, "of artifacts points at a row of texts that is not there"),
    Harm("a counter", spoil_counter, "the artifact a has a version 2, but 1 were counted"),
]


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.name)
def test_what_is_broken_is_found(harm: Harm, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(".clew", Blobs(tmp_path / "blobs"))
    harm.do(tmp_path / ".clew")
    assert harm.says in said(capsys, "check", "--store", ".clew", status=1)


def test_an_old_store_is_migrated_and_kept_as_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / ".clew"
    folder.mkdir()
    shutil.copy(OLD, database_path(folder))
    told = said(capsys, "migrate", "--store", str(folder))
    kept = folder / "clew.db.schema-1"
    assert told == f"{folder} went from schema 1 to {SCHEMA}; the database as it was is {kept}\n"
    assert said(capsys, "migrate", "--store", str(folder)) == f"{folder} is up to date: schema {SCHEMA}\n"
    with closing(sqlite3.connect(kept)) as plain:
        assert plain.execute("SELECT version FROM clew_schema").fetchall() == [(1,)]


def test_a_newer_store_is_refused_in_one_line(address: Address, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store.open(Path(address.folder), address.url)
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE clew_schema SET version = 99")
    store.close()
    told = f"the store {address.where} has schema 99; this clew reads up to {SCHEMA} (upgrade clew to open it)"
    with pytest.raises(NewerStore) as caught:
        Store.open(Path(address.folder), address.url)
    assert str(caught.value) == told
    setting = address.said
    assert said(capsys, "info", "--store", setting, status=2) == f"clew: {told}\n"


@pytest.fixture
def others(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ...]:
    """Empty stores of each kind."""
    server: Server = request.getfixturevalue("postgres")
    return (server.new_database(), str(tmp_path / "copy"))


def everything(setting: str, blobs: str) -> tuple[object, ...]:
    """All that a store can say, read through its own doors."""
    address = store_address(".", setting)
    store = Store.open(Path(address.folder), address.url)
    records = store.catalog.find(Filter(with_deleted=True), code=True)
    sessions = [replace(row, state=None) for row in store.sessions()]  # type: ignore[arg-type]  # who has the journal differs
    events = [[store.events(row.session) for row in sessions], store.graph("s1", unasked, "tests").needs]
    store.close()
    contents = []
    for made in records:
        with Blobs(blobs).open(blob_of(made)) as file:
            contents.append(file.read())
    return records, sessions, events, contents


def test_a_store_is_copied_from_any_database_to_any_other(
    address: Address, others: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(address.said, Blobs(tmp_path / "blobs"))
    before = everything(address.said, str(tmp_path / "blobs"))
    for number, target in enumerate(others):
        blobs = str(tmp_path / f"blobs-{number}")
        told = said(capsys, "copy", target, "--blobs", blobs, "--store", address.said)
        assert "copied 2 sessions, 4 steps, 3 artifact versions, 2 blobs from " in told
        assert everything(target, blobs) == before
        grow(target)


def grow(setting: str) -> None:
    """What comes after is numbered on."""
    address = store_address(".", setting)
    store = Store.open(Path(address.folder), address.url)
    assert store.catalog.add(record("a")).version == 3
    assert store.catalog.add(record("new")).version == 1
    journal = Journal(journal_path(store.folder, "s9"))
    journal.append([start("s9", time=500.0)])
    journal.close()
    store.drain()
    assert store.find("s9").number == 3
    store.close()


def test_a_store_is_not_copied_over_another(address: Address, tmp_path: Path) -> None:
    filled(address.said, Blobs(tmp_path / "blobs"))
    filled(str(tmp_path / "full"), Blobs(tmp_path / "blobs"))
    with pytest.raises(StoreNotEmpty, match="has something in it"):
        stores.copy(str(tmp_path / "full"), store=address.said)


def test_a_database_needs_a_place_for_values(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_BLOBS")
    if address.url:
        with pytest.raises(BadSetting, match="does not say where the values of its artifacts are"):
            stores.info(store=address.said)
    else:
        assert stores.info(store=address.said).inventory.blobs == str(Path(address.folder) / "blobs")


def test_what_is_not_understood_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, status=2).startswith("clew: say which: init, info, check, migrate or copy")
    assert "invalid choice" in said(capsys, "destroy", status=2)
    told = said(capsys, "info", "--store", f"postgresql://ann:{PASSWORD}@127.0.0.1:1/x", status=2)
    assert told.count("\n") == 1
