"""The smallest code that makes a kept value: found by running, and never less than it takes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import clew
from clew.errors import CannotMinimize
from tests.test_archive import run

PROGRAM = """import random
import clew
debug = False
table = {"a": [1, 2]}
def scale(v):
    if debug:
        print(v)
    return v * 2
for k in list(table):
    if k == "zz":
        table[k] = []
    elif k == "a":
        table[k] = [scale(x) for x in table[k]]
total = sum(table["a"])
clew.save(total, "total")
clew.save(random.random(), "luck")
"""

SMALLEST = """table = {"a": [1, 2]}
def scale(v):
    return v * 2
for k in list(table):
    if k == "zz":
        pass
    elif k == "a":
        table[k] = [scale(x) for x in table[k]]
total = sum(table["a"])
"""


def test_what_a_value_does_not_need_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".clew").mkdir()
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    assert run(tmp_path, "run", "program.py").returncode == 0
    found = clew.minimize("total")
    assert found.code == repr(found) == SMALLEST
    assert (found.statements, found.before) == (8, 12)
    assert "debug = False" in found.deleted
    before = sorted(os.listdir(tmp_path))
    done = run(tmp_path, "minimize", "total", "--json", "-")
    assert json.loads(done.stdout)["code"] == SMALLEST
    assert done.stderr.startswith("clew: total@1: 8 statements of 12 make the value")
    assert sorted(os.listdir(tmp_path)) == before
    with pytest.raises(CannotMinimize, match=r"luck@1 .* makes another value each time"):
        clew.minimize("luck")
    assert run(tmp_path, "minimize", "luck").returncode == 2
