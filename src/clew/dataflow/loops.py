"""One loop that ran: what of it is for what is needed of it, and what the session says of the names in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from clew.analysis.touch import root_of
from clew.dataflow.branches import IMMUTABLE
from clew.dataflow.closure import Closure
from clew.dataflow.doing import FIGURES, NUMBERS, Judge
from clew.dataflow.gaps import can_go
from clew.dataflow.graph import END, outline_of
from clew.dataflow.units import Questions, Rest, Wanted, rest_of
from clew.dataflow.world import World, is_figure
from clew.model.effects import Read
from clew.model.events import Step
from clew.model.graph import Dependence, Graph, Via
from clew.model.resources import Ambient, Cell, File, Module, Name, Resource
from clew.model.statements import Shape

FRESH_CALLS = {
    **{f"builtins.{word}": f"builtins.{word}" for word in "list dict set".split()},
    **{f"collections.{word}": f"collections.{word}" for word in "Counter deque defaultdict OrderedDict".split()},
    **{
        f"numpy.{word}": "numpy.ndarray"
        for word in "zeros ones empty full zeros_like ones_like empty_like arange".split()
    },
}
"""Callables that make a new object, by their names, and its type."""

PYPLOTS = "figure"
"""The label of figures that are reached through pyplot, and not from a variable."""

NUMBERED = frozenset("numpy.ndarray collections.Counter".split())
"""Types whose elements are numbers: `x[k] += 1` changes nothing but `x`."""


class Loop:
    """One loop that ran, and what the session says of the names in it."""

    def __init__(self, graph: Graph, world: World, number: int) -> None:
        self.graph, self.number = graph, number
        self.step = graph.step(number)
        source = next(source for source in graph.sources if source.number == self.step.source)
        self.outline = outline_of(source.python)
        node = self.outline.nodes[self.step.statement]
        assert isinstance(node, (ast.For, ast.While))
        self.node, self.lines = node, source.python.split("\n")
        self.binders = {name: d.on for name, d in self.on_names() if d.via is Via.DATA}
        self.doubtful = {name for name, d in self.on_names() if d.via in (Via.SPARED, Via.CHAIN)}
        self.world = replace(world, types=self.types(world))
        self.changed = set(cells_changed(self.step))
        self.files = any(isinstance(effect.resource, File) for effect in self.step.effects)

    def on_names(self) -> Iterator[tuple[str, Dependence]]:
        """The dependences of the loop through variables."""
        for dependence in self.graph.dependences[self.number]:
            if isinstance(dependence.resource, Name):
                yield dependence.resource.name, dependence

    # ---- what is needed of it ---------------------------------------------------------------------------

    def rest(self, found: Closure) -> Rest | None:
        """What stays of the loop for what a closure needs of it; None where nothing can go."""
        wanted = self.wanted(found.wanted.get(self.number, set()))
        if wanted is None or self.asks_by_text() or not all(can_go(self.lines, part) for part in self.node.body):
            return None
        judge = Judge(self.world, self.lines, files=self.files)
        rest = rest_of(self.node, judge, wanted, Questions(self.draws, self.fresh), self.world.deferred)
        return rest if rest.gone else None

    def wanted(self, resources: Iterable[Resource | None]) -> Wanted | None:
        """What is needed of the loop in terms of its text; None where the text does not tell."""
        names: set[str] = set()
        kinds: set[str] = set()
        drawn = False
        spoken = {node.id for node in ast.walk(self.node) if isinstance(node, ast.Name)}
        for resource in resources:
            match resource:
                case Name(name):
                    names.add(name)
                case Cell(number):
                    roots = {root_in(label) for at, label in self.changed if at == number}
                    drawn = drawn or any(self.is_pyplots(root) for root in roots)
                    names |= (roots := {root for root in roots if not self.is_pyplots(root)})
                    if not (roots or drawn) or not roots <= spoken:
                        return None
                case Ambient(kind):
                    kinds.add(kind)
                case File():
                    pass  # `files` says that there are some
                case Module() | None:
                    return None
        figures = drawn or any(kind.startswith(FIGURES) for kind in kinds)
        shows = self.files or not self.world.quiet or self.is_within_with()
        return Wanted(frozenset(names), frozenset(kinds), figures, shows)

    def is_within_with(self) -> bool:
        """Tell whether the loop stands in a `with`, which may take what is printed in it."""
        statement = self.outline.statements[self.step.statement]
        while statement.parent is not None:
            statement = self.outline.statements[statement.parent]
            if statement.shape is Shape.WITH:
                return True
        return False

    def asks_by_text(self) -> bool:
        """Tell whether something in the loop may look up variables that a text names."""
        asking = (node for node in ast.walk(self.node) if isinstance(node, ast.Call) and node.args)
        return any(isinstance(node.func, ast.Attribute) and node.func.attr in ("query", "eval") for node in asking)

    def needless(self, rest: Rest) -> Iterator[Dependence]:
        """The dependences of the loop that only what goes needed."""
        reached = self.reached(rest.reads)
        for dependence in self.graph.dependences[self.number]:
            match dependence.resource:
                case Name(name) if name not in rest.reads:
                    yield dependence
                case Cell(number, label=label) if reached is not None and number not in reached:
                    if root_in(label) not in rest.reads and self.is_own(root_in(label), rest):
                        yield dependence
                case Ambient(kind) if kind.startswith(FIGURES) and not rest.figures:
                    yield dependence
                case _:
                    pass

    def reached(self, names: Iterable[str]) -> set[int] | None:
        """The cells that variables lead to when the loop begins; None where that is not known."""
        found: set[int] = set()
        for name in names:
            made_in_it = name not in self.binders and self.binds(name)
            if made_in_it or self.fresh(name, self.node, within=False):
                continue  # it leads to what others do
            cells = self.cells_of(name)
            if cells is None:
                return None
            found |= cells
        return found

    def binds(self, name: str) -> bool:
        """Tell whether the loop binds a variable."""
        return any(isinstance(node, ast.Name) and node.id == name and is_stored(node) for node in ast.walk(self.node))

    def cells_of(self, name: str) -> set[int] | None:
        """The cells that a variable leads to; None where it, or what it leads to, has become another since the loop."""
        kind = self.world.types.get(name, "")
        if name in self.world.imports or name not in self.world.bound or kind in IMMUTABLE | NUMBERS:
            return set()
        if not kind or any(d.on > self.number for d in self.graph.needs.get(name, ())):
            return None
        reads = self.graph.variables[name].reads if name in self.graph.variables else ()
        return {resource.number for resource in reads if isinstance(resource, Cell)}

    def is_own(self, name: str, rest: Rest) -> bool:
        """Tell whether what a variable leads to, which what stays does not mention, is nothing to what stays."""
        if self.is_pyplots(name) or is_figure(self.world.types.get(name, "")):
            return not rest.figures
        return self.fresh(name, self.node, within=False)

    def is_pyplots(self, root: str) -> bool:
        """Tell whether a cell is, by its label, that of a figure that pyplot keeps, and no variable leads to it."""
        return root == PYPLOTS and root not in self.world.bound

    # ---- what variables are -----------------------------------------------------------------------------

    def types(self, world: World) -> dict[str, str]:
        """The types of the variables that are at the end what they were in the loop, or were made anew for it."""
        found = {name: kind for name, kind in world.types.items() if self.bound_by(name) <= self.number}
        for name in self.binders:
            kind = self.made_before(name, replace(world, types={}))
            if kind:
                found[name] = kind
        return found

    def bound_by(self, name: str) -> int:
        """The step that bound a variable last in the session."""
        found = [d.on for d in self.graph.needs.get(name, ()) if d.resource == Name(name) and d.via is Via.DATA]
        return max(found, default=END)

    def draws(self, name: str) -> bool:
        """Tell whether a variable may lead to a figure."""
        if name in self.world.imports:
            return is_figure(self.world.imports[name])
        if name not in self.world.bound:
            return False  # of Python itself
        if is_figure(self.world.types.get(name, "")):
            return True
        if self.fresh(name, self.node, within=False):
            return False  # it leads to what others do
        cells = self.cells_of(name)
        return cells is None or any(number in cells for number, _ in self.changed)

    def fresh(self, name: str, node: ast.stmt, within: bool) -> bool:
        """Tell whether a variable holds what was made for it alone, and so nobody else does.

        `within`: whether it also holds nothing that could be changed by `x[k] += 1`.
        """
        del node
        stored = [n for n in ast.walk(self.node) if isinstance(n, ast.Name) and n.id == name and is_stored(n)]
        made = [self.made_by(inner, self.world) for inner in self.assignments(name)]
        if len(stored) != len(made) + len(list(self.additions(name))) or name in self.world.deferred:
            return False
        if name in self.binders:
            made.append(self.made_before(name, self.world))
        kinds = set(made)
        if not made or "" in kinds or len(kinds) > 1 or name in self.doubtful:
            return False
        return not within or (kinds <= NUMBERED and not self.is_filled(name))

    def is_filled(self, name: str) -> bool:
        """Tell whether the loop puts something, that may be an array, into an element of a variable."""
        targets = [target for node in ast.walk(self.node) if isinstance(node, ast.Assign) for target in node.targets]
        return any(isinstance(target, ast.Subscript) and root_of(target) == name for target in targets)

    def assignments(self, name: str) -> Iterator[ast.expr]:
        """What the loop assigns to a variable, and to it alone."""
        for node in ast.walk(self.node):
            match node:
                case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                    yield value
                case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                    yield value
                case _:
                    pass

    def additions(self, name: str) -> Iterator[ast.AugAssign]:
        """The places where the loop adds to a variable."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                yield node

    def made_before(self, name: str, world: World) -> str:
        """The type of what a variable was given before the loop, if that was made for it alone and nobody took it since."""
        number = self.binders[name]
        step = self.graph.step(number)
        source = next(source for source in self.graph.sources if source.number == step.source)
        kind = self.made_in(outline_of(source.python).nodes[step.statement], name, world)
        if not kind:
            return ""
        since = (self.graph.step(each) for each in range(number + 1, self.number))
        read = any(isinstance(e, Read) and e.resource == Name(name) for each in since for e in each.effects)
        return "" if read else kind

    def made_in(self, node: ast.stmt, name: str, world: World) -> str:
        """The type of what an assignment makes anew and gives to a variable, and to it alone."""
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                return self.made_by(value, world)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(
                values
            ):
                given = [v for t, v in zip(targets, values, strict=True) if isinstance(t, ast.Name) and t.id == name]
                return self.made_by(given[0], world) if len(given) == 1 else ""
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                return self.made_by(value, world)
            case _:
                return ""

    def made_by(self, value: ast.expr, world: World) -> str:
        """The type of what an expression makes anew, or nothing."""
        match value:
            case ast.List() | ast.ListComp() | ast.BinOp(left=ast.List(), op=ast.Mult()):
                return "builtins.list"
            case ast.Dict() | ast.DictComp():
                return "builtins.dict"
            case ast.Set() | ast.SetComp():
                return "builtins.set"
            case ast.Call(func=callee):
                judge = Judge(world, self.lines, files=False)
                return FRESH_CALLS.get(judge.callee(callee), "")
            case _:
                return ""


def is_stored(node: ast.Name) -> bool:
    """Tell whether a variable is given something, or taken away."""
    return not isinstance(node.ctx, ast.Load)


def cells_changed(step: Step) -> Iterator[tuple[int, str]]:
    """The cells that a step changed, each with the label under which it was reached."""
    for effect in step.effects:
        if isinstance(effect.resource, Cell) and not isinstance(effect, Read):
            yield effect.resource.number, effect.resource.label


def root_in(label: str) -> str:
    """The variable that a cell was reached from, by its label."""
    found = re.match(r"[^\W\d]\w*", label)
    return found[0] if found else ""
