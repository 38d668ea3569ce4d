"""Running a session again with something changed: only what depends on the change, the rest from kept values."""

from __future__ import annotations

import ast
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from clew.dataflow.graph import fold
from clew.errors import CannotExecute
from clew.model.events import Event, SessionEnded, SessionStarted
from clew.model.kept import KeptRow
from clew.model.places import Source
from clew.observe.stamps import content_hash
from clew.replay.choosing import without_wrappers
from clew.replay.editing import spoken_places
from clew.replay.keeper import seen_file
from clew.replay.matching import Program, Texts, match
from clew.replay.planning import Plan, plan
from clew.replay.process import INSIDE
from clew.replay.recorded import Recorded, recorded
from clew.replay.rerunorders import Known, Order, Outcome
from clew.replay.units import Units, units_of
from clew.replay.work import Dirt, Entry, Statement, Work

TRIES = 6
"""Plans that are tried before all of the program is run."""

CHANGED = "\n'the text of this module was another one'\nchanged = object()"


@dataclass(frozen=True)
class Session:
    """A session to run again: its events, what was kept of it, and what was noted beside."""

    events: tuple[Event, ...]
    rows: tuple[KeptRow, ...] = ()
    note: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> float:
        """When the session was over, as far as is known."""
        times = [event.time for event in self.events if isinstance(event, (SessionStarted, SessionEnded))]
        return max(times, default=0.0)


@dataclass(frozen=True)
class Prepared:
    """A changed program, held against the session: what is to run is said by its plan."""

    recorded: Recorded
    work: Work
    known: Known
    spoken: tuple[str, ...]
    texts: tuple[str, ...]  # of the statements
    seconds: float  # that it took to decide

    @property
    def plan(self) -> Plan:
        """What would run, as far as can be told before."""
        return plan(self.work, {}, spoken=self.spoken)


def prepare(session: Session, sources: Sequence[Source], wanted: frozenset[str] = frozenset()) -> Prepared:
    """Hold a changed program against a session; `wanted` are variables that are to be there at the end."""
    started = time.perf_counter()
    about = recorded(session.events)
    if about.notes:
        raise CannotExecute(about.notes[0], "run the program with `clew run`")
    units = units_of(session.events, fold(session.events))
    folder = os.path.dirname(about.file) if about.is_script else about.folder
    before = Program(tuple(without_wrappers(about.sources)), texts_before(session, folder))
    after = Program(tuple(sources), texts_of(folder))
    matched = match(units, before, after, other_versions(session.note))
    spoken = spoken_places(sources, list(zip([s.place for s in matched.statements], matched.nodes, strict=True)))
    entries, known = kept_entries(session, units)
    outside = changed_files(session, units)
    work = Work(units, matched.statements, matched.deleted, entries, outside, wanted=wanted)
    texts = tuple(ast.unparse(node).partition("\n")[0] for node in matched.nodes)
    changed = replace(about, sources=tuple(sources), steps=())
    return Prepared(changed, work, known, spoken, texts, time.perf_counter() - started)


# ---- what was around ----------------------------------------------------------------------------------------


def texts_of(folder: str) -> Texts:
    """Give the texts of the modules in a folder, by their names."""
    known: dict[str, str | None] = {}

    def text(name: str) -> str | None:
        if name not in known:
            path = module_path(folder, name)
            known[name] = None if path is None else path.read_text(encoding="utf-8", errors="replace")
        return known[name]

    return text


def module_path(folder: str, name: str) -> Path | None:
    """Give the file of a module in a folder, if there is one."""
    stem = Path(folder, *name.split("."))
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)


def texts_before(session: Session, folder: str) -> Texts:
    """Give the texts of modules as the session found them; of one that nobody noted, whether it has changed since."""
    noted: Mapping[str, str] = session.note.get("modules", {})
    now = texts_of(folder)
    started = min((event.time for event in session.events if isinstance(event, SessionStarted)), default=0.0)

    def text(name: str) -> str | None:
        if name in noted:
            return noted[name]
        path, found = module_path(folder, name), now(name)
        if path is None or found is None or path.stat().st_mtime < started:
            return found
        return found + CHANGED

    return text


def other_versions(note: Mapping[str, Any]) -> dict[str, str]:
    """Say of packages that the session used how they are not what it found."""
    found: dict[str, str] = {}
    for top, before in note.get("packages", {}).items():
        path, is_file, _ = before.rpartition(": ")
        now = seen_file(path) if is_file else installed(top)
        if now != before:
            found[top] = "is installed anew" if is_file else f"was {before}, is {now}"
    return found


def installed(package: str) -> str:
    """Give the version of a package that is installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "gone"


def changed_files(session: Session, units: Units) -> dict[str, str]:
    """Say of files that the session read, or wrote, how they are not as it had them."""
    noted: Mapping[str, Sequence[Any]] = session.note.get("files", {})
    written = {path for unit in units.units for path in unit.files}
    found: dict[str, str] = {}
    for path in sorted({path for unit in units.units for path in unit.files_read} | written):
        if "://" in path or os.path.isdir(path):
            continue
        why = changed_file(path, noted.get(path), session.ended)
        if why:
            found[path] = why
    return found


def changed_file(path: str, noted: Sequence[Any] | None, ended: float) -> str:
    """Say how a file is not what it was, or nothing; without a note it is one that was written since."""
    try:
        now = os.stat(path)
    except OSError:
        return "gone"
    if noted is None:
        return "not what it was: it was written since" if now.st_mtime > ended + 0.01 else ""
    size, modified, content = noted
    if (now.st_size, now.st_mtime_ns) == (size, modified):
        return ""
    return "" if now.st_size == size and content_hash(path, size) == content else "not what it was"


def kept_entries(session: Session, units: Units) -> tuple[tuple[Entry, ...], Known]:
    """Give what was kept, as entries after units: what was kept amid one stands for nothing."""
    ends = {unit.last_step: unit.number for unit in units.units}
    rows = {f"{row.step}:{place}": row for place, row in enumerate(session.rows) if row.step in ends}
    entries = tuple(
        Entry(key, ends[row.step], frozenset(row.names), frozenset(row.needs), row.ambient) for key, row in rows.items()
    )
    last = {(units.by_step[s], n): (s, d) for s, n, d in session.note.get("digests", ()) if s in units.by_step}
    ambient = {(units.by_step[s], k): d for s, k, d in session.note.get("ambient", ()) if s in units.by_step}
    atoms: dict[str, tuple[str, object]] = {}
    noted: list[Entry] = []
    for step, name, value in session.note.get("atoms", ()):
        if last.get((units.by_step.get(step, -1), name), (-1, ""))[0] == step:
            key = f"atom {len(atoms)}"
            atoms[key] = (name, value)
            noted.append(Entry(key, units.by_step[step], frozenset([name]), plain=True))
    digests = {key: digest for key, (_, digest) in last.items() if digest}
    return (*entries, *noted), Known(digests, ambient, rows, atoms)


# ---- running ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """Where values are kept and how many bytes; which portraits and values are wanted; who hears of progress."""

    blobs: str
    budget: int
    portrayed: tuple[str, ...] = ()
    given: tuple[str, ...] | None = ()
    told: Callable[[int, float], None] = lambda number, seconds: None
    saves: bool = False


def rerun_prepared(prepared: Prepared, terms: Terms) -> tuple[Outcome, int]:
    """Run what has to run; give the outcome, and how many plans it took."""
    work = prepared.work
    for tries in range(1, TRIES + 2):
        if tries > TRIES:
            work = everything(work)
        order = Order(
            prepared.recorded,
            work,
            prepared.known,
            prepared.spoken,
            terms.blobs,
            terms.budget,
            terms.portrayed,
            terms.given,
            terms.saves,
        )
        outcome = run_order(order, terms)
        if not outcome.given_up:
            return outcome, tries
        work = learned(work, outcome)
    raise AssertionError("a run of everything is given up by nobody")


def everything(work: Work) -> Work:
    """Have all of a program run, and nothing loaded."""
    statements = tuple(replace(each, changed=each.changed or "no smaller plan held") for each in work.statements)
    return replace(work, statements=statements, entries=())


def learned(work: Work, outcome: Outcome) -> Work:
    """Take in what a run that was given up has told."""
    dirt: dict[int, Dirt] = dict(work.learned)
    for number, more in outcome.learned.items():
        dirt[number] = dirt.get(number, Dirt()) | more
    names: dict[int, frozenset[str]] = dict(work.demanded)
    for number, few in outcome.demanded.items():
        names[number] = names.get(number, frozenset()) | few
    entries = tuple(entry for entry in work.entries if entry.key not in outcome.bad)
    return replace(work, learned=dirt, demanded=names, entries=entries)


def run_order(order: Order, terms: Terms) -> Outcome:
    """Run an order in a process of its own; its output goes to our standard error."""
    with tempfile.TemporaryDirectory(prefix="clew-rerun-") as scratch:
        asked, out = Path(scratch) / "order", Path(scratch) / "outcome"
        asked.write_bytes(pickle.dumps(order))
        reading, writing = os.pipe()
        command = [sys.executable, str(INSIDE / "again.py"), str(asked), str(out), str(writing)]
        sys.stderr.flush()
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=2,  # not sys.stderr's: in a notebook, or under a test, that has no number of its own
            pass_fds=(writing,),
            cwd=order.recorded.folder,
        )
        os.close(writing)
        try:
            with os.fdopen(reading) as lines:
                for line in lines:
                    number, seconds = line.split("\t")
                    terms.told(int(number), float(seconds))
            status = child.wait()
        finally:
            child.kill()  # who asked was interrupted; one that is over does not mind
        if not out.exists():
            return Outcome(error=f"the process ended early, with status {status}")
        found: Outcome = pickle.loads(out.read_bytes())  # our own child wrote it
        return found


def note_of(text: str) -> dict[str, Any]:
    """Read what was noted beside a session's kept values."""
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def statement_names(statements: Sequence[Statement]) -> frozenset[str]:
    """All names that a program binds by its text."""
    return frozenset().union(*(each.binds for each in statements))
