"""The interpreter as a command: the flags that Python itself gives to the children it starts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest

SAID = "import subprocess; from clew.capture.interpreter import interpreter; print(interpreter()[1:] == subprocess._args_from_interpreter_flags())"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    flags: tuple[str, ...]


CASES = [
    Case("no flags", ()),
    Case("flags of one letter, twice", ("-OO", "-bb", "-B", "-q")),
    Case("without the environment", ("-E", "-s")),
    Case("a safe path", ("-P",)),
    Case("warnings", ("-Wignore", "-W", "error::DeprecationWarning")),
    Case("development", ("-X", "dev", "-Wignore")),
    Case("options with values", ("-X", "utf8=1", "-X", "tracemalloc=3", "-X", "faulthandler")),
    Case("an option that children do not get", ("-X", "int_max_str_digits=0")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flags_are_those_of_pythons_own_children(case: Case) -> None:
    script = f"import sys; sys.path[:0] = {sys.path!r}; {SAID}"
    done = subprocess.run(
        [sys.executable, *case.flags, "-c", script], capture_output=True, encoding="utf-8", check=False
    )
    assert done.stdout == "True\n", done.stderr
