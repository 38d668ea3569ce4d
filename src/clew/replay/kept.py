"""Keeping values of a watched program while it runs: begun with its recorder; at its end, left for the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from json import dumps, loads
from pathlib import Path
from typing import Any

from clew.capture.recorder import Recorder
from clew.capture.watching import OwnLoading
from clew.model.artifacts import Blob
from clew.model.kept import KeptRow
from clew.replay.keeper import Keeper, follow, look_away
from clew.store.blobs import Blobs
from clew.store.settings import BLOBS, KEEP, size_said, value_of
from clew.store.trust import Keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from clew.store.kept import KeptValues


def begin(recorder: Recorder, folder: str) -> Callable[[str], None]:
    """Keep values of the program that this recorder watches; give what is to be called with its session at its end."""
    with OwnLoading():
        said = value_of(BLOBS, os.getcwd())
        blobs = said.value if said.value != BLOBS.default else os.path.join(folder, "blobs")
        budget = size_said(value_of(KEEP, os.getcwd()).value)
    keeper = Keeper(recorder, Blobs(blobs), Keys(), budget)
    follow(recorder, keeper)
    look_away(recorder)

    def over(session: str) -> None:
        write_found(folder, session, keeper.rows(session), keeper.note())

    return over


def found_path(folder: str, session: str) -> str:
    """Give the file in which a session's process leaves what is known of its kept values."""
    return os.path.join(folder, "journals", f"{session}.kept")


def write_found(folder: str, session: str, rows: Sequence[KeptRow], note: Mapping[str, object]) -> None:
    """Leave what is known of kept values in a file, whole or not at all; the database is for others to write.

    By what was loaded before the program ran: it may have put something else in the place of any function since.
    """
    said = dumps({"note": note, "rows": [columns_of(row) for row in rows]})
    path = found_path(folder, session)
    with open(f"{path}.draft", "w", encoding="utf-8") as file:
        file.write(said)
    os.replace(f"{path}.draft", path)


def take_in(kept: KeptValues, folder: str, budget: int) -> None:
    """Take into the database what sessions' processes have left."""
    for path in sorted(Path(folder, "journals").glob("*.kept")):
        try:
            said = loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue  # another has taken it in
        kept.note(path.stem, dumps(said["note"]))
        kept.add([row_of(each) for each in said["rows"]], budget)
        path.unlink(missing_ok=True)


def columns_of(row: KeptRow) -> dict[str, object]:
    """Give a row as plain data."""
    names = ("session", "step", "names", "needs", "ambient", "signature", "signer", "seconds", "created")
    return {**{name: getattr(row, name) for name in names}, "blob": row.blob.hash, "size": row.blob.size}


def row_of(said: Mapping[str, Any]) -> KeptRow:
    """Give the row that plain data says."""
    facts: dict[str, Any] = {
        name: value for name, value in said.items() if name not in ("blob", "size", "names", "needs")
    }
    facts |= {name: tuple(said[name]) for name in ("names", "needs")}
    return KeptRow(**facts, blob=Blob(said["blob"], said["size"]))
