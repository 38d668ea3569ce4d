"""The names of a namespace and which objects they stand for, kept up to date from step to step.

Nothing is held that the program could miss: objects are known by their addresses. Small atoms are held, for their
addresses are soon used again.
"""

from __future__ import annotations

from clew.knowledge.lines import identity
from clew.model.typed import Any, Iterable
from clew.observe.atoms import ATOMS
from clew.observe.memory import version

BUILTINS = "__builtins__"

OFTEN = 50_000
"""Names looked at, after which it pays to load what tells whether Python has counted a change of any."""

LONGEST = 1000
"""Characters of a text that is held."""


class Photograph:
    """What the names of a namespace stood for when they were last looked at."""

    def __init__(self, namespace: dict[str, object]) -> None:
        self.namespace = namespace
        self.taken = False
        self.addresses: dict[str, int] = {}
        self.held: dict[str, object] = {}
        self.block: Any = None  # where Python counts the changes of the namespace, if it does
        self.seen = b""
        self.looked = 0  # names, one by one

    def take(self) -> None:
        """Look at all names, if what is known of them may be outdated."""
        if self.taken:
            return
        self.taken = True
        self.addresses = self.now()
        self.held = {name: value for name, value in self.namespace.items() if is_small(value)}
        self.block = version(self.namespace)
        self.note_version()

    def outdate(self) -> None:
        """The names may change unseen from here on."""
        self.taken = False

    def update(self, names: Iterable[str]) -> None:
        """These names were bound or deleted, and no others."""
        if not self.taken:
            return
        for name in names:
            self.held.pop(name, None)
            if name not in self.namespace:
                self.addresses.pop(name, None)
                continue
            value = self.namespace[name]
            self.addresses[name] = identity(value)
            if is_small(value):
                self.held[name] = value
        self.note_version()

    def differences(self, known: Iterable[str]) -> tuple[set[str], set[str]]:
        """The names bound and those deleted since the last look, but for those that are known to be."""
        if self.block is not None and self.block.raw == self.seen:
            return set(), set()
        self.looked += len(self.addresses)
        if self.is_same():
            if self.looked > OFTEN and self.block is None:
                self.looked = 0  # asked seldom, too, where Python does not count
                self.block = version(self.namespace, at_any_cost=True)
                self.note_version()
            return set(), set()
        before, now = self.addresses, self.now()
        if before == now:
            self.addresses = now  # in another order
            return set(), set()
        known = {*known, BUILTINS}
        new = {name for name, address in now.items() if name not in known and before.get(name) != address}
        return new, before.keys() - now.keys() - known

    def is_same(self) -> bool:
        """Tell whether the same names stand for the same in the same order: that is compared in half the time."""
        before, held = self.addresses, self.namespace
        return [*before] == [*held] and [*before.values()] == [*map(identity, held.values())]

    def now(self) -> dict[str, int]:
        """The addresses of what the names stand for."""
        return dict(zip(self.namespace, map(identity, self.namespace.values()), strict=True))

    def note_version(self) -> None:
        """Remember how often the namespace was changed so far."""
        if self.block is not None:
            self.seen = self.block.raw


def is_small(value: object) -> bool:
    """Tell whether an object is an atom that holding would cost nothing."""
    cls = type(value)
    return cls in ATOMS and (cls not in (str, bytes) or len(value) <= LONGEST)  # type: ignore[arg-type]  # a text
