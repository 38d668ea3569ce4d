"""One program on trial: run under capture, the slices of its variables replayed in clean processes."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clew.replay.portrait import CannotTell, Differs, Portrait, Same, Verdict
from clew.replay.process import INSIDE, Ended, last_line, run_clean, run_measured, verdict_on
from corpus.plain import ENVIRONMENT, Plain, normalised, terms
from corpus.programs import Program, code_cells, scratch_copy, slice_program

# As the console script does; with `-m`, files of the current folder would shadow what clew imports.
START = "import sys; del sys.path[0]; from clew.cli import main; sys.exit(main())"
CLEW = (sys.executable, "-c", START)


@dataclass(frozen=True, slots=True)
class Captured:
    """A program run under capture: its slices by variable, how it differed, and CPU seconds of the whole process.

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
    """What came of one program. Seconds are of CPU; `sizes` are statements of a slice and of the whole, by variable."""

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


def try_program(program: Program, plain: Plain, limit: float, slices: int) -> Trial:
    """Capture a program and replay a sample of its slices: different texts, each with all the variables it makes."""
    captured = capture(program, plain, limit)
    if captured.failed:
        return Trial(program.name, captured.seconds, plain.seconds, "", captured.failed, (), (), (), (), {})
    verdicts: dict[str, Verdict] = {}
    for code, names in _sample(program, captured, plain)[:slices]:
        verdicts |= replay(program, code, {name: plain.values[name] for name in names}, limit)
    lost = [name for name in plain.values if name not in captured.slices]
    verdicts |= {name: Differs("", "clew lists no such variable") for name in lost}
    return _judged(program, plain_cpu(program, limit), captured, verdicts)


def replay(program: Program, code: str, expected: Mapping[str, Portrait], limit: float) -> dict[str, Verdict]:
    """Run a slice in a fresh copy of the program's folder and compare the variables it makes."""
    with scratch_copy(program) as path:
        said = run_clean(slice_program(program, path, code), list(expected), terms(20 * limit, seed=3))
    return {name: verdict_on(name, portrait, said) for name, portrait in expected.items()}


def capture(program: Program, plain: Plain, limit: float) -> Captured:
    """Run a program under capture; say in which way it behaved differently, if it did."""
    with scratch_copy(program) as path, tempfile.TemporaryDirectory(prefix="corpus-store-") as store:
        environment = {**os.environ, **ENVIRONMENT, "PYTHONHASHSEED": "1", "CLEW_STORE": store}
        most = 20 * limit  # generous: the machine may be doing other things
        done = run_measured([*CLEW, "run", path.name], environment, path.parent, most)
        if done.status is None:
            return Captured({}, done.cpu, "", f"`clew run` did not end in {most:.0f} s: {last_line(done.stderr)}")
        differs = _difference(plain, done, path.parent)
        sliced = run_measured([*CLEW, "slice", "1", "--all", "--json", "-"], environment, Path(store), most)
        return _read(sliced, done.cpu, differs)


def plain_cpu(program: Program, limit: float) -> float:
    """Measure the program in plain Python: CPU seconds, which other work on the machine changes little."""
    with scratch_copy(program) as path:
        environment = {**os.environ, **ENVIRONMENT, "PYTHONHASHSEED": "1"}
        argv = [sys.executable, path.name]
        if program.is_notebook:
            order = path.with_suffix(".order")
            order.write_text(json.dumps({"cells": code_cells(path), "names": [], "out": os.devnull}))
            argv = [sys.executable, str(INSIDE / "shell.py"), str(order)]
        return run_measured(argv, environment, path.parent, limit).cpu


def statements(code: str) -> int:
    """Count the statements of some code, those inside others too."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # magics: count lines
        return sum(1 for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def _read(done: Ended, seconds: float, differs: str) -> Captured:
    try:
        said = json.loads(done.stdout)
    except ValueError:
        return Captured({}, seconds, differs, f"`clew slice` ended with {done.status}: {last_line(done.stderr)}")
    return Captured({name: found["code"] for name, found in said["variables"].items()}, seconds, differs)


def _difference(plain: Plain, done: Ended, folder: Path) -> str:
    """Say how the run differed from the plain one."""
    if done.status != plain.status:
        return f"exit status {done.status}, not {plain.status}: {last_line(done.stderr)}"
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


def _judged(program: Program, plain_seconds: float, captured: Captured, verdicts: Mapping[str, Verdict]) -> Trial:
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
        plain_seconds=plain_seconds,
        differs=captured.differs,
        failed="",
        checked=tuple(verdicts),
        sound=tuple(name for name, verdict in verdicts.items() if isinstance(verdict, Same)),
        misses=tuple(misses),
        unknown=tuple(name for name, verdict in verdicts.items() if isinstance(verdict, CannotTell)),
        sizes={name: (statements(captured.slices[name]), total) for name in verdicts if name in captured.slices},
    )
