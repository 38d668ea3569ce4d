"""Loops that are needed, statement by statement: what in them can matter to what is needed of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from clew.analysis.names import names_of
from clew.dataflow.branches import IMMUTABLE
from clew.dataflow.doing import NUMBERS, Doing, Judge
from clew.dataflow.gaps import can_go
from clew.model.data import dataclass, field

JUMPS = (
    ast.Break,
    ast.Continue,
    ast.Return,
    ast.Raise,
    ast.Global,
    ast.Nonlocal,
    ast.Assert,
    ast.Import,
    ast.ImportFrom,
)
PLOTTING = frozenset("plot hist boxplot axes ax figure fig gca gcf get_figure subplots".split())
HEADED = (ast.If, ast.For, ast.While)


@dataclass(slots=True)
class Unit:
    """A statement in a loop, or the header of one that holds others; `stays` where text cannot tell what it does."""

    node: ast.stmt
    doing: Doing
    binds: frozenset[str]
    reads: frozenset[str]
    stays: bool = False
    within: frozenset[str] = frozenset()  # variables of whose elements it may change one
    parts: list[Unit] = field(default_factory=list)  # those under a header


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is needed of a loop: variables, kinds of ambient state; whether figures and printing count."""

    names: frozenset[str]
    draws: frozenset[str]
    figures: bool
    shows: bool


@dataclass(frozen=True)
class Rest:
    """What stays of a loop: the statements that go, the variables that what stays reads, and whether figures count."""

    gone: tuple[ast.stmt, ...]
    reads: frozenset[str]
    figures: bool


class Questions:
    """What a loop alone does not tell: which variables lead to figures, and which hold what nobody else does."""

    def __init__(self, draws: Callable[[str], bool], fresh: Callable[[str, ast.stmt, bool], bool]) -> None:
        self.draws, self.fresh = draws, fresh


def units_of(body: list[ast.stmt], judge: Judge) -> list[Unit]:
    """The statements of a body."""
    return [unit_of(node, judge) for node in body]


def unit_of(node: ast.stmt, judge: Judge) -> Unit:
    """A statement as a unit, with those under it where they can be told apart."""
    if not isinstance(node, HEADED):
        return simple(node, judge)
    if not all(can_go(judge.lines, part) for part in [*node.body, *node.orelse]):
        return together(node, judge)
    head, targets = heading(node)
    names = names_of([*head, *targets])
    unit = Unit(node, judge.of(head), frozenset(names.binds), frozenset(names.reads) | names.deferred)
    if isinstance(node, ast.For):
        judge.iterate(node.iter)
    unit.stays = not all(is_name(target) for target in targets)
    unit.parts = units_of([*node.body, *node.orelse], judge)
    return unit


def simple(node: ast.stmt, judge: Judge) -> Unit:
    """A statement that stays or goes as a whole."""
    names = names_of([node])
    binds, reads = frozenset(names.binds | names.deletes), frozenset(names.reads) | names.deferred
    match node:
        case ast.Expr(value=value):
            return Unit(node, judge.of([value]), binds, reads)
        case ast.Assign(targets=targets, value=value):
            unit = Unit(node, judge.of([value]), binds, reads)
            for target in targets:
                store(unit, target, value, judge)
            return unit
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            unit = Unit(node, judge.of([value, node.annotation]), binds, reads)
            store(unit, target, value, judge)
            return unit
        case ast.AugAssign(target=target, value=value):
            return added(Unit(node, judge.of([value]), binds, reads), target, judge)
        case ast.Delete(targets=targets) if all(isinstance(target, ast.Name) for target in targets):
            return Unit(node, Doing(), binds, reads)
        case ast.Pass():
            return Unit(node, Doing(), binds, reads)
        case ast.With() | ast.Try():
            return together(node, judge)
        case _:
            return Unit(node, Doing(unknown=True), binds, reads, stays=True)


def together(node: ast.stmt, judge: Judge) -> Unit:
    """A statement whose parts stay or go together: what is raised in one may be caught by it, or they share a line."""
    names = names_of([node])
    head, targets = heading(node)
    unit = Unit(node, judge.of(head), frozenset(names.binds | names.deletes), frozenset(names.reads) | names.deferred)
    if isinstance(node, ast.For):
        judge.iterate(node.iter)
    unit.stays = not all(is_name(target) for target in targets)
    for part in flat([each for _, body in bodies(node) for each in units_of(body, judge)]):
        merge(unit, part)
    return unit


def heading(node: ast.stmt) -> tuple[list[ast.AST], list[ast.expr]]:
    """What the header of a statement looks at, and what it binds."""
    match node:
        case ast.With(items=items):
            bound = [item.optional_vars for item in items if item.optional_vars is not None]
            return [item.context_expr for item in items], bound
        case ast.For(iter=source, target=target):
            return [source], [target]
        case ast.If(test=test) | ast.While(test=test):
            return [test], []
        case _:
            return [], []


def bodies(node: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    """The bodies under a statement."""
    for name in ("body", "orelse", "finalbody"):
        yield name, getattr(node, name, [])
    for handler in getattr(node, "handlers", ()):
        yield "handler", handler.body


def merge(unit: Unit, part: Unit) -> None:
    """Have a unit do what a part of it does."""
    mine, its = unit.doing, part.doing
    mine.unknown |= its.unknown
    mine.figures |= its.figures
    mine.shows |= its.shows
    mine.changed |= its.changed
    mine.draws |= its.draws
    unit.stays |= part.stays
    unit.within |= part.within


def is_name(target: ast.expr) -> bool:
    """Tell whether a target is plain variables."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(is_name(each) for each in target.elts)
    return isinstance(target, ast.Name) or (isinstance(target, ast.Starred) and is_name(target.value))


def store(unit: Unit, target: ast.expr, value: ast.expr, judge: Judge) -> None:
    """Have a unit store a value: into variables, or an element of what a variable holds."""
    match target:
        case ast.Name():
            return
        case ast.Tuple() | ast.List() if is_name(target):
            if not isinstance(value, (ast.Tuple, ast.List)):
                judge.iterate(value)
        case ast.Subscript(value=ast.Name(id=name), slice=place):
            judge.look(place)
            unit.doing.changed.add(name)
        case _:
            unit.stays = True


def added(unit: Unit, target: ast.expr, judge: Judge) -> Unit:
    """Have a unit do `target += ...`, which may change what is there instead."""
    match target:
        case ast.Name(id=name):
            if judge.type_of(name) not in IMMUTABLE | NUMBERS:
                unit.doing.changed.add(name)
        case ast.Subscript(value=ast.Name(id=name), slice=place):
            judge.look(place)
            unit.doing.changed.add(name)
            unit.within |= {name}
        case _:
            unit.stays = True
    return unit


def rest_of(node: ast.For | ast.While, judge: Judge, wanted: Wanted, ask: Questions, always: frozenset[str]) -> Rest:
    """Tell which statements of a loop cannot matter to what is needed of it.

    `always` are the variables that functions speak of: needed where something is called that may be one of them.
    """
    head = unit_of(node, judge)
    units = list(flat([head]))
    kept: set[int] = {id(head)}
    needed = set(wanted.names | head.reads | (always if is_open(head) else frozenset()))
    while True:
        figures = wanted.figures or any(ask.draws(name) for name in needed)
        figures = figures or any(speaks_of_figures(unit) for unit in units if id(unit) in kept)
        chance = wanted.draws.union(*[unit.doing.draws for unit in units if id(unit) in kept])
        risky = any(is_open(unit) for unit in units if id(unit) in kept)
        new = [
            unit
            for unit in units
            if id(unit) not in kept
            and (
                matters(unit, needed, figures, wanted.shows, ask)
                or (unit.doing.draws and (risky or not chance.isdisjoint(unit.doing.draws)))
                or any(id(part) in kept for part in unit.parts)
            )
        ]
        if not new:
            break
        for unit in new:
            kept.add(id(unit))
            needed |= unit.reads | (always if is_open(unit) else frozenset())
    return Rest(tuple(gone_under(head, kept)), frozenset(needed), figures)


def speaks_of_figures(unit: Unit) -> bool:
    """Tell whether a unit may get at figures in ways that its variables do not tell: `df.plot()`."""
    if unit.parts or not unit.doing.unknown:
        return False
    return any(isinstance(part, ast.Attribute) and part.attr in PLOTTING for part in ast.walk(unit.node))


def is_open(unit: Unit) -> bool:
    """Tell whether a unit may run code that is not in its text: functions, iterators."""
    return unit.stays or unit.doing.unknown or bool(unit.doing.changed)


def matters(unit: Unit, needed: set[str], figures: bool, shows: bool, ask: Questions) -> bool:
    """Tell whether a unit may matter to what is needed."""
    doing = unit.doing
    if unit.stays or doing.unknown or (doing.figures and figures) or (doing.shows and shows):
        return True
    if not needed.isdisjoint(unit.binds | doing.changed):
        return True
    return not all(ask.fresh(name, unit.node, name in unit.within) for name in doing.changed)


def flat(units: list[Unit]) -> Iterator[Unit]:
    """Units, and those under them."""
    for unit in units:
        yield unit
        yield from flat(unit.parts)


def gone_under(unit: Unit, kept: set[int]) -> Iterator[ast.stmt]:
    """The outermost statements under a unit that go."""
    for part in unit.parts:
        if id(part) not in kept:
            if not isinstance(part.node, ast.Pass):
                yield part.node
        else:
            yield from gone_under(part, kept)
