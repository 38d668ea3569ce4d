"""What clew loads beside a program: little at its start, and nothing that the program could have tampered with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = frozenset(
    "argparse ast collections contextlib dataclasses dis enum functools importlib inspect json logging operator pathlib"
    " pickle re shutil subprocess tempfile threading tokenize traceback typing warnings".split()
)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CLEW_STORE", str(tmp_path / "store"))


def said(*words: str) -> str:
    """What a command says on standard output."""
    return subprocess.run([sys.executable, *words], capture_output=True, encoding="utf-8", check=True).stdout


def slices(text: str, name: str) -> tuple[str, str]:
    """The slice of a variable of a program, and what is said about it."""
    Path("program.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "clew", "slice", "program.py", name]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    return done.stdout, done.stderr


def test_a_program_that_needs_little_loads_little() -> None:
    Path("program.py").write_text("import sys\nx = [1]\nx.append(2)\nprint(*sys.modules)\n", "utf-8")
    plain = set(said("program.py").split())
    said("-m", "clew", "run", "program.py")  # what is kept for later is worked out now
    watched = set(said("-m", "clew", "run", "program.py").split())
    assert "clew.capture.recorder" in watched
    assert "clew.observe.kinds.arrays" not in watched
    assert not (watched - plain) & HEAVY


TAMPERS = """\
import builtins, numpy as np
def broken(*args, **named): raise RuntimeError("tampered with")
builtins.open = builtins.zip = builtins.any = broken
a = np.zeros(3)
view = a[1:]
view[0] = 5
total = 1
"""


def test_what_is_loaded_later_is_isolated_too() -> None:
    pytest.importorskip("numpy")
    for _ in range(2):  # found one by one, and from the picture taken then
        code, notes = slices(TAMPERS, "a")
        assert code.endswith("a = np.zeros(3)\nview = a[1:]\nview[0] = 5\n")
        assert "incomplete" not in notes


def test_a_programs_own_modules_are_not_taken_for_pythons() -> None:
    Path("opcode.py").write_text("print('not to be run')", "utf-8")
    Path("dis.py").write_text("print('not to be run')", "utf-8")
    code, notes = slices("def f(x): return x + K\nK = 1\ny = f(2)\nz = 3\n", "y")
    assert code == "def f(x): return x + K\nK = 1\ny = f(2)\n"
    assert "not to be run" not in notes
