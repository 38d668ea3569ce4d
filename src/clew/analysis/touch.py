"""What a statement could do beyond binding names: stores into objects, calls that nobody announces, imports.

Calls made directly by a straight-line statement announce themselves when they happen; here are the others, those in
loops, lambdas, comprehensions, decorators and class bodies.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from clew.analysis.names import COMPREHENSIONS, FUNCTIONS
from clew.analysis.outline import WHOLE, header, shape_of
from clew.analysis.settings import ASKERS, HOLDERS, settings_of
from clew.model.statements import HiddenCall, Spot, Touch, Way
from clew.model.typed import Any

ANYTHING = "?"  # a root that is not a plain variable

OPERATIONS = frozenset(
    {
        ast.Attribute,
        ast.BinOp,
        ast.UnaryOp,
        ast.Compare,
        ast.Subscript,
        ast.JoinedStr,
        ast.Starred,
        ast.comprehension,
        ast.For,
        ast.AsyncFor,
        ast.With,
        ast.AsyncWith,
        ast.Await,
        ast.BoolOp,
        ast.IfExp,
        ast.If,
        ast.While,
        ast.Tuple,
        ast.List,
        ast.Match,
        ast.ClassDef,
        ast.Assert,
    }
)
ACCESSES = frozenset({ast.Attribute, ast.Subscript})
IMPORTS = frozenset({ast.Import, ast.ImportFrom})
ELSEWHERE = frozenset({*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef})
"""Code that runs at another time, or many times: its calls do not announce themselves."""

SPEAKS = HOLDERS | ASKERS
NOTHING: frozenset[str] = frozenset()

Met = dict[type[ast.AST], list[Any]]
"""The nodes of a statement by their type."""


def touch_of(statement: ast.stmt) -> Touch:
    """Read a statement (or the header of a branching one) for what it could do."""
    parts = header(statement)
    nodes = [node for part in parts for node in _running(part)]
    met: Met = {}
    for node in nodes:
        met.setdefault(type(node), []).append(node)
    words = _words(met)
    calls = ast.Call in met
    return Touch(
        _stored(met),
        _hidden_calls(statement, parts, met) if calls or ast.ClassDef in met or _decorated(parts) else (),
        spots_of(statement),
        type(statement) in OPERATIONS or not OPERATIONS.isdisjoint(met),
        _accesses_only(met),
        frozenset([node.value for node in met.get(ast.Constant, ()) if isinstance(node.value, str)]),
        words,
        () if IMPORTS.isdisjoint(met) else tuple([module for node in nodes for module in _imported(node)]),
        any(node.names[0].name == "*" for node in met.get(ast.ImportFrom, ())),
        any(bool(node.bases or node.keywords or node.decorator_list) for node in met.get(ast.ClassDef, ())),
        frozenset([pair for node in met.get(ast.Attribute, ()) for pair in _attribute_stored(node)]),
        _handed(met) if calls else NOTHING,
        called_only(statement, met) if calls else NOTHING,
        frozenset() if words.isdisjoint(SPEAKS) else settings_of(nodes),
    )


def _decorated(parts: Sequence[ast.AST]) -> bool:
    return any(getattr(part, "decorator_list", ()) for part in parts)


def _hidden_calls(statement: ast.stmt, parts: Sequence[ast.AST], met: Met) -> tuple[HiddenCall, ...]:
    """The calls that do not announce themselves, and decorators, which are called too."""
    whole = shape_of(statement) in WHOLE
    if not whole and ELSEWHERE.isdisjoint(met):
        return ()
    announced = set() if whole else {id(node) for part in parts for node in _straight(part)}
    nodes = [node for held in met.values() for node in held]
    passing = frozenset([name for node in nodes for name in _passing(node, whole)])
    alone = {id(node.value) for node in met.get(ast.Expr, ())}
    calls = [node for node in met.get(ast.Call, ()) if id(node) not in announced]
    hidden = [_hidden(node.func, node, passing, id(node) in alone) for node in calls]
    hidden += [_hidden(node, None, passing) for part in parts for node in getattr(part, "decorator_list", [])]
    return tuple(hidden)


def spots_of(statement: ast.stmt) -> tuple[Spot, ...]:
    """The places that a simple statement stores into; none if the text does not tell all of them."""
    match statement:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            stored = [each for target in targets for each in _elements(target) if not isinstance(each, ast.Name)]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
            stored = [] if isinstance(target, ast.Name) and isinstance(statement, ast.AnnAssign) else [target]
        case _:
            return ()
    found = [_spot(target, isinstance(statement, ast.AugAssign)) for target in stored]
    told = tuple(spot for spot in found if spot is not None)
    return told if len(told) == len(found) else ()


def _elements(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for element in target.elts:
            yield from _elements(element)
    else:
        yield target


def _spot(target: ast.expr, added: bool) -> Spot | None:
    if isinstance(target, ast.Name):
        return Spot(target.id, "name", added=added)
    found = way_of(target.value) if isinstance(target, (ast.Attribute, ast.Subscript)) else None
    if found is None:
        return None
    root, way = found
    match target:
        case ast.Attribute(attr=key):
            return Spot(root, "attribute", key, "", added, way)
        case ast.Subscript(slice=ast.Constant(value=str(key))) if key:
            return Spot(root, "item", key, "", added, way)
        case ast.Subscript(slice=ast.Name(id=variable)):
            return Spot(root, "item", "", variable, added, way)
        case ast.Subscript(slice=place) if not _slices(place):
            return Spot(root, "item", "", "", added, way)
    return None


def way_of(node: ast.expr) -> tuple[str, Way] | None:
    """The variable that a chain of attributes, and of items under constants and variables, starts from, and the chain."""
    steps: list[tuple[str, str]] = []
    while not isinstance(node, ast.Name):
        match node:
            case ast.Attribute(attr=name):
                steps.append(("attribute", name))
            case ast.Subscript(slice=ast.Constant(value=str(key))):
                steps.append(("item", key))
            case ast.Subscript(slice=ast.Constant(value=int(place))) if type(place) is int:
                steps.append(("place", str(place)))
            case ast.Subscript(slice=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(place)))):
                steps.append(("place", str(-place)))
            case ast.Subscript(slice=ast.Name(id=variable)):
                steps.append(("variable", variable))
            case _:
                return None
        node = node.value
    return node.id, tuple(reversed(steps))


def _slices(place: ast.expr) -> bool:
    return any(isinstance(node, (ast.Slice, ast.Starred, ast.NamedExpr)) for node in ast.walk(place))


def _accesses_only(met: Met) -> bool:
    """Tell whether all operations get or set an attribute, or an item under a text, of a variable or of what that gave."""
    if ast.AugAssign in met or any(kind in OPERATIONS and kind not in ACCESSES for kind in met):
        return False
    accesses = [*met.get(ast.Attribute, ()), *met.get(ast.Subscript, ())]
    return all(isinstance(node.value, (ast.Name, ast.Attribute, ast.Subscript)) for node in accesses) and all(
        isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        for node in met.get(ast.Subscript, ())
    )


def _running(node: ast.AST) -> list[ast.AST]:
    """The code that may run when the statement does: not the bodies of the functions it defines.

    What has no parts (`Load`, `Add`, `Pass`) says nothing here, and is half of all nodes.
    """
    found, todo = list[ast.AST](), [node]
    while todo:
        current = todo.pop()
        found.append(current)
        if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
            todo += [*current.decorator_list, current.args]
            continue
        for field in current._fields:
            held = getattr(current, field, None)
            if isinstance(held, list):
                todo += [each for each in held if isinstance(each, ast.AST)]
            elif isinstance(held, ast.AST) and held._fields:
                todo.append(held)
    return found


def _straight(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the code whose calls announce themselves."""
    todo = [node]
    while todo:
        current = todo.pop()
        if isinstance(current, (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)):
            continue
        yield current
        todo.extend(ast.iter_child_nodes(current))


def _stored(met: Met) -> frozenset[str]:
    """The variables into whose objects the statement stores."""
    accesses = [*met.get(ast.Attribute, ()), *met.get(ast.Subscript, ())]
    stored = [node for node in accesses if not isinstance(node.ctx, ast.Load)]
    stored += [node.target for node in met.get(ast.AugAssign, ())]
    return frozenset([root_of(node) or ANYTHING for node in stored])


def _attribute_stored(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store() | ast.Del()):
            yield name, attribute
        case ast.Attribute(value=ast.Attribute() as holder, ctx=ast.Store() | ast.Del()) if dotted(node):
            yield root_of(node), dotted(holder).removeprefix(root_of(node))
        case _:
            return


def called_only(statement: ast.stmt, met: Met) -> frozenset[str]:
    """Variables that are called for what is assigned as it is, and not used otherwise: nothing is done with the result."""
    match statement:
        case ast.Assign(targets=targets, value=value) if all(isinstance(each, ast.Name) for each in targets):
            made = [each for each in _displayed(value) if isinstance(each, ast.Call)]
        case _:
            return frozenset()
    callees = {id(call.func): call.func.id for call in made if isinstance(call.func, ast.Name)}
    others = {node.id for node in met.get(ast.Name, ()) if id(node) not in callees}
    return frozenset(callees.values()) - others


def _displayed(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, (ast.Tuple, ast.List)):
        for element in value.elts:
            yield from _displayed(element)
    else:
        yield value


def _handed(met: Met) -> frozenset[str]:
    """Variables of which a changing method is spoken of without being called."""
    called = {id(node.func) for node in met[ast.Call]}
    loose = [node for node in met.get(ast.Attribute, ()) if node.attr in CHANGING and id(node) not in called]
    return frozenset([root_of(node) for node in loose])


CHANGING = frozenset(
    "append appendleft extend extendleft insert remove pop popleft popitem clear sort reverse rotate update add "
    "discard setdefault __setitem__ __delitem__ difference_update intersection_update".split()
)


def root_of(node: ast.AST) -> str:
    """Name the variable that a chain of attributes and subscripts starts from, or nothing."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def dotted(node: ast.AST) -> str:
    """Write `a.b.c` for a chain of attributes that starts from a variable, or nothing."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(words)]) if isinstance(node, ast.Name) else ""


def _hidden(callee: ast.expr, call: ast.Call | None, passing: frozenset[str], alone: bool = False) -> HiddenCall:
    if call is None and isinstance(callee, ast.Call):
        return _hidden(callee.func, callee, passing)
    path = "" if root_of(callee) in passing else dotted(callee)
    method = callee.attr if isinstance(callee, ast.Attribute) else ""
    if call is None:  # a decorator, called with what it decorates
        return HiddenCall(path, method, 1, frozenset(), (("0", ""),))
    keywords = frozenset(keyword.arg or "**" for keyword in call.keywords)
    roots = {key: "" if root in passing else root for key, root in arguments_of(call).items()}
    return HiddenCall(path, method, len(call.args), keywords, tuple(roots.items()), alone)


def _passing(node: ast.AST, loops: bool) -> Iterator[str]:
    """Names that may stand for something else when the call happens than before the statement."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) if loops:
            yield name
        case ast.comprehension(target=target):
            yield from (inner.id for inner in ast.walk(target) if isinstance(inner, ast.Name))
        case ast.Lambda(args=arguments):
            yield from (inner.arg for inner in ast.walk(arguments) if isinstance(inner, ast.arg))
        case _:
            return


def arguments_of(call: ast.Call) -> dict[str, str]:
    """Name the variables that a call's arguments are reached from, by position or keyword; "*" is a starred one."""
    pairs = [
        ("*" if isinstance(argument, ast.Starred) else str(position), argument)
        for position, argument in enumerate(call.args)
    ]
    pairs += [(keyword.arg or "**", keyword.value) for keyword in call.keywords]
    return {key: root_of(value) for key, value in pairs}


def _words(met: Met) -> frozenset[str]:
    """The names and attributes that the statement speaks of."""
    words = [node.id for node in met.get(ast.Name, ())]
    words += [node.attr for node in met.get(ast.Attribute, ())]
    words += [alias.name for node in met.get(ast.ImportFrom, ()) for alias in node.names]
    if ast.FormattedValue in met or any(_formats(node) for node in met.get(ast.BinOp, ())):
        words.append("format")  # what they do is what the method of that name does
    return frozenset(words)


def _formats(node: ast.BinOp) -> bool:
    match node:
        case ast.BinOp(left=ast.Constant(value=str()), op=ast.Mod()) | ast.BinOp(op=ast.Mod(), right=ast.Tuple()):
            return True
    return False


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=module, level=0) if module:
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        case _:
            return
