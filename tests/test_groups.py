"""Groups of variables as bytes and back: what they shared they share again, and what cannot be had so is refused."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from clew.errors import CannotKeep
from clew.replay.groups import GROUP
from clew.store.blobs import Blobs
from clew.store.keeping import fetch, keep
from clew.store.trust import Keys


class Dies:
    """Does something when it goes."""

    def __del__(self) -> None:
        DEATHS.append(1)


DEATHS: list[int] = []


def shared() -> dict[str, Any]:
    inner = [1]
    return {"a": inner, "b": {"l": inner}}


@pytest.fixture
def blobs() -> Blobs:
    return Blobs("memory://groups")


def test_what_is_shared_is_shared_again(blobs: Blobs) -> None:
    found = fetch(keep(shared(), blobs, [GROUP], Keys()), blobs, [GROUP], Keys())
    found["a"].append(2)
    assert found["b"]["l"] == [1, 2]


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    group: dict[str, Any]


BASE = np.zeros(10)
CASES = [
    Case("a view and its base", {"a": BASE, "v": BASE[2:5]}),
    Case("two views that overlap", {"a": BASE[1:5], "v": BASE[2:7]}),
    Case("an open file", {"f": open(__file__, encoding="utf-8")}),  # noqa: SIM115  # it is to be refused
    Case("a generator", {"g": (n for n in range(3))}),
    Case("the random generator of the process", {"r": random._inst}),
    Case("a function without a name", {"f": lambda: 1}),
    Case("what does something when it goes", {"d": Dies()}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_would_be_torn_apart_is_refused(case: Case, blobs: Blobs) -> None:
    with pytest.raises(CannotKeep):
        keep(case.group, blobs, [GROUP], Keys())


def test_views_that_share_nothing_are_kept(blobs: Blobs) -> None:
    found = fetch(keep({"a": BASE[:3], "b": BASE[5:]}, blobs, [GROUP], Keys()), blobs, [GROUP], Keys())
    assert found["b"].shape == (5,)
