"""What a plan is made of: the statements of the changed program, what was kept, what is not what it was. Plain facts."""

from __future__ import annotations

from collections.abc import Mapping

from clew.model.data import dataclass, field
from clew.replay.units import Unit, Units

GENERATORS = frozenset({"random", "numpy.random", "torch"})
"""Hidden state that can be kept and put back."""

NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Statement:
    """A top-level statement of the changed program: the names it may read, and binds by its text (`sure`: always).

    `words` are all names and attributes that its code speaks of. `old` is the unit of the session that it is; `changed` says why its code does not do what that one's did.
    """

    number: int
    place: tuple[int, int]
    names: frozenset[str]
    binds: frozenset[str]
    sure: bool
    old: int | None = None
    changed: str = ""
    words: frozenset[str] = NO_NAMES


@dataclass(frozen=True)
class Dirt:
    """What a unit leaves behind that is not what it was: variables, cells, hidden state, files, attributes of modules."""

    names: frozenset[str] = NO_NAMES
    cells: bool = False
    ambient: frozenset[str] = NO_NAMES
    files: frozenset[str] = NO_NAMES
    modules: bool = False

    def __or__(self, other: Dirt) -> Dirt:
        """Both together."""
        return Dirt(
            self.names | other.names,
            self.cells or other.cells,
            self.ambient | other.ambient,
            self.files | other.files,
            self.modules or other.modules,
        )


CLEAN = Dirt()


@dataclass(frozen=True)
class Entry:
    """Kept values: variables that share no memory with others, as they were after a unit of the session.

    `needs` are classes and functions of the program that must be there when the values are loaded. Hidden state is kept
    under its kind; then there are no names. What is `plain` shares memory with nothing.
    """

    key: str
    after: int
    names: frozenset[str]
    needs: frozenset[str] = NO_NAMES
    ambient: str = ""
    plain: bool = False


@dataclass(frozen=True)
class Work:
    """All that is known before anything runs.

    `deleted` are units of the session that the program no longer has, by the statement before which they stood;
    `outside` are files that are not what they were; `learned` is what runs that had to be given up told of units, and
    `demanded` the names they turned out to read.
    """

    old: Units
    statements: tuple[Statement, ...]
    deleted: Mapping[int, tuple[int, ...]]
    entries: tuple[Entry, ...] = ()
    outside: Mapping[str, str] = field(default_factory=dict)
    learned: Mapping[int, Dirt] = field(default_factory=dict)
    demanded: Mapping[int, frozenset[str]] = field(default_factory=dict)
    wanted: frozenset[str] = NO_NAMES

    def unit(self, statement: Statement) -> Unit | None:
        """The unit of the session that a statement is."""
        return None if statement.old is None else self.old.units[statement.old]
