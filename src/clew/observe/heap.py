"""The mutable memory that the program's variables lead to: who wrote what last, and what a step changed."""

from __future__ import annotations

import types

from clew.knowledge.lines import class_mro, class_names, identity
from clew.model.effects import Changed, Effect, Reason
from clew.model.resources import ALL_CELLS, ALL_PARTS, Cell
from clew.model.statements import LENGTH, STOP, WHOLE, Access
from clew.model.typed import Any, Callable, Collection, Iterable, Sequence
from clew.observe.atoms import ATOMS, BULK, BULKS
from clew.observe.explore import Exploration
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.instances import own_attributes
from clew.observe.kinds.plain import ORDER
from clew.observe.ours import is_users_class
from clew.observe.surveys import Entry, Surveys

MANY = 40
"""Cells that one read may name; of more, one a writer."""

DRAWN = frozenset({"artist", "artists", "spines", "part of a figure"})
"""Kinds of what belongs to a figure."""

SHOWN: dict[str, frozenset[str]] = {
    "index": frozenset(),
    **dict.fromkeys(("columns", "shape", "size", "empty", "axes"), frozenset({ORDER})),
}
"""What attributes of a frame show of it, beside its rows."""

HIDING = frozenset({"database connection"})
"""Kinds of what keeps functions where nobody can see them."""

PARTED = frozenset({"dict", "instance", "namespace"})
"""Kinds of which one part can be read alone, on the way to what is below it."""

HOOKS = frozenset({"__getattribute__", "__setattr__", "__delattr__"})


class Heap(Surveys):
    """The cells that variables lead to. `find` answers the kind of a class, `inert` whether a type has no state."""

    def __init__(
        self, find: Callable[[type], Kind | None], inert: Callable[[str], bool], namespace: dict[str, object]
    ) -> None:
        super().__init__(find, inert, namespace)
        self.prepared: set[int] = set()
        self.handles: list[object] = []
        self.hiding: list[int] = []  # addresses of what may keep more than can be seen
        self.drawn = False  # the step under way is seen to have changed a figure

    # ---- reading ----------------------------------------------------------------------------------------

    def written(self, name: str, accesses: Collection[Access]) -> list[Cell]:
        """The cells, or parts of them, that are reached from a variable in these ways and that some step changed."""
        survey = self.survey(name)
        if survey is None:
            return []
        parts = self.parts_of(name, accesses)
        within = survey.cells | survey.keys | survey.lent if survey.keys or survey.lent else survey.cells
        deeper: list[Cell] = []
        if parts is not None:
            within = survey.lent | self.part_addresses(name, survey, "")
            for part in parts:
                addresses = self.part_addresses(name, survey, part)
                narrowed = self.narrowed(name, part, accesses) if not self.touched.isdisjoint(addresses) else None
                within |= addresses if narrowed is None else narrowed[0]
                deeper += [] if narrowed is None else narrowed[1]
        found = [self.entries[address] for address in within & self.touched if address != survey.value]
        cells = [*deeper, *(Cell(entry.number, ALL_PARTS, entry.label) for entry in found)]
        own = self.entries[survey.value] if survey.value in self.touched else None
        if own is not None:
            wanted = [ALL_PARTS] if parts is None else [part for part in ("", *parts) if part in own.writers]
            cells += [Cell(own.number, part, own.label) for part in wanted]
        return cells if len(cells) <= MANY else self.abridged(found, own)

    def narrowed(self, name: str, part: str, accesses: Collection[Access]) -> tuple[set[int], list[Cell]] | None:
        """What accesses that go on below a part read of what is found there; None where that may be all of it."""
        value = self.namespace[name]
        kind = self.kind(type(value))
        ways = [access.below for access in accesses if access.key == part and not access.stored]
        if kind is None or kind.name not in PARTED or not all(ways):
            return None
        held = self.reach(value, kind).parts.get(part, ())
        found = [self.below(each, way) for each in held for way in ways]
        if any(each is None for each in found):
            return None
        sure = [each for each in found if each is not None]
        return {a for addresses, _ in sure for a in addresses}, [cell for _, cells in sure for cell in cells]

    def below(self, value: object, way: Sequence[tuple[str, str]]) -> tuple[set[int], list[Cell]] | None:
        """What one way into an object reads: addresses of what it leads to, and parts of cells on the way."""
        kind = None if type(value) in ATOMS else self.kind(type(value))
        if kind is None or way[0] == STOP:
            return set(), []
        access = Access(*way[0])
        entry = self.entries.get(identity(value))
        if kind.name not in PARTED or not self.is_plain(value, kind, access):
            return None
        if not has_part(value, kind, access.key, entry.digest if entry else None):
            return None
        reach = self.reach(value, kind)
        written = [part for part in ("", access.key) if entry is not None and part in entry.writers]
        cells = [Cell(entry.number, part, entry.label) for part in written if entry is not None]
        addresses = set(self.addresses(reach.children))
        for each in reach.parts.get(access.key, ()):
            found = self.below(each, way[1:]) if way[1:] else None
            addresses |= self.addresses([each]) if found is None else found[0]
            cells += [] if found is None else found[1]
        return addresses, cells

    def written_at(self, addresses: Iterable[int]) -> list[Cell]:
        """The cells at these addresses that some step changed."""
        found = [self.entries[address] for address in addresses if address in self.touched]
        return [Cell(entry.number, ALL_PARTS, entry.label) for entry in found]

    def abridged(self, found: Iterable[Entry], own: Entry | None) -> list[Cell]:
        """Of very many cells, one for each step that wrote any of them."""
        chosen: dict[int, Cell] = {}
        for entry in (*found, *([own] if own is not None else [])):
            for writer in entry.writers.values():
                chosen.setdefault(writer, Cell(entry.number, ALL_CELLS, entry.label))
        return list(chosen.values())

    def parts_of(self, name: str, accesses: Collection[Access]) -> frozenset[str] | None:
        """The parts that these accesses read, or None where the whole is meant."""
        value = self.namespace[name]
        if WHOLE in accesses:
            return None
        kind = self.kind(type(value))
        entry = self.entries.get(identity(value))
        digest = entry.digest if entry else None
        parts: set[str] = set()
        for access in accesses:
            shown = SHOWN.get(access.key) if kind is not None and kind.name == "frame" else None
            if shown is not None and access.kind == "attribute" and not access.stored:
                parts |= shown
                continue
            if access.kind == LENGTH and kind is not None and kind.name == "frame" and self.counts_rows(type(value)):
                continue
            if kind is None or not self.is_plain(value, kind, access):
                return None
            if access.stored:
                continue
            if not has_part(value, kind, access.key, digest):
                return None
            parts.add(access.key)
        return frozenset(parts)

    def is_plain(self, value: object, kind: Kind, access: Access) -> bool:
        """Tell whether an access gets or sets just what is stored under its key, no code in between."""
        cls = type(value)
        if access.kind == LENGTH:
            return False
        if access.kind == "column":
            return kind.name == "frame" and not is_users_class(cls)
        if access.kind == "item":
            return kind.name in ("dict", "frame") and not is_users_class(cls) and not self.is_lively(cls)
        if kind.name in ("class", "module"):
            held = (class_names(value) if cls is type else vars(value)).get(access.key)
            return cls in (type, types.ModuleType) and type(held) not in (types.FunctionType, type)
        return kind.name in ("instance", "frame", "namespace") and self.is_plain_attribute(value, access.key)

    def counts_rows(self, cls: type) -> bool:
        """Tell whether `len` of a frame counts its rows: neither is the program's own."""
        return "len" not in self.namespace and not is_users_class(cls)

    def is_plain_attribute(self, value: object, name: str) -> bool:
        """Tell whether `value.name` is just what is stored under that name."""
        for base in class_mro(type(value)):
            held = class_names(base)
            if base is not object and is_users_class(base) and not HOOKS.isdisjoint(held):
                return False
            if name in held:
                return type(held[name]) is types.MemberDescriptorType
        return True

    # ---- looking ----------------------------------------------------------------------------------------

    def prepare(self, names: Iterable[str], known: Collection[int] = ()) -> None:
        """Fingerprint what these variables lead to, as it is before a step, where that is not known."""
        self.prepared = set()
        self.handles, self.hiding = [], []
        self.prepare_more(names, known)

    def prepare_more(self, names: Iterable[str], known: Collection[int] = ()) -> None:
        """Fingerprint what more variables lead to, before the same step; not the cells that are known to change."""
        for name in names:
            survey = self.survey(name)
            if survey is None:
                continue
            wanted = survey.cells.difference(known) if known else survey.cells
            if any((entry := self.entries.get(address)) is None or entry.digest is None for address in wanted):
                self.look_at_all(name, wanted)
            self.prepared |= wanted

    def look_at_all(self, name: str, wanted: Collection[int]) -> None:
        """Fingerprint those of the objects that a variable leads to of which that is wanted and not known."""
        for address, (value, kind) in self.walk([name]).objects.items():
            entry = self.entry(address, name)
            if entry.digest is None and address in wanted:
                entry.digest = self.digest(value, kind)

    def compare(self, names: Iterable[str], step: int) -> list[Effect]:
        """Look again after a step, and say which cells it changed; it is their last writer from now on."""
        names = list(names)
        before = self.prepared
        BULKS.forget(before)
        walk = self.walk(names)
        lost = before - walk.objects.keys()
        if lost:
            self.explore_holders(lost, walk)
        changed: dict[int, set[int]] = {}
        effects: list[Effect] = []
        for address, (value, kind) in walk.objects.items():
            entry = self.entries.get(address)
            if address in before and entry is not None and entry.digest is not None:
                digest = self.digest(value, kind)
                found = changes(entry, digest)
                entry.digest = digest
                if found:
                    changed[address] = self.led(value, kind)
                    self.drawn |= kind.name in DRAWN
                    effects += self.write(address, found, digest, step)
            if kind.name == "handle":
                self.handles.append(value)
            elif kind.name in HIDING:
                self.hiding.append(address)
        self.outdate(changed)
        return effects

    def explore_holders(self, lost: Collection[int], walk: Exploration) -> None:
        """What a variable led to before the step may live on behind another one: look there too."""
        self.follow_all()
        others = [n for n, survey in self.surveys.items() if not survey.cells.isdisjoint(lost) and n in self.namespace]
        self.explore([self.namespace[name] for name in others], walk)

    def write(self, address: int, parts: Iterable[str], digest: Digest | Opaque | None, step: int) -> list[Effect]:
        """The step is the last writer of these parts of a cell; without a fingerprint it is known to be."""
        reason = Reason.OBSERVED if isinstance(digest, Digest) else Reason.ASSUMED if digest else Reason.KNOWN
        entry = self.entry(address, "")
        self.touched.add(address)
        for part in parts:
            entry.writers[part] = step
        return [Changed(Cell(entry.number, part, entry.label), reason) for part in parts]

    def is_drawn(self, value: object) -> bool:
        """Tell whether an object belongs to a figure."""
        kind = None if type(value) in ATOMS else self.kind(type(value))
        return kind is not None and kind.name in DRAWN

    def figures(self, values: Iterable[object]) -> set[int]:
        """The addresses of the figures that these objects are or belong to; of artists in none, their own.

        Boxes and limits that variables lead to besides (those of `ax.transData`) are among them.
        """
        walk = Exploration()
        self.explore([value for value in values if self.is_drawn(value)], walk)
        artists = [value for value, kind in walk.objects.values() if kind.name == "artist"]
        if not artists:
            return set()
        from clew.observe.kinds.figures import is_cell  # matplotlib is loaded

        self.follow_transforms()
        return {identity(artist) for artist in artists if is_cell(artist)} | (walk.keys & self.entries.keys())

    def write_known(self, addresses: Collection[int], step: int) -> list[Effect]:
        """The step is known to have written the cells at these addresses."""
        effects: list[Effect] = []
        for address in addresses:
            self.entry(address, "figure").digest = None  # looked at anew when in doubt
            BULKS.forget([address])
            effects += self.write(address, ("",), None, step)
            self.lead_elsewhere(address)
        return effects

    # ---- single cells -----------------------------------------------------------------------------------

    def look(self, value: object, label: str) -> None:
        """Fingerprint one object, where that is not known."""
        entry = self.entry(identity(value), label)
        kind = self.kind(type(value))
        if entry.digest is None and kind is not None:
            entry.digest = self.digest(value, kind)

    def known_part(self, value: object, part: str) -> int | None:
        """The fingerprint of a part of an object, where it is known."""
        entry = self.entries.get(identity(value))
        return entry.digest.parts.get(part) if entry is not None and isinstance(entry.digest, Digest) else None

    def compare_one(self, value: object, step: int) -> list[Effect]:
        """Look again at one object, and at no more than where it leads."""
        kind = self.kind(type(value))
        address = identity(value)
        entry = self.entry(address, "")
        if kind is None:
            return []
        BULKS.forget([address])
        digest = self.digest(value, kind)
        found = changes(entry, digest)
        entry.digest = digest
        if found:
            self.outdate({address: self.led(value, kind)})
        return self.write(address, found, digest, step)

    def change_part(
        self, value: object, part: str, before: int, now: int, step: int, *, fresh: bool, added: object = None
    ) -> list[Effect]:
        """A part of an object was stored into; `fresh` says that it may lead elsewhere than it did, `added` where to, too."""
        address = identity(value)
        BULKS.forget([address])
        if fresh:
            self.lead_elsewhere(address)
        elif type(added) not in ATOMS:
            self.lead_on(value, [added], part)
        if before == now:
            return []
        entry = self.entry(address, "")
        entry.digest = digest = with_part(entry.digest, part, now)
        moved = [part] if before and now else [part, ORDER]
        return self.write(address, moved, Digest(0) if digest is None else digest, step)

    def change_surely(self, value: object, held: Iterable[object], step: int) -> list[Effect]:
        """An object is known to be changed; these objects with state may be new in it."""
        address = identity(value)
        self.entry(address, "").digest = None  # looked at anew when in doubt
        led = {identity(each) for each in held if self.kind(type(each)) is not None}
        if led:
            self.outdate({address: led})
        return self.write(address, ("",), None, step)

    def changed_unseen(self, address: int, step: int) -> list[Effect]:
        """An object that its variable holds no longer was changed: it may live on."""
        return self.write_known([address], step)

    def keeps(self, address: int, names: Collection[str]) -> None:
        """An object of C keeps functions, or other objects, that are known by these names."""
        self.hooks[address] = self.hooks.get(address, frozenset()).union(names)
        self.lead_elsewhere(address)

    def lead_on(self, value: Any, added: Iterable[object], part: str) -> None:
        """An object leads to these, too, as a part of it."""
        if type(value) in (list, dict) and len(value) > BULK:
            self.lead_elsewhere(identity(value))  # it may have been looked at as one with all that it holds
            return
        walk = Exploration()
        self.explore(added, walk)
        if walk.objects:
            self.grow(identity(value), walk, part)

    def lead_on_by(self, value: object, reach: Reach, part: str, lost: int) -> None:
        """An object leads on as told besides, and to one cell no more."""
        walk = Exploration(keys=set(map(identity, reach.keys)), lent=set(map(identity, reach.lent)))
        self.explore(reach.children, walk)
        self.grow(identity(value), walk, part, lost)

    def lead_elsewhere(self, address: int) -> None:
        """Follow again the variables that lead to this cell."""
        for name in self.holding(address):
            self.drop(name)
            self.unfollowed.add(name)


def has_part(value: Any, kind: Kind, part: str, digest: Digest | Opaque | None) -> bool:
    """Tell whether an object has a part of that name; its fingerprint knows, if there is one."""
    if isinstance(digest, Digest):
        return part in digest.parts
    if type(value) is dict:
        return part in value
    if kind.name == "frame":
        from clew.observe.kinds.frames import has_column  # pandas is loaded

        return has_column(value, part)
    held = own_attributes(value) if kind.name == "instance" and digest is None else None
    return held is not None and part in held


def with_part(digest: Digest | Opaque | None, part: str, now: int) -> Digest | Opaque | None:
    """A fingerprint in which one part is another; None where it must be taken anew."""
    if not isinstance(digest, Digest):
        return digest
    if part not in digest.parts or not now:
        return None  # which parts there are, in which order, is a part itself
    parts = digest.parts if type(digest.parts) is dict else dict(digest.parts)
    parts[part] = now
    return digest if parts is digest.parts else Digest(digest.whole, parts)


def changes(entry: Entry, now: Digest | Opaque) -> list[str]:
    """The parts by which a fingerprint differs from the one kept; "" for the whole."""
    before = entry.digest
    if isinstance(now, Opaque) or not isinstance(before, Digest):
        return [""]
    found = [""] if before.whole != now.whole else []
    if before.parts is now.parts or before.parts == now.parts:
        return found
    found += [part for part, digest in now.parts.items() if before.parts.get(part) != digest]
    return found + [part for part in before.parts if part not in now.parts]
