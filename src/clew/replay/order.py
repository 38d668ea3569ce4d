"""Units in an order, asked who had made a variable what it was at a point of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from clew.replay.units import ATOMIC, Unit, Units, Written


class Order:
    """Statements or units in an order, asked who had made a variable what it was at a point of it."""

    def __init__(self, units: Units, rows: Sequence[tuple[Unit | None, frozenset[str], bool]]) -> None:
        """Take rows of units, the names that each binds, and whether it surely does."""
        self.units, self.rows = units, rows
        self.binders: dict[str, list[int]] = {}
        for place, (_, binds, _) in enumerate(rows):
            for name in binds:
                self.binders.setdefault(name, []).append(place)
        self.deleters: dict[str, list[int]] = {}
        for place, (unit, binds, _) in enumerate(rows):
            for name in unit.deletes - binds if unit is not None else ():
                self.deleters.setdefault(name, []).append(place)
        self.changing = [place for place, (unit, _, _) in enumerate(rows) if unit is not None and unit.changed]

    def binder(self, name: str, before: int) -> int | None:
        """Who had bound a name last; None where it was deleted since."""
        found, deleters = self.binders.get(name, []), self.deleters.get(name, [])
        place, deleted = bisect_left(found, before), bisect_left(deleters, before)
        if not place or (deleted and deleters[deleted - 1] > found[place - 1]):
            return None
        return found[place - 1]

    def writers(self, name: str, before: int) -> frozenset[int]:
        """Who had made a variable what it was: who bound it, and who changed since what it leads to."""
        bound: list[int] = []
        if self.binder(name, before) is None:
            return frozenset()
        for place in reversed(self.binders.get(name, [])):
            if place >= before:
                continue
            bound.append(place)
            if self.rows[place][2]:
                break
        if not bound:
            return frozenset()
        changed = [place for place in self.changing if bound[-1] < place < before]
        return frozenset([*bound, *(place for place in changed if self.touch(place, name, bound[0]))])

    def makers(self, name: str, before: int) -> frozenset[int]:
        """All units that a variable comes from, where these are a session's own."""
        todo = list(self.writers(name, before))
        found: set[int] = set()
        while todo:
            unit = todo.pop()
            if unit not in found:
                found.add(unit)
                todo += [need.unit for need in self.units.units[unit].needs]
        return frozenset(found)

    def touch(self, place: int, name: str, binder: int) -> bool:
        """Tell whether what stands at a place may have changed what a variable leads to."""
        unit, made = self.rows[place][0], self.rows[binder][0]
        if unit is None:
            return False
        return any(touches(self.units, unit.number, each, name, made) for each in unit.changed)


def touches(units: Units, unit: int, written: Written, name: str, made: Unit | None) -> bool:
    """Tell whether a cell that a unit changed may be one that a variable leads to, bound by the unit `made`.

    When the source of the unit was over, all variables were looked at: one that was bound still tells.
    """
    if written.root == name or made is None:
        return True
    key = (name, made.number)
    if units.types.get(key) in ATOMIC:
        return False
    later = units.ends[bisect_left(units.ends, unit) :]
    binder = units_order(units)
    if any(binder.binder(name, end + 1) == made.number for end in later):
        return written.cell in units.cells.get(key, frozenset())
    return True


ORDERS: dict[int, tuple[Units, Order]] = {}


def units_order(units: Units) -> Order:
    """The order of a session's own units; worked out once."""
    known = ORDERS.get(id(units))
    if known is None or known[0] is not units:
        ORDERS.clear()
        ORDERS[id(units)] = known = (units, Order(units, [(unit, unit.binds, True) for unit in units.units]))
    return known[1]
