"""Real callables of real libraries, under the names that facts are kept by, and real arguments to call them with."""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import decimal
import fractions
import importlib
import io
import operator
import pathlib
import pickle
import re
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from clew.knowledge.lines import line_of, type_name
from clew.knowledge.names import _candidates, callee_names, method_names

STDLIB = """
    math cmath statistics decimal fractions re string textwrap html shlex difflib unicodedata pprint json base64 binascii
    struct zlib pickle urllib.parse datetime zoneinfo time calendar uuid secrets collections itertools functools copy
    operator heapq bisect dataclasses types enum contextlib array random os posixpath fnmatch platform sys pathlib glob
    tempfile shutil gzip bz2 lzma sqlite3 io csv hashlib logging
""".split()

# What must be imported for all that a pack names to be there.
MODULES = {
    "builtins": ["builtins"],
    "stdlib": STDLIB,
    "numpy": ["numpy", "numpy.testing", "numpy.random", "numpy.fft", "numpy.linalg"],
    "pandas": ["pandas", "pandas.plotting", "pandas.testing", "pandas.api.types", "pandas.io.formats.style"],
    "matplotlib": [f"matplotlib.{name}" for name in "pyplot dates projections.polar quiver offsetbox".split()],
    "mpl_toolkits": ["mpl_toolkits.mplot3d"],
    "sklearn": [
        f"sklearn.{name}"
        for name in """
            base calibration cluster compose covariance datasets decomposition discriminant_analysis dummy ensemble
            experimental.enable_iterative_imputer feature_extraction.text feature_selection gaussian_process impute
            inspection isotonic kernel_ridge linear_model manifold metrics mixture model_selection naive_bayes neighbors
            neural_network pipeline preprocessing svm tree utils
        """.split()
    ],
    "seaborn": ["seaborn"],
    "scipy": [
        f"scipy.{name}"
        for name in """
            cluster.hierarchy fft integrate interpolate io linalg ndimage optimize signal sparse sparse.linalg
            spatial.distance special stats
        """.split()
    ],
    "statsmodels": [
        f"statsmodels.{name}"
        for name in "api formula.api stats.api stats.anova stats.outliers_influence tsa.stattools".split()
    ],
    "networkx": ["networkx"],
    "torch": ["torch"],
    "polars": ["polars"],
    "pyarrow": [f"pyarrow.{name}" for name in "parquet feather csv json orc dataset".split()],
    "PIL": [f"PIL.{name}" for name in "Image ImageChops ImageDraw ImageEnhance ImageFilter ImageOps".split()],
    "skimage": [
        f"skimage.{name}"
        for name in """
            color data draw exposure feature filters io measure metrics morphology restoration segmentation transform util
        """.split()
    ],
    "plotly": ["plotly.express", "plotly.graph_objects"],
    "requests": ["requests"],
    "IPython": ["IPython.display"],
    "clew": ["clew"],
}


def modules_of(library: str) -> list[types.ModuleType]:
    """Import what a pack is about, lazy parts included; give every module of the library that is loaded then."""
    for module in MODULES[library]:
        with contextlib.suppress(ImportError):  # of a part whose own needs are not installed
            loaded = importlib.import_module(module)
            for name in dir(loaded):
                with contextlib.suppress(ImportError):
                    getattr(loaded, name, None)  # lazy modules load what is asked for
    first = sys.stdlib_module_names if library == "stdlib" else {library}
    kept = [module for name, module in list(sys.modules.items()) if name.partition(".")[0] in first]
    return [module for module in kept if isinstance(module, types.ModuleType)]


def names_in(modules: list[types.ModuleType]) -> set[str]:
    """Every name that a callable of some modules goes by, methods of their classes included."""
    values = [value for module in modules for value in vars(module).values() if type(value) is not types.ModuleType]
    names = {name for value in values for name in callee_names(value)}
    classes = {id(value): value for value in values if issubclass(type(value), type)}
    lazy = [(module, name) for module in modules if "__getattr__" in vars(module) for name in dir(module)]
    names |= {f"{module.__name__}.{name}" for module, name in lazy if name not in vars(module)}
    return names.union(*(names_of_class(cls) for cls in classes.values()))


def names_of_class(cls: type) -> set[str]:
    line = line_of(cls)
    attributes = {name for names in line.names for name in names}
    found = {type_name(cls)}
    for attribute in attributes:
        depth = line.depth_of(attribute)
        assert depth is not None
        found.update(_candidates(line, depth, attribute, False), _candidates(line, depth, attribute, True))
    return found


@dataclass(frozen=True, slots=True)
class Sample:
    """A callable: `get` makes a fresh owner (or None) and what is to be called."""

    names: tuple[str, ...]
    get: Callable[[], tuple[object, Callable[..., object]]]


def functions_in(modules: list[types.ModuleType]) -> Iterator[Sample]:
    """The functions and classes of modules."""
    seen: set[int] = set()
    for value in (value for module in modules for value in list(vars(module).values())):
        names = () if id(value) in seen or type(value) is types.ModuleType else callee_names(value)
        seen.add(id(value))
        if names and callable(value):
            yield Sample(names, lambda value=value: (None, value))  # type: ignore[misc]  # a lambda that keeps its loop variable has no type


def methods_of(make: Callable[[], Any]) -> Iterator[Sample]:
    """The methods of what `make` makes anew each time."""
    owner = make()
    for attribute in dir(type(owner)):
        names = method_names(owner, attribute)
        if names and attribute not in ("__class__", "__del__", "__reduce__", "__reduce_ex__", "__init__"):
            yield Sample(names, lambda attribute=attribute: bound(make(), attribute))  # type: ignore[misc]  # a lambda that keeps its loop variable has no type


def bound(owner: object, attribute: str) -> tuple[object, Callable[..., object]]:
    return owner, getattr(owner, attribute)


def snapshot(value: Any) -> object:
    """What a user can see of a value, deeply, as something that can be compared."""
    kind = type(value)
    if kind in (list, tuple):
        return kind.__name__, [snapshot(each) for each in value]
    if kind in (dict, set, frozenset, collections.OrderedDict, collections.Counter):
        return kind.__name__, [snapshot(each) for each in (value.items() if isinstance(value, dict) else value)]
    if hasattr(value, "__length_hint__"):
        return "iterator", operator.length_hint(value)
    if isinstance(value, io.StringIO | io.BytesIO):
        return "buffer", value.tell(), value.getvalue()
    library = kind.__module__.partition(".")[0]
    if library in ("numpy", "pandas"):
        return snapshot_of_data(value)
    try:
        return "pickle", pickled(value)
    except Exception:
        return "text", kind.__name__, repr(value) if library == "builtins" else ""


class Pickler(pickle.Pickler):
    """Leaves out what search trees count while they are searched."""

    def reducer_override(self, value: Any) -> Any:
        if type(value).__name__.startswith(("KDTree", "BallTree")):
            return bytes, (bytes(value.data),)
        return NotImplemented


def pickled(value: object) -> bytes:
    held = io.BytesIO()
    Pickler(held).dump(value)
    return held.getvalue()


def snapshot_of_data(value: Any) -> object:
    import numpy as np
    import pandas as pd

    if isinstance(value, np.ndarray):
        items = value.tolist() if value.dtype == object else value.tobytes()
        return "array", str(value.dtype), value.shape, value.strides, value.flags.writeable, items
    if isinstance(value, pd.DataFrame):
        columns = [snapshot_of_data(value.iloc[:, place]) for place in range(value.shape[1])]
        return "frame", snapshot_of_data(value.columns), columns, dict(value.attrs)
    if isinstance(value, pd.Series):
        return "series", str(value.dtype), repr(value.name), list(map(repr, value)), snapshot_of_data(value.index)
    if isinstance(value, pd.Index):
        return "index", str(value.dtype), repr(value.names), list(map(repr, value))
    if hasattr(value, "obj"):  # groups and windows, which keep what they have worked out
        return kind_of(value), snapshot_of_data(value.obj)
    return "pickle", pickled(value)


def kind_of(value: object) -> str:
    return type(value).__name__


PLAIN: list[Callable[[], Any]] = [
    lambda: [3, 1, 2],
    lambda: (3, 1, 2),
    lambda: {"a": 1, "b": [2]},
    lambda: {1, 2},
    lambda: frozenset({1, 2}),
    lambda: "b a b",
    lambda: b"b a b",
    lambda: bytearray(b"b a b"),
    lambda: memoryview(b"abc"),
    lambda: 3,
    lambda: True,
    lambda: 0.5,
    lambda: 1j,
    lambda: range(3),
    lambda: slice(1, 2),
    lambda: collections.Counter("abca"),
    lambda: collections.OrderedDict(a=1, b=2),
    lambda: collections.deque([1, 2, 3]),
    lambda: collections.defaultdict(list, {"a": [1]}),
    lambda: re.compile("(a)|b"),
    lambda: re.match("(a)", "ab"),
    lambda: dt.datetime(2020, 1, 2, 3),
    lambda: dt.date(2020, 1, 2),
    lambda: dt.timedelta(1),
    lambda: dt.time(1, 2),
    lambda: decimal.Decimal("1.5"),
    lambda: fractions.Fraction(1, 3),
    lambda: pathlib.PurePosixPath("a/b.txt"),
    lambda: io.StringIO("some text"),
    lambda: io.BytesIO(b"some text"),
]

PLAIN_ARGUMENTS: list[Callable[[], tuple[Any, ...]]] = [
    lambda: (),
    lambda: ([3, 1, 2],),
    lambda: (iter([3, 1, 2]),),
    lambda: ("b a b",),
    lambda: ("a",),
    lambda: (b"a",),
    lambda: (2,),
    lambda: (0.5,),
    lambda: ({"a": [1]},),
    lambda: (["b", "a"],),
    lambda: ([2.5, 1.5, 4.0], [1.0, 2.0, 1.5]),
    lambda: ("a", "b a b"),
    lambda: ("a", "b"),
    lambda: ([3, 1], [2]),
    lambda: ([3, 1], iter([2, 5])),
    lambda: ([3, 1], 2),
    lambda: (2, 3),
    lambda: (2, [3, 1]),
    lambda: (len, [[1], []]),
    lambda: (len, iter([[1], []])),
    lambda: ("a", "b", "b a b"),
    lambda: (2020, 1, 2),
    lambda: (dt.date(2020, 1, 2),),
    lambda: (decimal.Decimal("2.5"),),
    lambda: (io.StringIO("a,b"),),
]
