"""Classes of the standard library that keep their state in C."""

from __future__ import annotations

import sys

from clew.model.quick import OrderedDict
from clew.model.typed import Any
from clew.observe.atoms import ATOMS, digest_of
from clew.observe.digests import of_bytes
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.plain import ORDER, dict_digest, dict_reach
from clew.observe.kinds.raw import attributes, class_digest


def ordered_digest(value: Any) -> Digest | Opaque:
    """Digest an ordered dictionary by key, in its own order, which is not that of the dict below it."""
    found = dict_digest(value)
    if isinstance(found, Opaque):
        return found
    return Digest(found.whole, {**found.parts, ORDER: digest_of(OrderedDict.__iter__(value))})


def random_digest(value: Any) -> Digest | Opaque:
    """Digest the state of a random generator of Python's own."""
    source = sys.modules["random"].Random.__mro__[1]
    try:
        state = source.getstate(value)
    except NotImplementedError:
        return Opaque("a random generator of the system's")
    return Digest(digest_of([*state, attributes(value).get("gauss_next")]))


def namespace_reach(value: Any) -> Reach:
    """Lead from an object whose state is in its attributes to these."""
    return Reach((), {name: () if type(held) in ATOMS else (held,) for name, held in attributes(value).items()})


def namespace_digest(value: Any) -> Digest:
    """Digest an object whose state is in its attributes."""
    state = attributes(value)
    return Digest(0, {name: digest_of([held]) for name, held in state.items()} | {ORDER: digest_of(state)})


def element_reach(value: Any) -> Reach:
    """Lead from an XML element to its attributes and to the elements within."""
    element = sys.modules["xml.etree.ElementTree"].Element
    inner = [element.__getitem__(value, place) for place in range(element.__len__(value))]
    return Reach([element.__dict__["attrib"].__get__(value), *inner])


def element_digest(value: Any) -> Digest:
    """Digest an XML element: tag, text, tail and which elements are within."""
    element = sys.modules["xml.etree.ElementTree"].Element
    said = [element.__dict__[name].__get__(value) for name in ("tag", "text", "tail")]
    return Digest(digest_of([*said, *element_reach(value).children[1:]]))


def hash_digest(value: Any) -> Digest:
    """Digest what has been hashed so far."""
    return Digest(digest_of([type(value).__dict__["digest"](value)]))


def bytes_digest(value: Any) -> Digest:
    """Digest the bytes of a C value."""
    return Digest(of_bytes(memoryview(value).cast("B") if memoryview(value).c_contiguous else bytes(value)))


def nothing(_: Any) -> Reach:
    """Lead nowhere."""
    return Reach()


def constant(value: Any) -> Digest:
    """Digest by the class alone: what is locked now is no part of a result."""
    return Digest(class_digest(value))


KINDS = (
    Kind("ordered dict", ("collections.OrderedDict",), dict_reach, ordered_digest),
    Kind("Python's random generator", ("random.Random",), nothing, random_digest, frozenset({"gauss_next"})),
    Kind("namespace", ("types.SimpleNamespace",), namespace_reach, namespace_digest),
    Kind("constant with attributes",
         ("enum.Enum", "builtins.str", "builtins.int", "builtins.float", "builtins.complex", "builtins.bytes"),
         namespace_reach, namespace_digest),
    Kind("expression", ("sympy.core.basic.Basic",), nothing, constant),
    Kind("XML element", ("xml.etree.ElementTree.Element",), element_reach, element_digest),
    Kind("hash", ("_hashlib.HASH", "_blake2.blake2b", "_blake2.blake2s", "_md5.md5", "_sha1.sha1"), nothing, hash_digest),
    Kind("C value", ("_ctypes.Array", "_ctypes.Structure", "_ctypes.Union", "_ctypes._SimpleCData"), nothing,
         bytes_digest, frozenset({"_objects"})),
    Kind("lock", ("_thread.lock", "_thread.RLock", "threading.Condition", "_struct.Struct"),
         nothing, constant),
)  # fmt: skip
