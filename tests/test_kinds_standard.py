"""Objects of the standard library: a change is seen, or we say that we cannot see."""

from __future__ import annotations

import array
import collections
import ctypes
import enum
import functools
import hashlib
import itertools
import queue
import random
import types
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

import pytest

from tests.looking import Look, act


class Slots:
    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = 1


class Colour(enum.StrEnum):
    RED = "red"


class Text(str):
    pass


NAMES: dict[str, Any] = {
    "array": array,
    "collections": collections,
    "ctypes": ctypes,
    "functools": functools,
    "hashlib": hashlib,
    "itertools": itertools,
    "queue": queue,
    "random": random,
    "types": types,
    "ET": ET,
    "Slots": Slots,
    "Colour": Colour,
    "Text": Text,
}


@dataclass(frozen=True)
class Case:
    make: str
    code: str


CHANGES = [
    Case("random.Random(0)", "x.random()"),
    Case("random.Random(0)", "x.gauss(0, 1)"),
    Case("collections.Counter('ab')", "x.update('a')"),
    Case("collections.OrderedDict(a=1, b=2)", "x.move_to_end('a')"),
    Case("collections.ChainMap({})", "x['a'] = 1"),
    Case("collections.defaultdict(list)", "x['a']"),
    Case("collections.UserDict()", "x['a'] = 1"),
    Case("collections.deque([1, 2])", "x.rotate(1)"),
    Case("array.array('i', [1])", "x.append(1)"),
    Case("hashlib.md5()", "x.update(b'a')"),
    Case("queue.Queue()", "x.put(1)"),
    Case("types.SimpleNamespace(a=1)", "x.a = 2"),
    Case("types.SimpleNamespace(a=[])", "x.a.append(1)"),
    Case("(ctypes.c_int * 3)()", "x[0] = 4"),
    Case("ctypes.c_int(3)", "x.value = 4"),
    Case("memoryview(bytearray(b'abc'))", "x[0] = 1"),
    Case("ET.fromstring('<a><b/></a>')", "x.append(ET.Element('c'))"),
    Case("ET.fromstring('<a><b/></a>')", "x[0].text = 't'"),
    Case("ET.fromstring('<a><b/></a>')", "x.set('k', 'v')"),
    Case("ET.ElementTree(ET.fromstring('<a/>'))", "x.getroot().tail = 'v'"),
    Case("Slots()", "x.a = 2"),
    Case("Text('a')", "x.mine = 2"),
    Case("iter([1, 2])", "next(x)"),
    Case("zip([1], [2])", "next(x)"),
    Case("(i for i in [1])", "next(x)"),
    Case("itertools.count()", "next(x)"),
    Case("functools.partial(print, [])", "x.args[0].append(1)"),
]

SAME = [
    Case("random.Random(0)", "x.getstate(); repr(x)"),
    Case("collections.OrderedDict(a=1)", "x['a']; list(x); repr(x)"),
    Case("hashlib.md5()", "x.hexdigest()"),
    Case("ET.fromstring('<a><b/></a>')", "x.find('b'); ET.tostring(x); list(x); x.attrib"),
    Case("Colour.RED", "x.value; x.name; x + 'a'"),
    Case("queue.Queue()", "x.empty(); x.qsize()"),
    Case("types.SimpleNamespace(a=1)", "x.a; repr(x)"),
]


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: f"{case.make}: {case.code}")
def test_changes_are_seen(case: Case) -> None:
    x = eval(case.make, NAMES)
    assert act(x, case.code, **NAMES)


@pytest.mark.parametrize("case", SAME, ids=lambda case: f"{case.make}: {case.code}")
def test_looks_are_not(case: Case) -> None:
    x = eval(case.make, NAMES)
    assert not Look(x).opaque()
    assert act(x, case.code, **NAMES) == set()
