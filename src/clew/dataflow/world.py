"""What all of a session's sources say of its names, for those who judge pieces of them by their text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cache

from clew.analysis.touch import root_of
from clew.dataflow.graph import outline_of
from clew.knowledge.registry import Knowledge
from clew.model.data import dataclass
from clew.model.events import BEFORE
from clew.model.graph import Graph

FOLLOWED_BY_NOBODY = frozenset("exec eval globals locals vars __main__ builtins __builtins__ __import__ patch".split())
"""Names that get at variables by other ways than their names."""

LOOKING = frozenset("settrace setprofile _getframe currentframe __dict__ __globals__".split())
LISTENING = frozenset(
    "stdout stderr StringIO redirect_stdout redirect_stderr addHandler Handler StreamHandler capture_output".split()
)
CHOOSING = ("stream", "handlers")
"""Names, and names of arguments, that speak of where goes what is printed and logged."""

HARMLESS = frozenset(
    "__init__ __new__ __call__ __post_init__ __enter__ __exit__ __init_subclass__ __set_name__".split()
)
"""Special methods that no operator runs."""

FIGURE_LIBRARIES = ("matplotlib.", "mpl_toolkits.", "seaborn.", "plotly.", "bokeh.", "altair.")


@dataclass(frozen=True)
class World:
    """What a session's sources say of its names, and their types at its end.

    `imports` are names that nothing but an import binds, and what they stand for; `defined` are the names of all
    functions and classes; `properties` those of functions that are decorated; `deferred` the variables that functions
    speak of; `operators` says that the session has operators of its own; `quiet` that nobody in it listens to what is
    printed; `keys_made` that reading a key may make it.
    """

    types: Mapping[str, str]
    imports: Mapping[str, str]
    bound: frozenset[str]
    defined: frozenset[str]
    properties: frozenset[str]
    deferred: frozenset[str]
    operators: bool
    quiet: bool
    keys_made: bool
    knowledge: Knowledge


def world_of(graph: Graph) -> World | None:
    """What the sources of a session say; None where text alone cannot tell who uses a variable."""
    said = sources_say(tuple(source.python for source in graph.sources))
    unseen = any(step.started == BEFORE for step in graph.steps[:1])
    if said is None or unseen or graph.faults or any(is_source(path) for path in graph.files_read):
        return None
    types = {name: variable.type for name, variable in graph.variables.items()}
    return World(types, *said, Knowledge())


def is_source(path: str) -> bool:
    """Tell whether a file is a module of the user's, whose text we do not have: those of libraries are not noted."""
    return path.endswith((".py", ".ipynb"))


Said = tuple[Mapping[str, str], frozenset[str], frozenset[str], frozenset[str], frozenset[str], bool, bool, bool]


@cache
def sources_say(pythons: tuple[str, ...]) -> Said | None:
    """What texts say of their names, as World has it."""
    nodes = [node for python in pythons for node in outline_of(python).nodes]
    statements = [statement for python in pythons for statement in outline_of(python).statements]
    parts = [part for python in pythons for part in ast.walk(ast.parse(python))]
    words = {word for part in parts for word in words_in(part)}
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    if names & FOLLOWED_BY_NOBODY or words & LOOKING or any(is_open(part) for part in parts):
        return None
    imported = [pair for node in nodes for pair in imported_by(node)]
    others = {
        name
        for statement, node in zip(statements, nodes, strict=True)
        if not isinstance(node, (ast.Import, ast.ImportFrom))
        for name in statement.binds
    }
    meant = dict(imported)
    clashing = {name for name, path in imported if meant[name] != path} | others | set(patched_by(parts))
    functions = [part for part in parts if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    defined = frozenset(function.name for function in functions)
    special = {name for name in defined if name.startswith("__") and name.endswith("__")}
    return (
        {name: path for name, path in imported if name not in clashing},
        frozenset(others | set(meant)),
        defined,
        frozenset(function.name for function in functions if function.decorator_list) | special & {"__getattr__"},
        frozenset(name for statement in statements for name in statement.deferred),
        bool(special - HARMLESS),
        not loud(parts),
        "defaultdict" in words,
    )


def loud(parts: list[ast.AST]) -> bool:
    """Tell whether a session may listen to what is printed or logged in it."""
    spoken = [part.value for part in parts if isinstance(part, ast.Attribute) and part.attr in ("write", "flush")]
    spoken += [part.value for part in parts if isinstance(part, ast.keyword) and part.arg == "file"]
    excused = {id(part) for part in spoken if isinstance(part, ast.Attribute)}
    words = (word for part in parts if id(part) not in excused for word in words_in(part))
    return not LISTENING.isdisjoint(words) or any(isinstance(p, ast.keyword) and p.arg in CHOOSING for p in parts)


def is_figure(kind: str) -> bool:
    """Tell whether a type or module is of a library that draws."""
    return f"{kind}.".startswith(FIGURE_LIBRARIES)


def words_in(part: ast.AST) -> Iterator[str]:
    """The names and attributes in one node."""
    match part:
        case ast.Name(id=word) | ast.Attribute(attr=word):
            yield word
        case ast.ImportFrom(names=aliases):
            yield from (alias.name for alias in aliases)
        case _:
            return


def patched_by(parts: list[ast.AST]) -> Iterator[str]:
    """The variables into whose attributes something is put: modules are then not what packs know."""
    for part in parts:
        match part:
            case ast.Attribute(ctx=ast.Store() | ast.Del()):
                yield root_of(part)
            case ast.Call(func=ast.Name(id="setattr" | "delattr"), args=[given, *_]):
                yield root_of(given)
            case _:
                pass


def is_open(part: ast.AST) -> bool:
    """Tell whether a piece of code brings names that its text does not tell: star imports, magics that run code."""
    match part:
        case ast.ImportFrom(names=[ast.alias(name="*")]):
            return True
        case ast.Call(func=ast.Attribute(attr="run_cell_magic")):
            return True
        case ast.Call(func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(value=magic), *_]):
            return magic in ("run", "load", "pylab", "time", "timeit", "prun", "capture")
        case _:
            return False


def imported_by(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """The names that an import binds, and what each stands for."""
    match node:
        case ast.Import(names=aliases):
            for alias in aliases:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        case ast.ImportFrom(module=str(module), names=aliases, level=0):
            yield from ((alias.asname or alias.name, f"{module}.{alias.name}") for alias in aliases)
        case _:
            return
