"""Say of kept values whether their code makes them again: run it alone, and where it makes another value, find out why.

Where the value is another one, the code is run again, with another hash seed, in another second, at other addresses. If
these runs disagree among themselves, nobody can say what the value should be: the first statement after which they
differ is named. Where they agree, the user's own code may still have asked for what nobody can make again.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from clew.archive.archive import Archive
from clew.archive.packages import installed
from clew.checks.accounts import failure_said, refused, unreachable
from clew.checks.causes import cause_of
from clew.checks.doubts import doubts, hash_seed, hopeless, unknown_contents
from clew.checks.installing import python_like
from clew.checks.judge import JUDGE
from clew.checks.luck import may_be_luck
from clew.checks.outside import added_to, first_deeds, made, unseeded
from clew.checks.programs import Lines, lines_of, program_of, step_said
from clew.errors import ClewError
from clew.model.artifacts import ArtifactRecord, Elsewhere
from clew.model.data import dataclass, field
from clew.model.differences import Finding
from clew.model.verdicts import CannotTell, Checked, Differs, Manner, Same, Verdict
from clew.replay.clean import Account, Conditions, Program, Told, run_alone

TRACE = "clew.replay.tracing:Trace"
PROGRESS = "clew.replay.tracing:Progress"
SEEDS = ("0", "1", "4242", "977")  # hash seeds: the first run's, then the others'
FINDINGS: Mapping[type, Finding] = {Same: Finding.SAME, Differs: Finding.DIFFERS, CannotTell: Finding.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Task:
    """One artifact to be verified: all that is needed once the store is closed."""

    record: ArtifactRecord
    program: Program
    conditions: Conditions
    lines: Lines
    stored: str = ""
    doubts: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # what it reads of which nobody knows whether it holds what it held
    chance: str = ""  # the statement that draws random numbers which nobody seeded, as the session's record has it
    verdict: Verdict | None = None  # where it is known before anything is run


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of verifying an artifact; `account` is how the first run went, `lines` where its lines stood.

    `as_recorded` says that it ran on the Python and packages that were recorded.
    """

    record: ArtifactRecord
    verdict: Verdict
    seconds: float = 0.0
    account: Account | None = None
    lines: Lines = field(default_factory=Lines)
    notes: tuple[str, ...] = ()
    as_recorded: bool = False

    def checked(self, now: float, tolerance: float) -> Checked:
        """Give what is to be kept of it."""
        made = self.record.environment
        here = [(name, found.version) for name, _ in made.packages if (found := installed(name))]
        on = (made.python, made.packages) if self.as_recorded else (platform.python_version(), tuple(here))
        return Checked(FINDINGS[type(self.verdict)], verdict_said(self.verdict), now, self.seconds, *on, tolerance)


def verdict_said(verdict: Verdict) -> str:
    """Say where two values differ, or why nobody can tell; empty for the same."""
    match verdict:
        case Same():
            return ""
        case Differs(where, how):
            return ": ".join(filter(None, (where, how)))
        case CannotTell(why):
            return why


# ---- before anything is run ---------------------------------------------------------------------------------


def ready(record: ArtifactRecord, archive: Archive, manner: Manner) -> Task:
    """Get ready to run the code of an artifact; where that makes no sense, the verdict is known already."""
    ran = archive.sessions.started(record.origin.session) if record.origin.session else None
    program = program_of(record, ran)
    conditions = Conditions(seconds=manner.seconds, memory=manner.memory, in_place=manner.in_place)
    why, found = hopeless(record), doubts(record, same_packages=manner.same_packages)
    if why or (found and not manner.force):
        verdict = CannotTell(why or "; ".join(found))
        return Task(record, program, conditions, Lines(program.code), doubts=found, verdict=verdict)
    graph, steps = archive.graph(record), archive.steps(record)
    if graph is not None:
        program = replace(program, made=made(graph.steps, record.inputs), writes=bool(first_deeds(steps)))
    unknown = (*unknown_contents(record), *added_to(steps, record.inputs))
    drawing = unseeded(steps)
    chance = step_said(graph, drawing) if graph is not None and drawing is not None else ""
    lines = lines_of(program.code, graph, steps)
    return Task(record, program, conditions, lines, doubts=found, unknown=unknown, chance=chance)


def with_stored(task: Task, archive: Archive, folder: Path) -> Task:
    """Put the kept value into a folder, to be compared with; where it cannot be had, the verdict is known already."""
    if task.verdict is not None:
        return task
    try:
        return replace(task, stored=stored(task.record, archive, folder))
    except ClewError as error:
        return replace(task, verdict=CannotTell(str(error)))


def with_packages(task: Task, archive: Archive, folder: Path) -> Task:
    """Have a task run with the packages that were recorded; MissingExtra where nobody can install them."""
    if task.verdict is not None:
        return task
    codec = next((each for each in archive.codecs if each.name == task.record.value.codec), None)
    python = python_like(task.record, codec, folder)
    return replace(task, conditions=replace(task.conditions, python=(python,)))


def stored(record: ArtifactRecord, archive: Archive, folder: Path) -> str:
    """Put the bytes of a value into a folder; UntrustedValue if they can run, and nobody we trust signed them."""
    value = record.value
    if isinstance(value.kept, Elsewhere):
        raise ClewError(f"its value is kept by another system: {value.kept.uri.partition('?')[0]}")
    if value.signature or not all(each.safe for each in archive.codecs if each.name == value.codec):
        archive.keys.check(value.kept, value.codec, value.type, value.signature, value.signer)
    path = folder / f"{record.name.replace('/', '-')[:100]}-{record.version}"
    with archive.blobs.open(value.kept) as source, open(path, "wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
    return str(path)


# ---- running ------------------------------------------------------------------------------------------------


def verify_all(
    records: Iterable[ArtifactRecord],
    archive: Archive,
    manner: Manner,
    done: Callable[[Outcome], None] = lambda outcome: None,
    told: Callable[[ArtifactRecord, int, int], None] | None = None,
) -> list[Outcome]:
    """Verify artifacts, several side by side; `done` hears of each at once, `told` which line of how many runs."""
    with tempfile.TemporaryDirectory(prefix="clew-verify-") as folder:
        tasks = [with_stored(ready(each, archive, manner), archive, Path(folder)) for each in records]
        if manner.same_packages:
            tasks = [with_packages(each, archive, Path(folder)) for each in tasks]
        with ThreadPoolExecutor(manner.jobs or os.cpu_count()) as pool:
            outcomes = []
            try:
                for outcome in pool.map(lambda task: verified(task, manner, told), tasks):
                    done(outcome)
                    outcomes.append(outcome)
            except BaseException:
                for task in tasks:  # else the pool waits for what runs by now, for as long as that takes
                    task.conditions.given_up.set()
                raise
    return outcomes


def verified(task: Task, manner: Manner, told: Callable[[ArtifactRecord, int, int], None] | None = None) -> Outcome:
    """Verify one artifact."""
    if task.verdict is not None:
        return Outcome(task.record, task.verdict, lines=task.lines)
    count = task.program.code.count("\n")
    heard: Told | None = None if told is None else lambda line: told(task.record, line, count)
    started = time.time()
    account = run(task, manner, seed_of(task), marker=PROGRESS if told is not None else "", told=heard)
    verdict = judged(account, task, task.conditions)
    if isinstance(verdict, Differs):
        verdict = explained(verdict, account, task, manner, started)
    elif isinstance(verdict, Same) and (task.chance or may_be_luck(task.program.code)):
        verdict = proven(task, manner, account)
    return Outcome(task.record, verdict, account.seconds, account, task.lines, task.doubts, manner.same_packages)


def run(task: Task, manner: Manner, seed: str, *, marker: str = "", told: Told | None = None) -> Account:
    """Run the code of an artifact, and have what it makes compared with what was kept."""
    asked = {
        "variable": task.record.origin.variable,
        "stored": task.stored,
        "codec": task.record.value.codec,
        "tolerance": manner.tolerance,
        "keep": False,
    }
    return run_alone(task.program, seeded(task.conditions, seed), JUDGE, asked, marker=marker, told=told)


def seeded(conditions: Conditions, seed: str) -> Conditions:
    """Give conditions with a hash seed."""
    environment = {**conditions.environment, "PYTHONHASHSEED": seed}
    return replace(conditions, environment=environment)


def judged(account: Account, task: Task, conditions: Conditions) -> Verdict:
    """Give the verdict of one run."""
    answer = account.answer
    if account.status is None:
        return CannotTell(f"not done after {conditions.seconds:.0f} s")
    if answer is None:
        return CannotTell(f"the process ended early: {refused(account, conditions)}")
    if answer["missing"]:
        return unmade(account, task, conditions)
    match answer["finding"]:
        case "same":
            return Same()
        case "differs":
            return Differs(answer["where"], answer["how"])
        case _:
            return CannotTell(answer["how"])


def unmade(account: Account, task: Task, conditions: Conditions) -> Verdict:
    """Give the verdict on code that does not make the variable."""
    raised: Mapping[str, Any] | None = account.answer["raised"] if account.answer is not None else None
    if raised is None:
        return Differs("", f"the code makes no variable {task.record.origin.variable}")
    why = unreachable(raised, account.guard, conditions)
    said = failure_said(raised, task.lines)
    return CannotTell(f"{why}: {said}") if why else Differs("", f"the code fails: {said}")


# ---- why another value --------------------------------------------------------------------------------------


def explained(verdict: Differs, first: Account, task: Task, manner: Manner, started: float) -> Verdict:
    """Find out whether a value that differs could have been told at all."""
    time.sleep(max(0.0, started + 1.05 - time.time()))  # in another second than the first run began in
    again = run_traced(task, manner, first)
    verdicts = [judged(each, task, task.conditions) for each in again]
    if stuck := [each for each in verdicts if isinstance(each, CannotTell)]:
        return stuck[0]  # a limit, say, that the first run came close to
    made = {made_by(each) for each in (first, *again)}
    if len(made) > 1 or any(isinstance(each, Same) for each in verdicts):
        return CannotTell(f"the value is another one each time: {cause_of(again, task.lines)}")
    heard = cause_of(again, task.lines, agreed=True) or (task.chance and f"{task.chance} draws unseeded random numbers")
    if heard:
        return CannotTell(f"the value may be another one each time: {heard}")
    if task.unknown:
        return CannotTell(
            f"it differs ({verdict_said(verdict)}), and nobody knows whether {task.unknown[0]} is as it was"
        )
    return verdict


def proven(task: Task, manner: Manner, first: Account) -> Verdict:
    """Find out whether a value that draws on chance is the same because of luck."""
    chosen = hash_seed(task.record)
    verdicts = [judged(run(task, manner, chosen or seed), task, task.conditions) for seed in SEEDS[1:]]
    if all(isinstance(each, Same) for each in verdicts):
        return Same()
    drawn = f"{task.chance} draws random numbers that nobody seeded" if task.chance else ""
    return CannotTell(
        f"the value is another one each time: {drawn or cause_of(run_traced(task, manner, first), task.lines)}"
    )


def run_traced(task: Task, manner: Manner, first: Account) -> Sequence[Account]:
    """Run the code several times more, and follow it; with other hash seeds, unless the session had chosen one.

    Two of them tell where they disagree; where they do not, a third one makes luck less likely, and where all three
    make another value than the first run did, that one is followed too.
    """
    chosen = hash_seed(task.record)
    runs = [run(task, manner, chosen or seed, marker=TRACE) for seed in SEEDS[1:-1]]
    if len(set(map(made_by, runs))) > 1:
        return runs
    runs.append(run(task, manner, chosen or SEEDS[-1], marker=TRACE))
    if len(set(map(made_by, runs))) > 1 or made_by(first) == made_by(runs[0]):
        return runs
    return [*runs, run(task, manner, seed_of(task), marker=TRACE)]


def seed_of(task: Task) -> str:
    """Give the hash seed of the first run: that of the session where it had chosen one."""
    return hash_seed(task.record) or SEEDS[0]


def made_by(account: Account) -> str:
    """Tell what a run made from what others make."""
    if account.answer is None:
        return "nothing"
    raised = account.answer["raised"]
    return str(account.answer["digest"] or (raised and raised["text"]))
