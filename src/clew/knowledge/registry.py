"""Knowledge: from a callable's name to the facts about it, read from packs when a library is first asked about."""

from __future__ import annotations

import os
import sys

from clew import __version__
from clew.errors import BadPack
from clew.knowledge.facts import CalleeFacts
from clew.knowledge.lines import PACKS
from clew.knowledge.names import callee_names, unbound_names
from clew.knowledge.patterns import is_wild, matches, wildness
from clew.model import cache
from clew.model.data import dataclass
from clew.model.typed import Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from clew.knowledge.schema import Pack

READERS = ("patterns.py", "facts.py", "schema.py", "registry.py")
"""The modules of ours that decide what is read from a pack."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What one pack says: patterns and facts by the last part of the name (`*` where that is wild), inert types."""

    rules: dict[str, list[tuple[str, int]]]
    facts: tuple[CalleeFacts, ...]  # by the numbers in `rules`
    inert: list[tuple[str, ...]]

    def about(self, callee: str) -> CalleeFacts | None:
        """Give the facts of the tamest pattern that matches; of two equally tame, of the one read last."""
        parts = callee.split(".")
        rules = [*self.rules.get(parts[-1], ()), *self.rules.get("*", ())]
        found = [(wildness(pattern), number) for pattern, number in split(rules) if matches(pattern, parts)]
        return self.facts[min(reversed(found), key=first)[1]] if found else None

    def holds_inert(self, type_name: str) -> bool:
        """Tell whether the pack lists the type as inert."""
        parts = type_name.split(".")
        return any(matches(pattern, parts) for pattern in self.inert)


class Knowledge:
    """The facts of our own packs, and of the user's in `folders`, whose word counts before ours.

    A pack is a file `LIBRARY.toml`, read when a name that begins with `LIBRARY.` is first asked about. One that
    cannot be understood is left out and kept in `faults`; `check` reads all packs and raises the first fault.
    """

    def __init__(self, folders: Iterable[str | Path] = ()) -> None:
        self.folders = (PACKS, *map(str, folders))
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
        for folder in self.folders:
            for name in sorted(os.listdir(folder)):
                if name.endswith(".toml"):
                    pack_at(os.path.join(folder, name))

    def _shelves_of(self, callee: str) -> tuple[Shelf, ...]:
        """What is known about a callable's library, the user's own packs first."""
        library = pack_name(callee)
        if library not in self._shelves:
            self._shelves[library] = tuple(self._found(library))[::-1]
        return self._shelves[library]

    def _found(self, library: str) -> Iterator[Shelf]:
        for path in (os.path.join(folder, f"{library}.toml") for folder in self.folders):
            try:
                if os.path.isfile(path):
                    yield shelf_at(path)
            except BadPack as fault:
                self.faults.append(fault)


def keep_packs() -> None:
    """Read each of our packs, unless that was done before, so that none is read beside a program.

    Reading one needs modules of the standard library that a program may have files named like.
    """
    names = tuple(sorted(name for name in os.listdir(PACKS) if name.endswith(".toml")))
    identity = (__version__, *cache.stamps(os.path.dirname(__file__), READERS), *cache.stamps(PACKS, names))
    if cache.load("packs", "all", identity) is None:
        for name in names:
            shelf_at(os.path.join(PACKS, name))
        cache.save("packs", "all", identity, True)


def first(found: tuple[int, int]) -> int:
    """Give the first of two numbers."""
    return found[0]


def pack_name(callee: str) -> str:
    """Name the pack that would know a callable: its first part, or `stdlib` for the standard library's modules."""
    first = callee.partition(".")[0]
    return "stdlib" if first in sys.stdlib_module_names and first != "builtins" else first


def shelf_at(path: str) -> Shelf:
    """Give what the pack in a file says, as it was read before if it has not changed since; BadPack."""
    identity = (__version__, *cache.stamps(os.path.dirname(__file__), READERS), *cache.stamps("", (path,)), path)
    kept = cache.load("packs", path, identity)
    if kept is None:
        kept = rules, facts, inert = shelved(pack_at(path))
        cache.save("packs", path, identity, kept)
    rules, facts, inert = kept
    return Shelf(rules, tuple([CalleeFacts(*each) for each in facts]), inert)


def pack_at(path: str | Path) -> Pack:
    """Read the pack in a file; BadPack if it cannot be understood."""
    from clew.knowledge.schema import parsed_pack  # most packs are read once and kept as data

    name = os.path.basename(path).removesuffix(".toml")
    try:
        with open(path, encoding="utf-8") as file:
            return parsed_pack(name, file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise BadPack(name, f"cannot be read: {error}") from None


def shelved(pack: Pack) -> tuple[dict[str, list[tuple[str, int]]], list[tuple[Any, ...]], list[tuple[str, ...]]]:
    """Sort the entries of a pack by the last part of the names they match; facts by number, as plain data."""
    rules: dict[str, list[tuple[str, int]]] = {}
    for number, entry in enumerate(pack.entries):
        for name in entry.names:
            last = name.rpartition(".")[2]
            rules.setdefault("*" if is_wild(last) else last, []).append((name, number))
    facts = [tuple(getattr(entry.facts, key) for key in CalleeFacts.__match_args__) for entry in pack.entries]
    return rules, facts, [tuple(name.split(".")) for name in pack.inert]


def split(rules: Iterable[tuple[str, int]]) -> Iterator[tuple[list[str], int]]:
    """Take patterns apart, which is left until one is asked about: there are thousands of them."""
    return ((name.split("."), number) for name, number in rules)
