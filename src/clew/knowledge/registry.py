"""Knowledge: from a callable's name to the facts about it, read from packs when a library is first asked about."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

from clew.errors import BadPack
from clew.knowledge.names import callee_names, unbound_names
from clew.knowledge.patterns import is_wild, matches, wildness
from clew.knowledge.schema import CalleeFacts, Pack, parsed_pack
from clew.model.data import dataclass, field

PACKS = Path(__file__).parent / "packs"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one pack says: patterns and facts by the last part of the name (`*` where that is wild), inert types."""

    rules: dict[str, list[tuple[str, CalleeFacts]]] = field(default_factory=dict)
    inert: list[tuple[str, ...]] = field(default_factory=list)

    def about(self, callee: str) -> CalleeFacts | None:
        """Give the facts of the tamest pattern that matches; of two equally tame, of the one read last."""
        parts = callee.split(".")
        rules = [*self.rules.get(parts[-1], ()), *self.rules.get("*", ())]
        found = [(wildness(pattern), facts) for pattern, facts in split(rules) if matches(pattern, parts)]
        return min(reversed(found), key=itemgetter(0))[1] if found else None

    def holds_inert(self, type_name: str) -> bool:
        """Tell whether the pack lists the type as inert."""
        parts = type_name.split(".")
        return any(matches(pattern, parts) for pattern in self.inert)


class Knowledge:
    """The facts of our own packs, and of the user's in `folders`, whose word counts before ours.

    A pack is a file `LIBRARY.toml`, read when a name that begins with `LIBRARY.` is first asked about. One that
    cannot be understood is left out and kept in `faults`; `check` reads all packs and raises the first fault.
    """

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self.folders = (PACKS, *folders)
        self.faults: list[BadPack] = []
        self._shelves: dict[str, tuple[Shelf, ...]] = {}
        self._facts: dict[str, CalleeFacts | None] = {}
        self._inert: dict[str, bool] = {}

    def about(self, callee: str) -> CalleeFacts | None:
        """Say what is known about a callable, named `module.qualname`; None if nothing is."""
        try:
            return self._facts[callee]
        except KeyError:
            said = (shelf.about(callee) for shelf in self._shelves_of(callee))
            facts = self._facts[callee] = next((facts for facts in said if facts is not None), None)
            return facts

    def about_first(self, names: Iterable[str]) -> CalleeFacts | None:
        """Say what is known under the first of some names that is known at all."""
        return next((facts for name in names if (facts := self.about(name)) is not None), None)

    def is_pure_callable(self, callee: object) -> bool:
        """Tell whether a function may be handed to another that calls it (`map(len, xs)`), and changes nothing by that."""
        facts = self.about_first(callee_names(callee))
        if facts is None:
            unbound = self.about_first(unbound_names(callee))
            facts = None if unbound is None or unbound.unless else unbound
        return facts is not None and (facts.pure or facts.pure_if_inert) and not (facts.draws or facts.seeds)

    def is_inert(self, type_name: str) -> bool:
        """Tell whether instances of a type, named `module.qualname`, hold no state that can change."""
        try:
            return self._inert[type_name]
        except KeyError:
            inert = self._inert[type_name] = any(shelf.holds_inert(type_name) for shelf in self._shelves_of(type_name))
            return inert

    def reload(self) -> None:
        """Forget what was read, so that packs changed on disk count from now on."""
        for kept in (self.faults, self._shelves, self._facts, self._inert):
            kept.clear()

    def check(self) -> None:
        """Read every pack; BadPack for the first that cannot be understood."""
        for path in (path for folder in self.folders for path in sorted(folder.glob("*.toml"))):
            pack_at(path)

    def _shelves_of(self, callee: str) -> tuple[Shelf, ...]:
        """What is known about a callable's library, the user's own packs first."""
        library = pack_name(callee)
        if library not in self._shelves:
            self._shelves[library] = tuple(shelved(pack) for pack in self._packs(library))[::-1]
        return self._shelves[library]

    def _packs(self, library: str) -> Iterator[Pack]:
        for path in (folder / f"{library}.toml" for folder in self.folders):
            try:
                if path.is_file():
                    yield pack_at(path)
            except BadPack as fault:
                self.faults.append(fault)


def pack_name(callee: str) -> str:
    """Name the pack that would know a callable: its first part, or `stdlib` for the standard library's modules."""
    first = callee.partition(".")[0]
    return "stdlib" if first in sys.stdlib_module_names and first != "builtins" else first


def pack_at(path: Path) -> Pack:
    """Read the pack in a file; BadPack if it cannot be understood."""
    try:
        return parsed_pack(path.stem, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadPack(path.stem, f"cannot be read: {error}") from None


def shelved(pack: Pack) -> Shelf:
    """Sort the entries of a pack by the last part of the names they match."""
    shelf = Shelf(inert=[tuple(name.split(".")) for name in pack.inert])
    for entry in pack.entries:
        for name in entry.names:
            last = name.rpartition(".")[2]
            shelf.rules.setdefault("*" if is_wild(last) else last, []).append((name, entry.facts))
    return shelf


def split(rules: Iterable[tuple[str, CalleeFacts]]) -> Iterator[tuple[list[str], CalleeFacts]]:
    """Take patterns apart, which is left until one is asked about: there are thousands of them."""
    return ((name.split("."), facts) for name, facts in rules)
