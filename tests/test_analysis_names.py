"""Which names a piece of code reads, binds and deletes; Python's own table of symbols says whether we are right."""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass

import pytest

from clew.analysis.names import names_of, stored_names
from clew.model.statements import LENGTH, STOP, WHOLE, Access


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    program: str
    reads: str = ""
    binds: str = ""
    deferred: str = ""
    deletes: str = ""


CASES = [
    Case("an assignment", "a = b", reads="b", binds="a"),
    Case("targets of many shapes", "a, (b, *c), d.x, e[f] = g", reads="d e f g", binds="a b c"),
    Case("an assignment in place reads what it binds", "a += b", reads="a b", binds="a"),
    Case("an annotation alone binds nothing", "a: b", reads="b"),
    Case("an annotation with a value", "a: b = c", reads="b c", binds="a"),
    Case("a walrus", "print(a := b)", reads="print b", binds="a"),
    Case("a loop", "for a in b:\n    c = a", reads="b", binds="a c"),
    Case("deletion", "del a, b.x", reads="b", deletes="a"),
    Case("imports", "import a.b, c as d\nfrom e import f, g as h", binds="a d f h"),
    Case("all names of a module cannot be told", "from a import *"),
    Case(
        "a function's body waits for the call",
        "def f(a=b):\n    c = d\n    return a + c",
        reads="b",
        binds="f",
        deferred="d",
    ),
    Case("a function's own names are its own", "def f(a, *b, **c):\n    import d\n    return a, b, c, d", binds="f"),
    Case(
        "a name declared global within a function",
        "def f():\n    global a\n    a = 1\n    return a",
        binds="f",
        deferred="a",
    ),
    Case("a lambda waits too", "f = lambda a: a + b", binds="f", deferred="b"),
    Case("a lambda handed to a call may run at once", "c = map(lambda a: a + b, d)", reads="map b d", binds="c"),
    Case("a comprehension's target is its own", "a = [b + c for b in d if b]", reads="c d", binds="a"),
    Case("a generator that nobody is handed waits", "a = (b + c for b in d)", reads="d", binds="a", deferred="c"),
    Case("a walrus in a comprehension binds outside", "a = [b := c for c in d]", reads="d", binds="a b"),
    Case(
        "a class body runs at once",
        "class A(b):\n    c = d\n    e = c\n    def f(self): return g",
        reads="b d",
        binds="A",
        deferred="g",
    ),
    Case("what a class body is yet to bind is read from outside", "class A:\n    c = c", reads="c", binds="A"),
    Case("an exception's name", "try:\n    a\nexcept b as c:\n    d", reads="a b d", binds="c"),
    Case("patterns", "match a:\n    case [b, *c] | {'k': b, **c} if d:\n        pass", reads="a d", binds="b c"),
    Case("a decorator is read at once", "@a\ndef f(): ...", reads="a", binds="f"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_names(case: Case) -> None:
    names = names_of(ast.parse(case.program).body)
    assert set(names.reads) == set(case.reads.split())
    assert names.binds == set(case.binds.split())
    assert names.deferred == set(case.deferred.split())
    assert names.deletes == set(case.deletes.split())


def global_names(table: symtable.SymbolTable, top: bool = True) -> set[str]:
    """The global names that Python sees in a piece of code."""
    own = {each.get_name() for each in table.get_symbols() if top or each.is_global()}
    return own.union(*(global_names(child, False) for child in table.get_children()))


# The table tells no order within a class; since Python 3.12 it counts the targets of comprehensions outside them.
LIKE_PYTHON = [
    case
    for case in CASES
    if "import *" not in case.program and " for " not in case.program and "c = c" not in case.program
]


@pytest.mark.parametrize("case", LIKE_PYTHON, ids=lambda case: case.name)
def test_python_sees_the_same_names(case: Case) -> None:
    names = names_of(ast.parse(case.program).body)
    ours = {*names.reads, *names.binds, *names.deferred, *names.deletes}
    python = {name for name in global_names(symtable.symtable(case.program, "p", "exec")) if not name.startswith(".")}
    declared = set(case.program.split()) & {"a:"}  # Python counts what is only annotated
    assert ours | {each.rstrip(":") for each in declared} == python | {each.rstrip(":") for each in declared}


@dataclass(frozen=True, slots=True)
class Way:
    name: str
    program: str
    ways: frozenset[Access]


WAYS = [
    Way("the whole", "print(x)", frozenset({WHOLE})),
    Way("an item by a text", "x['a']", frozenset({Access("item", "a")})),
    Way("items by a list of texts", "x[['a', 'b']]", frozenset({Access("column", "a"), Access("column", "b")})),
    Way("items by a list that holds something else", "x[['a', k]]", frozenset({WHOLE})),
    Way("an item by a variable", "x[k]", frozenset({WHOLE})),
    Way("an item by a number", "x[0]", frozenset({WHOLE})),
    Way("an attribute", "x.a", frozenset({Access("attribute", "a")})),
    Way("an attribute of an attribute", "x.a.b", frozenset({Access("attribute", "a", below=(("attribute", "b"),))})),
    Way(
        "an item of an attribute of an item",
        "x['a'].b['c']",
        frozenset({Access("item", "a", below=(("attribute", "b"), ("item", "c")))}),
    ),
    Way("an item of an item that is stored", "x['a']['b'] = 1", frozenset({Access("item", "a", below=(STOP,))})),
    Way("its length", "len(x)", frozenset({Access(LENGTH)})),
    Way("an item that is stored", "x['a'] = 1", frozenset({Access("item", "a", stored=True)})),
    Way("an attribute that is stored", "x.a = 1", frozenset({Access("attribute", "a", stored=True)})),
    Way(
        "an item changed in place is read and stored",
        "x['a'] += 1",
        frozenset({Access("item", "a"), Access("item", "a", stored=True)}),
    ),
]


@pytest.mark.parametrize("case", WAYS, ids=lambda case: case.name)
def test_ways_into_a_variable(case: Way) -> None:
    assert names_of(ast.parse(case.program).body).reads["x"] == case.ways


def test_stored_names() -> None:
    assert stored_names(ast.parse("a, [b, *c], d.e, f[g] = h").body) == {"a", "b", "c"}
