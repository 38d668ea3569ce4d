"""Programs that were run before start from what was kept of them, and never from anything else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.capture.programs import Program, keep, kept
from clew.model.cache import MOST


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CLEW_STORE", str(tmp_path / "store"))
    return tmp_path / "cache" / "clew" / "programs"


PROGRAM = Program(b"code", b"plan")


def test_what_was_kept_is_given_back() -> None:
    keep("/p.py", b"x = 1", PROGRAM)
    assert kept("/p.py", b"x = 1") == PROGRAM


def test_another_text_or_place_is_another_program() -> None:
    keep("/p.py", b"x = 1", PROGRAM)
    assert kept("/p.py", b"x = 2") is None
    assert kept("/q.py", b"x = 1") is None


@dataclass(frozen=True, slots=True)
class Damage:
    name: str
    of: Callable[[bytes], bytes]


DAMAGES = [
    Damage("empty", lambda _: b""),
    Damage("cut short", lambda data: data[:-3]),
    Damage("one bit differs", lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    Damage("something else", lambda _: b"hello" * 100),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_what_is_damaged_is_not_used(cache: Path, damage: Damage) -> None:
    keep("/p.py", b"x = 1", PROGRAM)
    (file,) = cache.iterdir()
    file.write_bytes(damage.of(file.read_bytes()))
    assert kept("/p.py", b"x = 1") is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions are those of POSIX")
def test_what_others_could_have_written_is_not_used(cache: Path) -> None:
    keep("/p.py", b"x = 1", PROGRAM)
    (file,) = cache.iterdir()
    file.chmod(0o666)
    assert kept("/p.py", b"x = 1") is None


def test_the_cache_does_not_grow_without_end(cache: Path) -> None:
    for number in range(MOST + 10):
        keep(f"/{number}.py", b"x = 1", PROGRAM)
    assert len(list(cache.iterdir())) <= MOST
    assert kept(f"/{MOST + 9}.py", b"x = 1") == PROGRAM


def test_what_two_installations_keep_lies_side_by_side(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("/p.py", b"x = 1", PROGRAM)
    monkeypatch.setattr("clew.model.cache.OWN", "/another/environment/clew/model/cache.py")
    keep("/p.py", b"x = 1", PROGRAM)
    assert len(list(cache.iterdir())) == 2


def run(program: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *flags, "-m", "clew", "run", str(program)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=program.parent)


def test_a_program_runs_the_same_from_the_cache(tmp_path: Path, cache: Path) -> None:
    program = tmp_path / "p.py"
    program.write_text("import sys\nprint(__file__, sys.argv, __name__)\n1 / 0\n")
    first, second = run(program), run(program)
    assert len(list(cache.iterdir())) == 1
    assert (first.stdout, first.stderr, first.returncode) == (second.stdout, second.stderr, second.returncode)


def test_a_changed_program_runs_as_changed(tmp_path: Path) -> None:
    program = tmp_path / "p.py"
    for said in ("one", "two"):
        program.write_text(f"print('{said}')\n")
        assert run(program).stdout == f"{said}\n"


def test_warnings_of_the_compiler_are_said_every_time(tmp_path: Path, cache: Path) -> None:
    program = tmp_path / "p.py"
    program.write_text("x = 1\nprint(x is 1)\n")
    first, second = run(program), run(program)
    assert "SyntaxWarning" in first.stderr
    assert first.stderr == second.stderr
    assert not cache.exists()


def test_flags_are_part_of_what_is_kept(tmp_path: Path) -> None:
    program = tmp_path / "p.py"
    program.write_text("assert False\nprint('on')\n")
    assert run(program).returncode == 1
    assert run(program, "-O").stdout == "on\n"
