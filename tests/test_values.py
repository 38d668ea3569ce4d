"""What counts as the same value: in one process, and across processes and hash seeds."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from clew.model.verdicts import CannotTell, Differs, Same
from clew.replay.values import compare, digest_value, portray_names


@dataclass(frozen=True)
class Case:
    """Two values, `a` and `b`, that some code makes, and what is to be said of them."""

    name: str
    code: str
    verdict: str
    where: str = ""
    needs: str = ""


CASES = [
    Case("equal lists are the same", "a, b = [1, 2], [1, 2]", "Same"),
    Case("a list and a tuple differ", "a, b = [1], (1,)", "Differs"),
    Case("1 and True differ", "a, b = 1, True", "Differs"),
    Case("1 and 1.0 differ", "a, b = 1, 1.0", "Differs"),
    Case("NaN is NaN", "a = [float('nan')]; b = [-float('nan')]", "Same"),
    Case("the place is told", "a, b = {'k': [1, {'x': 2}]}, {'k': [1, {'x': 3}]}", "Differs", "['k'][1]['x']"),
    Case("the order of a dictionary counts", "a, b = {1: 1, 2: 2}, {2: 2, 1: 1}", "Differs"),
    Case("the order of a set does not", "a, b = {'x', 'y'}, {'y', 'x'}", "Same"),
    Case("a list that holds itself", "a = [1]; a.append(a); b = [1]; b.append(b)", "Same"),
    Case("long lists differ in one item", "a = list(range(999)); b = a[:-1] + [0]", "Differs"),
    Case("functions with the same code", "a = lambda x: x + 1\nb = lambda x: x + 1", "Same"),
    Case("functions with other constants", "a = lambda x: x + 1\nb = lambda x: x + 2", "Differs"),
    Case("functions with other defaults", "def f(k):\n return lambda x=k: x\na, b = f(1), f(2)", "Differs"),
    Case("closures over other values", "def f(k):\n return lambda: k\na, b = f(1), f(2)", "Differs"),
    Case("instances by state", "class A: pass\na, b = A(), A()\na.x = b.x = 1", "Same"),
    Case("instances with other state", "class A: pass\na, b = A(), A()\na.x, b.x = 1, 2", "Differs", ".x"),
    Case("slots are state", "class A: __slots__ = ('x',)\na, b = A(), A()\na.x, b.x = 1, 2", "Differs", ".x"),
    Case("a list's subclass has both", "class L(list): pass\na, b = L([1]), L([1])\na.x, b.x = 1, 2", "Differs", ".x"),
    Case("a cached property is no state", "import functools\nclass A:\n @functools.cached_property\n def p(self):\n"
         "  return 1\na, b = A(), A()\na.p", "Same"),
    Case("iterators by what is left", "a, b = iter([1, 2]), iter([1, 2])\nnext(a)", "Differs"),
    Case("generators cannot be told", "a = (x for x in ()); b = (x for x in ())", "CannotTell"),
    Case("a generator inside cannot be told", "a = [(x for x in ())]; b = [(x for x in ())]", "CannotTell"),
    Case("open files cannot be told", "import os\na = open(os.devnull); b = open(os.devnull)", "CannotTell"),
    Case("patterns", "import re\na, b = re.compile('x'), re.compile('y')", "Differs"),
    Case("random generators by their state", "import random\na, b = random.Random(1), random.Random(1)\na.random()", "Differs"),
    Case("a default factory counts", "from collections import defaultdict as d\na, b = d(list), d(dict)", "Differs"),
    Case("exceptions by their arguments", "a, b = ValueError(1), ValueError(2)", "Differs"),
    Case("arrays with NaN", "a = numpy.array([1, numpy.nan]); b = a.copy()", "Same", needs="numpy"),
    Case("arrays by dtype", "a, b = numpy.zeros(3), numpy.zeros(3, 'f4')", "Differs", needs="numpy"),
    Case("arrays by shape", "a, b = numpy.zeros((2, 3)), numpy.zeros((3, 2))", "Differs", needs="numpy"),
    Case("the order in memory is not seen", "a = numpy.ones((2, 3)); b = numpy.asfortranarray(a)", "Same", needs="numpy"),
    Case("arrays of objects", "a = numpy.array([1, 'x'], object); b = a.copy(); b[0] = 2", "Differs", needs="numpy"),
    Case("masks", "a = numpy.ma.array([1, 2], mask=[0, 1]); b = numpy.ma.array([1, 2], mask=[1, 0])", "Differs", needs="numpy"),
    Case("generators of numpy", "a, b = numpy.random.default_rng(1), numpy.random.default_rng(1)\na.random()", "Differs",
         needs="numpy"),
    Case("frames with NaN", "a = pandas.DataFrame({'x': [1, None]}); b = a.copy()", "Same", needs="pandas"),
    Case("frames by column", "a = pandas.DataFrame({'x': [1], 'y': [2]}); b = a.assign(y=3)", "Differs", "['y'][...]",
         needs="pandas"),
    Case("frames by order of columns", "a = pandas.DataFrame({'x': [1], 'y': [2]}); b = a[['y', 'x']]", "Differs", needs="pandas"),
    Case("frames by index", "a = pandas.DataFrame({'x': [1]}); b = a.set_index([[5]])", "Differs", needs="pandas"),
    Case("frames by dtype", "a = pandas.DataFrame({'x': [1]}); b = a.astype('int8')", "Differs", needs="pandas"),
    Case("a filled cache is no state", "a = pandas.DataFrame({'x': [1, 2]}); b = a.copy(); b.index.is_unique; b['x']", "Same",
         needs="pandas"),
    Case("series by name", "a = pandas.Series([1], name='x'); b = a.rename('y')", "Differs", ".name", needs="pandas"),
    Case("categories", "a = pandas.Series(['u'], dtype='category'); b = a.cat.add_categories('v')", "Differs", needs="pandas"),
    Case("figures by pixels", "from matplotlib.figure import Figure\na, b = Figure(), Figure()\n"
         "for f in (a, b): f.add_subplot().plot([1, 2])", "Same", needs="matplotlib"),
    Case("looking at a figure calls nobody", "from matplotlib.figure import Figure\nseen = []\nfor n in 'ab':\n f = Figure()\n"
         " f.canvas.mpl_connect('draw_event', seen.append)\n globals()[n] = (f, seen if n == 'a' else [])", "Same", needs="matplotlib"),
    Case("figures by who waits for their events", "from matplotlib.figure import Figure\na, b = Figure(), Figure()\n"
         "def shrink(event): ...\na.canvas.mpl_connect('draw_event', shrink)", "Differs", needs="matplotlib"),
    Case("another line in a figure", "from matplotlib.figure import Figure\na, b = Figure(), Figure()\n"
         "a.add_subplot().plot([1, 2]); b.add_subplot().plot([2, 1])", "Differs", needs="matplotlib"),
    Case("graphs by their edges", "a, b = networkx.Graph([(1, 2)]), networkx.Graph([(1, 3)])", "Differs", needs="networkx"),
    Case("graphs that were asked for their edges", "a, b = networkx.Graph([(1, 2)]), networkx.Graph([(1, 2)]); a.edges, a.adj", "Same",
         needs="networkx"),
    Case("what a property keeps under its own name", "class A:\n @property\n def size(self):\n"
         "  return self.__dict__.setdefault('size', 3)\na, b = A(), A(); a.size", "Same"),
    Case("what a property is set to", "class A:\n size = property(lambda self: self.__dict__['size'],"
         " lambda self, value: self.__dict__.update(size=value))\na, b = A(), A(); a.size, b.size = 1, 2", "Differs", ".size"),
    Case("what a library's property works out on the first look", "class A:\n __module__ = 'library'\n _size = None\n"
         " def __init__(self): self._size = None\n @property\n def size(self):\n"
         "  self._size = self._size or 3\n  return self._size\na, b = A(), A(); a.size", "Same"),
    Case("what stands behind a library's property", "class A:\n __module__ = 'library'\n"
         " def __init__(self, n): self._size = n\n @property\n def size(self): return self._size\na, b = A(1), A(2)", "Differs", ".size"),
    Case("a path that was turned into text", "import pathlib\na, b = pathlib.Path('x/y'), pathlib.Path('x/y'); str(a), a.parts", "Same"),
    Case("other paths", "import pathlib\na, b = pathlib.Path('x/y'), pathlib.Path('x/z')", "Differs"),
    Case("a box that was worked out", "from matplotlib.transforms import Affine2D, Bbox, TransformedBbox\n"
         "a, b = (TransformedBbox(Bbox([[0, 0], [1, 1]]), Affine2D()) for _ in 'ab'); a.get_points()", "Same", needs="matplotlib"),
    Case("a colour map in use", "import matplotlib\na, b = (matplotlib.colormaps['magma'].copy() for _ in 'ab'); b(0.5)",
         "Same", needs="matplotlib"),
    Case("colours outside of the range", "import matplotlib\na, b = (matplotlib.colormaps['magma'].copy() for _ in 'ab')\n"
         "b.set_over('red')", "Differs", needs="matplotlib"),
    Case("estimators by what they learned", "from sklearn.linear_model import LinearRegression as L\n"
         "a, b = L().fit([[1], [2]], [1, 2]), L().fit([[1], [2]], [1, 3])", "Differs", ".coef_", needs="sklearn"),
    Case("forests grown alike", "from sklearn.tree import DecisionTreeClassifier as T\n"
         "a, b = (T(random_state=0).fit([[1], [2]], [0, 1]) for _ in 'ab')", "Same", needs="sklearn"),
    Case("modules by their weights", "a = torch.nn.Linear(1, 1); b = torch.nn.Linear(1, 1)", "Differs", needs="torch"),
    Case("tensors", "a, b = torch.ones(2), torch.ones(2)", "Same", needs="torch"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_compare(case: Case) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    if case.needs:
        namespace[case.needs] = pytest.importorskip(case.needs)
    exec(case.code, namespace)
    verdict = compare(namespace["a"], namespace["b"])
    assert type(verdict).__name__ == case.verdict, verdict
    if case.where:
        assert isinstance(verdict, Differs)
        assert verdict.where == case.where


def test_the_three_answers_are_what_the_table_says() -> None:
    assert {case.verdict for case in CASES} == {answer.__name__ for answer in (Same, Differs, CannotTell)}


ACROSS = """
import collections, functools, sys
from clew.replay.values import digest_value
class A:
    def __init__(self): self.names = {"x", "y", "z"}
    def f(self, k=frozenset("abc")): return k
for value in [A(), A, A().f, {"a", "b"}, collections.Counter("hello"), functools.partial(sorted, key=str.lower),
              lambda x: x in {"a", "b", "c"}, 10**5000, object]:
    print(digest_value(value))
"""


def test_a_digest_is_the_same_in_every_process() -> None:
    said = [_output(ACROSS, seed) for seed in ("1", "2", "3")]
    assert said[0] == said[1] == said[2]
    assert len(set(said[0].splitlines())) == 9


def test_a_portrait_does_not_depend_on_what_was_portrayed_before() -> None:
    a: dict[str, object] = {}
    b = {"a": a}
    a["b"] = b
    together = portray_names({"a": a, "b": b}, ["a", "b"])
    assert together["b"] == portray_names({"b": b}, ["b"])["b"]


def test_values_that_cannot_be_seen_have_no_digest() -> None:
    assert isinstance(digest_value(number for number in [1]), CannotTell)


def _output(code: str, seed: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout
