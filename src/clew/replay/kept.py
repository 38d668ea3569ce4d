"""Keeping values of a watched program while it runs: begun with its recorder, written into the store at its end."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from clew.capture.recorder import Recorder
from clew.capture.watching import OwnLoading
from clew.observe.audit import WIRE
from clew.replay.keeper import Keeper, follow
from clew.store.blobs import Blobs
from clew.store.paths import store_address
from clew.store.settings import BLOBS, KEEP, size_said, value_of
from clew.store.trust import Keys


def begin(recorder: Recorder, folder: str) -> Callable[[str], None]:
    """Keep values of the program that this recorder watches; give what is to be called with its session at its end."""
    with OwnLoading():
        said = value_of(BLOBS, os.getcwd())
        blobs = said.value if said.value != BLOBS.default else os.path.join(folder, "blobs")
        budget = size_said(value_of(KEEP, os.getcwd()).value)
    keeper = Keeper(recorder, Blobs(blobs), Keys(), budget)
    follow(recorder, keeper)
    where = store_address(os.getcwd(), None)

    def over(session: str) -> None:
        with OwnLoading(), WIRE.own_work():
            from clew.store.database import Store  # not before the program is over: it takes long to load
            from clew.store.kept import KeptValues

            note = keeper.note()
            with closing(Store.open(Path(where.folder), where.url)) as store:
                kept = KeptValues(store.database)
                kept.add(keeper.rows(session), budget)
                kept.note(session, note)

    return over
