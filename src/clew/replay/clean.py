"""Run code in a process of its own that cannot touch the user's files, and hear what a judge in there says of it.

The process begins as `inside/shadow.py`, which limits it and keeps the files out of its reach, becomes
`inside/alone.py`, which runs the code, and ends with the judge: a function named in the order, imported only when the
code has run. The order and the judge's answer go through a scratch folder.
"""

from __future__ import annotations

import marshal
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from clew.model.data import dataclass, field
from clew.replay.process import INSIDE, run_measured

HOME = str(Path(__file__).parents[2])
Told = Callable[[int], None]
"""Is told the line of the code that is being run."""


@dataclass(frozen=True, slots=True)
class Program:
    """Code to be run alone, as the session ran that it was cut from.

    `file` is the script that it stood in, empty for cells of a notebook; `shell` says that it needs IPython. `made`
    are files and folders that were not there when the session began: where that can be, the code does not see them.
    `writes` says that the code was seen to write files. `cells` are run one by one in the place of `code`.
    """

    code: str
    folder: Path
    file: str = ""
    arguments: tuple[str, ...] = ("",)
    shell: bool = False
    made: tuple[str, ...] = ()
    writes: bool = False
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which conditions to run.

    `python` is the command of the interpreter. `seconds` and `memory` (bytes; 0: what there is) are limits. `in_place`
    lets the code write where it likes, as it did. Where somebody sets `given_up`, a run ends at once.
    """

    python: tuple[str, ...] = (sys.executable,)
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 600.0
    memory: int = 0
    in_place: bool = False
    given_up: Event = field(default_factory=Event)


@dataclass(frozen=True)
class Account:
    """How a run went. `answer` is the judge's, None where the process ended before it; `guard` see `shadow.py`.

    `seconds` is the whole process without the time the judge took. Past its limit, `status` is None.
    """

    status: int | None
    stdout: bytes
    stderr: bytes
    seconds: float
    guard: str
    answer: Mapping[str, Any] | None


def run_alone(
    program: Program,
    conditions: Conditions,
    judge: str,
    asked: Mapping[str, object],
    *,
    marker: str = "",
    told: Told | None = None,
    scratch: Path | None = None,
) -> Account:
    """Run code alone, and have it judged: `judge` is `module:function`, `asked` what it is told.

    `marker` names a class that is told of each statement before it runs. `scratch` is a folder to use, and to keep.
    """
    if scratch is not None:
        return _run(program, conditions, {"judge": judge, "marker": marker, **asked}, told, scratch)
    with tempfile.TemporaryDirectory(prefix="clew-alone-", ignore_cleanup_errors=True) as folder:
        return _run(program, conditions, {"judge": judge, "marker": marker, **asked}, told, Path(folder))


def _run(
    program: Program, conditions: Conditions, asked: Mapping[str, object], told: Told | None, scratch: Path
) -> Account:
    scratch = scratch.resolve()
    name = Path(program.file).name or "cells.py"
    (scratch / "code").mkdir(exist_ok=True)
    code = scratch / "code" / name
    code.write_text(program.code, encoding="utf-8", errors="surrogatepass", newline="")
    order = scratch / "order"
    argv = [*conditions.python, str(INSIDE / "alone.py"), str(order)]
    said = {
        "scratch": str(scratch),
        "folder": str(program.folder),
        "command": argv,
        "environment": {**os.environ, **conditions.environment},
        "memory": conditions.memory,
        "in_place": conditions.in_place,
        "code": str(code),
        "file": program.file,
        "path": str(Path(program.file).parent) if program.file else "",
        "arguments": list(program.arguments),
        "shell": program.shell,
        "made": list(program.made),
        "writes": program.writes,
        "cells": list(program.cells),
        "home": HOME,
        "answer": str(scratch / "answer"),
        **asked,
    }
    order.write_bytes(marshal.dumps(said, 2))
    launch = [sys.executable, "-I", "-S", str(INSIDE / "shadow.py"), str(order)]
    watch = None if told is None else _watch(scratch / "at", told)

    def meanwhile() -> None:
        if conditions.given_up.is_set():
            raise KeyboardInterrupt
        if watch is not None:
            watch()

    ended = run_measured(launch, os.environ, scratch, conditions.seconds, meanwhile)
    return _account(ended, scratch)


def _account(ended: Any, scratch: Path) -> Account:
    guard = _text(scratch / "guard")
    said = scratch / "answer"
    answer = marshal.loads(said.read_bytes()) if said.exists() else None
    spent = float(answer["seconds"]) if answer is not None else 0.0
    return Account(ended.status, ended.stdout, ended.stderr, ended.seconds - spent, guard, answer)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _watch(path: Path, told: Told) -> Callable[[], None]:
    """Give what looks up now and then which line is being run."""
    latest = [0]

    def look() -> None:
        line = int(_text(path) or 0)
        if line != latest[0]:
            latest[0] = line
            told(line)

    return look
