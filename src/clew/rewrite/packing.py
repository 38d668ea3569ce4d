"""A program's source and plan as bytes, for the process that runs it, and back: `unpacked(packed(s, p)) == (s, p)`.

They are read at the start of every program: `marshal` is quicker than `pickle`, and need not be loaded.
"""

from __future__ import annotations

import marshal

from clew.model.places import FilePlace, Source, Span
from clew.model.statements import Access, HiddenCall, Shape, Spot, Statement, Touch
from clew.model.typed import Any
from clew.rewrite.plan import CallSite, Plan


def packed(source: Source, plan: Plan) -> bytes:
    """Write down the source of a file and its plan."""
    assert isinstance(source.place, FilePlace)
    where = (source.number, source.place.path, source.text, None if source.python == source.text else source.python)
    statements = [statement_row(each) for each in plan.statements]
    touches = [touch_row(each) for each in plan.touches]
    sites = [(each.statement, values(each.span), *values(each)[2:]) for each in plan.sites]
    return marshal.dumps((where, statements, touches, sites))


def unpacked(data: bytes) -> tuple[Source, Plan]:
    """Read what `packed` wrote."""
    (number, path, text, python), statements, touches, sites = marshal.loads(data)
    plan = Plan(
        tuple([statement_from(*each) for each in statements]),
        tuple([touch_from(*each) for each in touches]),
        tuple([CallSite(statement, Span(*span), *rest) for statement, span, *rest in sites]),
    )
    return Source(number, FilePlace(path), text, text if python is None else python), plan


def statement_row(one: Statement) -> tuple[Any, ...]:
    """Write down a statement as plain data."""
    reads = {name: [values(way) for way in ways] for name, ways in one.reads.items()}
    number, shape, span, parent, branch, _, *names = values(one)
    return (number, str(shape), values(span), parent, branch, reads, *names)


def statement_from(number: int, shape: str, span: Any, parent: int | None, branch: str, reads: Any, *names: Any) -> Any:
    """Give the statement of such data."""
    ways = {name: frozenset([Access(*way) for way in each]) for name, each in reads.items()}
    return Statement(number, Shape(shape), Span(*span), parent, branch, ways, *names)


def touch_row(one: Touch) -> tuple[Any, ...]:
    """Write down what a statement could do as plain data."""
    return (one.stores, [values(call) for call in one.hidden], [values(spot) for spot in one.spots], *values(one)[3:])


def touch_from(stores: frozenset[str], calls: Any, spots: Any, *rest: Any) -> Touch:
    """Give what a statement could do, of such data."""
    return Touch(stores, tuple([HiddenCall(*call) for call in calls]), tuple([Spot(*spot) for spot in spots]), *rest)


def values(one: Any) -> tuple[Any, ...]:
    """Give the values of a data object's fields."""
    return tuple([getattr(one, name) for name in one.__match_args__])
