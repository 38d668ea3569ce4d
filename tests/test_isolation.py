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

COMMAND = "import sys; del sys.path[0]; from clew.cli import main; sys.exit(main())"  # not a `clew` of the program


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
    command = [sys.executable, "-c", COMMAND, "slice", "program.py", name]
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


def test_a_program_may_have_a_clew_of_its_own() -> None:
    pytest.importorskip("numpy")
    Path("clew.py").write_text("thread = 'of wool'", "utf-8")
    text = "import numpy as np\nimport clew\na = np.zeros(3)\nview = a[1:]\nview[0] = 5\nprint(clew.thread)\nz = 1\n"
    for _ in range(2):
        code, notes = slices(text, "a")
        assert code == "import numpy as np\na = np.zeros(3)\nview = a[1:]\nview[0] = 5\n"
        assert "incomplete" not in notes
        assert "of wool" in notes


FINALIZERS = """\
import gc
gc.disable()  # when Python goes through what is left depends on how much there is
class Loop:
    def __init__(self, name): self.name, self.self = name, self
    def __del__(self): print("gone:", self.name, len(self.name), open is not None)
kept = Loop("kept")
Loop("garbage")
print(gc.isenabled())
gc.enable()
"""


def test_what_python_calls_at_the_very_end_is_called() -> None:
    Path("program.py").write_text(FINALIZERS, "utf-8")
    assert said("-m", "clew", "run", "program.py") == said("program.py")
