"""Names of callables: those of the definition, never one that a user's function only claims."""

from __future__ import annotations

import collections
import contextlib
import functools
import gc
import heapq
import math
import random
import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from clew.knowledge.names import callee_names, function_name, method_names


def plain() -> None: ...


@functools.wraps(math.sin)
def claims_to_be_sin(x: float) -> float:
    return x


@functools.cache
def cached() -> None: ...


@contextlib.contextmanager
def managed() -> Any:
    yield


class Instance:
    def method(self) -> None: ...

    @classmethod
    def made(cls) -> None: ...

    @property
    def computed(self) -> Callable[[], None]:
        return plain

    def __call__(self) -> None: ...


class Adds(dict[str, int]):
    """Adds a method and overrides none."""

    def extra(self) -> None: ...


class Overrides(dict[str, int]):
    """Overrides a method that `dict` has."""

    def keys(self) -> Any:
        return super().keys()


class Hooks(dict[str, int]):
    """Has a method that `dict` calls by itself."""

    def __missing__(self, key: str) -> int:
        return 0


HERE = __name__


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    callee: object
    names: tuple[str, ...]
    shown: str


NAMED = [
    Named("a builtin", len, ("builtins.len",), "builtins.len"),
    Named("a function in C", math.sin, ("math.sin",), "math.sin"),
    Named("a function in Python", re.sub, ("re.sub",), "re.sub"),
    Named("a class", dict, ("builtins.dict",), "builtins.dict"),
    Named("a bound method in C", [].append, ("builtins.list.append",), "builtins.list.append"),
    Named("a method of a C class in a module", heapq.heappush, ("_heapq.heappush",), "_heapq.heappush"),
    Named(
        "a method inherited from another library class",
        collections.Counter().get,
        ("collections.Counter.get", "builtins.dict.get"),
        "collections.Counter.get",
    ),
    Named("a class method", dict.fromkeys, ("builtins.dict.fromkeys",), "builtins.dict.fromkeys"),
    Named("a method wrapper", [].__len__, ("builtins.list.__len__",), "builtins.list.__len__"),
    Named("a method of the hidden generator", random.random, ("random.random",), "random.random"),
    Named(
        "a method of one's own generator",
        random.Random(1).random,
        ("random.Random.random", "_random.Random.random"),
        "random.Random.random",
    ),
    Named("a user's function", plain, (f"{HERE}.plain",), f"{HERE}.plain"),
    Named("a user's method", Instance().method, (f"{HERE}.Instance.method",), f"{HERE}.Instance.method"),
    Named("a user's class method", Instance.made, (f"{HERE}.Instance.made",), f"{HERE}.Instance.made"),
    Named("a user's callable object", Instance(), (f"{HERE}.Instance.__call__",), f"{HERE}.Instance.__call__"),
    Named(
        "a function that claims to be another",
        claims_to_be_sin,
        (f"{HERE}.claims_to_be_sin",),
        f"{HERE}.claims_to_be_sin",
    ),
    Named("a method taken from its class", str.lower, (), "builtins.str.lower"),
    Named("a partial", functools.partial(math.sin), (), "math.sin"),
    Named("a cached function", cached, ("functools._lru_cache_wrapper.__call__",), f"{HERE}.cached"),
    Named("a function that a decorator of a library made", managed, (), "contextlib.contextmanager.<locals>.helper"),
    Named(
        "a method of a subclass that only adds",
        Adds().get,
        (f"{HERE}.Adds.get", "builtins.dict.get"),
        f"{HERE}.Adds.get",
    ),
    Named("a method of a subclass that overrides another", Overrides().get, (), "builtins.builtin_function_or_method"),
    Named("a method of a subclass that hooks in", Hooks().get, (), "builtins.builtin_function_or_method"),
]


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case.name)
def test_callee_names(case: Named) -> None:
    assert callee_names(case.callee) == case.names


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case.name)
def test_function_name(case: Named) -> None:
    assert function_name(case.callee) == case.shown


def test_method_names_are_those_of_the_definition() -> None:
    assert method_names([], "append") == ("builtins.list.append",)
    assert method_names(Instance(), "method") == (f"{HERE}.Instance.method",)
    assert method_names(dict, "fromkeys") == ("builtins.dict.fromkeys",)


def test_what_is_computed_has_no_name() -> None:
    assert method_names(Instance(), "computed") == ()


def test_what_is_the_instances_own_has_no_name() -> None:
    owner = Instance()
    owner.method = plain  # type: ignore[method-assign]  # what users do
    assert method_names(owner, "method") == ()


def test_a_method_put_into_a_librarys_class_by_another_is_named_for_where_it_is_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(collections.Counter, "most_common", plain)
    assert method_names(collections.Counter(), "most_common") == (f"{HERE}.plain",)


class Tripwire(type):
    """A class of classes whose every question fails."""

    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(name)

    def __hash__(cls) -> int:
        raise AssertionError("hash")

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("==")


class Trapped(metaclass=Tripwire):
    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)

    def __call__(self) -> None: ...


class Above(metaclass=Tripwire):
    def method(self) -> None: ...


class Aside(metaclass=Tripwire): ...


class Below(Aside, Above): ...


def test_classes_are_told_apart_without_asking_them() -> None:
    assert method_names(object.__new__(Below), "method") == (f"{HERE}.Below.method", f"{HERE}.Above.method")


def test_looking_runs_no_code_of_the_users() -> None:
    owner = object.__new__(Trapped)
    assert method_names(owner, "__call__") == ()
    assert callee_names(owner) == ()
    assert function_name(Trapped) == f"{HERE}.Trapped"
    assert function_name(owner) == f"{HERE}.Trapped"


def test_users_classes_are_not_kept() -> None:
    passing = type("Passing", (), {"method": plain})
    assert method_names(passing(), "method") == (f"{HERE}.Passing.method",)
    gone = weakref.ref(passing)
    del passing
    gc.collect()
    assert gone() is None


def test_arrays() -> None:
    np = pytest.importorskip("numpy")
    assert callee_names(np.add) == ("numpy.add",)
    assert callee_names(np.sum) == ("numpy.sum",)
    assert callee_names(np.linalg.norm) == ("numpy.linalg.norm",)
    assert callee_names(np.zeros(3).sum) == ("numpy.ndarray.sum",)
    assert callee_names(np.random.seed) == ("numpy.random.seed",)
    assert callee_names(np.random.rand) == ("numpy.random.rand",)
    assert callee_names(np.random.RandomState(0).rand)[0].endswith("RandomState.rand")
    assert callee_names(np.frompyfunc(plain, 0, 1)) == ()


def test_frames() -> None:
    pd = pytest.importorskip("pandas")
    frame = type(pd.DataFrame()).__module__ + ".DataFrame"

    class Mine(pd.DataFrame):  # type: ignore[misc, name-defined]  # pandas may be without types
        def extra(self) -> None: ...

    class Changed(pd.DataFrame):  # type: ignore[misc, name-defined]  # pandas may be without types
        def copy(self, deep: bool = True) -> Any: ...

    assert f"{frame}.head" in method_names(pd.DataFrame(), "head")
    assert f"{frame}.head" in method_names(Mine(), "head")
    assert method_names(Changed(), "head") == ()
    assert method_names(pd.DataFrame(), "shape") == ()
