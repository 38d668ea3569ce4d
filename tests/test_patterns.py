"""Patterns: names written briefly, and which names they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.knowledge.patterns import expanded, matches, wildness


@dataclass(frozen=True, slots=True)
class Written:
    name: str
    text: str
    gives: tuple[str, ...]


WRITTEN = [
    Written("a plain name is itself", "math.sin", ("math.sin",)),
    Written("blanks and commas part names", "a.b, c.d\n e", ("a.b", "c.d", "e")),
    Written("braces list alternatives", "a.{b,c}", ("a.b", "a.c")),
    Written("alternatives multiply", "{a b}.{c d}", ("a.c", "a.d", "b.c", "b.d")),
    Written("braces nest", "a.{b c.{d e}}", ("a.b", "a.c.d", "a.c.e")),
    Written("nothing is nothing", "  ", ()),
]


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case.name)
def test_expanded(case: Written) -> None:
    assert expanded(case.text) == case.gives


@pytest.mark.parametrize("text", ["a.{b", "a}", "a.{b {c}"])
def test_braces_must_match(text: str) -> None:
    with pytest.raises(ValueError, match="brace"):
        expanded(text)


@dataclass(frozen=True, slots=True)
class Match:
    name: str
    pattern: str
    callee: str
    holds: bool


MATCHES = [
    Match("a name matches itself", "a.b", "a.b", True),
    Match("and no longer one", "a.b", "a.b.c", False),
    Match("a star is one part", "a.*.c", "a.b.c", True),
    Match("and not two", "a.*.c", "a.b.b.c", False),
    Match("letters stand for themselves around a star", "a.get_*", "a.get_x", True),
    Match("and no others", "a.get_*", "a.set_x", False),
    Match("two stars are no module", "a.**.f", "a.f", True),
    Match("or many modules", "a.**.f", "a.b.c.f", True),
    Match("but no class: a method is no function", "a.**.f", "a.b.C.f", False),
    Match("nor a private class", "a.**.f", "a._C.f", False),
    Match("a class may follow them", "a.**.C.f", "a.b.C.f", True),
    Match("capitals tell a class", "a.**.[A-Z]*.f", "a.b.Cat.f", True),
    Match("and nothing else", "a.**.[A-Z]*.f", "a.b.cat.f", False),
]


@pytest.mark.parametrize("case", MATCHES, ids=lambda case: case.name)
def test_matches(case: Match) -> None:
    assert matches(case.pattern.split("."), case.callee.split(".")) is case.holds


def test_a_name_is_tamer_than_a_star_and_a_star_than_two() -> None:
    patterns = ["a.**.C.f", "a.b.C.f", "a.**.*.f", "a.b.*.f"]
    assert sorted(patterns, key=lambda text: wildness(text.split("."))) == [
        "a.b.C.f",
        "a.b.*.f",
        "a.**.C.f",
        "a.**.*.f",
    ]
