"""A kept value made again and handed out: by a clean process, through a format of the store, or here."""

from __future__ import annotations
import __future__

import ast
import linecache
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from clew.archive.archive import Archive
from clew.archive.diff import called
from clew.checks.accounts import output_said, refused, traceback_said
from clew.checks.judge import JUDGE, described
from clew.checks.verifying import PROGRESS, Task, ready, seed_of, seeded
from clew.errors import CannotLoad, ReplayFailed
from clew.model.artifacts import ArtifactRecord
from clew.model.verdicts import CannotTell, Manner
from clew.replay.clean import Account, Program, run_alone
from clew.store.codecs.codec import Codec

FUTURES = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
Follow = Callable[[ArtifactRecord, int, int], None]


def replayed(
    record: ArtifactRecord, archive: Archive, manner: Manner, *, here: bool, told: Follow | None = None
) -> object:
    """Make the value of an artifact again; ReplayFailed, with the traceback, where its code fails."""
    task = ready(record, archive, manner)
    if isinstance(task.verdict, CannotTell):
        raise ReplayFailed(called(record), task.verdict.why)
    if here:
        return made_here(task, told)
    with tempfile.TemporaryDirectory(prefix="clew-replay-", ignore_cleanup_errors=True) as folder:
        return made_apart(task, archive, Path(folder), told)


def made_apart(task: Task, archive: Archive, scratch: Path, told: Follow | None) -> object:
    """Make a value in a clean process; it comes back through the first format that holds it."""
    asked = {"variable": task.record.origin.variable, "stored": "", "codec": "", "tolerance": 0.0, "keep": True}
    count = task.program.code.count("\n")
    heard = None if told is None else lambda line: told(task.record, line, count)
    marker = PROGRESS if told is not None else ""
    conditions = seeded(task.conditions, seed_of(task))
    account = run_alone(task.program, conditions, JUDGE, asked, marker=marker, told=heard, scratch=scratch)
    answer = checked_answer(account, task)
    for codec in archive.codecs:
        if codec.name == answer["codec"]:
            return loaded_from(scratch / "value", codec, task.record)
    raise ReplayFailed(called(task.record), "no format holds the value, so it cannot be handed over (here=True can)")


def loaded_from(path: Path, codec: Codec, record: ArtifactRecord) -> object:
    """Give the value that a clean process has handed over; CannotLoad where this one lacks what it is made of."""
    try:
        with open(path, "rb") as file:
            return codec.read(file)
    except Exception as error:  # what a library, or a class that is found there only, has against it
        raise CannotLoad(record.value.type, codec.name, f"{type(error).__name__}: {error}") from error


def checked_answer(account: Account, task: Task) -> Any:
    """Give what the judge said of a run that made the value; else ReplayFailed."""
    name, answer = called(task.record), account.answer
    if account.status is None:
        raise ReplayFailed(name, f"not done after {task.conditions.seconds:.0f} s")
    if answer is None:
        raise ReplayFailed(name, f"the process ended early: {refused(account, task.conditions)}")
    if answer["missing"] or answer["raised"]:
        said = output_said(account, task.lines) or f"it makes no variable {task.record.origin.variable}"
        raise ReplayFailed(name, f"its code fails:\n{said}")
    return answer


# ---- in this process ----------------------------------------------------------------------------------------


def made_here(task: Task, told: Follow | None) -> object:
    """Make a value in this process, in a main module of its own; all else that the code does, it does to this one."""
    module = ModuleType("__main__")
    with standing_in(task.program, module):
        run_in(module, task.program, task, told)
    variable = task.record.origin.variable
    if variable not in module.__dict__:
        raise ReplayFailed(called(task.record), f"it makes no variable {variable}")
    return module.__dict__[variable]


@contextmanager
def standing_in(program: Program, module: ModuleType) -> Iterator[None]:
    """Have this process look to a program like its own; after it, it is as it was."""
    before = os.getcwd(), sys.argv, sys.path, sys.modules["__main__"]
    if program.file:
        module.__dict__["__file__"] = program.file
    try:
        os.chdir(program.folder)
        sys.argv = list(program.arguments)
        sys.path = [str(Path(program.file).parent) if program.file else "", *before[2][1:]]
        sys.modules["__main__"] = module
        yield
    finally:
        os.chdir(before[0])
        sys.argv, sys.path, sys.modules["__main__"] = before[1:]


def run_in(module: ModuleType, program: Program, task: Task, told: Follow | None) -> None:
    """Run a program in a module, a statement at a time; ReplayFailed where it fails."""
    name = f"<{called(task.record)}>"
    text = program.code
    if program.shell:
        raise ReplayFailed(called(task.record), "its code needs IPython (without here=True it gets one of its own)")
    tree = ast.parse(text, name)
    flags = compile(text, name, "exec", dont_inherit=True).co_flags & FUTURES
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    for node in tree.body:
        if told is not None:
            told(task.record, node.lineno, text.count("\n"))
        try:
            exec(compile(ast.Module([node], []), name, "exec", flags, dont_inherit=True), module.__dict__)
        except Exception as error:
            said = traceback_said(described(error, name) or {}, task.lines)
            raise ReplayFailed(called(task.record), f"its code fails:\n{said}") from error
