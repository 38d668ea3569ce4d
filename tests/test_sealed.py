"""A store that can only be read: its folder is read-only, or the user of its database may not write."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.model.events import SessionEnded
from clew.store.database import Store
from clew.store.journal import Journal
from clew.store.location import database_path, journal_path
from tests.postgres import Server
from tests.recorded import start, step
from tests.test_catalog import record

ROOT = Path(__file__).parents[1]
OLD = ROOT / "tests" / "stores" / "schema-1.db"
# The superuser may write everywhere: without these rights he is like any other.
AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all")
TOLD = """
import os, sys
from clew import api
from clew.errors import StoreError
for session in api.sessions():
    print(session.session, session.steps, session.state)
for made in api.artifacts():
    print(made.name, made.version, repr(made.value))
"""
REFUSED = """
from clew import api
from clew.errors import StoreError
try:
    api.save(3, "refused")
except StoreError as error:
    print(type(error).__name__, error)
for refused in (lambda: api.tag("kept", {"a": "b"}), lambda: api.delete("kept"), lambda: api.gc()):
    try:
        refused()
    except StoreError as error:
        print(type(error).__name__)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A store for a test, and what is read there where it can only be read."""

    folder: Path

    def asked(self, code: str, **settings: str) -> list[str]:
        """What a program says that may only read."""
        words = [sys.executable, "-c", code]
        around = {**os.environ, "CLEW_STORE": str(self.folder), "PYTHONPATH": str(ROOT / "src"), **settings}
        command = [*AS_OTHERS, *words] if os.getuid() == 0 else words
        done = subprocess.run(command, env=around, capture_output=True, text=True, check=False, cwd=self.folder.parent)
        assert done.stderr == ""
        assert done.returncode == 0
        return done.stdout.splitlines()

    def write(self, session: str, steps: int, *, ended: bool = True) -> None:
        """Have a session in a journal."""
        journal = Journal(journal_path(self.folder, session))
        journal.append([start(session), *map(step, range(steps)), *([SessionEnded(200.0)] if ended else [])])
        journal.close()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    if os.getuid() == 0 and shutil.which(AS_OTHERS[0]) is None:
        pytest.skip("the superuser may write everywhere, and there is no setpriv to make him like others")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CLEW_BLOBS", raising=False)
    return Place(tmp_path / "a b%?" / ".clew")


@contextmanager
def read_only(folder: Path) -> Iterator[dict[str, tuple[int, int]]]:
    """A folder to which nobody may write; nothing of it has changed afterwards."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    before = state(folder)
    yield before
    assert state(folder) == before
    for path in paths:
        path.chmod(path.stat().st_mode | 0o200)


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in [folder, *folder.rglob("*")]}


def with_artifact(place: Place) -> None:
    """A store in which a value is kept."""
    code = 'import clew; clew.save([1, 2], "kept")'
    around = {**os.environ, "CLEW_STORE": str(place.folder), "PYTHONPATH": str(ROOT / "src")}
    place.folder.parent.mkdir()
    subprocess.run([sys.executable, "-c", code], env=around, check=True, capture_output=True, cwd=place.folder.parent)


SAID = "ReadOnlyStore nothing can be written to the store {}: its folder is read-only"


def refused(place: Place) -> list[str]:
    return [SAID.format(place.folder), *["ReadOnlyStore"] * 3]


def test_a_store_in_a_read_only_folder_is_read_where_it_is(place: Place) -> None:
    with_artifact(place)
    place.write("s1", 2)
    store = Store.open(place.folder)
    for _ in range(2):
        store.drain()
    store.close()
    with read_only(place.folder):
        assert place.asked(TOLD + REFUSED) == ["s1 2 ended", "kept 1 [1, 2]", *refused(place)]


def test_what_is_in_it_can_be_verified(place: Place) -> None:
    with_artifact(place)
    (place.folder.parent / "program.py").write_text("import clew\nb = [1, 2]\nclew.save(b, 'b')\n")
    words = [sys.executable, "-m", "clew", "run", "program.py"]
    around = {**os.environ, "CLEW_STORE": str(place.folder), "PYTHONPATH": str(ROOT / "src")}
    subprocess.run(words, env=around, check=True, capture_output=True, cwd=place.folder.parent)
    with read_only(place.folder):
        assert place.asked("import clew\nprint(type(clew.verify('b')).__name__)") == ["Same"]


def test_what_journals_say_beside_it_is_read_too(place: Place) -> None:
    with_artifact(place)
    place.write("s1", 2)
    place.write("s2", 3, ended=False)
    with read_only(place.folder):
        assert place.asked(TOLD + REFUSED) == ["s1 2 ended", "s2 3 interrupted", "kept 1 [1, 2]", *refused(place)]


def test_a_store_that_nobody_has_asked_yet_is_read(place: Place) -> None:
    place.write("s1", 2)
    with read_only(place.folder):
        assert place.asked(TOLD) == ["s1 2 ended"]


def test_a_store_of_an_older_clew_is_read(place: Place) -> None:
    place.folder.mkdir(parents=True)
    shutil.copy(OLD, database_path(place.folder))
    with read_only(place.folder):
        assert place.asked(TOLD) == ["s1 3 ended", "s2 2 interrupted"]


def test_what_a_killed_writer_left_in_its_log_is_read(place: Place) -> None:
    with_artifact(place)
    killed = place.folder.parent / "killed"
    store = Store.open(place.folder)
    store.catalog.add(record("late"))
    shutil.copytree(place.folder, killed)
    store.close()
    for gone in killed.glob("*-shm"):
        gone.unlink()
    assert [path.name for path in killed.glob("*-wal")]
    with read_only(killed):
        names = Place(killed).asked("from clew import api\nfor made in api.artifacts(): print(made.name)")
    assert sorted(names) == ["kept", "late"]


def test_somebody_who_has_it_open_is_read_along(place: Place) -> None:
    with_artifact(place)
    store = Store.open(place.folder)
    store.catalog.add(record("late"))
    asked = "from clew import api\nfor made in api.artifacts(): print(made.name)"
    place.folder.chmod(0o555)
    database_path(place.folder).chmod(0o444)
    assert sorted(place.asked(asked)) == ["kept", "late"]
    store.close()
    place.folder.chmod(0o755)


def test_a_file_that_is_written_to_while_it_is_read_is_said(place: Place) -> None:
    with_artifact(place)
    code = f"""
import sqlite3
from pathlib import Path
from clew.errors import StoreError
from clew.store.databases import Sealed
database = Sealed(Path({str(database_path(place.folder))!r}), "here")
try:
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1").all()
        print(1)
        open(0).readline()
except StoreError as error:
    print(error)
"""
    running = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    running.stdout.readline()
    with sqlite3.connect(database_path(place.folder)) as plain:
        plain.execute("PRAGMA journal_mode=DELETE")
        plain.execute("UPDATE artifacts SET note = 'another'")
    said, _ = running.communicate("\n")
    assert said == "somebody wrote to the store here while it was read: ask again\n"


def test_nothing_of_the_copy_stays(place: Place, tmp_path: Path) -> None:
    place.write("s1", 2)
    (tmp_path / "temporary").mkdir()
    with read_only(place.folder):
        place.asked(TOLD, TMPDIR=str(tmp_path / "temporary"))
    assert [*(tmp_path / "temporary").iterdir()] == []


def test_a_folder_that_is_no_store_is_not_made_one(place: Place) -> None:
    place.folder.parent.mkdir()
    place.folder.parent.chmod(0o555)
    code = "from clew import api\ntry: api.sessions()\nexcept Exception as error: print(type(error).__name__, error)"
    [said] = place.asked(code)
    assert said == f"StoreError no store can be made at {place.folder}: Permission denied"
    place.folder.parent.chmod(0o755)


def test_a_user_of_a_database_who_may_only_read(postgres: Server, place: Place, tmp_path: Path) -> None:
    url = postgres.new_database()
    store = Store.open(tmp_path / "ours", url)
    writer = Place(store.folder)
    writer.write("s1", 2)
    store.drain()
    store.catalog.add(record("kept"))
    store.close()
    postgres.say("CREATE ROLE reader LOGIN PASSWORD 'only' IN ROLE pg_read_all_data")
    place.folder.parent.mkdir()
    around = {
        "CLEW_STORE": url.replace(url[len("postgresql://") : url.index("@")], "reader:only"),
        "CLEW_BLOBS": str(tmp_path),
    }
    told = (TOLD + REFUSED).replace("repr(made.value)", "made.code.strip()")
    where = around["CLEW_STORE"].replace("only", "***")
    said = place.asked(told, **around)
    postgres.drop(url)
    postgres.say("DROP ROLE reader")
    assert said == [
        "s1 2 ended",
        "kept 1 model = fit()",
        f"ReadOnlyStore nothing can be written to the store {where}: permission denied",
        *["ReadOnlyStore"] * 3,
    ]


def test_a_database_that_takes_no_writes(postgres: Server, place: Place, tmp_path: Path) -> None:
    """As one that follows another."""
    url = postgres.new_database()
    store = Store.open(tmp_path / "ours", url)
    store.catalog.add(record("kept"))
    store.close()
    postgres.say(f"ALTER DATABASE {url.rpartition('/')[2]} SET default_transaction_read_only = on")
    place.folder.parent.mkdir()
    said = place.asked(REFUSED, CLEW_STORE=url, CLEW_BLOBS=str(tmp_path))
    assert [line.rpartition(": ")[2] for line in said] == ["the database is read-only", *["ReadOnlyStore"] * 3]
    postgres.drop(url)
