"""Finding a session by what a user types."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.errors import UnknownSession
from clew.store.sessions import SessionRow, State, find


def session(number: int, name: str, file: str) -> SessionRow:
    return SessionRow(number, name, "script", file, (), "/p", "3.11", 100.0, 1.0, 5, "", State.ENDED)


SESSIONS = (
    session(1, "3aa1", "/p/train.py"),
    session(2, "3ab2", "/p/deep/train.py"),
    session(4, "beef", "/p/look.ipynb"),
    session(5, "train.py", "/p/other.py"),
    session(6, "77", ""),
    session(7, "cafe", "/p/train.py"),
    session(8, "cafe01", "/p/beef"),
)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    wanted: str
    number: int


CASES = [
    Case("a number", "4", 4),
    Case("a number as it is printed", "#4", 4),
    Case("an id", "3aa1", 1),
    Case("an id of digits where no session has that number", "77", 6),
    Case("the beginning of an id", "3ab", 2),
    Case("an id that others begin with", "cafe", 7),
    Case("an id goes before a file", "train.py", 5),
    Case("a file, its newest run", "p/train.py", 7),
    Case("a file by its path", "/p/train.py", 7),
    Case("a file by the end of its path", "deep/train.py", 2),
    Case("a file by its name", "look.ipynb", 4),
    Case("the beginning of an id goes before a file", "bee", 4),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_find(case: Case) -> None:
    assert find(SESSIONS, case.wanted).number == case.number


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("", "`clew sessions` lists them"),
        ("3", "no session '3' in this store (2 begin so: 3aa1, 3ab2)"),
        ("ain.py", "did you mean"),
        ("look.ipyn", "did you mean look.ipynb?"),
        ("99", "`clew sessions` lists them"),
    ],
)
def test_unknown_sessions(wanted: str, says: str) -> None:
    with pytest.raises(UnknownSession) as caught:
        find(SESSIONS, wanted)
    assert says in str(caught.value)
