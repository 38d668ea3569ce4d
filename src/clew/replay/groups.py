"""Groups of variables that share memory, as bytes and back: one pickle, so that what they share they share again.

Classes and functions of the program stay in the program: the pickle only names them, and they must be there when it is
loaded. What a pickle would tear apart is refused: arrays and tensors that share memory, one of a kind objects of
libraries, figures that pyplot knows.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

from clew.replay.values import portray_names
from clew.store.codecs.codec import Codec, descends
from clew.store.codecs.pickles import PROTOCOL, CarefulUnpickler, Unlookable

MAIN = "__main__"
FUNCTION = type(lambda: None)


class NotKept(Exception):
    """A group would not come back as it is."""


class Pickler(pickle.Pickler):
    """Pickles a group; notes what it needs of the program in `needs`, and refuses what would be torn apart."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, protocol=PROTOCOL)
        self.needs: set[str] = set()
        self.memory: list[tuple[int, int, object]] = []
        self.storages: dict[int, object] = {}

    def reducer_override(self, value: Any) -> Any:
        """Look at what is pickled, and leave it to `pickle`."""
        kind = type(value)
        if kind is FUNCTION or isinstance(value, type):
            if value.__module__ == MAIN:
                self.needs.add(value.__qualname__.partition(".")[0])
        elif kind.__module__ == "numpy" and hasattr(value, "__array_interface__"):
            self.array(value)
        elif descends(value, "torch", "Tensor"):
            self.tensor(value)
        elif is_one_of_a_kind(value):
            raise NotKept(f"there is one {kind.__qualname__} in a process")
        elif descends(value, "matplotlib.artist", "Artist") or descends(value, "matplotlib.figure", "Figure"):
            raise NotKept("pyplot knows the figure")
        return NotImplemented

    def array(self, value: Any) -> None:
        """Refuse an array that shares memory with another one of the group."""
        byte_bounds = (
            sys.modules["numpy"].lib.array_utils.byte_bounds if new_numpy() else sys.modules["numpy"].byte_bounds
        )
        if not value.nbytes or not value.ndim:
            return
        low, high = byte_bounds(value)
        if any(low < end and start < high and other is not value for start, end, other in self.memory):
            raise NotKept("two arrays share memory")
        self.memory.append((low, high, value))

    def tensor(self, value: Any) -> None:
        """Refuse a tensor that shares memory with another one of the group."""
        address = value.untyped_storage().data_ptr()
        if self.storages.setdefault(address, value) is not value and address:
            raise NotKept("two tensors share memory")


def new_numpy() -> bool:
    """Tell whether NumPy has what older ones had elsewhere."""
    return hasattr(sys.modules["numpy"].lib, "array_utils")


def is_one_of_a_kind(value: object) -> bool:
    """Tell whether a value is a library's own, which all of a process share."""
    shared = (("numpy.random.mtrand", "_rand"), ("random", "_inst"))
    return any(value is getattr(sys.modules.get(module), name, sys) for module, name in shared)


def write(group: Mapping[str, object], file: BinaryIO) -> None:
    """Pickle a group; NotKept, or whatever `pickle` has against it."""
    Pickler(file).dump(dict(group))


def read(file: BinaryIO) -> dict[str, object]:
    """Load a group: this runs code, so ask first who wrote it."""
    found: dict[str, object] = pickle.Unpickler(file).load()
    return found


def matches(group: Mapping[str, object], file: BinaryIO) -> bool:
    """Whether what was written comes back equal in all that can be seen; not where the copy would do something."""
    try:
        copy = CarefulUnpickler(file).load()
    except Unlookable:
        return False
    expected, found = portray_names(group, group), portray_names(copy, copy)
    return expected == found and not any(portrait.unseen for portrait in expected.values())


def needs_of(group: Mapping[str, object]) -> tuple[str, ...]:
    """Name the classes and functions of the program without which a group cannot be loaded."""
    pickler = Pickler(Nowhere())  # type: ignore[arg-type]  # all that a pickler asks of a file
    pickler.dump(dict(group))
    return tuple(sorted(pickler.needs))


class Nowhere:
    """A file that forgets what is written to it; too much of it is refused."""

    def __init__(self, limit: float = float("inf")) -> None:
        self.limit, self.size = limit, 0

    def write(self, data: Any) -> int:
        """Count some bytes."""
        size = len(data) if isinstance(data, bytes) else memoryview(data).nbytes
        self.size += size
        if self.size > self.limit:
            raise NotKept("it takes more room than it is worth")
        return size


GROUP = Codec("group", ".pkl", False, lambda value: type(value) is dict, write, read, matches)
