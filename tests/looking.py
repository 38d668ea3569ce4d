"""Look at a value through every kind, as the heap does, and say what an action changed."""

from __future__ import annotations

from typing import Any

from clew.observe.atoms import ATOMS
from clew.observe.kind import Digest, Opaque
from clew.observe.kinds import KindTable

TABLE = KindTable(strict=True)


class Look:
    """Every cell that a value leads to, as it is now."""

    def __init__(self, root: object) -> None:
        self.root = root
        self.cells: dict[int, tuple[str, Digest | Opaque]] = {}
        self.held: list[object] = []  # so that no address is used again while looks are compared
        self.keys: set[int] = set()
        self._walk(root)

    def _walk(self, root: object) -> None:
        todo = [root]
        while todo:
            value: Any = todo.pop()
            kind = None if type(value) in ATOMS else TABLE.find(type(value))
            if kind is None or id(value) in self.cells:
                continue
            reach = kind.reach(value)
            self.cells[id(value)] = kind.name, kind.digest(value)
            self.held.append(value)
            self.keys |= {~key if type(key) is int else id(key) for key in reach.keys}
            todo += [*reach.children, *(held for part in reach.parts.values() for held in part)]

    def opaque(self) -> set[str]:
        """The kinds that we could not see into."""
        return {name for name, digest in self.cells.values() if isinstance(digest, Opaque)}


def differences(before: Look, after: Look) -> set[str]:
    """Parts of the value itself that differ (`whole` for what is no part), and the kinds of other cells that do."""
    found: set[str] = set()
    for address, (name, old) in before.cells.items():
        new = after.cells.get(address, ("", None))[1]
        if isinstance(old, Digest) and isinstance(new, Digest) and old != new:
            found |= _parts(old, new) if address == id(before.root) else {f"<{name}>"}
    return found


def _parts(old: Digest, new: Digest) -> set[str]:
    parts = {part for part in {*old.parts, *new.parts} if old.parts.get(part) != new.parts.get(part)}
    return parts | ({"whole"} if old.whole != new.whole else set())


def act(value: object, code: str, **names: Any) -> set[str]:
    """Run code in which the value is `x`, and say what it changed."""
    space = {"x": value, **names}
    before = Look(value)
    exec(code, space)
    return differences(before, Look(value))
