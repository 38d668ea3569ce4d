"""Looking at one place finds what looking at everything finds, and leaves behind what it would leave behind."""

from __future__ import annotations

import ast
import importlib.util
from dataclasses import dataclass
from typing import Any

import pytest

from clew.analysis.touch import touch_of, way_of
from clew.knowledge.registry import Knowledge
from clew.model.effects import Changed, Effect, Reason
from clew.model.resources import Cell
from clew.observe.heap import Heap
from clew.observe.kinds import KindTable
from clew.observe.spots import Stores

LONG = "x = list(range(1000))"
TABLE = "x = {'a': 1, 'b': 2}"
POINT = "class Point: pass\nx = Point()\nx.a = 1\nx.b = 2"
FRAME = "import pandas as pd\nx = pd.DataFrame({'a': [1, 2], 'b': [3, 4]})"
ARRAY = "import numpy as np\nx = np.zeros(3)"
NESTED = "x = {'a': {'b': 1}, 'c': [1, [2]]}"
INNER = "class Point: pass\nx = Point()\nx.inner = Point()\nx.inner.a = 1\nx.items = [1]"
LIBRARIES = ("numpy", "pandas")


@dataclass(frozen=True, slots=True)
class Case:
    """What a statement does to `x`; `told` says whether the place can be told before it runs."""

    name: str
    before: str
    statement: str
    told: bool = True
    needs: tuple[str, ...] = ()


CASES = [
    Case("an item of a dict", TABLE, "x['a'] = 5"),
    Case("the same item as before", TABLE, "x['a'] = 1"),
    Case("an item of another type that is equal", TABLE, "x['a'] = 1.0"),
    Case("a new item", TABLE, "x['c'] = 5"),
    Case("an item deleted", TABLE, "del x['a']"),
    Case("an item by a variable", TABLE + "\nk = 'b'", "x[k] = 7"),
    Case("a new list in a dict", TABLE, "x['a'] = [1]"),
    Case("a list taken out of a dict", "x = {'a': [1]}", "x['a'] = 2"),
    Case("an item added to", TABLE, "x['a'] += 5"),
    Case("a list in a dict added to", "x = {'a': [1]}", "x['a'] += [2]", told=False),
    Case("an item under a number", "x = {1: 1}", "x[1] = 2"),
    Case("an item under a tuple", "x = {}", "x[1, 2] = 2"),
    Case("an item of a long dict", "x = {f'k{n}': n for n in range(1000)}", "x['k5'] = 0"),
    Case("an item of a very long dict", "x = {f'k{n}': n for n in range(5000)}", "x['k5'] = 0"),
    Case("two items at once", TABLE, "x['a'], x['c'] = 5, 6"),
    Case("an item of a user's dict", "class D(dict): pass\nx = D(a=1)", "x['a'] = 2", told=False),
    Case("an attribute", POINT, "x.a = 5"),
    Case("a new attribute", POINT, "x.c = [1]"),
    Case("an attribute deleted", POINT, "del x.b"),
    Case("an attribute added to", POINT, "x.a += 1"),
    Case("an attribute over one of the class", "class P:\n    n = 0\nx = P()", "x.n = 1"),
    Case("a property", "class P:\n    @property\n    def n(self): ...\n    @n.setter\n    def n(self, v): self.m = v\nx = P()",
         "x.n = 1", told=False),
    Case("an attribute of who hears of it", "class P:\n    def __setattr__(self, n, v): self.__dict__['m'] = v\nx = P()",
         "x.n = 1", told=False),
    Case("a slot", "class P:\n    __slots__ = ('n',)\nx = P()", "x.n = 1", told=False),
    Case("an attribute of a class", "class x: pass", "x.n = 1", told=False),
    Case("an item of a list", "x = [1, 2]", "x[0] = 5"),
    Case("an item of a list by a negative number", "x = [1, 2]", "x[-1] = [5]"),
    Case("a slice of a list", "x = [1, 2]", "x[:1] = [5]", told=False),
    Case("an item of a long list", LONG, "x[5] = 0"),
    Case("a list in a long list", LONG, "x[5] = []"),
    Case("a list appended to", "x = [1]", "x.append(2)"),
    Case("a list appended to a list", "x = [1]", "x.append([2])"),
    Case("a long list appended to", LONG, "x.append(2)"),
    Case("a list appended to a long list", LONG, "x.append([2])"),
    Case("a very long list appended to", "x = list(range(5000))", "x.append(2)"),
    Case("a list appended to a very long list", "x = list(range(5000))", "x.append([{2}])"),
    Case("a long list extended by nothing", LONG, "x.extend([])"),
    Case("a long list sorted", "x = list(range(1000))[::-1]", "x.sort()"),
    Case("a list extended in place", "x = [1]", "x += [2]"),
    Case("a number added to", "x = 1", "x += 2"),
    Case("a tuple added to", "x = ([],)", "x += (2,)"),
    Case("a set added to", "x = {1}", "x.add(2)"),
    Case("what a set holds already", "x = {1}", "x.add(1)"),
    Case("a long set added to", "x = set(range(1000))", "x.add((2, 3))"),
    Case("a number added to a long set", "x = set(range(1000))", "x.add(-1)"),
    Case("a number put into a long list", LONG, "x.insert(3, -1)"),
    Case("a number taken out of a long list of lists", "x = [1, *[[n] for n in range(1000)]]", "x.remove(1)"),
    Case("a number put into a very long list", "x = list(range(5000))", "x.insert(3, -1)"),
    Case("a very long list cleared", "x = list(range(5000))", "x.clear()"),
    Case("a dict updated", TABLE, "x.update(a=5, c=6)"),
    Case("a deque with a longest length", "from collections import deque\nx = deque(range(1000), 1000)", "x.append(7)"),
    Case("an item of a dict in a dict", NESTED, "x['a']['b'] = 5"),
    Case("an item of a dict in a dict as it was", NESTED, "x['a']['b'] = 1"),
    Case("a new item of a dict in a dict", NESTED, "x['a']['new'] = [1]"),
    Case("an item of a dict in a dict deleted", NESTED, "del x['a']['b']"),
    Case("an item of a dict in a dict by a variable", NESTED + "\nk = 'a'", "x[k]['b'] = 5"),
    Case("an item of a dict in a dict added to", NESTED, "x['a']['b'] += 5"),
    Case("a list in a dict appended to", NESTED, "x['c'].append(3)"),
    Case("a list appended to a list in a dict", NESTED, "x['c'].append([3])"),
    Case("a list in a list in a dict appended to", NESTED, "x['c'][1].append(3)"),
    Case("a list in a list in a dict by a variable", NESTED + "\nn = -1", "x['c'][n].append(3)"),
    Case("a list in a list cleared", NESTED, "x['c'].clear()"),
    Case("an item of a list in a list", "x = [[1], [2]]", "x[1][0] = 3"),
    Case("an item of a dict in a tuple", "x = ({'a': 1},)", "x[0]['a'] = 2"),
    Case("an item of a dict in a long list", "x = [{'a': [n]} for n in range(1000)]", "x[5]['a'] = 0"),
    Case("an item of a dict in a very long list", "x = [{'a': n} for n in range(5000)]", "x[5]['a'] = 0", told=False),
    Case("an item of a dict that is not there", NESTED, "x['b' if 0 else 'a']['b'] = 1", told=False),
    Case("a dict that holds itself", "x = {'a': 1}\nx['x'] = x", "x['x']['x']['a'] = 2"),
    Case("a dict in its own place", "x = {'x': {'x': {}}}", "x['x']['x'] = x['x']"),
    Case("an attribute of an attribute", INNER, "x.inner.a = 5"),
    Case("a new attribute of an attribute", INNER, "x.inner.b = []"),
    Case("an attribute of an attribute added to", INNER, "x.inner.a += 5"),
    Case("a list in an attribute appended to", INNER, "x.items.append(2)"),
    Case("a list behind a property", "class P:\n    held = [1]\n    @property\n    def n(self): return self.held\nx = P()",
         "x.n.append(2)", told=False),
    Case("a list behind `__getattr__`", "class P:\n    held = [1]\n    def __getattr__(self, n): return self.held\nx = P()",
         "x.n.append(2)", told=False),
    Case("a list of a class", "class x: n = [1]", "x.n.append(2)", told=False),
    Case("an item of a user's dict in a dict", "class D(dict): pass\nx = {'a': D(b=1)}", "x['a']['b'] = 2", told=False),
    Case("an item of an array in a dict", ARRAY + "\nx = {'a': x}", "x['a'][1] = 5", needs=LIBRARIES),
    Case("a column of a frame in a dict", FRAME + "\nx = {'a': x}", "x['a']['b'] = 5", needs=LIBRARIES),
    Case("an item of an array", ARRAY, "x[1] = 5", needs=LIBRARIES),
    Case("an item of an array added to", ARRAY, "x[1] += 5", needs=LIBRARIES),
    Case("an array added to", ARRAY, "x += 1", needs=LIBRARIES),
    Case("a view", ARRAY + "\nx = x[1:]", "x[1] = 5", told=False, needs=LIBRARIES),
    Case("an array with a view", ARRAY + "\nv = x[1:]", "x[1] = 5", needs=LIBRARIES),
    Case("an array that a frame looks at", ARRAY + "\nimport pandas as pd\nf = pd.DataFrame(x, copy=False)", "x[1] = 5",
         told=False, needs=LIBRARIES),
    Case("an array of objects", "import numpy as np\nx = np.array([None, 1])", "x[0] = [5]", told=False, needs=LIBRARIES),
    Case("a column", FRAME, "x['a'] = [5, 6]", needs=LIBRARIES),
    Case("a column of a series that others look at", FRAME + "\nimport numpy as np\na = np.array([5, 6])\ns = pd.Series(a, copy=False)",
         "x['a'] = s", needs=LIBRARIES),
    Case("a new column of a series", FRAME + "\ns = pd.Series([5, 6])", "x['c'] = s", needs=LIBRARIES),
    Case("a new column of a frame with attributes", FRAME + "\nx.attrs['k'] = x.columns", "x['c'] = 1", needs=LIBRARIES),
    Case("a column as it was", FRAME, "x['a'] = [1, 2]", needs=LIBRARIES),
    Case("a new column", FRAME, "x['c'] = [5, 6]", needs=LIBRARIES),
    Case("a column of lists", FRAME, "x['c'] = [[5], [6]]", needs=LIBRARIES),
    Case("a column deleted", FRAME, "del x['b']", needs=LIBRARIES),
    Case("a column that is there twice", FRAME + "\nx.columns = ['a', 'a']", "x['a'] = 0", told=False, needs=LIBRARIES),
    Case("rows by a mask", FRAME + "\nm = x['a'] > 1", "x[m] = 0", told=False, needs=LIBRARIES),
]  # fmt: skip


class Program:
    """A program that has run so far, and a heap that looks at it."""

    def __init__(self, case: Case) -> None:
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        exec(case.before, self.namespace)
        self.heap = Heap(KindTable(strict=True).find, Knowledge().is_inert, self.namespace)
        self.stores = Stores(self.heap)

    def note(self, statement: str) -> bool:
        """Note what stands where a statement stores."""
        node = ast.parse(statement).body[0]
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=holder, attr=method), args=given)):
                owner, (root, way) = eval(ast.unparse(holder), self.namespace), way_of(holder) or ("", None)
                atoms = all(isinstance(each, ast.Constant) for each in given)
                return self.stores.method(root, way, owner, method, lively=False, atoms=atoms)
            case _:
                return self.stores.note(touch_of(node).spots or [], lively=False) and bool(touch_of(node).spots)

    def run(self, statement: str) -> None:
        """Run a statement."""
        exec(statement, self.namespace)

    def looked(self) -> list[Effect]:
        """What differs from the last look at everything."""
        return self.heap.compare(["x"], 2)

    def parts(self, effects: list[Effect]) -> set[str]:
        """The parts of the object itself that are said to be changed."""
        cells = [each.resource for each in effects if isinstance(each, Changed)]
        return {cell.part for cell in cells if isinstance(cell, Cell)}


def skip_without(case: Case) -> None:
    """Skip a case whose libraries are not here."""
    if not all(map(importlib.util.find_spec, case.needs)):
        pytest.skip(f"needs {', '.join(case.needs)}")


@pytest.mark.parametrize("warm", [False, True], ids=["unseen", "seen before"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_one_place_is_enough(case: Case, warm: bool) -> None:
    skip_without(case)
    one, all_of_it = Program(case), Program(case)
    if warm:
        one.heap.prepare(["x"])
    assert one.note(case.statement) == case.told
    all_of_it.heap.prepare(["x"])
    one.run(case.statement)
    all_of_it.run(case.statement)
    seen, expected = one.stores.settle((), 1), all_of_it.looked()
    if not case.told:
        return
    if any(isinstance(each, Changed) and each.reason is Reason.KNOWN for each in seen):
        assert expected
        assert one.parts(seen) == {""}
    else:
        # A very long dict has no parts, seen as a whole.
        assert one.parts(seen) == one.parts(expected) or (one.parts(expected) == {""} and seen)


@pytest.mark.parametrize("case", [case for case in CASES if case.told], ids=lambda case: case.name)
def test_what_is_left_behind_is_right(case: Case) -> None:
    """Nothing seems to change afterwards, and the variable is known to lead where it leads now."""
    skip_without(case)
    one = Program(case)
    one.heap.prepare(["x"])
    assert one.note(case.statement)
    one.run(case.statement)
    one.stores.settle((), 1)
    one.heap.forget({"x"} if " += " in case.statement and case.statement.startswith("x +=") else ())
    survey, fresh = one.heap.survey("x"), Program(Case("", "", ""))
    fresh.namespace["x"] = one.namespace["x"]
    led = fresh.heap.survey("x")
    assert (survey and survey.cells) == (led and led.cells) or (survey and led and survey.cells >= led.cells)
    if survey and led:
        assert survey.keys >= led.keys
        assert survey.lent >= led.lent
        assert all(held >= fresh.heap.part_addresses("x", led, part) for part, held in survey.parts.items())
    one.heap.prepare(["x"])
    assert one.looked() == []
