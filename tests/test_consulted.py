"""A library depends on the hidden state that it looks at, once that was moved."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.observe.ambientlibraries import LIBRARY_PROBES
from clew.observe.ambientpython import PYTHON_PROBES
from clew.observe.consulted import SHOWING, WORKING, consulted


@dataclass(frozen=True, slots=True)
class Case:
    """With `moved`, code of `libraries` looks at `kinds`."""

    name: str
    moved: tuple[str, ...]
    libraries: tuple[str, ...]
    kinds: tuple[str, ...]
    shows: bool = False


CASES = [
    Case("nothing was moved", (), ("pandas", ""), ()),
    Case("arithmetic of NumPy", ("numpy.errstate", "numpy.options"), ("numpy",), ("numpy.errstate",)),
    Case("an array as text", ("numpy.options",), ("numpy",), ("numpy.options",), shows=True),
    Case("a frame as text", ("pandas.display", "decimal"), ("pandas",), ("pandas.display",), shows=True),
    Case("a frame at work", ("pandas.display",), ("pandas",), ()),
    Case("code of the user's", ("decimal", "environ", "random"), ("",), ("decimal", "environ")),
    Case("another library", ("decimal",), ("json",), ()),
]


@pytest.mark.parametrize("each", CASES, ids=lambda case: case.name)
def test_the_kinds_that_are_looked_at(each: Case) -> None:
    assert consulted(each.moved, each.libraries, shows=each.shows) == each.kinds


def test_every_kind_is_one_that_is_probed() -> None:
    probed = {probe.kind for probe in (*PYTHON_PROBES, *LIBRARY_PROBES)}
    assert {kind for table in (SHOWING, WORKING) for kinds in table.values() for kind in kinds} <= probed
