"""What each program does in plain Python: the truth that everything else is held against. Kept in the cache."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from clew.replay.portrait import Portrait, from_plain, to_plain
from clew.replay.process import Terms, Testimony, run_clean
from corpus.programs import Program, scratch_copy, whole_program

# One thread: sums in another order are other sums. No display: figures are drawn in memory.
ENVIRONMENT = {"MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
APART = (
    ("absent package", r"ModuleNotFoundError|ImportError|No module named|is not installed|is required to run|requires? the .* package"),
    ("network", r"URLError|HTTPError|ConnectionError|gaierror|urlopen error|Name or service|Max retries|pooch|Errno -[23]"),
    ("display", r"TclError|no display|DISPLAY|Cannot load backend|interactive framework|headless"),
    ("absent program or file", r"FileNotFoundError|graphviz|\bdot\b.*not found"),
)  # fmt: skip
FORMAT = "10"  # of what is kept: raised whenever portraits change


@dataclass(frozen=True)
class Plain:
    """A program in plain Python, run twice with different hash seeds.

    `apart` says why it does not count, or is empty. `values` are the variables that came out the same both times and
    can be compared. Texts are normalised; one that differed between the two runs is None. `seconds` is the quicker.
    """

    apart: str
    status: int | None
    seconds: float
    stdout: str | None
    stderr: str | None
    values: Mapping[str, Portrait]
    variables: int


def plain_result(program: Program, folder: Path, limit: float) -> Plain:
    """Return what the program does in plain Python, from the cache in that folder where it was run before."""
    kept = folder / "plain" / f"{_key(program)}.json"
    if kept.exists():
        said = json.loads(kept.read_text(encoding="utf-8"))
        if said["apart"] != "slow" or said["seconds"] >= limit:
            said["apart"] = said["apart"] or ("slow" if said["seconds"] > limit else "")
            return Plain(**{**said, "values": {name: from_plain(plain) for name, plain in said["values"].items()}})
    found = _run_twice(program, limit)
    said = {**{name: getattr(found, name) for name in Plain.__dataclass_fields__}}
    said["values"] = {name: to_plain(portrait) for name, portrait in found.values.items()}
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(said), encoding="utf-8")
    return found


def is_steady(program: Program, plain: Plain, limit: float) -> bool:
    """Tell whether the program says and ends the same again in plain Python, three times more."""
    return all(_says_the_same(program, plain, limit) for _ in range(3))


def is_known_to_run(program: Program, folder: Path) -> bool:
    """Tell whether the cache in that folder says that the program runs here."""
    kept = folder / "plain" / f"{_key(program)}.json"
    return kept.exists() and not json.loads(kept.read_text(encoding="utf-8"))["apart"]


def terms(limit: float, seed: int) -> Terms:
    """Return the conditions under which every program runs."""
    return Terms(environment={**ENVIRONMENT, "PYTHONHASHSEED": str(seed)}, seconds=limit)


def normalised(text: bytes, folder: Path) -> str:
    """Take out of a program's output what differs from run to run for no fault of anyone: folders, addresses."""
    said = text.decode(errors="replace").replace(str(folder), "<folder>").replace(sys.prefix, "<python>")
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", said)


def _run_twice(program: Program, limit: float) -> Plain:
    first, stdout, stderr = _run(program, limit, seed=1)
    apart = _apart(first)
    if apart:
        return Plain(apart, first.status, first.seconds, stdout, stderr, {}, 0)
    second, stdout_again, stderr_again = _run(program, limit, seed=2)
    one, two = first.portraits or {}, second.portraits or {}
    values = {name: portrait for name, portrait in one.items() if _is_same(portrait, two.get(name))}
    said = stdout if stdout == stdout_again else None
    complained = stderr if stderr == stderr_again else None
    return Plain("", first.status, min(first.seconds, second.seconds), said, complained, values, len(one))


def _says_the_same(program: Program, plain: Plain, limit: float) -> bool:
    again, stdout, stderr = _run(program, limit, seed=1)
    return again.status == plain.status and plain.stdout in (None, stdout) and plain.stderr in (None, stderr)


def _is_same(one: Portrait, two: Portrait | None) -> bool:
    return two is not None and one.digest == two.digest and not one.unseen


def _run(program: Program, limit: float, seed: int) -> tuple[Testimony, str, str]:
    with scratch_copy(program) as path:
        said = run_clean(whole_program(program, path), None, terms(limit, seed))
        return said, normalised(said.stdout, path.parent), normalised(said.stderr, path.parent)


def _apart(said: Testimony) -> str:
    """Say why a program does not count, or nothing."""
    if said.status is None:
        return "slow"
    if said.status == 0 and said.portraits:
        return ""
    last = (said.stderr + said.stdout).decode(errors="replace")[-3000:]
    return next((name for name, pattern in APART if re.search(pattern, last)), "")


def _key(program: Program) -> str:
    content = program.path.read_bytes() + f"{FORMAT}{sys.version}{program.name}{_installed()}".encode()
    return hashlib.blake2b(content, digest_size=12).hexdigest()


@cache
def _installed() -> str:
    """Name everything installed: what a program does depends on its libraries. clew itself is left out."""
    found = {f"{item.metadata['Name']} {item.version}" for item in distributions()}
    return ", ".join(sorted(name for name in found if not name.startswith("clew ")))
