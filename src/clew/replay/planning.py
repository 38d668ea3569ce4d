"""Which units of a changed program have to run, and which kept values stand for the rest. Pure: nothing is run here.

A unit is *affected* where its code, or something that it reads, is not what it was. An affected unit needs what it reads:
values that were kept, or else the units that make them, and so on. Two things must not come apart: a value in memory and
what changes it in place, so a unit that changes what a running one has in hand runs too; and variables that share
memory, so they are taken from one kept group, or made together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from clew.model.data import dataclass, field
from clew.model.resources import File, Module
from clew.replay.affected import affected
from clew.replay.order import Order, touches, units_order
from clew.replay.units import ATOMIC, CODE, Unit, Units
from clew.replay.work import CLEAN, GENERATORS, NO_NAMES, Dirt, Entry, Statement, Work


@dataclass(frozen=True)
class Plan:
    """What runs, each with why; which kept values are loaded before which statement (the end: past the last one).

    `late` are statements that should have run and are past already.
    """

    run: Mapping[int, str]
    loads: Mapping[int, tuple[Entry, ...]]
    late: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Walk:
    """One way through the program, with these statements running: what is in memory where, and what is missing."""

    work: Work
    run: Mapping[int, str]
    done: Mapping[int, Dirt]
    order: Order
    live: dict[str, int | None] = field(default_factory=dict)  # by variable: the unit of the session that had bound it
    state: dict[str, bool] = field(default_factory=dict)  # hidden state that is as it should be here
    written: set[str] = field(default_factory=set)  # files
    loads: dict[int, list[Entry]] = field(default_factory=dict)
    more: dict[int, str] = field(default_factory=dict)

    def go(self, start: int, live: Mapping[str, int | None], spoken: Sequence[str]) -> None:
        """Walk from a statement on, with these variables in memory, to the first of which something is missing."""
        self.live.update(live)
        for statement in self.work.statements[start:]:
            unit = self.work.unit(statement)
            if statement.number in self.run:
                names = statement.names | (unit.reads if unit is not None else NO_NAMES)
                names |= NO_NAMES if statement.sure else statement.binds  # which may stay what they were
                self.provide(statement.number, names | self.work.demanded.get(statement.number, NO_NAMES), spoken)
                self.surround(statement.number, unit)
                binds = statement.binds | (unit.binds if unit is not None else NO_NAMES)
                self.live.update(dict.fromkeys(binds, statement.old))
                self.written.update(unit.files if unit is not None else ())
            elif unit is not None:
                for path in sorted(self.written & unit.files.keys()):
                    self.more.setdefault(statement.number, f"it writes {path}, which is written before")
                for name in outdated(self.work.old, unit, self.live):
                    del self.live[name]
            if not self.more.keys() <= self.run.keys():
                return
        self.provide(len(self.work.statements), self.work.wanted, spoken)

    def provide(self, number: int, names: Iterable[str], spoken: Sequence[str]) -> None:
        """Have these variables in memory before a statement, from kept values or by running who makes them."""
        for name in sorted(names):
            if name in self.live or self.order.binder(name, number) is None:
                continue
            entry = self.entry(name, number)
            if entry is None:
                said = spoken[number] if number < len(spoken) else "the result"
                for writer in self.makers_now(name, number):
                    self.more.setdefault(writer, f"{said} needs {name}, of which no value is kept")
                self.live[name] = self.work.statements[self.order.binder(name, number) or 0].old
                continue
            self.provide(number, entry.needs, spoken)
            now = frozenset(each for each in entry.names if self.is_as_now(entry, each, number))
            self.loads.setdefault(number, []).append(replace(entry, names=now))
            for each in now:  # others of the group may not be there yet, or no more
                self.live[each] = self.binder_of_old(each, entry.after)

    def makers_now(self, name: str, number: int) -> list[int]:
        """Who has to run for a variable, the last first: who changed it will ask for it as it was before."""
        found = []
        for writer in sorted(self.order.writers(name, number), reverse=True):
            found.append(writer)
            statement = self.work.statements[writer]
            unit = self.work.unit(statement)
            if unit is not None and name in unit.reads and name not in statement.binds | unit.binds:
                break
        return found

    def binder_of_old(self, name: str, after: int) -> int | None:
        """The unit of the session that had bound a name by then."""
        return units_order(self.work.old).binder(name, after + 1)

    def entry(self, name: str, number: int) -> Entry | None:
        """A kept group with a variable as it is before a statement, which shares nothing with what is in memory."""
        found = [each for each in self.work.entries if name in each.names and self.is_as_now(each, name, number)]
        usable = [each for each in found if self.live.keys().isdisjoint(each.names) and self.is_apart(each)]
        return usable[-1] if usable else None

    def is_as_now(self, entry: Entry, name: str, number: int) -> bool:
        """Tell whether a variable was kept as it is before a statement: the same units have made it so."""
        now = self.order.writers(name, number)
        if any(writer in self.run for writer in now):
            return False
        olds = {self.work.statements[writer].old for writer in now}
        return olds == units_order(self.work.old).writers(name, entry.after + 1)

    def is_apart(self, entry: Entry) -> bool:
        """Tell whether a kept group shared no memory with what is in memory now.

        What was bound when it was kept, and is not in the group, shared none then; of what was not, the group must not
        have been made.
        """
        if entry.plain:
            return True
        before: frozenset[int] | None = None
        for name, binder in self.live.items():
            if binder is None or self.binder_of_old(name, entry.after) == binder:
                continue
            before = self.makers(entry) if before is None else before
            if binder in before:
                return False
        return True

    def makers(self, entry: Entry) -> frozenset[int]:
        """All units of the session that a kept group comes from."""
        order = units_order(self.work.old)
        return frozenset().union(*(order.makers(name, entry.after + 1) for name in entry.names))

    # ---- what is around ---------------------------------------------------------------------------------

    def surround(self, number: int, unit: Unit | None) -> None:
        """Have hidden state, files and modules as a statement needs them."""
        before = self.work.statements[:number]
        for kind in sorted(kinds_of(self.work, number)):
            writers = self.of_kind(before, kind)
            if writers and not (kind in GENERATORS and self.restore(number, kind, writers[0])):
                for writer in writers:
                    self.more.setdefault(writer, f"it sets the state of {kind}")
        if unit is None or self.work.statements[number].changed:
            self.surround_new(before, self.work.statements[number].words)
        for need in unit.needs if unit is not None else ():
            match need.resource:
                case Module(module):
                    self.add_old(need.unit, f"it changes {module}")
                case File(path) if not self.is_as_left(need.unit, path):
                    self.add_old(need.unit, f"it writes {path}")
                case _:
                    pass

    def surround_new(self, before: Sequence[Statement], words: frozenset[str]) -> None:
        """Have files, and attributes of modules that it speaks of, as a statement needs them of which nobody knows."""
        for statement in before:
            unit = self.work.unit(statement)
            for module, attribute in sorted(unit.modules if unit is not None else ()):
                if not attribute or attribute in words:
                    self.more.setdefault(statement.number, f"it changes {module}")
            for path in unit.files if unit is not None else ():
                if not self.is_as_left(unit.number if unit is not None else -1, path):
                    self.more.setdefault(statement.number, f"it writes {path}")

    def of_kind(self, before: Sequence[Statement], kind: str) -> list[int]:
        """The statements that made hidden state what it is, the last first, back to who set it anew."""
        found = []
        for statement in reversed(before):
            unit, left = self.work.unit(statement), self.done.get(statement.number, CLEAN)
            own = unit.ambient if unit is not None else {}
            if kind in own or kind in left.ambient:
                found.append(statement.number)
                if own.get(kind):
                    break
        return found

    def restore(self, number: int, kind: str, writer: int) -> bool:
        """Have a generator's state put back as it was kept after its last use; tell whether it can be."""
        if writer in self.run:
            return True  # it is as that one leaves it, if that one found it as it should
        old = self.work.statements[writer].old
        found = [entry for entry in self.work.entries if entry.ambient == kind and entry.after == old]
        if found:
            self.loads.setdefault(number, []).append(found[-1])
        return bool(found)

    def add_old(self, unit: int, why: str) -> None:
        """Have a unit of the session run, if the program still has it."""
        for statement in self.work.statements:
            if statement.old == unit:
                self.more.setdefault(statement.number, why)

    def is_as_left(self, unit: int, path: str) -> bool:
        """Tell whether a file is still as a unit of the session left it: nobody wrote it later."""
        last = [each.number for each in self.work.old.units if path in each.files]
        return path not in self.work.outside and last[-1:] == [unit]


def kinds_of(work: Work, number: int) -> frozenset[str]:
    """Give the hidden state that a statement may use; of one that is new, all that is no generator."""
    statement = work.statements[number]
    unit, learned = work.unit(statement), work.learned.get(number, CLEAN).ambient
    own = unit.ambient_read | unit.ambient.keys() if unit is not None else NO_NAMES
    if unit is not None and not statement.changed:
        return own | learned
    every = {kind for each in work.old.units for kind in each.ambient}
    return frozenset(every - GENERATORS) | own | learned


def outdated(units: Units, unit: Unit, live: Mapping[str, int | None]) -> list[str]:
    """Name the variables in memory that are not what they should be after a unit that is not run.

    It would have bound them anew, or changed something of what they lead to: whoever needs them has it run.
    """
    found = []
    for name, binder in live.items():
        made = None if binder is None else units.units[binder]
        gone = name in unit.binds or name in unit.deletes
        if gone or any(touches(units, unit.number, written, name, made) for written in unit.changed):
            found.append(name)
    return found


def relatives(work: Work, number: int, names: Iterable[str], live: Iterable[str]) -> frozenset[str]:
    """Name the variables that are not in memory before a statement, are asked for later, and may share memory with some.

    What shares memory comes from a common source, and can be changed in place.
    """
    units, order = work.old, units_order(work.old)
    olds = [each.old for each in work.statements[:number] if each.old is not None]
    before = max(olds, default=-1) + 1
    own = frozenset().union(*(order.makers(name, before) for name in names))
    asked = set(work.wanted).union(*(each.names for each in work.statements[number:]))
    found = set()
    for name in (asked & order.binders.keys()) - set(live) - set(names):
        binder = order.binder(name, before)
        if binder is not None and units.types.get((name, binder)) not in ATOMIC | CODE:
            shared = order.makers(name, before) & own
            if any(not is_code(units, each) for each in shared):
                found.add(name)
    return frozenset(found)


def is_code(units: Units, unit: int) -> bool:
    """Tell whether a unit binds nothing but functions, classes and modules."""
    binds = units.units[unit].binds
    return bool(binds) and all(units.types.get((name, unit)) in CODE for name in binds)


def plan(
    work: Work,
    done: Mapping[int, Dirt],
    *,
    start: int = 0,
    live: Mapping[str, int | None] | None = None,
    spoken: Sequence[str] = (),
) -> Plan:
    """Plan a run, or the rest of one from the statement `start` on, with these variables in memory."""
    run = {number: why for number, why in affected(work, done, spoken).items() if number >= start}
    late: set[int] = set()
    while True:
        ran = {**dict.fromkeys(done, ""), **run}
        rows = [row_of(work, statement, ran) for statement in work.statements]
        walk = _Walk(work, ran, done, Order(work.old, rows))
        walk.go(start, live or {}, spoken)
        new = {number: why for number, why in walk.more.items() if number not in ran and number not in late}
        late |= {number for number in new if number < start}
        run |= {number: why for number, why in new.items() if number >= start}
        if not new:
            loads = {number: tuple(entries) for number, entries in walk.loads.items()}
            return Plan(dict(sorted(run.items())), loads, frozenset(late))


def row_of(work: Work, statement: Statement, run: Mapping[int, str]) -> tuple[Unit | None, frozenset[str], bool]:
    """What a statement binds: if it runs, perhaps more than it did."""
    unit = work.unit(statement)
    binds = unit.binds if unit is not None else NO_NAMES
    if statement.number in run:
        return unit, statement.binds | binds, statement.sure
    return unit, binds, True
