"""Which statements of a changed program read what is not what it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clew.model.data import dataclass, field
from clew.model.resources import Ambient, Cell, File, Module
from clew.replay.units import Unit
from clew.replay.work import CLEAN, NO_NAMES, Dirt, Statement, Work


@dataclass(slots=True)
class _Dirty:
    """What is not what it was at some point of the program, each with what made it so."""

    names: dict[str, str] = field(default_factory=dict)
    units: dict[int, tuple[Dirt, str]] = field(default_factory=dict)  # of what units of the session did
    kinds: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def reaches(self, statement: Statement, unit: Unit | None) -> str:
        """Say what of it a statement reads, or nothing."""
        reads = sorted(statement.names if unit is None else unit.reads)
        found = [f"{name} is {self.names[name]}" for name in reads if name in self.names]
        if unit is None or found:
            return found[0] if found else ""
        found = [f"the state of {kind} is {self.kinds[kind]}" for kind in sorted(unit.ambient_read & self.kinds.keys())]
        found += [f"the file {path} is {self.files[path]}" for path in sorted(unit.files_read & self.files.keys())]
        for need in unit.needs:
            dirt, cause = self.units.get(need.unit, (CLEAN, ""))
            match need.resource:
                case Cell(_, _, label) if dirt.cells:
                    found.append(f"{label or 'an object'} is {cause}")
                case Ambient(kind) if kind in dirt.ambient:
                    found.append(f"the state of {kind} is {cause}")
                case File(path) if path in dirt.files:
                    found.append(f"the file {path} is {cause}")
                case Module(module) if dirt.modules:
                    found.append(f"{module} is {cause}")
                case _:
                    pass
        return found[0] if found else ""

    def take(self, binds: Iterable[str], unit: Unit | None, dirt: Dirt, cause: str) -> None:
        """A statement has run, or will, and leaves this behind."""
        for name in binds:
            self.names.pop(name, None)
        self.names.update(dict.fromkeys(dirt.names, cause))
        own, files = (unit.ambient, unit.files) if unit is not None else ({}, {})
        if unit is not None and dirt != CLEAN:
            self.units[unit.number] = (dirt, cause)
        self.kinds.update(dict.fromkeys(dirt.ambient - own.keys(), cause))
        self.files.update(dict.fromkeys(dirt.files - files.keys(), cause))

    def settle(self, unit: Unit) -> None:
        """A unit is as it was: what it makes anew is clean."""
        for name in unit.binds:
            self.names.pop(name, None)
        for kind in [kind for kind, anew in unit.ambient.items() if anew]:
            self.kinds.pop(kind, None)
        for path in [path for path, anew in unit.files.items() if anew]:
            self.files.pop(path, None)


def affected(work: Work, done: Mapping[int, Dirt], spoken: Sequence[str] = ()) -> dict[int, str]:
    """Give the statements that read what is not what it was, or are not what they were, each with why.

    `done` is what those that have run left behind; `spoken` what statements are called, by their number.
    """
    dirty = _Dirty(files=dict(work.outside))
    found: dict[int, str] = {}
    for statement in work.statements:
        for gone in work.deleted.get(statement.number, ()):
            left = work.old.units[gone]
            dirty.take((), left, all_of(left, NO_NAMES), "no longer made as it was")
        unit = work.unit(statement)
        why = statement.changed or dirty.reaches(statement, unit)
        if why:
            found[statement.number] = why
        if why or statement.number in done:
            cause = f"changed by {spoken[statement.number]}" if spoken else f"changed by {statement.number}"
            binds = statement.binds | (unit.binds if unit is not None else NO_NAMES)
            expected = all_of(unit, binds) | work.learned.get(statement.number, CLEAN)
            dirty.take(binds, unit, done.get(statement.number, expected), cause)
        elif unit is not None:
            dirty.settle(unit)
    return found


def all_of(unit: Unit | None, binds: frozenset[str]) -> Dirt:
    """All that a statement may leave behind, as far as its text and its unit tell."""
    if unit is None:
        return Dirt(binds)
    ambient, files = frozenset(unit.ambient), frozenset(unit.files)
    return Dirt(binds | unit.binds | unit.deletes, bool(unit.changed), ambient, files, bool(unit.modules))
