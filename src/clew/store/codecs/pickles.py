"""Pickles, for what no open format holds: cloudpickle, so that the classes and functions of a notebook come along."""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections import ChainMap
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any, BinaryIO, NoReturn
from weakref import WeakSet

from clew.store.codecs.codec import Codec, descends

PROTOCOL = 5  # big buffers go to the file as they are


def write(value: object, file: BinaryIO) -> None:
    """Pickle a value; TypeError for what would not come back as it was."""
    pickler()(file, protocol=PROTOCOL).dump(value)


def read(file: BinaryIO) -> object:
    """Load a pickle: this runs code, so ask first who wrote it."""
    return Unpickler(file).load()


def matches(value: object, file: BinaryIO) -> bool:
    """Whether the pickle can be loaded, and gives a value of the type.

    Where the copy may not be made, we do not look: where it would not fit into memory, or would do something when it
    goes (a class with `__del__`).
    """
    if size_of(file) > free_memory() // 3:
        return True
    try:
        return type(CarefulUnpickler(file).load()) is type(value)
    except Unlookable:
        return True


class Unlookable(BaseException):  # no handler in a user's `__setstate__` catches it
    """The copy may not be made."""


UNFILLED: WeakSet[type] = WeakSet()
"""Classes that came with a pickle and have not got their attributes yet."""


class Unpickler(pickle.Unpickler):
    """Loads a pickle. Classes that came along and are the program's own are left as they are by now.

    cloudpickle would put the attributes in that they had when the pickle was written: other functions, other lists.
    """

    def find_class(self, module: str, name: str) -> Any:
        """Give a class or function of the pickle."""
        found = super().find_class(module, name)
        if module.partition(".")[0] != "cloudpickle":
            return found
        return partial(CLASSES[name], found) if name in CLASSES else found


def made(make: Callable[..., type], *given: object) -> type:
    """Make a class that came with a pickle, or give the one that the program has."""
    known = sys.modules["cloudpickle.cloudpickle"]._DYNAMIC_CLASS_TRACKER_BY_ID
    is_there = any(type(each) is str and each in known for each in given)
    cls = make(*given)
    if not is_there:
        UNFILLED.add(cls)
    return cls


def filled(fill: Callable[[type, object], type], cls: type, state: object) -> type:
    """Put the attributes into a class that was made by a load."""
    if cls in UNFILLED:
        fill(cls, state)
        UNFILLED.discard(cls)
    return cls


CLASSES: dict[str, Callable[..., type]] = {
    "_make_skeleton_class": made,
    "_make_skeleton_enum": made,
    "_class_setstate": filled,
}


class CarefulUnpickler(Unpickler):
    """Loads a pickle, unless objects of it do something when they go."""

    def find_class(self, module: str, name: str) -> Any:
        """Give a class or function of the pickle."""
        found = super().find_class(module, name)
        if isinstance(found, type) and getattr(found, "__del__", None) is not None:
            raise Unlookable
        return found


@cache
def pickler() -> Any:
    """Give cloudpickle's pickler, without what it silently turns into something else."""
    import cloudpickle  # it takes 20 ms, and most values need none

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # it has no types
        """Pickles all that cloudpickle does and that comes back as it was."""

        dispatch_table = ChainMap(REFUSED, cloudpickle.Pickler.dispatch_table)  # noqa: RUF012  # pickle's own protocol

        def reducer_override(self, value: object) -> Any:
            """Give what is kept of a value."""
            return figure(value) if descends(value, "matplotlib.figure", "Figure") else super().reducer_override(value)

    return Pickler


def figure(value: Any) -> tuple[Any, ...]:
    """Give what is kept of a figure: not that pyplot has it, or it would be drawn on wherever it is loaded."""
    make, given, state, *rest = value.__reduce_ex__(PROTOCOL)
    return (make, given, {name: held for name, held in state.items() if name != "_restore_to_pylab"}, *rest)


def open_file(value: object) -> NoReturn:
    """Refuse what cloudpickle would make text of."""
    raise TypeError("it holds an open file")


def memory(value: object) -> NoReturn:
    """Refuse what cloudpickle would make bytes of."""
    raise TypeError("it holds a view of another object's memory")


REFUSED = {io.TextIOWrapper: open_file, memoryview: memory}


def size_of(file: BinaryIO) -> int:
    """Give how many bytes a file has, from its beginning."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size


def free_memory() -> int:
    """Give how many bytes of memory a program can still take."""
    with suppress(OSError, ValueError, StopIteration), open("/proc/meminfo", encoding="ascii") as said:
        return int(next(line for line in said if line.startswith("MemAvailable:")).split()[1]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4


PICKLE = Codec("pickle", ".pkl", False, lambda value: True, write, read, matches)
