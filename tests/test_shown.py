"""A slice hands on the results that a shell keeps of cells: under the names by which they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from clew.dataflow.graph import fold
from clew.dataflow.slicing import cut
from clew.model.effects import Bound, Effect, Read
from clew.model.events import Event, NamesSeen, SourceSeen, Step, Variable
from clew.model.places import CellPlace, Source
from clew.model.resources import Name


@dataclass(frozen=True, slots=True)
class Case:
    """Cells of one statement each, with the names that each reads and binds; the slice of `x`; whether notes speak up."""

    name: str
    cells: tuple[tuple[str, str, str], ...]
    code: str
    script: bool = False
    notes: bool = False


CASES = [
    Case("the last result", (("3 + 4", "", "_ _1"), ("x = _", "_", "x")), "_ = 3 + 4\n\nx = _\n"),
    Case("a result by its name", (("[3]", "", "_ _1"), ("x = _1", "_1", "x")), "_1 = [3]\n\nx = _1\n"),
    Case("a result out of the table", (("[3]", "", "_ _1"), ("x = Out[1]", "_1 Out", "x")), "Out[1] = [3]\n\nx = Out[1]\n"),
    Case("a script has no table", (("[3]", "", "_ _1"), ("x = Out[1]", "_1 Out", "x")), "Out = {}\n\nOut[1] = [3]\n\nx = Out[1]\n", script=True),
    Case("a result that is not there", (("1", "", "_ _1"), ("x = _i", "_i", "x")), "x = _i\n", notes=True),
    Case("the whole table", (("1", "", "_ _1"), ("x = len(Out)", "Out", "x")), "x = len(Out)\n", notes=True),
    Case("a function uses the last result", (("1", "", "_ _1"), ("x = f()", "_ f", "x")), "_ = 1\n\nx = f()\n"),
]  # fmt: skip


def events(case: Case) -> list[Event]:
    """What a session of these cells would leave."""
    found: list[Event] = []
    for number, (text, reads, binds) in enumerate(case.cells):
        found.append(SourceSeen(Source(number, CellPlace(number + 1, None), text, text), 0.0))
        effects: list[Effect] = [Read(Name(name)) for name in reads.split()]
        effects += [Bound(Name(name)) for name in binds.split()]
        found.append(Step(number, number, 0, 0.0, 0.0, effects=tuple(effects)))
    return [*found, NamesSeen(len(case.cells) - 1, (Variable("x", "builtins.int", (Name("x"),)),))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_results_are_handed_on(case: Case) -> None:
    made = cut(fold(events(case)), "x", script=case.script)
    assert made.code == case.code
    assert bool(made.notes) == case.notes
