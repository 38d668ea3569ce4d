"""The house rules come first: they take seconds, and say at once where a change does not fit."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name != "test_house.py")
