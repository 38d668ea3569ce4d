"""A session run again with something changed: `clew.rerun(session, changed={"url": "..."})`."""

from __future__ import annotations

import os
import platform
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

from clew import session as parts
from clew.model.events import SessionStarted
from clew.model.places import Source
from clew.model.reruns import Decision, RerunRecord
from clew.replay.editing import edited, program_of, with_values
from clew.replay.kept import take_in
from clew.replay.recorded import recorded
from clew.replay.rerun import Prepared, Session, Terms, note_of, prepare, rerun_prepared
from clew.replay.rerunorders import Outcome
from clew.screen.reruns import RerunView
from clew.store.database import Store
from clew.store.executions import ExecutedRow, ExecutionRow, Executions, ValueRow
from clew.store.kept import KeptValues
from clew.store.settings import KEEP, size_said, value_of

Told = Callable[[Decision, int], None]
"""Hears of each statement that ran, and how many will in all, as far as is known."""


def rerun(
    session: str | int,
    changed: Mapping[str, object] | None = None,
    *,
    edit: str | Path | None = None,
    values: Iterable[str] | None = None,
    dry_run: bool = False,
    saves: bool = False,
    keep: str | None = None,
    told: Told | None = None,
    store: str | None = None,
) -> RerunView:
    """Run a session again with something changed: only what depends on it, in a clean process; the rest is as it was.

    `changed` gives variables other values where the program gives them theirs, once and at its top; `edit` is a file
    with the program as it is to be. Without either, what changed outside counts: input files, modules, packages.
    `values` are variables whose values are wanted afterwards (by default those that differ). `dry_run` only says what
    would run. With `saves`, artifacts that the program saves get new versions. `keep` is the budget for values that are
    kept: `500 MB`. UnknownSession, BadSetting, BrokenSource, CannotExecute. A failure of the program is in the answer.
    """
    flags = {} if keep is None else {KEEP.name: keep}
    budget = size_said(value_of(KEEP, os.getcwd(), flags).value)
    with closing(parts.open_store(store)) as opened:
        take_in(KeptValues(opened.database), str(opened.folder), budget)
        known = known_session(opened, str(session))
        sources = changed_sources(known, dict(changed or {}), edit)
        wanted = None if values is None else frozenset(values)
        prepared = prepare(known, sources, wanted or frozenset())
        name = prepared.recorded.session
        if dry_run:
            return RerunView(record_of(prepared, name, Outcome(), 1, dry=True))
        terms = Terms(
            parts.blobs_of(opened),
            budget,
            given=None if wanted is None else tuple(sorted(wanted)),
            told=lambda number, seconds: say(told, prepared, number, seconds),
            saves=saves,
        )
        began = time.time()
        outcome, plans = rerun_prepared(prepared, terms)
        KeptValues(opened.database).add(outcome.kept, budget)
        number = write_down(opened, prepared, outcome, what_of(changed, edit), began)
    return RerunView(record_of(prepared, name, outcome, plans, execution=number), outcome.values)


def known_session(opened: Store, session: str) -> Session:
    """What the store knows of a session, and keeps of it."""
    name = opened.find(session).session
    kept = KeptValues(opened.database)
    return Session(opened.events(name), kept.of([name]), note_of(kept.noted(name)))


def changed_sources(known: Session, changed: Mapping[str, object], edit: str | Path | None) -> tuple[Source, ...]:
    """The sources of the changed program."""
    about = recorded(known.events)
    return with_values(program_of(about) if edit is None else edited(about, Path(edit)), changed)


def what_of(changed: Mapping[str, object] | None, edit: str | Path | None) -> str:
    """Say what was changed."""
    said = [f"{name}={value!r}" for name, value in (changed or {}).items()]
    return " ".join(["rerun", *said, *([f"edited as {edit}"] if edit is not None else [])])


def say(told: Told | None, prepared: Prepared, number: int, seconds: float) -> None:
    """Tell of a statement that ran."""
    if told is not None:
        decision = Decision(prepared.spoken[number], prepared.texts[number], True, "", seconds)
        told(decision, len(prepared.plan.run))


def record_of(
    prepared: Prepared, session: str, outcome: Outcome, plans: int, *, dry: bool = False, execution: int = 0
) -> RerunRecord:
    """Put together what was decided and done."""
    ran = {each.number: each for each in outcome.ran}
    planned = prepared.plan.run if dry else {number: each.why for number, each in ran.items()}
    decisions = tuple(
        Decision(
            prepared.spoken[each.number],
            prepared.texts[each.number],
            each.number in planned,
            planned.get(each.number, ""),
            ran[each.number].seconds if each.number in ran else 0.0,
            ran[each.number].differs if each.number in ran else (),
        )
        for each in prepared.work.statements
    )
    loaded = tuple(sorted({name for _, names in outcome.loaded for name in names}))
    before = sum(unit.seconds for unit in prepared.work.old.units)
    facts = (prepared.seconds, outcome.seconds, before, loaded, plans, execution, outcome.error, outcome.trace)
    return RerunRecord(session, decisions, dry, *facts)


def write_down(opened: Store, prepared: Prepared, outcome: Outcome, what: str, began: float) -> int:
    """Record the rerun as an execution of the session; give its number."""
    executions, about = Executions(opened.database), prepared.recorded
    python = platform.python_version()
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
    number = executions.begin(ExecutionRow(0, name, about.session, what, about.folder, python, began))
    rows = []
    for ran in outcome.ran:
        unit = prepared.work.unit(prepared.work.statements[ran.number])
        values = {each: ValueRow(kind, digest) for each, (kind, digest) in ran.digests.items()}
        own = ran.steps[0].number if ran.steps else -1
        step = unit.last_step if unit is not None else -1
        rows.append(ExecutedRow(step, own, ran.started, ran.seconds, "", values))
    start = SessionStarted(about.session, about.kind, about.file, about.argv, about.folder, python, began)
    executions.add(number, rows, [start, *outcome.events])
    executions.end(number, time.time(), outcome.error)
    return number
