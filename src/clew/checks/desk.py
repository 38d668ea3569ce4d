"""Where values are made again: verified, with the verdict kept, or handed out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from clew.archive.archive import Archive
from clew.archive.opening import Open
from clew.checks.accounts import output_said
from clew.checks.minimizing import Tried, minimized
from clew.checks.replaying import replayed
from clew.checks.verifying import Outcome, verify_all
from clew.errors import ReadOnlyStore
from clew.model.artifacts import ArtifactRecord, Found, Smallest
from clew.model.verdicts import Checked, Manner, Verdict


class Watcher(Protocol):
    """Who looks on while values are made: told how far each has come, and what came of it."""

    @property
    def looks(self) -> bool:
        """Whether anybody does: else nothing is followed."""

    def told(self, record: ArtifactRecord, line: int, lines: int) -> None:
        """Hear which of the lines of an artifact's code is being run."""

    def close(self) -> None:
        """Hear that all is done."""


class Desk:
    """Makes the values of a store again."""

    def __init__(self, open_: Callable[[], Open]) -> None:
        self._open = open_

    def verify(
        self, wanted: Callable[[Archive], Iterable[ArtifactRecord]], manner: Manner, watcher: Watcher
    ) -> list[Found]:
        """Verify artifacts, and keep the verdicts."""
        with self._open() as archive:
            records = [archive.completed(each) for each in wanted(archive)]
            told = watcher.told if watcher.looks else None
            try:
                outcomes = verify_all(records, archive, manner, told=told)
            finally:
                watcher.close()
            return [kept(outcome, archive, manner) for outcome in outcomes]

    def verify_one(self, record: ArtifactRecord, manner: Manner, watcher: Watcher) -> tuple[ArtifactRecord, Verdict]:
        """Verify one artifact; give it with the verdict."""
        [found] = self.verify(lambda archive: [archive.get_again(record)], manner, watcher)
        return found.record, found.verdict

    def minimize(self, record: ArtifactRecord, manner: Manner, tried: Tried) -> Smallest:
        """Find the smallest part of an artifact's code that makes its value."""
        with self._open() as archive:
            return minimized(archive.completed(archive.get_again(record)), archive, manner, tried)

    def verdicts(self, record: ArtifactRecord) -> tuple[Checked, ...]:
        """Give what came of all checks of an artifact, oldest first."""
        with self._open() as archive:
            return archive.catalog.verdicts(record.name, record.version)

    def replay(self, record: ArtifactRecord, manner: Manner, watcher: Watcher, *, here: bool) -> object:
        """Make a value again; ReplayFailed, with the traceback, where its code fails."""
        with self._open() as archive:
            whole = archive.completed(archive.get_again(record))
            told = watcher.told if watcher.looks else None
            try:
                return replayed(whole, archive, manner, here=here, told=told)
            finally:
                watcher.close()


def kept(outcome: Outcome, archive: Archive, manner: Manner) -> Found:
    """Keep a verdict."""
    record, checked = outcome.record, outcome.checked(time.time(), manner.tolerance)
    with suppress(ReadOnlyStore):  # what came of it can be said all the same
        archive.catalog.note_verdict(record.name, record.version, checked)
    output = "" if outcome.account is None else output_said(outcome.account, outcome.lines)
    return Found(replace(record, checked=checked), outcome.verdict, outcome.notes, output)
