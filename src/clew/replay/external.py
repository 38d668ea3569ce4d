"""State outside the program as a value: which of it an execution used and changed, and by which steps."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clew.observe.audit import WIRE
from clew.replay.sideeffects import ChangedState, DependsOn, SideEffect

ALWAYS = ("file_system", "database")
"""State that every program has, used or not."""


@dataclass(frozen=True, slots=True)
class ExternalState:
    """What an execution had to do with one kind of state outside the program.

    `used` and `changed` say of each place (a path, a URL, a part of the state; empty for all of it) which steps did.
    """

    name: str
    used: Mapping[str, tuple[int, ...]]
    changed: Mapping[str, tuple[int, ...]]

    def as_plain(self) -> dict[str, object]:
        """Give the state as plain data, the files that were changed with their sizes and contents' hashes as they are now."""
        with WIRE.own_work():
            changed = {place: file_facts(place) for place in self.changed}
        return {"state": self.name, "used": sorted(self.used), "changed": changed}


def external_state(name: str, effects: Mapping[int, Iterable[SideEffect]]) -> ExternalState:
    """Gather what steps (by number, with their side effects) had to do with a kind of state."""
    used: dict[str, tuple[int, ...]] = {}
    changed: dict[str, tuple[int, ...]] = {}
    for step, each in effects.items():
        for effect in each:
            if isinstance(effect, DependsOn | ChangedState) and effect.node.name == name:
                into = used if isinstance(effect, DependsOn) else changed
                into[effect.place] = tuple(dict.fromkeys((*into.get(effect.place, ()), step)))
    return ExternalState(name, used, changed)


def known_states(effects: Mapping[int, Iterable[SideEffect]]) -> tuple[str, ...]:
    """Name the kinds of outside state that there are: those always there, and those that steps had to do with."""
    met = {e.node.name for each in effects.values() for e in each if isinstance(e, DependsOn | ChangedState)}
    return tuple(dict.fromkeys((*ALWAYS, *sorted(met))))


def file_facts(path: str) -> dict[str, object]:
    """Give a file's size and the hash of its content; nothing where it is no file that can be read."""
    try:
        with open(path, "rb") as file:
            return {"size": os.fstat(file.fileno()).st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    except OSError:
        return {}
