"""The law of rewriting: the program does what it did, and all of its own instructions keep their positions."""

from __future__ import annotations

import ast
import contextlib
import dis
import io
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

import pytest

from clew.rewrite.protocol import CALL, NAMES, NOTE, SELF, STEP
from clew.rewrite.transform import rewrite

FILE = "program.py"
GLUE = frozenset("CACHE COPY EXTENDED_ARG LOAD_CONST NOP NOT_TAKEN POP_TOP PRECALL PUSH_NULL RESUME".split())
"""Instructions that Python adds between others as it sees fit; none of them can fail."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    program: str
    steps: tuple[int, ...]  # the markers that the program passes, in order


CASES = [
    Case("statements on lines of their own", "a = 1\nb = a + 1\nprint(b)", (0, 1, 2)),
    Case("statements on one line", "a = 1; b = len('ab'); print(a, b)", (0, 1, 2)),
    Case("nothing but a docstring", '"""Says nothing."""', ()),
    Case("a docstring and a future import stay first", '"""Doc."""\nfrom __future__ import annotations\nx = 1', (2,)),
    Case("a string later on is a statement", "x = 1\n'text'\nprint(__doc__)", (0, 1, 2)),
    Case("a chain of methods over lines", "x = (\n    ' ab '\n    .strip()\n    .upper()\n)\nprint(x)", (0, 1)),
    Case(
        "a chain of methods that fails in its middle",
        "x = (\n    [1]\n    .copy()\n    .nothing()\n    .copy()\n)",
        (0,),
    ),
    Case("a chain that starts from a variable", "s = 'a'\nt = (s\n  .upper()\n  .lower()\n  .index('z'))", (0, 1)),
    Case("a call over lines that fails in an argument", "x = dict(\n    a=1,\n    b=int('z'),\n)", (0,)),
    Case("a callee that is not there", "x = 1\nnothing(\n    x,\n)", (0, 1)),
    Case("a callee that cannot be called", "x = 1\nprint(x(2))", (0, 1)),
    Case("calls within calls", "x = max(len('abc'), min(4, abs(-9)))\nprint(x)", (0, 1)),
    Case("keywords and stars", "a, k = (1, 2), {'sep': '-'}\nprint(*a, **k)", (0, 1)),
    Case("a branch taken and one not", "x = 3\nif x > 2:\n    y = 1\nelse:\n    y = 2\nprint(y)", (0, 1, 2, 4)),
    Case("an elif is an if of its own", "x = 3\nif x > 5:\n    y = 1\nelif x > 2:\n    y = 2", (0, 1, 3, 4)),
    Case("a loop is one step", "t = 0\nfor i in range(3):\n    t += len(str(i))\nprint(t)", (0, 1, 2)),
    Case("a loop that fails in a later round", "for i in [1, 0]:\n    print(\n        1\n        / i\n    )", (0,)),
    Case("a function is left alone", "def f(x):\n    return len(\n        x\n    )\nprint(f('ab'))", (0, 1)),
    Case("a function that fails", "def f(x):\n    y = x\n    return y.nothing()\n\nf(1)", (0, 1)),
    Case(
        "decorators and defaults",
        "import functools\n@functools.cache\ndef f(x=len('ab')):\n    return x\nprint(f())",
        (0, 1, 2),
    ),
    Case("a class", "class A:\n    n = len('abc')\n    def m(self):\n        return self.n\nprint(A().m())", (0, 1)),
    Case("a lambda and a comprehension", "f = lambda x: len(x)\nprint([f(s) for s in ('a', 'bc')])", (0, 1)),
    Case(
        "a body of `with` tells its end",
        "import io\nwith io.StringIO() as f:\n    f.write('a')\nprint(f.closed)",
        (0, 1, 2, ~1, 3),
    ),
    Case("a body of `with` that fails", "import io\nwith io.StringIO() as f:\n    f.nothing()\nprint(1)", (0, 1, 2)),
    Case(
        "an exception caught",
        "try:\n    int('z')\nexcept ValueError as e:\n    print(e)\nelse:\n    print(1)\nfinally:\n    print(2)",
        (0, 1, 2, 4),
    ),
    Case(
        "an exception group caught",
        "try:\n    raise ExceptionGroup('g', [ValueError(1)])\nexcept* ValueError as g:\n    print(len(g.exceptions))",
        (0, 1, 2),
    ),
    Case(
        "a match",
        "x = [1, 2]\nmatch x:\n    case [a, *rest] if len(rest) == 1:\n        print(a)\n    case _:\n        print(0)",
        (0, 1, 2),
    ),
    Case("a text put together", "n = 3\nprint(f'{n:>5}' + 'x', 'a' + str(n), '%d' % n)", (0, 1)),
    Case("a walrus and a conditional", "print(y := len('ab'), 1 if y else 2)\nprint(y)", (0, 1)),
    Case("assignment to many targets", "a = b = [0] * 2\na[0], b[len(b) - 1] = 1, 2\nprint(a)", (0, 1, 2)),
    Case("an assert that fails", "x = [1]\nassert (\n    len(x)\n    == 2\n), str(\n    x\n)", (0, 1)),
    Case("an exit on the way", "x = 1\nraise SystemExit(x)\nprint(2)", (0, 1)),
    Case("nested subscripts that fail", "d = {'a': {'b': 1}}\nprint(d['a']\n       ['c']\n       ['d'])", (0, 1)),
]


def by_case(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


def rewritten(program: str) -> CodeType:
    tree, _ = rewrite(ast.parse(program))
    return compile(tree, FILE, "exec", dont_inherit=True)


def original(program: str) -> CodeType:
    return compile(program, FILE, "exec", dont_inherit=True)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did: what it printed, what it left, and where and how it failed."""

    printed: str
    left: dict[str, str]
    failed: tuple[str, ...]


def ran(code: CodeType, passed: list[int]) -> Ran:
    """Run a program between probes that only listen."""
    probes = {STEP: passed.append, CALL: lambda _, f: f, SELF: lambda _, x: x, NOTE: lambda _, x: x}
    namespace: dict[str, object] = {"__name__": "__main__", **probes}
    failed: list[str] = []
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            exec(code, namespace)
        except BaseException as error:
            places = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == FILE]
            failed = [f"{f.name} {f.lineno}-{f.end_lineno} {f.colno}-{f.end_colno}" for f in places] + [repr(error)]
    own = {name: value for name, value in namespace.items() if name not in (*NAMES, "__builtins__")}
    return Ran(out.getvalue(), {name: described(value) for name, value in own.items()}, tuple(failed))


def described(value: object) -> str:
    return repr(value) if isinstance(value, int | str | list | dict | tuple) else type(value).__name__


@by_case(CASES)
def test_a_rewritten_program_does_what_it_did(case: Case) -> None:
    passed: list[int] = []
    assert ran(rewritten(case.program), passed) == ran(original(case.program), [])
    assert tuple(passed) == case.steps


def codes(code: CodeType) -> Iterator[CodeType]:
    """A program's code and that of everything in it."""
    yield code
    for held in code.co_consts:
        if isinstance(held, CodeType):
            yield from codes(held)


def told(code: CodeType) -> list[tuple[object, ...]]:
    """The instructions that can fail, with their positions.

    Python looks a method of a module up in another way than one of anything else; we take the two for one.
    """
    own = [each for each in dis.get_instructions(code) if each.opname not in GLUE and "JUMP" not in each.opname]
    names = [each.opname.replace("LOAD_METHOD", "LOAD_ATTR") for each in own]
    return [
        (name, each.argval if type(each.argval) is str else "", each.positions)
        for name, each in zip(names, own, strict=True)
    ]


@by_case(CASES)
def test_the_programs_own_instructions_keep_their_positions(case: Case) -> None:
    after = iter(told(rewritten(case.program)))
    lost = [each for each in told(original(case.program)) if each not in after]
    assert not lost


@by_case(CASES)
def test_functions_and_classes_are_the_same_code(case: Case) -> None:
    before, after = list(codes(original(case.program))), list(codes(rewritten(case.program)))
    assert [code.co_code for code in after[1:]] == [code.co_code for code in before[1:]]
    assert [list(code.co_positions()) for code in after[1:]] == [list(code.co_positions()) for code in before[1:]]


def test_numbers_go_on_where_the_last_source_ended() -> None:
    tree, plan = rewrite(ast.parse("a = 1\nprint(a)"), (7, 4))
    assert [statement.number for statement in plan.statements] == [0, 1]
    assert f"{STEP}(7)" in ast.unparse(tree)
    assert f"{CALL}(4, print)" in ast.unparse(tree)


def test_call_sites_say_what_is_called_with_what() -> None:
    _, plan = rewrite(ast.parse("df.a.merge(other, *more, on=key, **rest)"))
    (site,) = plan.sites
    assert (site.method, site.receiver, site.positional) == ("merge", "df", 2)
    assert site.keywords == {"on", "**"}
    assert site.arguments == {"0": "other", "*": "more", "on": "key", "**": "rest"}


def test_a_text_put_together_is_told() -> None:
    tree, _ = rewrite(ast.parse("open(folder + name)"))
    assert NOTE in ast.unparse(tree)
