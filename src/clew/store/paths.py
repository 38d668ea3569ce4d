"""Where the store is, as text: what was asked for, else the nearest `.clew` folder above, else the user's data folder.

`location.py` says the same with `pathlib`, which takes as long to load as Python does; this is for starting programs.
"""

from __future__ import annotations

import os
import sys
import zlib

from clew.errors import BadSetting, nearest
from clew.model.data import dataclass
from clew.store.urls import SCHEMES, bare, is_url, masked, scheme_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

FOLDER = ".clew"
VARIABLE = "CLEW_STORE"
PROJECT = "pyproject.toml"
SETTINGS = (
    "store",
    "blobs",
    "on_error",
    "record_user",
    "record_host",
    "keep",
)  # what [tool.clew] may say; see settings.py


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is: the folder of its journals, and the URL of its database where that is not in the folder."""

    folder: str
    url: str = ""

    @property
    def where(self) -> str:
        """The store as anybody may see it: without a password."""
        return masked(self.url) if self.url else self.folder

    @property
    def said(self) -> str:
        """The setting that names this store wherever one stands; it may hold a password."""
        return self.url or self.folder

    def __repr__(self) -> str:
        return f"Address({self.where!r})"


def store_path(start: str, setting: str | None, environ: Mapping[str, str] | None = None) -> str:
    """Give the folder of the store for a program in `start`; it need not exist yet. See `location.store_folder`."""
    return store_address(start, setting, environ).folder


def store_address(start: str, setting: str | None, environ: Mapping[str, str] | None = None) -> Address:
    """Give where the store is for a program in `start`. See `location.store_folder`."""
    around = os.environ if environ is None else environ
    start = os.path.join(os.getcwd(), start)
    if setting is not None:
        said = asked(setting, start, "--store")
    elif around.get(VARIABLE):
        said = asked(around[VARIABLE], start, VARIABLE)
    else:
        said = project_store(start) or nearest_store(start) or data_path(around, sys.platform)
    return Address(journals_of(said, around), said) if is_url(said) else Address(said)


def journals_of(url: str, environ: Mapping[str, str]) -> str:
    """Give the folder, on this machine, of the journals of a store whose database is at a URL."""
    name = bare(url).partition("://")[2]
    readable = "".join([letter if letter.isalnum() or letter in "-._" else "-" for letter in name])
    return os.path.join(data_path(environ, sys.platform), "stores", f"{readable[:60]}-{zlib.crc32(name.encode()):08x}")


def journals_path(store: str) -> str:
    """Give the folder of the journals in a store."""
    return os.path.join(store, "journals")


def journal_in(store: str, session: str) -> str:
    """Give the path of a session's journal in a store."""
    return os.path.join(journals_path(store), f"{session}.journal")


def database_in(store: str) -> str:
    """Give the path of the database in a store."""
    return os.path.join(store, "clew.db")


def make_folders(store: str) -> None:
    """Make the store's folders. A new `.clew` is kept out of the git repository that it may stand in."""
    os.makedirs(journals_path(store), exist_ok=True)
    if os.path.basename(store) == FOLDER and not os.path.exists(database_in(store)):
        with open(os.path.join(store, ".gitignore"), "w", encoding="ascii") as file:
            file.write("*\n")


def asked(text: str, above: str, where: str) -> str:
    """Give the folder that a setting names, relative to the folder `above`; or the URL of a database."""
    if not text.strip():
        raise BadSetting(f"{where} names no folder")
    if is_url(text):
        return known_url(text.strip(), where)
    folder = tidy(os.path.join(above, expanded(text, where)))
    if any(os.path.exists(part) and not os.path.isdir(part) for part in (folder, *parents(folder))):
        raise BadSetting(f"{where} is {text}: that is not a folder")
    return folder


def known_url(url: str, where: str) -> str:
    """Give a URL of a kind of database that clew knows; else BadSetting."""
    if scheme_of(url) not in SCHEMES:
        error = BadSetting(f"{where} is {masked(url)}: that is no store")
        error.hint = "a store is a folder, or a database as postgresql://USER@HOST/NAME"
        raise error
    return url


def tidy(path: str) -> str:
    """Give a path without the parts that say nothing; `..` stays, for it may lead through a link."""
    drive, rest = os.path.splitdrive(path)
    parts = rest.replace("/", os.sep).split(os.sep)
    return drive + os.sep + os.sep.join(part for part in parts if part not in ("", "."))


def parents(path: str) -> Iterator[str]:
    """Give the folders above a path, nearest first."""
    while (above := os.path.dirname(path)) != path:
        path = above
        yield path


def expanded(text: str, where: str) -> str:
    """Give the path with a leading `~` replaced by the home folder."""
    path = os.path.expanduser(text)
    if path.startswith("~") and path == text:
        raise BadSetting(f"{where} is {text}: no such home folder")
    return path


def project_store(start: str) -> str | None:
    """Give the store that the nearest pyproject.toml with a [tool.clew] table names, if there is one."""
    for project in found_above(start, PROJECT):
        table = tool_table(project)
        if table is not None:
            store = table.get("store")
            return None if store is None else asked_by(project, store)
    return None


def tool_table(project: str) -> dict[str, Any] | None:
    """Give the [tool.clew] table of a pyproject.toml, or None if it has none."""
    try:
        with open(project, "rb") as file:
            # Bytes first: a file that is not UTF-8 is as broken as one that is not TOML.
            text = file.read().decode()
        if "clew" not in text and "\\" not in text:  # nor is it spelt by escapes
            return None
        import tomllib  # most projects do not speak of clew, and it takes half as long to load as Python

        tools = tomllib.loads(text).get("tool")
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


def unknown_setting(project: str, name: str) -> BadSetting:
    """Give the error for a setting that clew does not have."""
    error = BadSetting(f"{project}: [tool.clew] has no setting {name!r}")
    error.hint = nearest(name, SETTINGS) or f"known settings: {', '.join(SETTINGS)}"
    return error


def asked_by(project: str, store: object) -> str:
    """Give the folder that a pyproject.toml names, relative to its own; or the URL."""
    if not isinstance(store, str):
        raise BadSetting(f"{project}: store under [tool.clew] must be a string")
    return asked(store, os.path.dirname(project), f"store in {project}")


def nearest_store(start: str) -> str | None:
    """Give the nearest `.clew` folder at or above `start`."""
    return next((found for found in found_above(start, FOLDER) if os.path.isdir(found)), None)


def found_above(start: str, name: str) -> Iterator[str]:
    """Give what bears that name in `start` and the folders above it, nearest first."""
    for folder in (start, *parents(start)):
        if os.path.exists(path := os.path.join(folder, name)):
            yield path


def data_path(environ: Mapping[str, str], platform: str) -> str:
    """Give clew's folder among the user's data, where each system has it."""
    if platform == "darwin":
        return os.path.join(home(), "Library", "Application Support", "clew")
    shared = environ.get("LOCALAPPDATA" if platform == "win32" else "XDG_DATA_HOME", "")
    # The XDG rule: a path that is not absolute is to be ignored.
    return os.path.join(shared, "clew") if os.path.isabs(shared) else os.path.join(home(), ".local", "share", "clew")


def home() -> str:
    """Give the user's home folder."""
    path = os.path.expanduser("~")
    if path == "~":
        raise BadSetting(f"this user has no home folder: say where the store is with --store or {VARIABLE}")
    return path
