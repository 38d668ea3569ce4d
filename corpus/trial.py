"""One program on trial: run under capture, the slices of its variables replayed in clean processes."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clew.replay.portrait import CannotTell, Differs, Portrait, Same, Verdict
from clew.replay.process import last_line, run_clean, verdict_on
from corpus.plain import ENVIRONMENT, Plain, normalised, terms
from corpus.programs import Program, code_cells, scratch_copy, slice_program

SLICES = 8  # replayed for each program: different texts, each with all the variables it is the slice of


@dataclass(frozen=True, slots=True)
class Captured:
    """A program run under capture: its slices by variable, how it ended, and `seconds` of the whole process.

    `failed` says that clew itself gave nothing, and its last line.
    """

    slices: Mapping[str, str]
    seconds: float
    differs: str
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """A variable whose slice did not make the same value."""

    variable: str
    where: str
    code: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one program. `sizes` are statements of a slice and of the whole program, by variable."""

    name: str
    seconds: float
    plain_seconds: float
    differs: str
    failed: str
    checked: tuple[str, ...]
    sound: tuple[str, ...]
    misses: tuple[Miss, ...]
    unknown: tuple[str, ...]
    sizes: Mapping[str, tuple[int, int]]


def try_program(program: Program, plain: Plain, limit: float, slices: int = SLICES) -> Trial:
    """Capture a program and replay a sample of its slices."""
    captured = capture(program, plain, limit)
    if captured.failed:
        return Trial(program.name, captured.seconds, plain.seconds, "", captured.failed, (), (), (), (), {})
    verdicts: dict[str, Verdict] = {}
    for code, names in _sample(program, captured, plain)[:slices]:
        verdicts |= replay(program, code, {name: plain.values[name] for name in names}, limit)
    lost = [name for name in plain.values if name not in captured.slices]
    verdicts |= {name: Differs("", "clew lists no such variable") for name in lost}
    return _judged(program, plain, captured, verdicts)


def replay(program: Program, code: str, expected: Mapping[str, Portrait], limit: float) -> dict[str, Verdict]:
    """Run a slice in a fresh copy of the program's folder and compare the variables it makes."""
    with scratch_copy(program) as path:
        said = run_clean(slice_program(program, path, code), list(expected), terms(limit, seed=3))
    return {name: verdict_on(name, portrait, said) for name, portrait in expected.items()}


def capture(program: Program, plain: Plain, limit: float) -> Captured:
    """Run a program under capture; say in which way it behaved differently, if it did."""
    with scratch_copy(program) as path, tempfile.TemporaryDirectory(prefix="corpus-store-") as store:
        environment = {**os.environ, **ENVIRONMENT, "PYTHONHASHSEED": "1", "CLEW_STORE": store}
        if program.is_notebook:
            return _captured_notebook(path, environment, limit)
        started = time.perf_counter()
        done = _clew(["run", path.name], path.parent, environment, limit)
        seconds = time.perf_counter() - started
        if isinstance(done, str):
            return Captured({}, seconds, "", done)
        differs = _difference(plain, done, path.parent)
        sliced = _clew(["slice", "1", "--all", "--json", "-"], path.parent, environment, limit)
        return _read(sliced, seconds, differs)


def statements(code: str) -> int:
    """Count the statements of some code, those inside others too."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # magics: count lines
        return sum(1 for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def _captured_notebook(path: Path, environment: dict[str, str], limit: float) -> Captured:
    started = time.perf_counter()
    done = _clew(["slice", path.name, "--all", "--json", "-"], path.parent, environment, limit)
    return _read(done, time.perf_counter() - started, "")


def _clew(
    argv: list[str], folder: Path, environment: dict[str, str], limit: float
) -> subprocess.CompletedProcess[bytes] | str:
    """Run a clew command; a text says that it did not end."""
    command = [sys.executable, "-m", "clew", *argv]
    how = {"cwd": folder, "env": environment, "capture_output": True, "stdin": subprocess.DEVNULL}
    try:
        return subprocess.run(command, timeout=2 * limit + 20, check=False, **how)  # type: ignore[call-overload,no-any-return]
    except subprocess.TimeoutExpired:
        return f"`clew {' '.join(argv)}` did not end in {2 * limit + 20:.0f} s"


def _read(done: subprocess.CompletedProcess[bytes] | str, seconds: float, differs: str) -> Captured:
    if isinstance(done, str):
        return Captured({}, seconds, differs, done)
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return Captured({}, seconds, differs, f"exit status {done.returncode}: {last_line(done.stderr)}")
    return Captured({name: found["code"] for name, found in said["variables"].items()}, seconds, differs)


def _difference(plain: Plain, done: subprocess.CompletedProcess[bytes], folder: Path) -> str:
    """Say how the run differed from the plain one."""
    if done.returncode != plain.status:
        return f"exit status {done.returncode}, not {plain.status}: {last_line(done.stderr)}"
    for name, expected, found in (("stdout", plain.stdout, done.stdout), ("stderr", plain.stderr, done.stderr)):
        if expected is not None and normalised(found, folder) != expected:
            return f"{name}: {_first_difference(expected, normalised(found, folder))}"
    return ""


def _first_difference(expected: str, found: str) -> str:
    pairs = zip([*expected.splitlines(), "<end>"], [*found.splitlines(), "<end>"], strict=False)
    return next((f"{before[:200]!r} became {after[:200]!r}" for before, after in pairs if before != after), "its end")


def _sample(program: Program, captured: Captured, plain: Plain) -> list[tuple[str, list[str]]]:
    """Group the variables by the text of their slices, in an order that is random but always the same."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in plain.values:
        if name in captured.slices:
            groups[captured.slices[name]].append(name)
    return sorted(groups.items(), key=lambda group: hashlib.md5(f"{program.name}{group[1]}".encode()).digest())


def _judged(program: Program, plain: Plain, captured: Captured, verdicts: Mapping[str, Verdict]) -> Trial:
    misses = [
        Miss(name, f"{verdict.where} {verdict.how}".strip(), captured.slices.get(name, ""))
        for name, verdict in verdicts.items()
        if isinstance(verdict, Differs)
    ]
    text = "\n".join(code_cells(program.path)) if program.is_notebook else program.path.read_text(encoding="utf-8")
    total = statements(text)
    return Trial(
        name=program.name,
        seconds=captured.seconds,
        plain_seconds=plain.seconds,
        differs=captured.differs,
        failed="",
        checked=tuple(verdicts),
        sound=tuple(name for name, verdict in verdicts.items() if isinstance(verdict, Same)),
        misses=tuple(misses),
        unknown=tuple(name for name, verdict in verdicts.items() if isinstance(verdict, CannotTell)),
        sizes={name: (statements(captured.slices[name]), total) for name in verdicts if name in captured.slices},
    )
