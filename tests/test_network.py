"""Whether a file is on a network, and that SQLite then writes in the way that works there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.store.database import Store
from clew.store.location import database_path
from clew.store.network import on_network

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:30 / /network rw shared:2 - nfs4 server:/network rw
31 30 0:31 / /network/ann/local\040disk rw - ext4 /dev/sdb1 rw
32 22 0:32 / /mnt/lab rw - cifs //server/lab rw
33 22 0:33 / /mnt/ssh rw - fuse.sshfs ann@host: rw
34 22 0:34 / /mnt/stick rw - fuse.ntfs-3g /dev/sdc1 rw
35 32 0:35 / /mnt/lab rw - tmpfs tmpfs rw
"""


@dataclass(frozen=True, slots=True)
class Case:
    path: str
    shared: bool


CASES = [
    Case("/srv/clew.db", False),
    Case("/network/bob/.clew/clew.db", True),
    Case("/network", True),
    Case("/network-not/clew.db", False),
    Case("/network/ann/local disk/clew.db", False),
    Case("/mnt/lab/clew.db", False),
    Case("/mnt/ssh/clew.db", True),
    Case("/mnt/stick/clew.db", False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path)
def test_a_file_is_where_the_nearest_mount_says(case: Case) -> None:
    assert on_network(Path(case.path), MOUNTS) is case.shared
    assert on_network(Path(case.path), "") is False


def mode(folder: Path) -> str:
    with closing(sqlite3.connect(database_path(folder))) as plain:
        return str(plain.execute("PRAGMA journal_mode").fetchone()[0])


def test_machines_that_share_a_file_do_not_share_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(tmp_path).close()
    assert mode(tmp_path) == "wal"
    monkeypatch.setattr("clew.store.databases.on_network", lambda path: True)
    Store.open(tmp_path).close()
    assert mode(tmp_path) == "delete"


def test_a_file_that_others_share_stays_as_they_need_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as far:
        far.setattr("clew.store.databases.on_network", lambda path: True)
        Store.open(tmp_path).close()
    Store.open(tmp_path).close()
    assert mode(tmp_path) == "delete"
