"""What a program has saved is cut when it is over, without anybody asking, where that takes a moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.archive import ending
from clew.model.artifacts import ArtifactRecord, Whence
from clew.store.database import Store
from tests.test_archive import run

HEAD = "import clew, os\nb = 5\na = [1]\na.append(2)\nclew.save(a, 'a')\nprint('done')\n"
LONG = "\n".join(f"x{number} = {number}" for number in range(ending.QUICK))
SLICE, PENDING = Whence.SLICE, Whence.PENDING


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    tail: str
    found: Whence
    code: str = ""
    status: int = 0


CASES = [
    Case("a program that ends", "a.append(3)", SLICE, "a = [1]\na.append(2)\n"),
    Case("one that fails", "1 / 0", SLICE, "a = [1]\na.append(2)\n", 1),
    Case("one that leaves", "raise SystemExit(3)", SLICE, "a = [1]\na.append(2)\n", 3),
    Case("one that is killed", "os._exit(3)", PENDING, status=3),
    Case("one that takes long to cut", LONG, PENDING),
]


def saved(folder: Path) -> ArtifactRecord:
    """What the store says of it, asked of nobody who would cut it."""
    store = Store.open(folder / ".clew")
    found = store.catalog.get("a")
    store.close()
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_saved_is_cut_at_the_end(case: Case, tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    (tmp_path / "program.py").write_text(HEAD + case.tail)
    done = run(tmp_path, "run", "program.py")
    assert (done.returncode, done.stdout) == (case.status, "done\n")
    assert "clew" not in done.stderr
    assert (saved(tmp_path).origin.whence, saved(tmp_path).origin.code) == (case.found, case.code)


def test_a_store_that_is_damaged_meanwhile_is_no_matter_of_the_program(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    spoil = """
open('.clew/clew.db', 'wb').write(b'no database ' * 1000)
for log in ('-wal', '-shm'):
    if os.path.exists('.clew/clew.db' + log):
        os.unlink('.clew/clew.db' + log)
"""
    (tmp_path / "program.py").write_text(HEAD + spoil)
    done = run(tmp_path, "run", "program.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")


def test_what_a_killed_program_saved_is_cut_by_who_asks(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    (tmp_path / "program.py").write_text(f"{HEAD}os._exit(3)")
    run(tmp_path, "run", "program.py")
    assert run(tmp_path, "code", "a").stdout == "a = [1]\na.append(2)\n"
    assert saved(tmp_path).origin.whence is SLICE
