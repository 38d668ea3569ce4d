"""The smallest code that still makes a kept value: statements deleted one at a time, and the rest run."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path

from clew.analysis.deletions import Deletion, deletions, statements_in
from clew.archive.archive import Archive
from clew.checks.verifying import Task, judged, ready, run, seed_of, verdict_said, verified, with_stored
from clew.dataflow.plainly import plain_python
from clew.errors import CannotMinimize
from clew.model.artifacts import ArtifactRecord, Smallest
from clew.model.verdicts import Manner, Same

SLOWER = 3.0  # times as long as the whole code a part of it may take, and then
SLACK = 10.0  # seconds more
Tried = Callable[[int, int], None]
"""Is told how many statements are settled, of how many."""


def minimized(record: ArtifactRecord, archive: Archive, manner: Manner, tried: Tried) -> Smallest:
    """Find the smallest part of an artifact's code that makes its value; CannotMinimize where the whole does not."""
    with tempfile.TemporaryDirectory(prefix="clew-minimize-") as folder:
        task = with_stored(ready(record, archive, manner), archive, Path(folder))
        outcome = verified(task, manner)
        if not isinstance(outcome.verdict, Same):
            raise CannotMinimize(f"{record.name}@{record.version}", verdict_said(outcome.verdict) or "it differs")
        limit = min(manner.seconds, SLOWER * outcome.seconds + SLACK)
        task = replace(task, conditions=replace(task.conditions, seconds=limit))
        return _Minimizing(task, manner, tried).minimal(plain_python(task.program.code))


class _Minimizing:
    """Tries one deletion after the other, several at a time."""

    def __init__(self, task: Task, manner: Manner, tried: Tried) -> None:
        self.task, self.manner, self.tried = task, manner, tried
        self.jobs = manner.jobs or os.cpu_count() or 1
        self.runs = 0
        self.deleted: list[str] = []

    def minimal(self, code: str) -> Smallest:
        """Delete for as long as anything can go: what one deletion allows, another pass finds."""
        before = statements_in(code)
        with ThreadPoolExecutor(self.jobs) as pool:
            while True:
                smaller = self.one_pass(code, pool)
                if smaller == code:
                    break
                code = smaller
        return Smallest(self.task.record, code, statements_in(code), before, tuple(self.deleted), self.runs)

    def one_pass(self, code: str, pool: ThreadPoolExecutor) -> str:
        """Try to delete each statement once, from the last on."""
        settled = 0  # statements that are needed: they are the first that `deletions` gives
        while batch := tuple(islice(deletions(code), settled, settled + self.jobs)):
            self.tried(settled, statements_in(code))
            enough = list(pool.map(self.is_enough, batch))
            self.runs += len(batch)
            first = next(iter(self.found(batch, enough)), None)
            if first is None:
                settled += len(batch)
                continue
            place, deletion = first
            settled += place
            code = deletion.without
            self.deleted.append(deletion.text)
        return code

    def found(self, batch: Sequence[Deletion], enough: Sequence[bool]) -> Iterator[tuple[int, Deletion]]:
        """Those of some deletions after which the rest is enough, with their places."""
        return ((place, each) for place, (each, so) in enumerate(zip(batch, enough, strict=True)) if so)

    def is_enough(self, deletion: Deletion) -> bool:
        """Run the code without a statement, and tell whether it makes the same value."""
        task = replace(self.task, program=replace(self.task.program, code=deletion.without))
        account = run(task, self.manner, seed_of(task))
        return isinstance(judged(account, task, task.conditions), Same)
