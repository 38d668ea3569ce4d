"""Ten processes that save and read at once: every save succeeds, versions have no gaps, nobody waits for ever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from clew.store.database import Store
from clew.store.databases import PATIENCE
from clew.store.paths import Address
from tests.savers import SHARED

ROOT = Path(__file__).parents[1]
PROCESSES = 10


def together(what: str, address: Address, rounds: int, environ: Mapping[str, str]) -> list[dict[str, Any]]:
    """What ten processes say that began at the same moment."""
    command = [sys.executable, "-m", "tests.savers", what, address.folder, str(rounds), address.url]
    with ExitStack() as stack:
        pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
        own = {**os.environ, **environ}
        running = [stack.enter_context(subprocess.Popen(command, cwd=ROOT, env=own, **pipe)) for _ in range(PROCESSES)]  # type: ignore[call-overload]  # its options in one place
        for process in running:
            assert process.stdout.readline() == "ready\n"
        for process in running:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [json.loads(process.communicate(timeout=300)[0]) for process in running]


def judge(done: list[dict[str, Any]], rounds: int, store: Store) -> None:
    shared = sorted(version for each in done for version in each["given"][SHARED])
    assert shared == list(range(1, PROCESSES * rounds + 1))
    own = [versions for each in done for name, versions in each["given"].items() if name != SHARED]
    assert own == [list(range(1, rounds + 1))] * PROCESSES
    assert [each.version for each in store.catalog.versions(SHARED)] == shared
    longest = max(each["longest"] for each in done)
    print(f"\n{store.database.dialect}: the slowest of all waited {longest:.2f} s")
    assert longest < PATIENCE


def test_ten_processes_make_a_store_and_save_in_it(address: Address) -> None:
    rounds = 5
    done = together("catalog", address, rounds, {})
    store = Store.open(Path(address.folder), address.url)
    judge(done, rounds, store)
    assert len(store.sessions()) == PROCESSES * rounds
    assert {session.steps for session in store.sessions()} == {1}
    store.close()


@pytest.mark.slow
def test_ten_users_save_and_get_at_once(address: Address, tmp_path: Path) -> None:
    rounds = 5
    home = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    settings = {"CLEW_STORE": address.said, "CLEW_BLOBS": str(tmp_path / "blobs")}
    done = together("save", address, rounds, {**home, **settings})
    store = Store.open(Path(address.folder), address.url)
    judge(done, rounds, store)
    store.close()
