"""A step under way."""

from __future__ import annotations

from types import FunctionType

from clew.model.data import dataclass, field
from clew.model.effects import Effect
from clew.model.events import Call
from clew.model.places import Span

LONGEST_TEXT = 400
"""Characters of a text that may still be a path."""


@dataclass(slots=True)
class Opened:
    """A step that has begun: what it read, and what must be looked at again when it is over.

    `words` are the names and attributes that its text, and functions that it may call, speak of; `looked` are the
    variables whose cells are fingerprinted; `everything` says that an unknown call may have changed any of what the
    statement reads; `watches_names`, that it may bind names that its text does not tell; `notes` are texts put together
    for calls; `takers` are the calls to which such texts matter, and whether they look up names in them; `cut_short` says that an exception ended it, which the program
    caught, `is_sure` that it came to its end otherwise; `figures` are those of pyplot's that are
    fingerprinted; `bare` says that the result of an unknown call is thrown away; `unseen` are libraries of which it called what nothing is known of,
    and `ran` functions of the user's that it called.
    """

    number: int
    source: int
    statement: int
    started: float
    leaving: bool = False
    calls: list[Call] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    words: frozenset[str] = frozenset()
    bound_before: dict[str, int] = field(default_factory=dict)
    around: set[str] = field(default_factory=set)
    looked: set[str] = field(default_factory=set)
    prepared: bool = False
    everything: bool = False
    notes: list[str] = field(default_factory=list)
    takers: dict[Span, bool] = field(default_factory=dict)
    watches_names: bool = False
    modules: int = 0
    suspended: bool = False
    cut_short: bool = False
    is_sure: bool = True
    saves: int = 0
    bare: bool = False
    figures: tuple[int, ...] = ()
    unseen: frozenset[str] = frozenset()
    ran: tuple[FunctionType, ...] = ()
