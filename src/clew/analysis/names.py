"""Which global names a piece of code reads, binds and deletes, and how it gets at them.

A function's body runs later, so its names are `deferred`: they count when the function is called. A lambda or a
generator handed to a call may run at once, so its names count at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from clew.analysis.columns import NONE, columns_of
from clew.model.data import dataclass, field
from clew.model.statements import LENGTH, SHOWN, STOP, WHOLE, Access

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

TABLES = frozenset({"Out", "_oh"})
"""The names under which a shell keeps the results that it showed, by number."""


@dataclass(slots=True)
class Names:
    """The global names of a piece of code; `reads` says by which accesses each is read."""

    reads: dict[str, set[Access]] = field(default_factory=dict)
    deferred: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Scope:
    """A function or class body: its own names, and whether it runs later."""

    own: frozenset[str]
    foreign: frozenset[str]  # declared global
    later: bool
    is_class: bool = False
    bound: set[str] = field(default_factory=set)


def names_of(nodes: Iterable[ast.AST]) -> Names:
    """Collect the global names of module-level code."""
    walker = _Walker()
    for node in nodes:
        walker.visit(node)
    return walker.names


class _Walker(ast.NodeVisitor):
    """Walks module-level code; `scopes` is empty at module level."""

    def __init__(self) -> None:
        self.names = Names()
        self.scopes: list[_Scope] = []
        self.calls = 0
        self.settled: set[str] = set()  # targets of the loops around

    # ---- names ----------------------------------------------------------------------------------------

    def read(self, name: str, access: Access) -> None:
        if not self.is_global(name, loading=True) or name in self.settled:
            return
        if any(scope.later for scope in self.scopes):
            self.names.deferred.add(name)
        else:
            self.names.reads.setdefault(name, set()).add(access)

    def bind(self, name: str) -> None:
        if self.scopes and not self.is_global(name):
            self.scopes[-1].bound.add(name)
        elif not any(scope.later for scope in self.scopes):
            self.names.binds.add(name)

    def is_global(self, name: str, loading: bool = False) -> bool:
        for depth, scope in enumerate(reversed(self.scopes)):
            if name in scope.foreign:
                return True
            if scope.is_class:
                if depth == 0 and name in (scope.bound if loading else scope.own):
                    return False
            elif name in scope.own:
                return False
        return True

    def visit_Name(self, node: ast.Name) -> None:
        match node.ctx:
            case ast.Load():
                self.read(node.id, WHOLE)
            case ast.Store():
                self.bind(node.id)
            case ast.Del():
                if self.is_global(node.id):
                    self.names.deletes.add(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self.read_path(node):
            return
        if isinstance(node.value, ast.Name):
            self.read(node.value.id, Access("attribute", node.attr, not isinstance(node.ctx, ast.Load)))
        else:
            self.visit(node.value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self.read_path(node):
            return
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(node.value, ast.Name) and isinstance(key, str):
            self.read(node.value.id, Access("item", key, not isinstance(node.ctx, ast.Load)))
            return
        if isinstance(node.value, ast.Name) and node.value.id in TABLES and isinstance(key, int):
            self.read(node.value.id, Access(SHOWN, str(key)))
            self.read(f"_{key}", Access(SHOWN))
            return
        read = columns_of(node) if isinstance(node.ctx, ast.Load) else NONE
        for column in read.keys:
            self.read(read.name, Access("column", column))
        for part in read.rest if read.name else (node.value, node.slice):
            self.visit(part)

    def read_path(self, node: ast.Attribute | ast.Subscript) -> bool:
        """Read what a path of two steps and more leads to (`x["a"].b`), if this is one."""
        root, path = path_of(node)
        if len(path) < 2:
            return False
        below = path[1:] if isinstance(node.ctx, ast.Load) else (*path[1:-1], STOP)
        self.read(root, Access(*path[0], False, below))
        return True

    def visit_Assign(self, node: ast.Assign) -> None:
        # First: in a class body the targets are not bound yet. A generator that is unpacked runs at once.
        self.visit_used(node.value, any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets))
        for target in node.targets:
            self.visit(target)

    def visit_used(self, node: ast.expr, at_once: bool = True) -> None:
        """Visit an expression of which the elements are asked for at once."""
        self.calls += at_once
        self.visit(node)
        self.calls -= at_once

    def visit_Starred(self, node: ast.Starred) -> None:
        self.visit_used(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        match node.target:
            case ast.Name(id=name):
                self.read(name, WHOLE)
            case ast.Attribute(value=ast.Name(id=name), attr=key):
                self.read(name, Access("attribute", key))
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                self.read(name, Access("item", key))
            case ast.Attribute() | ast.Subscript():
                root, path = path_of(node.target)
                if root:
                    self.read(root, Access(*path[0], False, path[1:]))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.bind(node.target.id)

    def visit_Call(self, node: ast.Call) -> None:
        self.calls += 1
        match node:
            case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)], keywords=[]):
                self.visit(node.func)
                self.read(name, Access(LENGTH))
            case _:
                self.generic_visit(node)
        self.calls -= 1

    # ---- statements that bind by a string ---------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.bind(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*":
                self.bind(alias.asname or alias.name)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        """In its body a loop's target is what the loop bound, not what it was before."""
        self.visit_used(node.iter)
        self.visit(node.target)
        fresh = stored_names([node.target]) - self.settled if not self.scopes else set()
        self.settled |= fresh
        for each in node.body:
            self.visit(each)
        self.settled -= fresh
        for each in node.orelse:
            self.visit(each)

    visit_AsyncFor = visit_For

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.bind(node.name)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.bind(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self.bind(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self.bind(node.rest)
        self.generic_visit(node)

    # ---- scopes -----------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        self.visit_signature(node.args)
        if node.returns is not None:
            self.visit(node.returns)
        self.bind(node.name)
        self.enter(_function_scope(node), node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit_signature(node.args)
        scope = _function_scope(node)
        scope.later = not self.calls
        self.enter(scope, [node.body])

    def visit_signature(self, args: ast.arguments) -> None:
        for default in [*args.defaults, *args.kw_defaults]:
            if default is not None:
                self.visit(default)
        for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]:
            if arg is not None and arg.annotation is not None:
                self.visit(arg.annotation)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *[keyword.value for keyword in node.keywords]]:
            self.visit(part)
        self.bind(node.name)
        own, foreign = _own_names(node.body)
        self.enter(_Scope(frozenset(own - foreign), frozenset(foreign), later=False, is_class=True), node.body)

    def visit_comprehension_of(self, node: ast.AST) -> None:
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]  # one of COMPREHENSIONS
        self.visit(generators[0].iter)
        own = {name for generator in generators for name in stored_names([generator.target])}
        later = isinstance(node, ast.GeneratorExp) and not self.calls
        rest: list[ast.AST] = [generator.iter for generator in generators[1:]]
        rest += [test for generator in generators for test in generator.ifs]
        rest += [getattr(node, part) for part in ("elt", "key", "value") if hasattr(node, part)]
        self.enter(_Scope(frozenset(own), frozenset(), later), rest)
        for walrus in (n for n in ast.walk(node) if isinstance(n, ast.NamedExpr)):
            self.bind(walrus.target.id)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_comprehension_of

    def enter(self, scope: _Scope, body: Iterable[ast.AST]) -> None:
        self.scopes.append(scope)
        calls, self.calls = self.calls, 0
        for node in body:
            self.visit(node)
        self.calls = calls
        self.scopes.pop()


def path_of(node: ast.AST) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The variable that a chain of attributes and constant keys starts from, and the chain; nothing for another."""
    steps: list[tuple[str, str]] = []
    while True:
        match node:
            case ast.Attribute(value=holder, attr=name):
                steps.append(("attribute", name))
                node = holder
            case ast.Subscript(value=holder, slice=ast.Constant(value=str(key))):
                steps.append(("item", key))
                node = holder
            case ast.Name(id=root):
                return root, tuple(reversed(steps))
            case _:
                return "", ()


def _function_scope(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> _Scope:
    args = node.args
    params = {arg.arg for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs]}
    params |= {arg.arg for arg in (args.vararg, args.kwarg) if arg is not None}
    body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    own, foreign = _own_names(body)
    return _Scope(frozenset((params | own) - foreign), frozenset(foreign), later=True)


def _own_names(body: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """Tell which names a scope's body makes its own, and which it declares global."""
    own: set[str] = set()
    foreign: set[str] = set()
    for node in _within_scope(body):
        if isinstance(node, ast.Global):
            foreign |= set(node.names)
        own |= set(_bound_here(node))
    return own, foreign


def _within_scope(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk code without entering the scopes inside it (their own names are theirs)."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        if isinstance(node, COMPREHENSIONS):
            todo.extend(n for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
            continue
        todo.extend(ast.iter_child_nodes(node))


def _bound_here(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in aliases)
        case ast.Nonlocal(names=names):
            yield from names


def stored_names(nodes: Iterable[ast.AST]) -> set[str]:
    """Collect the plain names that assignment targets bind."""
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
