"""A store in a folder that we can only read: somebody else's, or on a disk that is mounted so.

Where all that is known is in the file of the database, and nobody has it open, it is read as it is. Else it is read in
a copy of our own, into which we take what is not in it yet.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from clew.store.databases import Database, in_folder
from clew.store.location import database_path, journals_folder

LOG = "-wal"
"""What ends the name of the file in which SQLite keeps what its database does not say yet, while somebody has it open."""


def is_sealed(folder: Path) -> bool:
    """Tell whether a store is there, and nothing can be written to it."""
    path = database_path(folder)
    if not path.exists() and not journals_folder(folder).exists():
        return False
    return not all(os.access(place, os.W_OK) for place in (folder, path) if place.exists())


def says_all(folder: Path) -> bool:
    """Tell whether the file of a folder's database says all that is known."""
    path = database_path(folder)
    log = Path(f"{path}{LOG}")
    more = (log.exists() and log.stat().st_size > 0) or any(journals_folder(folder).glob("*.journal"))
    return path.exists() and not more


def copied_database(folder: Path, freshen: Callable[[Database], object]) -> Database:
    """Give a copy of the database of a folder, freshened, which goes when it is closed; nothing is written to it then."""
    own = tempfile.TemporaryDirectory(prefix="clew-")
    try:
        path = Path(own.name) / "clew.db"
        copy_database(database_path(folder), path)
        made = in_folder(path, str(folder))
        made.own = own
        freshen(made)
    except BaseException:
        own.cleanup()
        raise
    made.sealed = True
    return made


def copy_database(path: Path, copy: Path) -> None:
    """Copy a database as it is at one moment, if there is one."""
    if not path.exists():
        return
    try:
        opened = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)
        with closing(opened) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
    except sqlite3.OperationalError:  # SQLite wants to make files beside it: then nobody has it open
        copy.unlink(missing_ok=True)
        shutil.copyfile(path, copy)
        if (log := Path(f"{path}{LOG}")).exists():
            shutil.copyfile(log, f"{copy}{LOG}")
