"""Telling cheaply whether state differs from when it was last looked at."""

from __future__ import annotations

from _operator import is_  # `operator` itself is written in Python

from clew.model.data import dataclass
from clew.model.typed import Any, Callable, Iterator, Sequence
from clew.observe.memory import version


@dataclass(frozen=True, slots=True)
class Probe:
    """Hidden state of one kind, kept by one module; `begin` is called once the module is loaded.

    `begin` may fail with AttributeError, KeyError or TypeError where the module is not ready, keeps its state elsewhere,
    or is not what its name says.
    """

    kind: str
    module: str
    begin: Callable[[], Callable[[], int] | Parted]


class Parted:
    """Hidden state of which one part is told from another."""

    __slots__ = ()

    def look(self) -> int:
        """Compare with the last look; the count so far."""
        raise NotImplementedError

    def parts(self) -> set[str]:
        """The parts that were found to differ since this was last asked; "" for what belongs to none."""
        raise NotImplementedError


class Seen:
    """Counts how often a sequence of values was found to differ: by identity, so nobody's `==` is run.

    The values are kept, so that no other can come to live at their address.
    """

    __slots__ = ("count", "values")

    def __init__(self) -> None:
        self.values: Sequence[object] = ()
        self.count = 0

    def look(self, values: Sequence[object]) -> int:
        """Compare with the last look; the count so far."""
        if not self.is_same(values):
            self.values = values
            self.count += 1
        return self.count

    def is_same(self, values: Sequence[object]) -> bool:
        """Tell whether these are the values of the last look."""
        return len(values) == len(self.values) and all(map(is_, values, self.values))


class SeenEqual:
    """The same for atoms and tuples of them, which are made anew for every look: by `==`, on exact types only."""

    __slots__ = ("_value", "count")

    def __init__(self) -> None:
        self._value: object = None
        self.count = 0

    def look(self, value: object) -> int:
        """Compare with the last look; the count so far."""
        if value != self._value:
            self._value = value
            self.count += 1
        return self.count


class SeenDict(Parted):
    """The same for the values of a dict and of the dicts in it: free as long as no dict's version differs.

    Without `versions`, for which `ctypes` is needed, they are looked at each time.
    """

    __slots__ = ("_dicts", "_held", "_named", "_parts", "_seen", "_versioned", "_versions")

    def __init__(self, held: dict[Any, Any], *, versions: bool = True) -> None:
        self._held = held
        self._versioned = versions
        self._seen = Seen()
        self._dicts: list[dict[Any, Any]] = []  # kept, for we look at their memory
        self._versions: list[tuple[Any, bytes]] = []
        self._named: dict[str, object] = {}
        self._parts: set[str] = set()
        self._renew()
        self.parts()

    def look(self) -> int:
        """Compare with the last look; the count so far."""
        for block, last in self._versions:
            if block.raw != last:
                break
        else:
            if self._versions:
                return self._seen.count
            if len(self._dicts) == 1 and self._seen.is_same([*dict.values(self._held)]):
                return self._seen.count
        return self._renew()

    def values(self) -> Sequence[object]:
        """The values as last looked at, those of dicts in their place."""
        return self._seen.values

    def _renew(self) -> int:
        self._dicts = [*_nested(self._held)]
        blocks: list[Any] = [version(one) for one in self._dicts] if self._versioned else [None]
        self._versions = [] if None in blocks else [(block, block.raw) for block in blocks]
        before = self._seen.count
        count = self._seen.look([value for one in self._dicts for value in dict.values(one)])
        if count != before:
            was, self._named = self._named, dict(_named(self._held))
            both = was.keys() | self._named.keys()
            self._parts |= {name for name in both if was.get(name, was) is not self._named.get(name, was)}
        return count

    def parts(self) -> set[str]:
        """The keys whose values were found to differ since this was last asked; keys in inner dicts after a dot."""
        found, self._parts = self._parts, set()
        return found


def _named(held: dict[Any, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in dict.items(held):
        name = above + (key if type(key) is str else key.decode(errors="replace") if type(key) is bytes else "?")
        if type(value) is dict:
            yield from _named(value, f"{name}.")
        else:
            yield name, value


def _nested(held: dict[Any, Any]) -> Iterator[dict[Any, Any]]:
    yield held
    for value in dict.values(held):
        if type(value) is dict:
            yield from _nested(value)
