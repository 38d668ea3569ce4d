"""Time whole processes, in turn, and their peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Way:
    """One way of running a program: `argv` with `{file}` in it."""

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall and CPU time in seconds, peak memory in bytes, exit status."""

    seconds: float
    cpu: float
    memory: int
    status: int
    complaint: str = ""


PLAIN = Way("plain", (sys.executable, "{file}"))
CLEW = Way("clew", (sys.executable, "-m", "clew", "run", "{file}"))


def measured(text: str, ways: Sequence[Way], rounds: int) -> dict[str, Run]:
    """Run a program each way in turn, `rounds` times (A B A B ...); return the medians by way."""
    runs: dict[str, list[Run]] = {way.name: [] for way in ways}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        file = Path(scratch) / "program.py"
        file.write_text(text, encoding="utf-8")
        for _ in range(rounds):
            for way in ways:
                runs[way.name].append(_run(way, file))
    return {name: _median(found) for name, found in runs.items()}


def _run(way: Way, file: Path) -> Run:
    argv = [part.replace("{file}", file.name) for part in way.argv]
    environment: Mapping[str, str] = {**os.environ, "CLEW_STORE": str(file.parent / "store"), "MPLBACKEND": "Agg"}
    complaint = file.with_suffix(".stderr")
    with complaint.open("wb") as stderr:
        started = time.perf_counter()
        child = subprocess.Popen(argv, cwd=file.parent, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024  # Linux counts kilobytes, macOS bytes
    lines = complaint.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    complaint_line = lines[-1] if lines and child.returncode else ""
    cpu = usage.ru_utime + usage.ru_stime
    return Run(seconds, cpu, usage.ru_maxrss * unit, child.returncode, complaint_line)


def _median(runs: Sequence[Run]) -> Run:
    worst = max(runs, key=lambda run: abs(run.status))
    seconds, cpu = (statistics.median(times) for times in zip(*((run.seconds, run.cpu) for run in runs), strict=True))
    return Run(seconds, cpu, int(statistics.median(run.memory for run in runs)), worst.status, worst.complaint)
