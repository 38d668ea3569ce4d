"""Where the store is: what was asked for, else the nearest `.clew` folder above, else the user's data folder."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clew.errors import BadSetting, nearest

FOLDER = ".clew"
VARIABLE = "CLEW_STORE"
PROJECT = "pyproject.toml"
SETTINGS = ("store",)  # what [tool.clew] may say


def store_folder(start: Path, setting: str | None, environ: Mapping[str, str] | None = None) -> Path:
    """Give the folder of the store for a program in `start`; it need not exist yet.

    The first of these that says something: `setting` (the `--store` argument), CLEW_STORE, `store` under
    `[tool.clew]` of the nearest pyproject.toml that has it, the nearest `.clew` folder, the user's data folder.
    BadSetting if what it says cannot be a folder.
    """
    around = os.environ if environ is None else environ
    start = start.absolute()
    if setting is not None:
        return asked(setting, start, "--store")
    if around.get(VARIABLE):
        return asked(around[VARIABLE], start, VARIABLE)
    return project_store(start) or nearest_store(start) or data_folder(around, sys.platform)


def journals_folder(store: Path) -> Path:
    """Give the folder of the journals in a store."""
    return store / "journals"


def journal_path(store: Path, session: str) -> Path:
    """Give the path of a session's journal in a store."""
    return journals_folder(store) / f"{session}.journal"


def database_path(store: Path) -> Path:
    """Give the path of the database in a store."""
    return store / "clew.db"


def make_store(store: Path) -> None:
    """Make the store's folders. A new `.clew` is kept out of the git repository that it may stand in."""
    journals_folder(store).mkdir(parents=True, exist_ok=True)
    if store.name == FOLDER and not database_path(store).exists():
        (store / ".gitignore").write_text("*\n")


def asked(text: str, above: Path, where: str) -> Path:
    """Give the folder that a setting names, relative to the folder `above`."""
    if not text.strip():
        raise BadSetting(f"{where} names no folder")
    if "://" in text:
        raise BadSetting(f"{where} is {text}: a store is a folder; database URLs are not understood yet")
    folder = above / expanded(text, where)
    if any(part.exists() and not part.is_dir() for part in (folder, *folder.parents)):
        raise BadSetting(f"{where} is {text}: that is not a folder")
    return folder


def expanded(text: str, where: str) -> Path:
    """Give the path with a leading `~` replaced by the home folder."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise BadSetting(f"{where} is {text}: no such home folder") from error


def project_store(start: Path) -> Path | None:
    """Give the store that the nearest pyproject.toml with a [tool.clew] table names, if there is one."""
    for project in found_above(start, PROJECT):
        table = tool_table(project)
        if table is not None:
            store = table.get("store")
            return None if store is None else asked_by(project, store)
    return None


def tool_table(project: Path) -> dict[str, Any] | None:
    """Give the [tool.clew] table of a pyproject.toml, or None if it has none."""
    try:
        # Bytes first: a file that is not UTF-8 is as broken as one that is not TOML.
        tools = tomllib.loads(project.read_bytes().decode()).get("tool")
    except (OSError, ValueError) as error:
        raise BadSetting(f"{project} cannot be read: {error}") from error
    table = tools.get("clew") if isinstance(tools, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise BadSetting(f"{project}: [tool.clew] is not a table")
    for name in table:
        if name not in SETTINGS:
            raise unknown_setting(project, name)
    return table


def unknown_setting(project: Path, name: str) -> BadSetting:
    """Give the error for a setting that clew does not have."""
    error = BadSetting(f"{project}: [tool.clew] has no setting {name!r}")
    error.hint = nearest(name, SETTINGS) or f"known settings: {', '.join(SETTINGS)}"
    return error


def asked_by(project: Path, store: object) -> Path:
    """Give the folder that a pyproject.toml names, relative to its own."""
    if not isinstance(store, str):
        raise BadSetting(f"{project}: store under [tool.clew] must be a string")
    return asked(store, project.parent, f"store in {project}")


def nearest_store(start: Path) -> Path | None:
    """Give the nearest `.clew` folder at or above `start`."""
    return next((found for found in found_above(start, FOLDER) if found.is_dir()), None)


def found_above(start: Path, name: str) -> Iterator[Path]:
    """Give what bears that name in `start` and the folders above it, nearest first."""
    for folder in (start, *start.parents):
        if (folder / name).exists():
            yield folder / name


def data_folder(environ: Mapping[str, str], platform: str) -> Path:
    """Give clew's folder among the user's data, where each system has it."""
    if platform == "darwin":
        return home() / "Library" / "Application Support" / "clew"
    shared = environ.get("LOCALAPPDATA" if platform == "win32" else "XDG_DATA_HOME", "")
    # The XDG rule: a path that is not absolute is to be ignored.
    return Path(shared) / "clew" if Path(shared).is_absolute() else home() / ".local" / "share" / "clew"


def home() -> Path:
    """Give the user's home folder."""
    try:
        return Path.home()
    except RuntimeError as error:
        raise BadSetting(f"this user has no home folder: say where the store is with --store or {VARIABLE}") from error
