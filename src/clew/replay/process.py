"""Run code in a clean process, as Python or a notebook would, and get the portraits of its variables."""

from __future__ import annotations

import json
import marshal
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from clew.model.data import dataclass, field
from clew.model.verdicts import CannotTell, Differs, Verdict
from clew.replay.portrait import Portrait, compare_portraits, from_plain

INSIDE = Path(__file__).with_name("inside")


@dataclass(frozen=True, slots=True)
class Script:
    """A program to run as `python path argv...`; `folder` is the working directory."""

    path: Path
    folder: Path
    argv: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells to run one after another in a fresh IPython shell."""

    cells: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which conditions to run: the interpreter, changes of the environment, a limit in seconds."""

    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 600.0


@dataclass(frozen=True)
class Testimony:
    """How a clean run went: `portraits` is None where the process ended before it could write them.

    `seconds` is the whole process without the time spent on portraits. A run past its limit has `status` None.
    """

    status: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    portraits: Mapping[str, Portrait] | None


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that ended, or was killed for being late (`status` None). `cpu` counts its waited-for children in."""

    status: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    cpu: float


def run_clean(program: Script | Cells, names: Sequence[str] | None, terms: Terms) -> Testimony:
    """Run a program in a process of its own and portray the named variables at its end (all public ones: None)."""
    with tempfile.TemporaryDirectory(prefix="clew-replay-") as scratch:
        out = Path(scratch) / "portraits"
        order: dict[str, object] = {"names": None if names is None else list(names), "out": str(out)}
        argv, environment = _command(program, order, terms, Path(scratch))
        ended = run_measured(argv, environment, program.folder, terms.seconds)
        if not out.exists():
            return Testimony(ended.status, ended.stdout, ended.stderr, ended.seconds, None)
        said = marshal.loads(out.read_bytes())
    found = {name: from_plain(plain) for name, plain in said["portraits"].items()}
    return Testimony(ended.status, ended.stdout, ended.stderr, ended.seconds - said["seconds"], found)


HERE_AND_NOW = Terms()


def check(code: Script | Cells, expected: Mapping[str, Portrait], terms: Terms = HERE_AND_NOW) -> dict[str, Verdict]:
    """Run a slice in a clean process and compare the variables it makes with what they were."""
    said = run_clean(code, list(expected), terms)
    return {name: verdict_on(name, portrait, said) for name, portrait in expected.items()}


def verdict_on(name: str, expected: Portrait, said: Testimony) -> Verdict:
    """Compare one variable with what a clean run says of it."""
    if said.status is None:
        return CannotTell(f"not done after {said.seconds:.0f} s")
    found = (said.portraits or {}).get(name)
    if found is None:
        return Differs("", f"there is no such variable: {last_line(said.stderr) or last_line(said.stdout)}")
    return compare_portraits(expected, found)


def last_line(text: bytes) -> str:
    """Return the last line that says something."""
    lines = text.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""


def _command(
    program: Script | Cells, order: dict[str, object], terms: Terms, scratch: Path
) -> tuple[list[str], dict[str, str]]:
    environment = {**os.environ, **terms.environment}
    match program:
        case Script(path, _, argv):
            theirs = environment.get("PYTHONPATH")
            environment["PYTHONPATH"] = os.pathsep.join([str(INSIDE), *([theirs] if theirs else [])])
            environment["CLEW_WITNESS"] = marshal.dumps(order).hex()
            return [terms.python, str(path), *argv], environment
        case Cells(cells, _):
            asked = scratch / "order.json"
            asked.write_text(json.dumps({**order, "cells": cells}), encoding="utf-8")
            return [terms.python, str(INSIDE / "shell.py"), str(asked)], environment


def run_measured(
    argv: list[str],
    environment: Mapping[str, str],
    folder: Path,
    limit: float,
    meanwhile: Callable[[], None] | None = None,
) -> Ended:
    """Run a command to its end or to its limit, when it is killed, and measure it; `meanwhile` is called now and then."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        started = time.perf_counter()
        quiet = subprocess.DEVNULL
        # A session of its own, so that what it started can be ended with it.
        child = subprocess.Popen(
            argv, env=environment, cwd=folder, stdin=quiet, stdout=stdout, stderr=stderr, start_new_session=True
        )
        try:
            status, cpu = _wait(child, started + limit, meanwhile)
        finally:
            _end(child)
        seconds = time.perf_counter() - started
        for stream in (stdout, stderr):
            stream.seek(0)
        return Ended(status, stdout.read(), stderr.read(), seconds, cpu)


def _wait(
    child: subprocess.Popen[bytes], until: float, meanwhile: Callable[[], None] | None
) -> tuple[int | None, float]:
    """Wait for a child; return its exit status, None where it was killed for being late, and its CPU seconds."""
    late = False
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            return None if late else child.returncode, usage.ru_utime + usage.ru_stime
        if time.perf_counter() > until and not late:
            late = True
            _end(child)
        if meanwhile is not None:
            meanwhile()
        time.sleep(0.01)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
