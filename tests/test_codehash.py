"""Transitive hashes of code: edits that keep the meaning keep the hash, edits that change it change the hash."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.analysis.codehash import code_hashes


@dataclass(frozen=True, slots=True)
class Case:
    """Two programs, with modules beside them; whether their last statements mean the same."""

    name: str
    before: str
    after: str
    same: bool
    beside: Mapping[str, str] = field(default_factory=dict)
    beside_after: Mapping[str, str] | None = None
    callees: tuple[str, ...] = ()


F = "def f(x):\n    y = x + 1\n    return y\nr = f(2)"

KEPT = [
    ("a comment", F, F.replace("x + 1", "x + 1  # one more")),
    ("formatting", F, F.replace("x + 1", "(x\n        +  1)")),
    ("a docstring", F, F.replace("(x):", '(x):\n    """Add one."""')),
    ("an added print", F, F.replace("    return", "    print('y is', y, f'{x!r}', len(str(y)), sep='')\n    return")),
    ("a print under a condition", F, F.replace("    return", "    if y > 3:\n        print(y)\n    return")),
    ("a renamed local", F, F.replace("y", "answer")),
    ("an annotated local", F, F.replace("y = x", "y: int = x")),
    ("a renamed target of a comprehension", "r = [i * 2 for i in a if i]", "r = [each * 2 for each in a if each]"),
    (
        "a renamed local of a closure",
        *(f"def f():\n    {n} = 1\n    def g(): return {n}\n    return g\nr = f()" for n in "ab"),
    ),
    (
        "a renamed nonlocal",
        *(
            f"def f():\n    {n} = 1\n    def g():\n        nonlocal {n}\n        {n} += 1\n    return g\nr = f()"
            for n in "ab"
        ),
    ),
    ("a renamed exception", *(f"def f():\n    try: g()\n    except E as {n}: return {n}\nr = f()" for n in "ab")),
    (
        "a renamed import in a function",
        *(f"def f():\n    import math as {n}\n    return {n}.pi\nr = f()" for n in "ab"),
    ),
    ("a renamed capture", *(f"def f(x):\n    match x:\n        case [{n}, *_]: return {n}\nr = f(1)" for n in "ab")),
    ("a renamed target of :=", *(f"def f(x):\n    if ({n} := x): return {n}\nr = f(1)" for n in "ab")),
    ("other data of the program", "a = 1\nr = a + 1", "a = 2\nr = a + 1"),
    ("a function nobody calls here", "def g(): return 1\n" + F, "def g(): return 2\n" + F),
    ("a function defined again before", "def f(x): return 0\n" + F, "def f(x): return 9\n" + F),
    (
        "a local that hides a function",
        "def g(): return 1\ndef f():\n    g = 3\n    return g\nr = f()",
        "def g(): return 2\ndef f():\n    g = 3\n    return g\nr = f()",
    ),
    ("a pass", F, F.replace("    return", "    pass\n    return")),
]
CHANGED = [
    ("another constant", F, F.replace("+ 1", "+ 2")),
    ("another operator", F, F.replace("+", "-")),
    ("a default", "def f(x, y=1): return x + y\nr = f(2)", "def f(x, y=2): return x + y\nr = f(2)"),
    ("a keyword's default", "def f(*, y=1): return y\nr = f()", "def f(*, y=2): return y\nr = f()"),
    ("which parameter has a default", "def f(*, x, y=1): return y\nr = f(x=1)", "def f(*, x=1, y): return y\nr = f(x=1)"),
    ("a parameter's name", "def f(x): return 1\nr = f(2)", "def f(y): return 1\nr = f(2)"),
    ("a decorator", F, "import functools\n@functools.cache\n" + F),
    ("a decorator's helper", "def d(g): return g\n@d\n" + F, "def d(g): return len\n@d\n" + F),
    ("a class's body", "class C:\n    k = 1\nr = C()", "class C:\n    k = 2\nr = C()"),
    ("the name of a class's attribute", "class C:\n    k = 1\nr = C()", "class C:\n    j = 1\nr = C()"),
    ("a class's base", "class A: x = 1\nclass C(A): pass\nr = C()", "class A: x = 2\nclass C(A): pass\nr = C()"),
    ("a method's helper", "def g(): return 1\nclass C:\n    def m(self): return g()\nr = C().m()", "def g(): return 2\nclass C:\n    def m(self): return g()\nr = C().m()"),
    ("a lambda", "f = lambda x: x + 1\nr = f(2)", "f = lambda x: x + 2\nr = f(2)"),
    ("a constant that a function reads", "K = 3\ndef f(): return K\nr = f()", "K = 4\ndef f(): return K\nr = f()"),
    ("a renamed global in a function", "def f(): return a\nr = f()", "def f(): return b\nr = f()"),
    ("a renamed global", "r = a", "r = b"),
    ("a bound name", "r = a", "s = a"),
    ("1 and True", "r = 1", "r = True"),
    ("0.0 and -0.0", "r = 0.0", "r = -0.0"),
    ("two locals exchanged", "def f(x):\n    a, b = x\n    return a\nr = f(1)", "def f(x):\n    a, b = x\n    return b\nr = f(1)"),
    ("a helper's helper", "def h(): return 1\ndef g(): return h()\ndef f(): return g()\nr = f()", "def h(): return 2\ndef g(): return h()\ndef f(): return g()\nr = f()"),
    ("a print that calls a function", F, F.replace("    return", "    print(g(y))\n    return")),
    ("a print into a file", F, F.replace("    return", "    print(y, file=log)\n    return")),
    ("a print that is the program's own", "def print(x): pass\n" + F, "def print(x): pass\n" + F.replace("    return", "    print(y)\n    return")),
    ("a docstring that is read", "def f():\n    'a'\nr = f.__doc__", "def f():\n    'b'\nr = f.__doc__"),
    ("a local whose name is read", "def f():\n    a = 1\n    return locals()\nr = f()", "def f():\n    b = 1\n    return locals()\nr = f()"),
    ("global instead of local", "def f():\n    a = 1\nr = f()", "def f():\n    global a\n    a = 1\nr = f()"),
    ("a function under a condition", "if t:\n    def f(): return 1\nr = f()", "if t:\n    def f(): return 2\nr = f()"),
    ("a function that may be left as it was", "def f(): return 1\nif t:\n    def f(): return 3\nr = f()", "def f(): return 2\nif t:\n    def f(): return 3\nr = f()"),
    ("functions that call each other", "def f(n): return g(n)\ndef g(n): return n and f(n - 1)\nr = f(3)", "def f(n): return g(n)\ndef g(n): return n and f(n - 2)\nr = f(3)"),
]  # fmt: skip
HELPERS = "K = 1\ndef low(x):\n    return x + K\ndef clean(x):\n    return low(x)\ndef other(): return 1\n"
BESIDE = [
    ("a function of a module beside the program", "import helpers\nr = helpers.clean(1)", ("low(x)\n", "low(x + 1)\n"), False),
    ("a helper's helper there", "from helpers import clean\nr = clean(1)", ("x + K", "x - K"), False),
    ("a constant there", "from helpers import clean as c\nr = c(1)", ("K = 1", "K = 2"), False),
    ("all names of a module", "from helpers import *\nr = clean(1)", ("x + K", "x - K"), False),
    ("an import in a function", "def f():\n    from helpers import clean\n    return clean(1)\nr = f()", ("x + K", "x - K"), False),
    ("a module handed on", "import helpers\nr = g(helpers)", ("return 1", "return 2"), False),
    ("what else a module does to a name", "import helpers\nr = helpers.clean(1)", ("def other", "clean.k = 1\ndef other"), False),
    ("another function of the module", "import helpers\nr = helpers.clean(1)", ("return 1", "return 2"), True),
    ("a comment there", "import helpers\nr = helpers.clean(1)", ("K = 1", "K = 1  # one"), True),
    ("a module in a package", "import pack.helpers\nr = pack.helpers.clean(1)", ("x + K", "x - K"), False),
    ("a module that a package takes from", "from pack import clean\nr = clean(1)", ("x + K", "x - K"), False),
]  # fmt: skip


def beside(text: str) -> dict[str, str]:
    """A module by itself and in a package."""
    taking = "from .helpers import clean\n"
    return {"helpers": text, "pack": taking, "pack.__init__": taking, "pack.helpers": text}


CASES = [
    *(Case(f"kept: {name}", before, after, True) for name, before, after in KEPT),
    *(Case(f"changed: {name}", before, after, False) for name, before, after in CHANGED),
    *(
        Case(f"beside: {name}", text, text, same, beside(HELPERS), beside(HELPERS.replace(*edit)))
        for name, text, edit, same in BESIDE
    ),
    Case(
        "a recorded callee counts",
        "class C:\n    def m(self): return 1\nr = c.m()",
        "class C:\n    def m(self): return 2\nr = c.m()",
        False,
        callees=("__main__.C.m",),
    ),
    Case(
        "a recorded callee of a module counts",
        "r = c.m()",
        "r = c.m()",
        False,
        {"helpers": "class C:\n    def m(self): return 1"},
        {"helpers": "class C:\n    def m(self): return 2"},
        ("helpers.C.m",),
    ),
]


def hash_of_last(text: str, modules: Mapping[str, str], callees: tuple[str, ...] = ()) -> str:
    body = ast.parse(text).body
    return code_hashes(body, modules.get, {len(body) - 1: callees})[-1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hash_is_of_the_meaning(case: Case) -> None:
    after = case.beside if case.beside_after is None else case.beside_after
    same = hash_of_last(case.before, case.beside, case.callees) == hash_of_last(case.after, after, case.callees)
    assert same == case.same


# ---- random programs ----------------------------------------------------------------------------------------

BODY = """\
def f{n}(x, y={default}):
    total, seen = x, [y]
    for item in range({constant}):
        seen.append(item * {constant})
        total = total + {inner}
    return total + sum(seen) {operator} K{n}
K{n} = {constant}
"""


@dataclass(frozen=True, slots=True)
class Program:
    """Functions that call those before them, and a statement for each that calls it."""

    constants: tuple[int, ...]
    calls: tuple[int, ...]  # which function each calls; itself for none

    def functions(self) -> list[str]:
        texts = []
        for n, (constant, called) in enumerate(zip(self.constants, self.calls, strict=True)):
            inner = f"f{called}(item)" if called < n else "item"
            texts.append(BODY.format(n=n, default=constant + 1, constant=constant, inner=inner, operator="-"))
        return texts

    def reached(self, n: int) -> set[int]:
        below = self.calls[n]
        return {n} | (self.reached(below) if below < n else set())


programs = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5)), min_size=2, max_size=6).map(
    lambda pairs: Program(tuple(a for a, _ in pairs), tuple(min(b, n) for n, (_, b) in enumerate(pairs)))
)

KEEPING: list[Callable[[str], str]] = [
    lambda text: text.replace("total", "result"),
    lambda text: text.replace("seen", "things").replace("item", "piece"),
    lambda text: text.replace("    for", "    # what follows is slow\n    for"),
    lambda text: text.replace("    for", "    print('so far', total, seen[0])\n    for"),
    lambda text: text.replace("    total, seen", '    """Add up."""\n    total, seen'),
    lambda text: ast.unparse(ast.parse(text)),
    lambda text: text.replace("return total", "return (total)").replace("sum(seen)", "sum( seen )"),
]
CHANGING: list[Callable[[str], str]] = [
    lambda text: text.replace("y=", "y=1"),
    lambda text: text.replace(" - K", " + K"),
    lambda text: text.replace("item *", "item +"),
    lambda text: text.replace("[y]", "[y, y]"),
    lambda text: text.replace("[y]", "[x]"),
    lambda text: text.replace("total = total +", "total = total + 1 +"),
    lambda text: "@trace\n" + text,
    lambda text: text.replace("return total", "return seen[0] + total"),
]


def no_modules(name: str) -> None:
    """There is nothing beside the program."""


def hashes(functions: list[str]) -> list[str]:
    """The hashes of the calls of each function."""
    calls = [f"r{n} = f{n}(1)" for n in range(len(functions))]
    body = ast.parse("\n".join([*functions, *calls])).body
    return list(code_hashes(body, no_modules)[-len(calls) :])


@given(programs, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_edits_that_keep_the_meaning_keep_every_hash(program: Program, chance: random.Random) -> None:
    functions = program.functions()
    edited = list(functions)
    for _ in range(4):
        place = chance.randrange(len(edited))
        edited[place] = chance.choice(KEEPING)(edited[place])
    assert hashes(functions) == hashes(edited)


@given(programs, st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_an_edit_that_changes_the_meaning_changes_the_hashes_of_those_who_call_it(
    program: Program, chance: random.Random
) -> None:
    functions = program.functions()
    place = chance.randrange(len(functions))
    edited = list(functions)
    edited[place] = chance.choice(CHANGING)(edited[place])
    before, after = hashes(functions), hashes(edited)
    differing = {n for n in range(len(functions)) if before[n] != after[n]}
    assert differing == {n for n in range(len(functions)) if place in program.reached(n)}
