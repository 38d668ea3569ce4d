"""Functions whose code changes nothing: told from the code, and never wrongly so."""

from __future__ import annotations

from dataclasses import dataclass
from types import CodeType, FunctionType

import pytest

from clew.analysis.purity import changes_nothing


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    program: str  # defines f
    harmless: bool


CASES = [
    Case("arithmetic", "def f(x): return x * 2 + 1", True),
    Case("builtins that change nothing", "def f(x): return max(len(x), sum(x))", True),
    Case("a local variable", "def f(x):\n    y = x + 1\n    return y", True),
    Case(
        "a sum that starts from a number", "def f(xs):\n    t = 0\n    for x in xs:\n        t += x\n    return t", True
    ),
    Case("an argument changed in place", "def f(xs):\n    xs += [1]\n    return xs", False),
    Case("an alias changed in place", "def f(xs):\n    ys = xs\n    ys += [1]\n    return ys", False),
    Case("an argument by keyword changed in place", "def f(*, xs):\n    xs += [1]", False),
    Case("the elements of an argument changed in place", "def f(xs):\n    for x in xs:\n        x += [1]", False),
    Case("an argument or a constant changed in place", "def f(xs):\n    ys = xs or 0\n    ys += [1]", False),
    Case("one of two changed in place", "def f(xs):\n    ys = xs if xs else 0\n    ys += [1]", False),
    Case("an unpacked argument changed in place", "def f(xs):\n    a, b = xs\n    b += [1]\n    a += [1]", False),
    Case("an item of an argument changed in place", "def f(xs):\n    a = xs[0]\n    a += [1]", False),
    Case("an item stored", "def f(xs): xs[0] = 1", False),
    Case("a slice stored", "def f(xs): xs[:1] = []", False),
    Case("an item deleted", "def f(xs):\n    del xs[0]", False),
    Case("an attribute stored", "def f(x): x.a = 1", False),
    Case("a global set", "def f():\n    global g\n    g = 1", False),
    Case(
        "a variable around it set",
        "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = 1\n    return g",
        False,
    ),
    Case("methods that change nothing", "def f(s): return s.strip().upper().split()", True),
    Case("a method that changes its object", "def f(xs): xs.append(1)", False),
    Case("a builtin that may change anything", "def f(x): setattr(x, 'a', 1)", False),
    Case("an import", "def f():\n    import os\n    return os", False),
    Case("a comprehension", "def f(xs): return [len(x) for x in xs]", True),
    Case("a comprehension that changes", "def f(xs): return [xs.pop() for x in 'ab']", False),
    Case("a function that calls one like it", "def g(x): return x + 1\ndef f(x): return g(x)", True),
    Case("a function that calls one that changes", "def g(x): x.append(1)\ndef f(x): return g(x)", False),
    Case("a function that calls itself", "def f(n): return 1 if n < 2 else n * f(n - 1)", True),
    Case("a function that uses a number", "K = 3\ndef f(x): return x * K", True),
    Case("a function that uses who knows what", "def f(x): return x * unknown", False),
    Case("a `with` may do anything", "def f(x):\n    with x:\n        return 1", False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_changes_nothing(case: Case) -> None:
    namespace: dict[str, object] = {}
    exec(case.program, namespace)

    def known(name: str) -> CodeType | bool:
        value = namespace.get(name)
        return value.__code__ if isinstance(value, FunctionType) else isinstance(value, int)

    function = namespace["f"]
    assert isinstance(function, FunctionType)
    assert changes_nothing(function.__code__, known) is case.harmless
