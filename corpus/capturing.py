"""Programs and slices in processes of their own: a run under capture, a plain one, and the replay of a slice."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clew.model.verdicts import Verdict
from clew.replay.portrait import Portrait
from clew.replay.process import INSIDE, Cells, Ended, Script, last_line, run_clean, run_measured, verdict_on
from corpus.plain import ENVIRONMENT, Plain, normalised, terms
from corpus.programs import Program, code_cells, scratch_copy, slice_program, whole_program

# As the console script does; with `-m`, files of the current folder would shadow what clew imports.
START = "import sys; del sys.path[0]; from clew.cli import main; sys.exit(main())"
CLEW = (sys.executable, "-c", START)
SLACK = 60.0  # seconds: start-up, and a machine that may be doing other things
SLOWER = 10  # how many times as long as in plain Python a run may take before it counts as hanging


@dataclass(frozen=True, slots=True)
class Captured:
    """A program run under capture: its slices by variable, how it differed, and CPU seconds of the whole process.

    `failed` says that clew itself gave nothing, and its last line.
    """

    slices: Mapping[str, str]
    seconds: float
    differs: str
    failed: str = ""


def replay(program: Program, code: str, expected: Mapping[str, Portrait], plain_seconds: float) -> dict[str, Verdict]:
    """Run a slice in a fresh copy of the program's folder and compare the variables it makes."""
    with scratch_copy(program) as path:
        return _compared(slice_program(program, path, code), expected, plain_seconds)


def replay_whole(program: Program, expected: Mapping[str, Portrait], plain_seconds: float) -> dict[str, Verdict]:
    """Run the program itself as a slice is run, and compare these variables."""
    with scratch_copy(program) as path:
        return _compared(whole_program(program, path), expected, plain_seconds)


def _compared(code: Script | Cells, expected: Mapping[str, Portrait], plain_seconds: float) -> dict[str, Verdict]:
    said = run_clean(code, list(expected), terms(patience(plain_seconds), seed=3))
    return {name: verdict_on(name, portrait, said) for name, portrait in expected.items()}


def capture(program: Program, plain: Plain) -> Captured:
    """Run a program under capture; say in which way it behaved differently, if it did."""
    with scratch_copy(program) as path, tempfile.TemporaryDirectory(prefix="corpus-store-") as store:
        environment = {**os.environ, **ENVIRONMENT, "PYTHONHASHSEED": "1", "CLEW_STORE": store}
        most = patience(plain.seconds)
        done = run_measured([*CLEW, "run", path.name], environment, path.parent, most)
        if done.status is None:
            return Captured({}, done.cpu, "", f"`clew run` did not end in {most:.0f} s: {last_line(done.stderr)}")
        differs = _difference(plain, done, path.parent)
        sliced = run_measured([*CLEW, "slice", "1", "--all", "--json", "-"], environment, Path(store), most)
        return _read(sliced, done.cpu, differs)


def plain_cpu(program: Program, plain: Plain) -> float:
    """Measure the program in plain Python: CPU seconds, which other work on the machine changes little."""
    with scratch_copy(program) as path:
        environment = {**os.environ, **ENVIRONMENT, "PYTHONHASHSEED": "1"}
        argv = [sys.executable, path.name]
        if program.is_notebook:
            order = path.with_suffix(".order")
            order.write_text(json.dumps({"cells": code_cells(path), "names": [], "out": os.devnull}))
            argv = [sys.executable, str(INSIDE / "shell.py"), str(order)]
        return run_measured(argv, environment, path.parent, patience(plain.seconds)).cpu


def patience(plain_seconds: float) -> float:
    """Return the seconds after which a process counts as hanging."""
    return SLACK + SLOWER * plain_seconds


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
