"""A session's program, changed: other values where it gives them, other text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.errors import BadSetting, BrokenSource, FileMissing
from clew.model.places import CellPlace, FilePlace, Source
from clew.replay.editing import edited, with_values
from clew.replay.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    program: str
    values: dict[str, object]
    after: str


CASES = [
    Case("a text", "url = 'a'  # where\nn = 1", {"url": "b"}, "url = 'b'  # where\nn = 1"),
    Case("a negative number", "k = -1", {"k": -2.5}, "k = -2.5"),
    Case(
        "over several lines, with letters of two bytes", "k = ['ä',\n     2]; ü = 1", {"k": ["ö"]}, "k = ['ö']; ü = 1"
    ),
    Case("with a type", "k: int = 3", {"k": 4}, "k: int = 4"),
    Case("two at once", "a = 1\nb = 2", {"a": True, "b": None}, "a = True\nb = None"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_value_is_given_where_the_program_gives_it(case: Case) -> None:
    [source] = with_values([Source(0, FilePlace("/p.py"), case.program, case.program)], case.values)
    assert source.text == source.python == case.after


@pytest.mark.parametrize("program", ["k = 1\nk = 2", "print(1)", "for k in range(3): pass"])
def test_what_is_not_given_once_is_refused(program: str) -> None:
    with pytest.raises(BadSetting):
        with_values([Source(0, FilePlace("/p.py"), program, program)], {"k": 3})


def test_what_has_no_literal_is_refused() -> None:
    with pytest.raises(BadSetting, match="no value that can be written down"):
        with_values([Source(0, FilePlace("/p.py"), "k = 1", "k = 1")], {"k": object()})


def recorded(place: FilePlace | CellPlace) -> Recorded:
    kind = "script" if isinstance(place, FilePlace) else "notebook"
    return Recorded("s", kind, "/old/p.py", "/old", (), (Source(0, place, "k = 1", "k = 1"),))


def test_an_edited_program_stands_where_it_stood(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text("k = 2", encoding="utf-8")
    [source] = edited(recorded(FilePlace("/old/p.py")), tmp_path / "new.py")
    assert source == Source(0, FilePlace("/old/p.py"), "k = 2", "k = 2")


def test_what_is_no_program_of_that_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text("k = ", encoding="utf-8")
    with pytest.raises(BrokenSource):
        edited(recorded(FilePlace("/old/p.py")), tmp_path / "new.py")
    with pytest.raises(BadSetting, match="the session ran cells"):
        edited(recorded(CellPlace(1)), tmp_path / "new.py")
    with pytest.raises(FileMissing):
        edited(recorded(FilePlace("/old/p.py")), tmp_path / "none.py")
