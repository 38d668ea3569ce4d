"""The order of the tests, and a share of them for who has little time.

The house rules come first: they take seconds, and say at once where a change does not fit. `--share 3 --part 1` runs
one test in three; parts 0, 1 and 2 together are all of them.
"""

from __future__ import annotations

import zlib

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", type=int, default=1, help="run one test in N")
    parser.addoption("--part", type=int, default=0, help="which of the N parts")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    share, part = config.getoption("--share"), config.getoption("--part")
    mine = [item for item in items if (zlib.crc32(item.nodeid.encode()) - part) % share == 0]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(mine)])
    items[:] = sorted(mine, key=lambda item: item.path.name != "test_house.py")
