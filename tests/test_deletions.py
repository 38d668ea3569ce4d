"""Code with one statement less: each that can go alone, whole compounds first, the last first."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.analysis.deletions import deletions, statements_in


@dataclass(frozen=True, slots=True)
class Case:
    """Code, and what is left of it by what is deleted."""

    name: str
    code: str
    left: tuple[tuple[str, str], ...]


CASES = [
    Case("statements of their own", "a = 1\nb = 2\n", (("b = 2", "a = 1\n"), ("a = 1", "b = 2\n"))),
    Case(
        "a compound goes whole, then in parts",
        "if a:\n    b = 1\n    c = 2\n",
        (("if a:\n    b = 1\n    c = 2", ""), ("c = 2", "if a:\n    b = 1\n"), ("b = 1", "if a:\n    c = 2\n")),
    ),
    Case("alone in a body, it leaves pass", "for i in a:\n    b = 1\n", (("for i in a:\n    b = 1", ""), ("b = 1", "for i in a:\n    pass\n"))),
    Case("pass is no statement to delete", "if a:\n    pass\n", (("if a:\n    pass", ""),)),
    Case(
        "an elif goes with what follows it",
        "if a:\n    pass\nelif b:\n    pass\nelse:\n    pass\n",
        (("if a:\n    pass\nelif b:\n    pass\nelse:\n    pass", ""), ("elif b:\n    pass\nelse:\n    pass", "if a:\n    pass\n")),
    ),
    Case(
        "docstrings stay, decorators go with their function",
        'import k\n@k.d\ndef f():\n    """Do."""\n    return 1\n',
        (
            ('@k.d\ndef f():\n    """Do."""\n    return 1', "import k\n"),
            ("return 1", 'import k\n@k.d\ndef f():\n    """Do."""\n'),
            ("import k", '@k.d\ndef f():\n    """Do."""\n    return 1\n'),
        ),
    ),
    Case("two on a line", "a = 1; b = 2\n", (("b = 2", "a = 1; pass\n"), ("a = 1", "pass; b = 2\n"))),
    Case("letters of several bytes", "ä = 'ö'\nb = ä\n", (("b = ä", "ä = 'ö'\n"), ("ä = 'ö'", "b = ä\n"))),
    Case("what would be no Python is left out", "try:\n    a = 1\nfinally:\n    b = 2\n", (
        ("try:\n    a = 1\nfinally:\n    b = 2", ""),
        ("b = 2", "try:\n    a = 1\nfinally:\n    pass\n"),
        ("a = 1", "try:\n    pass\nfinally:\n    b = 2\n"),
    )),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_statement_less(case: Case) -> None:
    assert tuple((each.text, each.without) for each in deletions(case.code)) == case.left
    assert statements_in(case.code) == len(case.left)
