"""The order of the tests, and a share of them for who has little time.

The house rules come first: they take seconds, and say at once where a change does not fit. `--share 3 --part 1` runs
one test in three; parts 0, 1 and 2 together are all of them. Tests of the store have one in a folder, and one in a
database of a real PostgreSQL server (skipped, with how to get one, where there is none).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.store.database import Store
from clew.store.paths import Address
from tests.postgres import Server, missing, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", type=int, default=1, help="run one test in N")
    parser.addoption("--part", type=int, default=0, help="which of the N parts")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    share, part = config.getoption("--share"), config.getoption("--part")
    mine = [item for item in items if (zlib.crc32(item.nodeid.encode()) - part) % share == 0]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(mine)])
    items[:] = sorted(mine, key=lambda item: item.path.name != "test_house.py")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    if why := missing():
        pytest.skip(why)
    with running() as server:
        yield server


@pytest.fixture(params=["folder", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Address]:
    """Where a store can be made: each test runs once for each kind of database."""
    if request.param == "folder":
        yield Address(str(tmp_path / ".clew"))
        return
    server: Server = request.getfixturevalue("postgres")
    url = server.new_database()
    yield Address(str(tmp_path / ".clew"), url)
    server.drop(url)


@pytest.fixture
def store(address: Address) -> Iterator[Store]:
    """A new store."""
    opened = Store.open(Path(address.folder), address.url)
    yield opened
    opened.close()
