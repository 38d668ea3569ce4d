"""What the text of a program says, a statement at a time: plain facts that need no parser to be read."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.places import Span
from clew.model.typed import StrEnum


class Shape(StrEnum):
    """How a statement is run and cut."""

    SIMPLE = "simple"
    LOOP = "loop"  # taken whole: it may bind what it binds many times, or never
    DEFINITION = "definition"  # a function or class, taken whole
    IF = "if"
    WITH = "with"
    TRY = "try"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Access:
    """One way into a variable: `kind` is "item" for `x["key"]`, "attribute" for `x.key`, "whole" otherwise.

    "shown" is for `Out[3]` and `_3`: where `Out` is the shell's they are one, and both are read.

    "length" is for `len(x)`: of a frame it shows the rows, of anything else the whole.

    "column" is for what picks a column if the variable is a frame, and means the whole if it is not.

    `stored` says that the place is only written. `below` goes on from what is found there, as pairs of kind and key:
    `x["key"].name["k"]`; STOP says that nothing of what is found is read, for the place after it is only written.
    """

    kind: str
    key: str = ""
    stored: bool = False
    below: tuple[tuple[str, str], ...] = ()


WHOLE = Access("whole")
STOP = ("", "")
SHOWN = "shown"
LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a source. For a branching one, the names are those of its header."""

    number: int
    shape: Shape
    span: Span
    parent: int | None
    branch: str  # which body of the parent it stands in: "body", "orelse", "handler 0", "finalbody", "case 1"
    reads: dict[str, frozenset[Access]]
    deferred: frozenset[str]
    binds: frozenset[str]
    deletes: frozenset[str]


@dataclass(frozen=True, slots=True)
class HiddenCall:
    """A call that nobody announces: a dotted path from a variable, or a method of we do not know what.

    `positional` counts its arguments; `arguments` pairs position, keyword or "*" with the variable that the argument
    is reached from, or nothing. `alone` says that its result is thrown away.
    """

    path: str
    method: str
    positional: int
    keywords: frozenset[str]
    arguments: tuple[tuple[str, str], ...]
    alone: bool = False


Way = tuple[tuple[str, str], ...]
"""Steps from an object to one that it leads to, as pairs of kind and key: ("attribute", name), ("item", text),
("place", number) for `x[3]`, ("variable", name) for `x[name]`."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that a statement stores into: `root.key`, `root["key"]`, `root[variable]`, or what `root += ...` changes.

    `kind` is "attribute", "item" or "name"; an item with neither key nor variable is given by some other expression.
    `added`: it is stored into by `+=` and the like, which may change what is stored there instead. `way` goes from the
    variable's object to the one that is stored into, where that is another: `root["a"].key`.
    """

    root: str
    kind: str
    key: str = ""
    variable: str = ""
    added: bool = False
    way: Way = ()


@dataclass(frozen=True, slots=True)
class Touch:
    """What a statement could do, from its text. `stores` are the variables into whose objects it stores.

    `spots` are the places that it stores into, where each is told by its text, else none; `plainly` says that it
    operates on nothing but attributes and items under texts, of variables and of what these give, to get or to set them.
    """

    stores: frozenset[str]
    hidden: tuple[HiddenCall, ...]
    spots: tuple[Spot, ...]
    operates: bool
    plainly: bool
    texts: frozenset[str]
    words: frozenset[str]
    imports: tuple[str, ...]
    star: bool
    builds: bool  # a class with bases, keywords or decorators: making it may run the user's code
    attributes: frozenset[tuple[str, str]]  # attributes stored right on a variable; ".holder" for deeper ones
    handed: frozenset[str]  # variables of which a method that may change them is handed on, not called
    called: frozenset[str]  # variables that are called, for what is assigned as it is, and not used otherwise
    settings: frozenset[tuple[str, str]]  # settings asked for: how they are spoken of, and which; "" for any
