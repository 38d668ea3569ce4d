"""What is loaded in the middle of a program is the standard library's, and the program's own stays its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ASK = "from clew.model.standard import standard; "


def run(folder: Path, text: str) -> str:
    """What a program in a folder says, which has a `colorsys` and an `opcode` of its own."""
    for name in ("colorsys", "opcode"):
        (folder / f"{name}.py").write_text("print('the program runs its own'); OWN = True", "utf-8")
    (folder / "program.py").write_text(text, "utf-8")
    command = [sys.executable, str(folder / "program.py")]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


@pytest.mark.parametrize("name", ["colorsys", "opcode"])
def test_the_programs_own_is_not_run(tmp_path: Path, name: str) -> None:
    assert run(tmp_path, f"{ASK}print(hasattr(standard({name!r}), 'OWN'))") == "False\n"


def test_the_program_gets_its_own_afterwards(tmp_path: Path) -> None:
    said = run(tmp_path, f"{ASK}standard('dis'); import opcode; print(opcode.OWN)")
    assert said == "the program runs its own\nTrue\n"


def test_the_program_keeps_its_own(tmp_path: Path) -> None:
    said = run(
        tmp_path, f"{ASK}import opcode; standard('opcode').opmap; import opcode as again; print(again is opcode)"
    )
    assert said == "the program runs its own\nTrue\n"


def test_builtins_that_the_program_replaced_are_not_called(tmp_path: Path) -> None:
    tampers = (
        "import builtins; old = builtins.len; builtins.len = lambda x: print('called') or old(x); del builtins.zip\n"
    )
    said = run(tmp_path, f"{ASK}{tampers}standard('dis').opmap; print(hasattr(builtins, 'zip'), builtins.len is old)")
    assert said == "False False\n"


def test_what_is_loaded_is_given() -> None:
    from clew.model.standard import standard  # in the test's own process

    assert standard("json") is sys.modules["json"]
