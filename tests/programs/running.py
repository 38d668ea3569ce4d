"""Running a program in a fresh folder, and everything about it that can be seen from outside."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"
SECONDS = 120
VARYING = re.compile(r"\b0x[0-9a-fA-F]{6,}\b|(?<=tests in )[0-9.]+(?=s\b)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a run left behind: its output, its exit status and its files by relative path."""

    status: int
    out: str
    err: str
    files: Mapping[str, str]


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files into a folder, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a test program: the same for both ways of running it."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV") if name in os.environ}
    ours = {
        "HOME": str(home),
        "PYTHONPATH": str(SOURCES),
        "PYTHONHASHSEED": "0",
        "CLEW_STORE": str(home / "store"),
        "CLEW_STRICT": "1",
        "IPYTHONDIR": str(home / "ipython"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "MPLBACKEND": "agg",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "COLUMNS": "80",
    }
    return kept | ours | dict(extra)


def run(command: Sequence[str], folder: Path, *, env: Mapping[str, str], stdin: str = "") -> Outcome:
    """Run a Python command in a folder."""
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=dict(env), input=stdin.encode(), capture_output=True, timeout=SECONDS, check=False
    )
    out, err = (masked(text.decode("utf-8", "backslashreplace")) for text in (done.stdout, done.stderr))
    return Outcome(done.returncode, out, err, dict(files_left(folder)))


def masked(text: str) -> str:
    """Hide memory addresses and unittest's times, which differ from run to run."""
    return VARYING.sub("_", text)


def files_left(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what lies in a folder: each file's relative path and its text (of compiled files only the name)."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            compiled = path.suffix in (".pyc", ".db", ".zip")
            yield str(path.relative_to(folder)), "" if compiled else masked(path.read_bytes().decode("utf-8", "replace"))
