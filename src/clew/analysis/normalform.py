"""The normal form of a statement: what it means to Python, without what only people read.

Comments, formatting, docstrings, bare constants, annotations of local variables and prints of what is at hand are left
out; local variables have numbers for names (alpha-equivalence: Barendregt, The Lambda Calculus, 1984). Names of
parameters, of functions and classes, and of globals stay: somebody else may use them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from clew.model.data import dataclass, field

Path = tuple[str, ...]
"""A global name and the attributes that are asked of it: `helpers.text.clean`."""

Import = tuple[tuple[str, int], Path]
"""A module's name and how many packages up it is looked for, and the path that is taken of it; an empty one, all."""

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SELF_AWARE = frozenset({"locals", "vars", "eval", "exec", "dir"})
"""A function that calls one of these can see what its variables are called."""

HARMLESS = frozenset("abs bool float format id int len max min repr round sorted str sum type".split())
"""Builtins that a print may call and be left out all the same."""

SILENT = frozenset({"ctx", "type_comment", "kind", "lineno", "end_lineno", "col_offset", "end_col_offset"})


@dataclass(frozen=True)
class Form:
    """A statement's normal form: its text, the global paths it reads at once and later, and the names it binds.

    `imports` are the modules that it imports, each with what it takes of it. `constant` says that it binds names to literals and does nothing else.
    """

    text: str
    reads: frozenset[Path]
    later: frozenset[Path]
    binds: frozenset[str]
    imports: frozenset[Import]
    constant: bool


def normal_form(node: ast.stmt, *, documented: bool = False, shadowed: frozenset[str] = frozenset()) -> Form:
    """Work out a statement's normal form.

    `documented` leaves docstrings in, for code that reads them; `shadowed` are builtins that mean something else here.
    """
    writer = _Writer(documented, shadowed)
    written = "" if left_out(node, documented, shadowed) else writer.write(node)
    constant = isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None and is_literal(node.value)
    return Form(
        written,
        frozenset(writer.reads),
        frozenset(writer.later),
        frozenset(writer.binds),
        frozenset(writer.imports),
        constant,
    )


def is_literal(node: ast.expr) -> bool:
    """Tell whether an expression is written out: numbers, texts, and containers of them."""
    parts = (ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.UnaryOp, ast.unaryop, ast.expr_context)
    return all(isinstance(part, parts) for part in ast.walk(node))


def left_out(node: ast.stmt, documented: bool, shadowed: frozenset[str]) -> bool:
    """Tell whether a statement does nothing, or nothing but print what is at hand."""
    match node:
        case ast.Expr(value=ast.Constant(value=value)):
            return not (documented and isinstance(value, str))
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=args, keywords=keywords)):
            told = [*args, *(each.value for each in keywords)]
            quiet = all(each.arg in ("sep", "end", "flush") for each in keywords)
            quiet = quiet and not documented  # who reads texts of code is told all of it
            return quiet and "print" not in shadowed and all(is_harmless(each, shadowed) for each in told)
        case ast.If(test=test, body=body, orelse=orelse):
            return is_harmless(test, shadowed) and all(
                left_out(each, documented, shadowed) for each in (*body, *orelse)
            )
        case ast.Pass():
            return True
        case _:
            return False


def is_harmless(node: ast.expr, shadowed: frozenset[str]) -> bool:
    """Tell whether an expression only looks at what is there."""
    for part in ast.walk(node):
        match part:
            case ast.Call(func=ast.Name(id=name)) if name in HARMLESS - shadowed:
                continue
            case ast.Call() | ast.Yield() | ast.YieldFrom() | ast.Await() | ast.NamedExpr() | ast.Lambda():
                return False
            case _:
                continue
    return True


@dataclass(slots=True)
class _Scope:
    """A function, comprehension or class body: its parameters, its own variables, what it takes from elsewhere."""

    parameters: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()  # own, and never renamed: functions, classes and modules
    foreign: frozenset[str] = frozenset()  # declared global
    is_class: bool = False
    later: bool = False
    numbers: dict[str, int] = field(default_factory=dict)


class _Writer:
    """Writes one statement, and notes the global names that it meets."""

    def __init__(self, documented: bool, shadowed: frozenset[str]) -> None:
        self.documented = documented
        self.shadowed = shadowed
        self.scopes: list[_Scope] = []
        self.reads: set[Path] = set()
        self.later: set[Path] = set()
        self.binds: set[str] = set()
        self.imports: set[Import] = set()
        self.count = 0

    # ---- trees ------------------------------------------------------------------------------------------

    def write(self, node: ast.AST) -> str:
        """Write a node and all below it."""
        match node:
            case ast.Name():
                return self.name(node.id, node.ctx)
            case ast.Attribute():
                return self.attribute(node)
            case ast.Constant():
                return f"{type(node.value).__name__}:{node.value!r}"
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                return self.function(node)
            case ast.ClassDef():
                return self.a_class(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return self.comprehension(node)
            case ast.Import() | ast.ImportFrom():
                return self.imported(node)
            case ast.AnnAssign(target=ast.Name(), value=ast.expr()) if self.in_function():
                assert node.value is not None  # the pattern says so
                return self.write(ast.Assign([node.target], node.value))
            case ast.Global() | ast.Nonlocal():
                return f"{type(node).__name__}({sorted(self.name(name) for name in node.names)})"
            case _:
                return self.plainly(node)

    def plainly(self, node: ast.AST) -> str:
        """Write a node by its fields; names in fields of their own are local variables or globals like others."""
        said = []
        for name, value in ast.iter_fields(node):
            if name in SILENT or value is None or value == []:
                continue
            said.append(f"{name}={self.value(node, name, value)}")
        return f"{type(node).__name__}({','.join(said)})"

    def value(self, node: ast.AST, name: str, value: object) -> str:
        """Write what a field holds."""
        if isinstance(value, ast.AST):
            return self.write(value)
        if isinstance(value, list):
            return self.body(value) if value and isinstance(value[0], ast.stmt) else self.each(value)
        binds = isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) or name == "rest"
        return self.name(str(value), ast.Store()) if binds else repr(value)

    def each(self, values: Sequence[object]) -> str:
        """Write a list."""
        return f"[{','.join(self.write(each) if isinstance(each, ast.AST) else repr(each) for each in values)}]"

    def body(self, nodes: Sequence[ast.stmt]) -> str:
        """Write statements, without those that do nothing."""
        shadowed = self.shadowed.union(*(scope.own | scope.parameters for scope in self.scopes))
        return f"[{';'.join(self.write(each) for each in nodes if not left_out(each, self.documented, shadowed))}]"

    # ---- names ------------------------------------------------------------------------------------------

    def in_function(self) -> bool:
        """Tell whether what is written stands right in a function's body."""
        return bool(self.scopes) and not self.scopes[-1].is_class

    def name(self, name: str, context: ast.expr_context | None = None) -> str:
        """Write a name by what it is: a local variable's number, a parameter, or a global, which is noted."""
        for depth, scope in enumerate(reversed(self.scopes)):
            if name in scope.foreign:
                break
            if scope.is_class:
                if depth == 0 and name in scope.own and not isinstance(context, ast.Load):
                    return f"attribute:{name}"
            elif name in scope.parameters:
                return f"parameter:{name}"
            elif name in scope.own:
                return f"inner:{name}" if name in scope.kept else f"local:{self.number(scope, name)}"
        self.note((name,), context)
        return f"global:{name}"

    def number(self, scope: _Scope, name: str) -> int:
        """Give a local variable's number: they are counted as they are met."""
        if name not in scope.numbers:
            self.count += 1
            scope.numbers[name] = self.count
        return scope.numbers[name]

    def note(self, path: Path, context: ast.expr_context | None) -> None:
        """Note that a global is read or bound."""
        if isinstance(context, ast.Store):
            self.binds.add(path[0])
        else:
            (self.later if any(scope.later for scope in self.scopes) else self.reads).add(path)

    def attribute(self, node: ast.Attribute) -> str:
        """Write an attribute; a path that begins with a global is noted whole."""
        path = path_of(node)
        if path and self.is_global(path[0]):
            self.note(path, ast.Load())
            return f"global:{'.'.join(path)}"
        return f"{self.write(node.value)}.{node.attr}"

    def is_global(self, name: str) -> bool:
        """Tell whether a name that is read is a global's."""
        for scope in reversed(self.scopes):
            if name in scope.foreign:
                return True
            if not scope.is_class and name in scope.parameters | scope.own:
                return False
        return True

    # ---- scopes -----------------------------------------------------------------------------------------

    def function(self, node: Function) -> str:
        """Write a function: what is worked out when it is defined, then its body."""
        arguments = node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        stars = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
        outside = [*getattr(node, "decorator_list", []), *arguments.defaults]
        outside += [each for each in arguments.kw_defaults if each is not None]
        said = [self.heading(node), self.each(outside)]
        hints = [(each.arg, each.annotation) for each in (*named, *stars)] + [("", getattr(node, "returns", None))]
        said += [f"{name}:{self.write(hint)}" for name, hint in hints if hint is not None]
        said.append(signature(arguments))
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        self.scopes.append(scope_of(frozenset(each.arg for each in (*named, *stars)), body))
        said.append(self.write(node.body) if isinstance(node, ast.Lambda) else self.body(node.body))
        self.scopes.pop()
        return f"{type(node).__name__}({','.join(said)})"

    def heading(self, node: Function) -> str:
        """Write a function's name and type parameters."""
        if isinstance(node, ast.Lambda):
            return ""
        return self.name(node.name, ast.Store()) + self.each(getattr(node, "type_params", []))

    def a_class(self, node: ast.ClassDef) -> str:
        """Write a class: its body runs at once, and what it binds are attributes."""
        said = [self.name(node.name, ast.Store()), self.each(getattr(node, "type_params", []))]
        said += [self.each(node.decorator_list), self.each(node.bases), self.each(node.keywords)]
        scope = scope_of(frozenset(), node.body)
        self.scopes.append(_Scope(own=scope.own, kept=scope.own, foreign=scope.foreign, is_class=True))
        said.append(self.body(node.body))
        self.scopes.pop()
        return f"ClassDef({','.join(said)})"

    def comprehension(self, node: Comprehension) -> str:
        """Write a comprehension; the first of its loops is over something of the scope around."""
        said = [self.write(node.generators[0].iter)]
        targets = [each.target for each in node.generators]
        own = frozenset(part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))
        self.scopes.append(_Scope(own=own))
        for number, each in enumerate(node.generators):
            said += [self.write(each.target), *([self.write(each.iter)] if number else [])]
            said += [self.each(each.ifs), str(each.is_async)]
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        said += [self.write(result) for result in results]
        self.scopes.pop()
        return f"{type(node).__name__}({','.join(said)})"

    def imported(self, node: ast.Import | ast.ImportFrom) -> str:
        """Write an import; the name that it gives a module in a function is a local variable's."""
        origin = f"{'.' * node.level}{node.module or ''}" if isinstance(node, ast.ImportFrom) else ""
        names = [f"{each.name} as {self.name(bound_name(each), ast.Store())}" for each in node.names]
        if isinstance(node, ast.Import):
            self.imports.update(((each.name, 0), ()) for each in node.names)
        else:
            taken = [() if each.name == "*" else (each.name,) for each in node.names]
            self.imports.update(((node.module or "", node.level), path) for path in taken)
        return f"{type(node).__name__}({origin}:{','.join(names)})"


def signature(arguments: ast.arguments) -> str:
    """Write how a function may be called."""
    groups = (arguments.posonlyargs, arguments.args, [arguments.vararg], arguments.kwonlyargs, [arguments.kwarg])
    given = "".join("-" if each is None else "=" for each in arguments.kw_defaults)
    named = "/".join(",".join(each.arg for each in group if each is not None) for group in groups)
    return f"{named};{len(arguments.defaults)};{given}"


def bound_name(alias: ast.alias) -> str:
    """Give the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def path_of(node: ast.expr) -> Path:
    """Give the name and attributes that an expression is, or nothing."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()


def scope_of(parameters: frozenset[str], body: Sequence[ast.AST]) -> _Scope:
    """Work out which variables a function's or class's body has of its own."""
    bound, kept, foreign, outer = set[str](), set[str](), set[str](), set[str]()
    for part in within(body):
        match part:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                bound.add(name)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                bound.add(name)
            case ast.MatchMapping(rest=str(name)):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                kept.add(name)
            case ast.alias(name=name, asname=alias):
                (bound if alias else kept).add(bound_name(part))
            case ast.Global(names=names):
                foreign.update(names)
            case ast.Nonlocal(names=names):
                outer.update(names)
            case _:
                pass
    own = (bound | kept) - foreign - outer - parameters
    if any(isinstance(part, ast.Name) and part.id in SELF_AWARE for each in body for part in ast.walk(each)):
        kept = own  # it can ask what its variables are called
    return _Scope(parameters, frozenset(own), frozenset(kept & own), frozenset(foreign), later=True)


def within(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Give the nodes of a body that stand in its own scope; of those with a scope of their own, only what names them."""
    todo = list(body)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, COMPREHENSIONS):
            # `:=` in a comprehension binds in the scope around.
            todo += [part.target for part in ast.walk(node) if isinstance(part, ast.NamedExpr)]
        elif not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            todo += ast.iter_child_nodes(node)
