"""Transitive hashes of code: what a statement means, with all of the program's own code that it may run.

A statement's hash is that of its normal form and of those of the functions and classes it leads to, by name or as a
recorded callee, in the program and in modules beside it; theirs in turn; and the constants that they read. Of a module
also counts what it does to these names when it is imported. What is imported from elsewhere has a package's version.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from clew.analysis.normalform import DEFINITIONS, HARMLESS, Form, Path, bound_name, normal_form
from clew.model.data import dataclass, field

READS_DOCUMENTATION = frozenset({"__doc__", "getdoc", "doctest", "help"})
"""Names and attributes with which a program reads docstrings."""

PRINTING = HARMLESS | {"print"}
"""Builtins of prints that are left out."""

DOUBTFUL = (ast.If, ast.Try, ast.TryStar, ast.For, ast.While, ast.Match, ast.With)
"""Statements that may leave a name as it was."""

IMPORTS = (ast.Import, ast.ImportFrom)

Texts = Callable[[str], str | None]
"""The text of one of the program's own modules by its name, or None for what is somebody else's."""


@dataclass(frozen=True)
class Unit:
    """A statement at the top level of a program or module; `defines` says that it makes a function or class."""

    node: ast.stmt
    form: Form
    defines: bool


@dataclass(frozen=True)
class Module:
    """A module's text, read: its name, and its statements by the names that they bind; `package` is what it is in."""

    name: str
    package: str
    units: tuple[Unit, ...]
    by_name: Mapping[str, tuple[int, ...]]

    def binding(self, name: str, before: int) -> tuple[int, ...]:
        """Give the statements that bind a name: for a module all; for the program the last, and those it may leave."""
        found = self.by_name.get(name, ())
        if self.name != "__main__":
            return found
        earlier = [number for number in found if number < before]
        sure = [place for place, number in enumerate(earlier) if not isinstance(self.units[number].node, DOUBTFUL)]
        return tuple(earlier[sure[-1] if sure else 0 :])


NOWHERE = Module("", "", (), {})


class Modules:
    """The program's own modules, read when they are asked for."""

    def __init__(self, texts: Texts) -> None:
        self.texts = texts
        self.known: dict[str, Module] = {}

    def find(self, name: str) -> Module | None:
        """Give a module by its name; None for one that is not the program's own, or is no Python."""
        if name not in self.known:
            self.known[name] = self.read(name)
        found = self.known[name]
        return None if found is NOWHERE else found

    def read(self, name: str) -> Module:
        """Read a module's text."""
        text = self.texts(name)
        if text is None:
            return NOWHERE
        try:
            body = ast.parse(text).body
        except SyntaxError:
            return NOWHERE
        is_package = self.texts(f"{name}.__init__") is not None
        return module_of(name, name if is_package else name.rpartition(".")[0], body)


def module_of(name: str, package: str, body: Iterable[ast.stmt]) -> Module:
    """Read the statements of a module."""
    nodes = tuple(body)
    units = tuple(unit_of(node, frozenset()) for node in nodes)
    shadowed = PRINTING & frozenset().union(*(unit.form.binds for unit in units))
    if shadowed:
        units = tuple(unit_of(node, shadowed) for node in nodes)
    by_name: dict[str, list[int]] = {}
    for number, unit in enumerate(units):
        for bound in unit.form.binds:
            by_name.setdefault(bound, []).append(number)
    return Module(name, package, units, {bound: tuple(numbers) for bound, numbers in by_name.items()})


def unit_of(node: ast.stmt, shadowed: frozenset[str]) -> Unit:
    """Read one statement, where these builtins mean something else."""
    return Unit(node, normal_form(node, shadowed=shadowed), defines(node))


@dataclass(frozen=True)
class Code:
    """A statement with the code that it may run: its own form, the hash of all of it, the variables that it may read.

    `words` are all names and attributes that the code speaks of.
    """

    form: Form
    hash: str
    names: frozenset[str]
    words: frozenset[str]


def codes(
    body: Sequence[ast.stmt], texts: Texts, callees: Mapping[int, Iterable[str]] | None = None
) -> tuple[Code, ...]:
    """Give each of a program's statements, in the order in which they run, with the code that it may run.

    `callees` are recorded callees by the statement's place, qualified: `helpers.clean`, `__main__.Model.fit`.
    """
    program, modules = module_of("__main__", "", body), Modules(texts)
    called = callees or {}
    found = []
    for number, unit in enumerate(program.units):
        gathering = _Gathering(program, modules, number)
        hashed = gathering.hash(called.get(number, ()))
        found.append(Code(unit.form, hashed, gathering.names(), gathering.words()))
    return tuple(found)


def code_hashes(
    body: Sequence[ast.stmt], texts: Texts, callees: Mapping[int, Iterable[str]] | None = None
) -> tuple[str, ...]:
    """Give the transitive hash of each of a program's statements, in the order in which they run; see `codes`."""
    return tuple(code.hash for code in codes(body, texts, callees))


@dataclass(slots=True)
class _Gathering:
    """The code that one statement of a program leads to: statements by module and place."""

    program: Module
    modules: Modules
    place: int
    found: dict[tuple[str, int], Unit] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    seen: set[tuple[str, Path]] = field(default_factory=set)
    todo: list[tuple[Module, Path, bool]] = field(default_factory=list)

    def hash(self, callees: Iterable[str]) -> str:
        """Gather the code, and hash it."""
        own = self.program.units[self.place]
        self.take(self.program, self.place, own, direct=True)
        if isinstance(own.node, IMPORTS):
            for origin, _ in own.form.imports:
                self.within(absolute(self.program, *origin), ())
        for callee in callees:
            self.callee(callee)
        while self.todo:
            self.follow(*self.todo.pop())
        units = [own, *self.found.values()]
        speaks = any(not READS_DOCUMENTATION.isdisjoint(path) for unit in units for path in paths(unit.form))
        said = sorted(
            f"{module}:{form.text}" if module != "__main__" else form.text
            for (module, _), form in ((key, chosen(unit, speaks)) for key, unit in self.found.items())
        )
        return digest("\n".join([chosen(own, speaks).text, *said]))

    def names(self) -> frozenset[str]:
        """Give the program's variables that the code which was gathered may read."""
        within = [unit for (module, _), unit in self.found.items() if module == "__main__"]
        own = self.program.units[self.place]
        return frozenset(path[0] for unit in (own, *within) for path in paths(unit.form))

    def words(self) -> frozenset[str]:
        """Give all names and attributes that the code which was gathered speaks of, whoever's they are."""
        units = [self.program.units[self.place], *self.found.values()]
        return frozenset(word for unit in units for path in paths(unit.form) for word in path)

    def take(self, module: Module, number: int, unit: Unit, *, direct: bool = False) -> None:
        """Take a statement in, and follow what it reads; of data only what functions read counts."""
        if not direct:
            if (module.name, number) in self.found or (module is self.program and number == self.place):
                return
            self.found[module.name, number] = unit
        self.todo += [(module, path, False) for path in unit.form.later]
        self.todo += [(module, path, direct and module is self.program) for path in unit.form.reads]
        for origin, path in unit.form.imports if not isinstance(unit.node, IMPORTS) else ():
            self.within(absolute(module, *origin), path)

    def callee(self, callee: str) -> None:
        """Follow a recorded callee by its qualified name."""
        names = callee.split(".")
        if names[0] == "__main__" or names[0] in self.program.by_name:
            self.todo.append((self.program, tuple(names[names[0] == "__main__" :]), True))
            return
        for end in range(len(names) - 1, 0, -1):
            module = self.modules.find(".".join(names[:end]))
            if module is not None:
                self.todo.append((module, (names[end],), False))
                return

    def follow(self, module: Module, path: Path, plain: bool) -> None:
        """Follow a name of a module and the attributes asked of it; `plain`: data that it holds does not count."""
        if (module.name, path) in self.seen and not plain:
            return
        if not plain:
            self.seen.add((module.name, path))
        for number in module.binding(path[0], self.place):
            unit = module.units[number]
            if isinstance(unit.node, IMPORTS):
                self.imported(module, unit.node, path)
            elif counts(unit, self.is_program(module), plain):
                self.take(module, number, unit)
        self.starred(module, path)
        if not self.is_program(module):
            self.touching(module, path[0])

    def is_program(self, module: Module) -> bool:
        """Tell whether a module is the program itself: what its variables hold is seen when it runs."""
        return module is self.program

    def starred(self, module: Module, path: Path) -> None:
        """Follow a name that a module does not bind into those that it takes all names from."""
        for number in module.binding("*", self.place) if path[0] not in module.by_name else ():
            self.imported(module, module.units[number].node, path)

    def touching(self, module: Module, name: str) -> None:
        """Take in what a module does to one of its names when it is imported."""
        for number, unit in enumerate(module.units):
            bare = not unit.form.binds and not isinstance(unit.node, IMPORTS)
            if bare and any(path[0] == name for path in paths(unit.form)):
                self.take(module, number, unit)

    def imported(self, module: Module, node: ast.stmt, path: Path) -> None:
        """Follow a name that an import binds into the module that it comes from."""
        for origin, rest in origins(module, node, path):
            self.within(origin, rest)

    def within(self, origin: str, path: Path) -> None:
        """Follow a path into a module of the program's own, or into one below it; the bare module counts whole."""
        while path and self.modules.find(f"{origin}.{path[0]}") is not None:
            origin, path = f"{origin}.{path[0]}", path[1:]
        module = self.modules.find(origin)
        if module is None:
            return
        if path:
            self.todo.append((module, path, False))
        elif origin not in self.whole:
            self.whole.add(origin)
            for number, unit in enumerate(module.units):
                self.take(module, number, unit)
                for name in unit.form.binds if isinstance(unit.node, IMPORTS) else ():
                    self.todo.append((module, (name,), False))


def counts(unit: Unit, of_program: bool, plain: bool) -> bool:
    """Tell whether a statement that binds a name is code for who uses the name: in a module always.

    In the program functions and classes are; `plain` leaves constants out, for who reads them sees their value.
    """
    return not of_program or unit.defines or (unit.form.constant and not plain)


def defines(node: ast.stmt) -> bool:
    """Tell whether a statement makes a function or class, perhaps under a condition."""
    match node:
        case ast.Assign(value=ast.Lambda()) | ast.AnnAssign(value=ast.Lambda()):
            return True
        case ast.If() | ast.Try() | ast.With():
            return any(isinstance(part, DEFINITIONS) for part in ast.walk(node))
        case _:
            return isinstance(node, DEFINITIONS)


def star_of(node: ast.stmt) -> bool:
    """Tell whether a statement is `from ... import *`."""
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def origins(module: Module, node: ast.stmt, path: Path) -> list[tuple[str, Path]]:
    """Give the modules that a name bound by an import may come from, each with the path that is left."""
    if isinstance(node, ast.Import):
        return [(each.name if each.asname else path[0], path[1:]) for each in node.names if bound_name(each) == path[0]]
    assert isinstance(node, ast.ImportFrom)  # nothing else is an import
    origin = absolute(module, node.module or "", node.level)
    names = [each.name for each in node.names if (each.asname or each.name) == path[0]]
    return [(origin, path)] if star_of(node) else [(origin, (name, *path[1:])) for name in names]


def absolute(module: Module, name: str, level: int) -> str:
    """Give the full name of the module that an import in a module is from."""
    if not level:
        return name
    above = module.package.split(".")
    return ".".join([*above[: len(above) - (level - 1)], *([name] if name else [])])


def paths(form: Form) -> frozenset[Path]:
    """Give all that a statement reads of globals, now or later."""
    return form.reads | form.later


def chosen(unit: Unit, documented: bool) -> Form:
    """Give a statement's form, with docstrings where somebody reads them."""
    return normal_form(unit.node, documented=True) if documented else unit.form


def digest(text: str) -> str:
    """Digest a text."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
