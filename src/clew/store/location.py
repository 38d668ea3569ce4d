"""Where the store is, with `pathlib`: see `paths.py`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from clew.store import paths
from clew.store.paths import VARIABLE, Address, store_address

__all__ = [
    "VARIABLE",
    "Address",
    "data_folder",
    "database_path",
    "journal_path",
    "journals_folder",
    "make_store",
    "store_address",
    "store_folder",
]


def store_folder(start: Path, setting: str | None, environ: Mapping[str, str] | None = None) -> Path:
    """Give the folder of the store for a program in `start`; it need not exist yet.

    Of one whose database is at a URL it is the folder of its journals on this machine.
    The first of these that says something: `setting` (the `--store` argument), CLEW_STORE, `store` under
    `[tool.clew]` of the nearest pyproject.toml that has it, the nearest `.clew` folder, the user's data folder.
    BadSetting if what it says cannot be a store.
    """
    return Path(paths.store_path(str(start), setting, environ))


def journals_folder(store: Path) -> Path:
    """Give the folder of the journals in a store."""
    return Path(paths.journals_path(str(store)))


def journal_path(store: Path, session: str) -> Path:
    """Give the path of a session's journal in a store."""
    return Path(paths.journal_in(str(store), session))


def database_path(store: Path) -> Path:
    """Give the path of the database in a store."""
    return Path(paths.database_in(str(store)))


def make_store(store: Path) -> None:
    """Make the store's folders. A new `.clew` is kept out of the git repository that it may stand in."""
    paths.make_folders(str(store))


def data_folder(environ: Mapping[str, str], platform: str) -> Path:
    """Give clew's folder among the user's data, where each system has it."""
    return Path(paths.data_path(environ, platform))
