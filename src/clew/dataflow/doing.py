"""What code does besides giving a value, judged from its text, the types of variables and what is known of callables.

What cannot be told is `unknown`: it may do anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from clew.analysis.names import COMPREHENSIONS, stored_names
from clew.analysis.touch import dotted, root_of
from clew.dataflow.branches import IMMUTABLE
from clew.dataflow.world import World, is_figure
from clew.knowledge.facts import CalleeFacts
from clew.model.data import dataclass, field

FIGURES = "matplotlib"
"""Ambient state of this kind, and what begins so, is of figures."""

PRINTS = frozenset(
    "builtins.print pprint.pprint pprint.pp logging.debug logging.info logging.warning logging.error logging.critical "
    "logging.Logger.debug logging.Logger.info logging.Logger.warning logging.Logger.error logging.Logger.critical "
    "IPython.display.display builtins.display sys.stdout.write sys.stdout.flush sys.stderr.write sys.stderr.flush".split()
)
"""Callables that only say something, to nobody in the program."""

DRAWS = frozenset(f"matplotlib.pyplot.{word}" for word in "show close pause gca gcf sca setp".split())
"""Callables that do nothing but to figures, of which packs do not speak."""

OUTSIDE = frozenset(
    "builtins.open builtins.input builtins.next builtins.setattr builtins.delattr builtins.exec".split()
)
"""Callables that do more than change memory, whatever packs say of that."""

METHODS = frozenset(
    "item mean sum std var min max round abs astype tolist numpy cpu detach format split rsplit strip lstrip rstrip lower "
    "upper title capitalize ljust rjust center zfill startswith endswith head tail describe keys values items any all dot "
    "argmax argmin cumsum total_seconds strftime isoformat".split()
)
"""Methods that change nothing, whichever library's."""

FRESH_TABLES = frozenset(
    "items keys values split rsplit splitlines tolist iterrows itertuples astype head tail".split()
)
CONTAINERS = frozenset(
    "builtins.list builtins.dict builtins.tuple builtins.set builtins.frozenset builtins.str builtins.range "
    "builtins.bytes builtins.int builtins.float builtins.bool builtins.NoneType numpy.ndarray pandas.DataFrame "
    "pandas.Series pandas.Index pandas.core.frame.DataFrame pandas.core.series.Series collections.Counter "
    "collections.defaultdict collections.OrderedDict collections.deque torch.Tensor numpy.float64 numpy.int64".split()
)
"""Types whose instances can be gone through again."""

MAKERS = frozenset(
    "builtins.range builtins.sorted builtins.list builtins.dict builtins.tuple builtins.set builtins.str".split()
)
PASSING = frozenset(
    "builtins.enumerate builtins.zip builtins.reversed builtins.map builtins.filter builtins.iter".split()
)
NUMBERS = frozenset(
    f"numpy.{word}" for word in "float64 float32 float16 int64 int32 int16 int8 uint8 bool_ bool str_".split()
)
CALLING = frozenset("key func function callback default".split())


@dataclass(slots=True)
class Doing:
    """What a piece of code may do: `changed` are variables whose own objects it changes, but not what those hold."""

    unknown: bool = False
    changed: set[str] = field(default_factory=set)
    draws: set[str] = field(default_factory=set)
    figures: bool = False
    shows: bool = False


class Judge:
    """Judges the code of one statement; `inner` are the names that its comprehensions and lambdas bind."""

    def __init__(self, world: World, lines: list[str], *, files: bool) -> None:
        self.world, self.knowledge, self.lines, self.files = world, world.knowledge, lines, files
        self.inner: frozenset[str] = frozenset()
        self.doing = Doing()

    def of(self, parts: Iterable[ast.AST]) -> Doing:
        """Judge the expressions of one statement."""
        self.doing, parts = Doing(), list(parts)
        self.inner = frozenset(name for part in parts for name in inner_names(part))
        for part in parts:
            self.look(part)
        names = {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}
        if self.world.operators and not all(self.is_plain(name) for name in names):
            self.doing.unknown = True  # an operator of the user's own may do anything
        return self.doing

    def is_plain(self, name: str) -> bool:
        """Tell whether no operator of the user's own can be meant where a variable stands."""
        kind = self.world.types.get(name, "") if name not in self.inner else ""
        return name in self.world.imports or kind in IMMUTABLE or kind in NUMBERS or kind == "numpy.ndarray"

    # ---- expressions ------------------------------------------------------------------------------------

    def look(self, node: ast.AST) -> None:
        """Look at an expression and at what it is made of."""
        match node:
            case ast.Await() | ast.Yield() | ast.YieldFrom() | ast.NamedExpr():
                self.doing.unknown = True
            case ast.Call():
                self.call(node)
            case ast.comprehension(iter=source, is_async=later):
                self.doing.unknown |= bool(later)
                self.iterate(source)
            case ast.Starred(value=source):
                self.iterate(source)
            case ast.Compare(ops=operators, comparators=others):
                for operator, other in zip(operators, others, strict=True):
                    if isinstance(operator, (ast.In, ast.NotIn)):
                        self.iterate(other)
            case ast.Attribute(attr=name):
                self.doing.unknown |= name in self.world.properties
            case ast.Subscript(value=holder, ctx=ast.Load()) if self.world.keys_made:
                self.change(holder)  # a `defaultdict` makes the keys it is asked for
            case _:
                pass
        for part in ast.iter_child_nodes(node):
            self.look(part)

    def iterate(self, node: ast.expr) -> None:
        """What is gone through may be used up by it."""
        match node:
            case ast.Name(id=name) if self.type_of(name) in CONTAINERS:
                return
            case ast.Call(func=callee, args=args):
                path = self.callee(callee)
                if path in PASSING:
                    for each in args:
                        self.iterate(each)
                elif not (path in MAKERS or path.startswith("numpy.")) and not (
                    isinstance(callee, ast.Attribute) and callee.attr in FRESH_TABLES
                ):
                    self.change(callee)
            case ast.Subscript(value=ast.Name(id=name), slice=place) if isinstance(place, ast.Slice) or self.type_of(
                name
            ) in CONTAINERS - {"builtins.list", "builtins.dict"}:
                return
            case ast.Name() | ast.Attribute() | ast.Subscript():
                self.change(node)
            case ast.IfExp() | ast.BoolOp() | ast.NamedExpr() | ast.Await():
                self.doing.unknown = True
            case _:
                return  # it is made here

    def change(self, node: ast.AST) -> None:
        """What an expression leads to may be changed."""
        match node:
            case ast.Name(id=name) if self.type_of(name) in IMMUTABLE | NUMBERS:
                return
            case ast.Name(id=name) if self.type_of(name) and is_figure(self.type_of(name)):
                self.doing.figures = True
            case ast.Name(id=name) if name not in self.inner:
                self.doing.changed.add(name)
            case ast.Attribute() | ast.Subscript() | ast.Starred() if is_figure(self.type_of(root_of(node))):
                self.doing.figures = True
            case ast.Name() | ast.Attribute() | ast.Subscript() | ast.Starred() | ast.Call() | ast.IfExp():
                self.doing.unknown = True
            case _:
                return  # it is made here

    def type_of(self, name: str) -> str:
        """The type of a variable, or nothing."""
        return "" if name in self.inner else self.world.types.get(name, "")

    # ---- calls ------------------------------------------------------------------------------------------

    def call(self, node: ast.Call) -> None:
        """Look at a call."""
        path = self.callee(node.func)
        if path in PRINTS:
            self.doing.shows = True
            to = [keyword.value for keyword in node.keywords if keyword.arg in ("file", None)]
            self.doing.unknown |= any(dotted(each) not in ("sys.stdout", "sys.stderr") for each in to)
        elif path in DRAWS:
            self.doing.figures = True
        elif path in OUTSIDE or (self.files and not is_inside(path)):
            self.doing.unknown = True
        elif (facts := self.knowledge.about(path) if path else None) is not None:
            self.known(node, path, facts)
        else:
            method = node.func.attr if isinstance(node.func, ast.Attribute) and not path else ""
            self.doing.unknown |= method not in METHODS or method in self.world.defined

    def callee(self, node: ast.expr) -> str:
        """The name under which facts about a callee are kept, or nothing."""
        root, path = root_of(node), dotted(node)
        if root in self.inner:
            return ""
        if path and root in self.world.imports:
            return self.world.imports[root] + path.removeprefix(root)
        match node:
            case ast.Name(id=name):
                return "" if name in self.world.bound else f"builtins.{name}"
            case ast.Attribute(value=ast.Name(id=name), attr=method) if self.type_of(name):
                return f"{self.type_of(name)}.{method}"
            case ast.Attribute(value=ast.Constant(value=str()) | ast.JoinedStr(), attr=method):
                return f"builtins.str.{method}"
        return ""

    def known(self, node: ast.Call, path: str, facts: CalleeFacts) -> None:
        """Look at a call of a callable that is known."""
        doing, given = self.doing, [*node.args, *[keyword.value for keyword in node.keywords]]
        starred = any(isinstance(arg, ast.Starred) for arg in node.args) or any(k.arg is None for k in node.keywords)
        names = [keyword.arg or "" for keyword in node.keywords]
        doing.draws |= set(facts.draws)
        doing.figures |= bool(facts.figure)
        seeds = {kind for kind in facts.seeds if not kind.startswith(FIGURES)}
        doing.figures |= len(seeds) < len(facts.seeds)
        open_ended = not (facts.pure or facts.pure_if_inert or facts.changes or facts.figure)
        hidden = starred and (facts.calls_back or not set(facts.changes) <= {"self"})
        if seeds or facts.reads_names or facts.writes_path or open_ended or hidden:
            doing.unknown = True
        if not facts.hold(len(node.args), names, starred):
            doing.unknown = True
        if any(self.may_call(path, facts, keyword, each) for keyword, each in arguments(node)):
            doing.unknown = True
        if facts.iterates:
            for each in given:
                self.iterate(each)
        for key in facts.changes:
            for each in chosen(node, key):
                self.change(each)

    def may_call(self, path: str, facts: CalleeFacts, keyword: str, given: ast.expr) -> bool:
        """Tell whether a call may call what it is given, and that may do something."""
        if isinstance(given, (ast.Constant, ast.Lambda)):
            return False  # the body of a lambda is looked at with the rest
        if isinstance(given, ast.Name) and self.is_function(given.id):
            return not self.is_pure(self.callee(given))
        calling = keyword in CALLING or (path in ("builtins.map", "builtins.filter") and keyword == "0")
        if calling or facts.calls_back:
            return not self.is_value(given) and not self.is_pure(self.callee(given))
        return False

    def is_function(self, name: str) -> bool:
        """Tell whether a variable is a function or class."""
        kind = self.type_of(name)
        return name in self.world.defined or kind.endswith(("function", "method", "builtins.type", "ufunc", ".partial"))

    def is_value(self, given: ast.expr) -> bool:
        """Tell whether an argument is data that nobody can call."""
        if isinstance(given, ast.Name):
            return self.type_of(given.id) in CONTAINERS | IMMUTABLE | NUMBERS
        return isinstance(given, (ast.BinOp, ast.JoinedStr, ast.Compare, ast.UnaryOp))

    def is_pure(self, path: str) -> bool:
        """Tell whether a callable of that name changes nothing."""
        facts = self.knowledge.about(path) if path else None
        return facts is not None and (facts.pure or facts.pure_if_inert) and not (facts.draws or facts.seeds)


def is_inside(path: str) -> bool:
    """Tell whether a callable, by its name, has nothing to do with files."""
    inside = path.startswith(("builtins.", "math.", "time.", "collections.", "numpy.ndarray.", "matplotlib.axes."))
    return inside and path not in OUTSIDE


def inner_names(node: ast.AST) -> Iterator[str]:
    """The names that comprehensions and lambdas in a piece of code bind."""
    for part in ast.walk(node):
        if isinstance(part, COMPREHENSIONS):
            yield from stored_names([generator.target for generator in part.generators])
        elif isinstance(part, ast.Lambda):
            yield from (each.arg for each in ast.walk(part.args) if isinstance(each, ast.arg))


def arguments(node: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The arguments of a call by position and keyword."""
    yield from ((str(position), each) for position, each in enumerate(node.args))
    yield from ((keyword.arg or "**", keyword.value) for keyword in node.keywords)


def chosen(node: ast.Call, key: str) -> Iterator[ast.expr]:
    """The arguments that facts speak of under a key."""
    if key in ("self", "*") and isinstance(node.func, ast.Attribute):
        yield node.func.value
    for name, each in arguments(node):
        if key in (name, "*"):
            yield each
