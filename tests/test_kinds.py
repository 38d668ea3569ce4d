"""The table of kinds: which kind a class has, and what happens where looking fails."""

from __future__ import annotations

from typing import Any

import pytest

from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds import LIBRARIES, PYTHONS, KindTable, type_name
from clew.observe.kinds.libraries import KINDS


class Meta(type):
    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(name)


class Tripwire(dict[str, int], metaclass=Meta):
    pass


def nowhere(_: Any) -> Reach:
    return Reach()


def failing(value: Any) -> Digest:
    return Digest(value.missing)


def test_the_first_class_named_decides() -> None:
    found = KindTable().find(type("Own", (dict,), {}))
    assert found is not None
    assert found.name == "dict"


def test_every_class_has_a_kind() -> None:
    found = KindTable().find(Meta("Own", (), {}))
    assert found is not None
    assert found.name == "instance"


def test_finding_runs_no_code_of_a_metaclass() -> None:
    found = KindTable().find(Tripwire)
    assert found is not None
    assert found.name == "dict"


def test_no_two_kinds_name_the_same_type() -> None:
    names = [name for kind in (*PYTHONS, *KINDS) for name in kind.types]
    assert sorted(set(names)) == sorted(names)


def test_libraries_kinds_are_those_of_the_libraries_that_are_waited_for() -> None:
    assert {name.partition(".")[0] for kind in KINDS for name in kind.types} == LIBRARIES


def test_a_digest_that_fails_says_that_we_cannot_see() -> None:
    kind = Kind("broken", (type_name(Meta),), nowhere, failing)
    found = KindTable([kind]).find(Meta)
    assert found is not None
    assert found.digest(object()) == Opaque("looking at this broken failed: AttributeError")
    strict = KindTable([kind], strict=True).find(Meta)
    assert strict is not None
    with pytest.raises(AttributeError):
        strict.digest(object())
