"""What a statement could do beyond binding names: stores into objects, calls that nobody announces, imports.

Calls made directly by a straight-line statement announce themselves when they happen; here are the others, those in
loops, lambdas, comprehensions, decorators and class bodies.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from clew.analysis.names import COMPREHENSIONS, FUNCTIONS
from clew.analysis.outline import WHOLE, header, shape_of
from clew.analysis.settings import settings_of
from clew.model.statements import HiddenCall, Spot, Touch

ANYTHING = "?"  # a root that is not a plain variable

OPERATIONS = (
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
)


def touch_of(statement: ast.stmt) -> Touch:
    """Read a statement (or the header of a branching one) for what it could do."""
    parts = header(statement)
    nodes = [node for part in parts for node in _running(part)]
    announced = set() if shape_of(statement) in WHOLE else {id(n) for part in parts for n in _straight(part)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and id(node) not in announced]
    passing = frozenset(name for node in nodes for name in _passing(node, shape_of(statement) in WHOLE))
    hidden = [_hidden(node.func, node, passing) for node in calls]
    hidden += [_hidden(node, None, passing) for part in parts for node in getattr(part, "decorator_list", [])]
    return Touch(
        frozenset(root for node in nodes for root in _stored(node)),
        tuple(hidden),
        spots_of(statement),
        isinstance(statement, OPERATIONS) or any(isinstance(node, OPERATIONS) for node in nodes),
        all(_is_access(node) for node in nodes if isinstance(node, OPERATIONS)),
        frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)),
        frozenset(word for node in nodes for word in _words(node)),
        tuple(module for node in nodes for module in _imported(node)),
        any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in nodes),
        any(isinstance(n, ast.ClassDef) and bool(n.bases or n.keywords or n.decorator_list) for n in nodes),
        frozenset(pair for node in nodes for pair in _attribute_stored(node)),
        _handed(nodes) if any(isinstance(node, ast.Call) for node in nodes) else frozenset(),
        called_only(statement, nodes),
        settings_of(nodes),
    )


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
    match target:
        case ast.Name(id=root):
            return Spot(root, "name", added=added)
        case ast.Attribute(value=ast.Name(id=root), attr=key):
            return Spot(root, "attribute", key, added=added)
        case ast.Subscript(value=ast.Name(id=root), slice=ast.Constant(value=str(key))) if key:
            return Spot(root, "item", key, added=added)
        case ast.Subscript(value=ast.Name(id=root), slice=ast.Name(id=variable)):
            return Spot(root, "item", variable=variable, added=added)
        case ast.Subscript(value=ast.Name(id=root), slice=place) if not _slices(place):
            return Spot(root, "item", added=added)
    return None


def _slices(place: ast.expr) -> bool:
    return any(isinstance(node, (ast.Slice, ast.Starred, ast.NamedExpr)) for node in ast.walk(place))


def _is_access(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name()) | ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str())):
            return True
    return False


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the code that may run when the statement does: not the bodies of the functions it defines."""
    todo = [node]
    while todo:
        current = todo.pop()
        yield current
        if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef)):
            todo += [*current.decorator_list, current.args]
        else:
            todo.extend(ast.iter_child_nodes(current))


def _straight(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the code whose calls announce themselves."""
    todo = [node]
    while todo:
        current = todo.pop()
        if isinstance(current, (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)):
            continue
        yield current
        todo.extend(ast.iter_child_nodes(current))


def _stored(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Attribute(ctx=ast.Store() | ast.Del()) | ast.Subscript(ctx=ast.Store() | ast.Del()):
            yield root_of(node) or ANYTHING
        case ast.AugAssign(target=target):
            yield root_of(target) or ANYTHING
        case _:
            return


def _attribute_stored(node: ast.AST) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attribute, ctx=ast.Store() | ast.Del()):
            yield name, attribute
        case ast.Attribute(value=ast.Attribute() as holder, ctx=ast.Store() | ast.Del()) if dotted(node):
            yield root_of(node), dotted(holder).removeprefix(root_of(node))
        case _:
            return


def called_only(statement: ast.stmt, nodes: list[ast.AST]) -> frozenset[str]:
    """Variables that are called for what is assigned as it is, and not used otherwise: nothing is done with the result."""
    match statement:
        case ast.Assign(targets=targets, value=value) if all(isinstance(each, ast.Name) for each in targets):
            made = [each for each in _displayed(value) if isinstance(each, ast.Call)]
        case _:
            return frozenset()
    callees = {id(call.func): call.func.id for call in made if isinstance(call.func, ast.Name)}
    others = {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in callees}
    return frozenset(callees.values()) - others


def _displayed(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, (ast.Tuple, ast.List)):
        for element in value.elts:
            yield from _displayed(element)
    else:
        yield value


def _handed(nodes: list[ast.AST]) -> frozenset[str]:
    """Variables of which a changing method is spoken of without being called."""
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    loose = [node for node in nodes if isinstance(node, ast.Attribute) and id(node) not in called]
    return frozenset(root_of(node) for node in loose if node.attr in CHANGING)


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


def _hidden(callee: ast.expr, call: ast.Call | None, passing: frozenset[str]) -> HiddenCall:
    if call is None and isinstance(callee, ast.Call):
        return _hidden(callee.func, callee, passing)
    path = "" if root_of(callee) in passing else dotted(callee)
    method = callee.attr if isinstance(callee, ast.Attribute) else ""
    if call is None:  # a decorator, called with what it decorates
        return HiddenCall(path, method, 1, frozenset(), (("0", ""),))
    keywords = frozenset(keyword.arg or "**" for keyword in call.keywords)
    roots = {key: "" if root in passing else root for key, root in arguments_of(call).items()}
    return HiddenCall(path, method, len(call.args), keywords, tuple(roots.items()))


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


def _words(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            yield word
        case ast.ImportFrom(names=aliases):
            yield from (alias.name for alias in aliases)
        case _:
            return


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=module, level=0) if module:
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        case _:
            return
