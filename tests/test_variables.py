"""Variables of the environment that code names: told apart, and not given away."""

from __future__ import annotations

from clew.archive.variables import described, is_as_it_was, needed, variables_of

ENVIRON = {"TOKEN": "hunter2", "TOWN": "Ulm", "OTHER": "x", "PYTHONHASHSEED": "7"}
CODE = "import os\ntown = os.environ['TOWN']\ntoken = os.getenv(\"TOKEN\", '')\nnothing = os.environ.get('NOTHING')\n"


def test_what_code_names_is_described_without_its_value() -> None:
    found = variables_of([CODE], ENVIRON)
    assert [(each.kind, each.place) for each in found] == [
        ("variable", "PYTHONHASHSEED"),
        ("variable", "TOKEN"),
        ("variable", "TOWN"),
    ]
    assert "hunter2" not in repr(found)
    assert variables_of([CODE], {"PYTHONHASHSEED": "random"}) == ()


def test_a_slice_has_those_that_it_names() -> None:
    found = variables_of([CODE], ENVIRON)
    assert [each.place for each in needed(found, ["t = os.environ['TOWN']"])] == ["PYTHONHASHSEED", "TOWN"]


def test_another_value_is_told() -> None:
    one = described("TOWN", "Ulm")
    assert is_as_it_was(one, ENVIRON)
    assert not is_as_it_was(one, {"TOWN": "Linz"})
    assert not is_as_it_was(one, {})
    assert described("TOWN", "x") != described("CITY", "x")
