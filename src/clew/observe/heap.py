"""The mutable memory that the program's variables lead to, as numbered cells with a fingerprint and a last writer.

A cell is found by the address of its object. We hold no reference to it: what the program lets go of dies at once.
An address may then be used again; a cell is forgotten when no variable leads to it any more.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Collection, Iterable
from typing import Any

from clew.analysis.names import WHOLE, Access
from clew.knowledge.lines import class_mro, class_names, type_name
from clew.model.data import dataclass, field
from clew.model.effects import Changed, Effect, Reason
from clew.model.resources import ALL_CELLS, ALL_PARTS, Cell
from clew.observe.atoms import ATOMS, BULK, BULKS, digest_of, is_scalar
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.figures import is_figure
from clew.observe.kinds.functions import global_names
from clew.observe.ours import is_users_class, is_users_file, module_of

MANY = 40
"""Cells that one read may name; of more, one a writer."""

ATTRIBUTED = frozenset({"instance", "class", "module", "function"})
"""Kinds that look at attributes themselves."""

DRAWN = frozenset({"artist", "artists", "spines", "part of a figure"})
"""Kinds of what belongs to a figure."""

HOOKS = frozenset({"__getattribute__", "__setattr__", "__delattr__"})

BUDGET = 30_000
"""Objects looked at from one variable; beyond it, what an unknown call touches is assumed changed."""


@dataclass(slots=True)
class Entry:
    """What is known of one cell: its number, how it was reached, its fingerprint, who wrote each part last."""

    number: int
    label: str
    digest: Digest | Opaque | None = None
    writers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """Where one variable leads: cells by address, memory shared, names that functions look up, how lively it is.

    `active`: operations on it may run the user's code or change it; `functions`: it leads to functions of the user's;
    `foreign`: it leads to more than plain data; `bulky`: long containers of plain data, each looked at as one; `parts`: addresses under a part of it, filled when asked.
    """

    value: int
    cells: frozenset[int]
    keys: frozenset[int]
    names: frozenset[str]
    active: bool
    bulky: frozenset[int]
    overflow: bool
    functions: bool
    foreign: bool
    parts: dict[str, frozenset[int]]


@dataclass(slots=True)
class _Exploration:
    """A walk under way."""

    objects: dict[int, tuple[object, Kind]] = field(default_factory=dict)
    keys: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    active: bool = False
    bulky: set[int] = field(default_factory=set)
    functions: bool = False
    foreign: bool = False
    overflow: bool = False


class Heap:
    """The cells that variables lead to. `find` answers the kind of a class, `inert` whether a type has no state."""

    def __init__(
        self,
        find: Callable[[type], Kind | None],
        inert: Callable[[str], bool],
        namespace: dict[str, object],
    ) -> None:
        self.find = find
        self.inert = inert
        self.namespace = namespace
        self.entries: dict[int, Entry] = {}
        self.surveys: dict[str, Survey] = {}
        self.kinds: dict[type, Kind | None] = {}
        self.lively: dict[type, bool] = {}
        self.numbers = 0
        self.unfollowed: set[str] = set(namespace)
        self.prepared: set[int] = set()
        self.handles: list[object] = []

    # ---- kinds ------------------------------------------------------------------------------------------

    def kind(self, cls: type) -> Kind | None:
        """The kind of a class, or None where its instances have no state."""
        try:
            return self.kinds[cls]
        except KeyError:
            found = self.kinds[cls] = self.kind_anew(cls)
            return found

    def kind_anew(self, cls: type) -> Kind | None:
        if cls in ATOMS or is_scalar(cls):
            return None
        names = [type_name(base) for base in class_mro(cls)]
        if not is_users_class(cls) and any(self.inert(name) for name in names[:-1]):
            return None
        return self.find(cls)

    def is_lively(self, cls: type) -> bool:
        """Tell whether operations on instances may run the user's code, or change them by being looked at."""
        known = self.lively.get(cls)
        if known is None:
            steps = any("__next__" in class_names(base) for base in class_mro(cls))
            known = self.lively[cls] = steps or is_users_class(cls) or type_name(cls) == "collections.defaultdict"
        return known

    # ---- walking ----------------------------------------------------------------------------------------

    def explore(self, values: Iterable[object], walk: _Exploration) -> None:
        """Walk from these values to everything with state that they lead to."""
        todo = [value for value in values if type(value) not in ATOMS]
        objects = walk.objects
        while todo:
            value = todo.pop()
            address = id(value)
            if address in objects:
                continue
            kind = self.kind(type(value))
            if kind is None:
                continue
            if len(objects) >= BUDGET:
                walk.overflow = True
                return
            objects[address] = (value, kind)
            self.note(value, walk)
            reach = self.reach(value, kind)
            walk.keys.update(~key if type(key) is int else id(key) for key in reach.keys)
            todo += reach.children
            for held in reach.parts.values():
                todo += held

    def note(self, value: object, walk: _Exploration) -> None:
        cls = type(value)
        if cls is types.FunctionType:
            walk.functions = walk.functions or is_users_file(value.__code__.co_filename)  # type: ignore[attr-defined]
            if value.__globals__ is self.namespace:  # type: ignore[attr-defined]  # it is a function
                walk.names |= global_names(value.__code__)  # type: ignore[attr-defined]  # the same
        elif self.is_lively(cls):
            walk.active = True
            walk.foreign = True
            code = getattr(value, "gi_code", None) if cls is types.GeneratorType else None
            walk.names |= global_names(code) if code is not None else frozenset()
        elif module_of(cls) != "builtins":
            walk.foreign = True
        elif cls in (list, dict) and len(value) > BULK:  # type: ignore[arg-type]  # exact containers
            if BULKS.digest(value) is not None:
                walk.bulky.add(id(value))

    def reach(self, value: object, kind: Kind) -> Reach:
        """Where one object leads; a user's subclass of a library's class leads to its own attributes too."""
        reach = kind.reach(value)
        extra = self.extra(value, kind)
        return Reach([*reach.children, *extra.values()], reach.parts, reach.keys) if extra else reach

    def extra(self, value: object, kind: Kind) -> dict[str, object]:
        """What a user's subclass of a class we know otherwise leads to: its class, and attributes with state."""
        cls = type(value)
        if kind.name in ATTRIBUTED or not is_users_class(cls):
            return {}
        held = self.attributes(value, kind)
        return {"": cls} | {name: value for name, value in held.items() if type(value) not in ATOMS}

    def attributes(self, value: object, kind: Kind) -> dict[str, object]:
        """The attributes that a user's subclass adds to the instances of a class we know otherwise."""
        if kind.name in ATTRIBUTED or not is_users_class(type(value)):
            return {}
        try:
            held = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return {}
        return {name: value for name, value in held.items() if name not in kind.ignores}

    def digest(self, value: Any, kind: Kind) -> Digest | Opaque:
        """The fingerprint of one object, with the attributes that a user's subclass adds."""
        digest = kind.digest(value)
        extra = self.attributes(value, kind)
        if not extra or isinstance(digest, Opaque):
            return digest
        added = {f".{name}": digest_of([held]) for name, held in extra.items()}
        return Digest(digest.whole, {**digest.parts, **added})

    # ---- surveys ----------------------------------------------------------------------------------------

    def survey(self, name: str) -> Survey | None:
        """Where a variable leads; None for one that is not bound or whose value has no state."""
        if name not in self.namespace:
            return None
        value = self.namespace[name]
        kept = self.surveys.get(name)
        if kept is not None and kept.value == id(value):
            return kept
        kind = None if type(value) in ATOMS else self.kind(type(value))
        if kind is None:
            return None
        made = self.surveys[name] = self.survey_anew(name, value, kind)
        return made

    def survey_anew(self, name: str, value: object, kind: Kind) -> Survey:
        walk = _Exploration()
        self.explore([value], walk)
        for address in walk.objects:
            self.entry(address, name)
        return Survey(
            id(value),
            frozenset(walk.objects),
            frozenset(walk.keys),
            frozenset(walk.names),
            walk.active,
            frozenset(walk.bulky),
            walk.overflow,
            walk.functions,
            walk.foreign,
            {},
        )

    def part_addresses(self, name: str, survey: Survey, part: str) -> frozenset[int]:
        """The addresses under one part of a variable's object; under "", those of no part."""
        found = survey.parts.get(part)
        if found is None:
            value = self.namespace[name]
            kind = self.kind(type(value))
            reach = self.reach(value, kind) if kind else Reach()
            held = reach.parts.get(part, ()) if part else reach.children
            found = survey.parts[part] = self.addresses(held)
        return found

    def addresses(self, values: Iterable[object]) -> frozenset[int]:
        walk = _Exploration()
        self.explore(values, walk)
        return frozenset(walk.objects) | walk.keys

    def entry(self, address: int, label: str) -> Entry:
        """The cell at an address, made when it is new."""
        found = self.entries.get(address)
        if found is None:
            found = self.entries[address] = Entry(self.numbers, label)
            self.numbers += 1
        return found

    def forget(self, names: Iterable[str]) -> None:
        """Variables are bound anew or gone: cells that no other variable leads to are forgotten."""
        names = list(names)
        gone = [lost for name in names if (lost := self.surveys.pop(name, None)) is not None]
        self.unfollowed.update(names)
        if not gone:
            return
        lost = frozenset().union(*(survey.cells | survey.keys for survey in gone))
        # A written cell may live on behind a variable that nobody has followed yet.
        if any(self.entries[address].writers for address in lost if address in self.entries):
            self.follow_all()
        held: frozenset[int] = frozenset().union(*(s.cells | s.keys for s in self.surveys.values()))
        for address in lost - held:
            self.entries.pop(address, None)

    def follow_all(self) -> None:
        """Follow every variable that has not been followed since it was bound or changed."""
        for name in tuple(self.unfollowed):
            if not name.startswith("_"):
                self.survey(name)
        self.unfollowed.clear()

    # ---- reading ----------------------------------------------------------------------------------------

    def written(self, name: str, accesses: Collection[Access]) -> list[Cell]:
        """The cells, or parts of them, that are reached from a variable in these ways and that some step changed."""
        survey = self.survey(name)
        if survey is None:
            return []
        parts = self.parts_of(name, accesses)
        within = survey.cells | survey.keys
        if parts is not None:
            within = self.part_addresses(name, survey, "").union(*(self.part_addresses(name, survey, p) for p in parts))
        found = [entry for address in within - {survey.value} if (entry := self.entries.get(address)) and entry.writers]
        cells = [Cell(entry.number, ALL_PARTS, entry.label) for entry in found]
        own = self.entries.get(survey.value)
        if own is not None and own.writers:
            wanted = [ALL_PARTS] if parts is None else [part for part in ("", *parts) if part in own.writers]
            cells += [Cell(own.number, part, own.label) for part in wanted]
        return cells if len(cells) <= MANY else self.abridged(found, own)

    def written_at(self, addresses: Iterable[int]) -> list[Cell]:
        """The cells at these addresses that some step changed."""
        found = [entry for address in addresses if (entry := self.entries.get(address)) and entry.writers]
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
        entry = self.entries.get(id(value))
        digest = entry.digest if entry else None
        parts: set[str] = set()
        for access in accesses:
            if kind is None or not self.is_plain(value, kind, access):
                return None
            if access.stored:
                continue
            if not isinstance(digest, Digest) or access.key not in digest.parts:
                return None
            parts.add(access.key)
        return frozenset(parts)

    def is_plain(self, value: object, kind: Kind, access: Access) -> bool:
        """Tell whether an access gets or sets just what is stored under its key, no code in between."""
        cls = type(value)
        if access.kind == "item":
            return kind.name in ("dict", "frame") and not is_users_class(cls) and not self.is_lively(cls)
        if kind.name in ("class", "module"):
            held = (class_names(value) if cls is type else vars(value)).get(access.key)
            return cls in (type, types.ModuleType) and type(held) not in (types.FunctionType, type)
        return kind.name in ("instance", "frame") and self.is_plain_attribute(value, access.key)

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
        self.handles = []
        self.prepare_more(names, known)

    def prepare_more(self, names: Iterable[str], known: Collection[int] = ()) -> None:
        """Fingerprint what more variables lead to, before the same step; not the cells that are known to change."""
        for address, (value, kind) in self.walk(names).objects.items():
            if address in known:
                continue
            entry = self.entries.get(address)
            if entry is None or entry.digest is None:
                self.entry(address, "").digest = self.digest(value, kind)
            self.prepared.add(address)

    def compare(self, names: Iterable[str], step: int) -> list[Effect]:
        """Look again after a step, and say which cells it changed; it is their last writer from now on."""
        names = list(names)
        before = self.prepared
        BULKS.forget(before)
        walk = self.walk(names)
        lost = before - walk.objects.keys()
        if lost:
            self.explore_holders(lost, walk)
        changed: set[int] = set()
        effects: list[Effect] = []
        for address, (value, kind) in walk.objects.items():
            entry = self.entries.get(address)
            if address in before and entry is not None and entry.digest is not None:
                digest = self.digest(value, kind)
                found = changes(entry, digest)
                entry.digest = digest
                if found:
                    changed.add(address)
                    effects += self.write(entry, found, digest, step)
            if kind.name == "handle":
                self.handles.append(value)
        self.outdate(changed, names)
        return effects

    def explore_holders(self, lost: Collection[int], walk: _Exploration) -> None:
        """What a variable led to before the step may live on behind another one: look there too."""
        self.follow_all()
        others = [n for n, survey in self.surveys.items() if not survey.cells.isdisjoint(lost) and n in self.namespace]
        self.explore([self.namespace[name] for name in others], walk)

    def walk(self, names: Iterable[str]) -> _Exploration:
        walk = _Exploration()
        values = [self.namespace[name] for name in names if name in self.namespace]
        self.explore(values, walk)
        return walk

    def write(self, entry: Entry, parts: Iterable[str], digest: Digest | Opaque, step: int) -> list[Effect]:
        reason = Reason.ASSUMED if isinstance(digest, Opaque) else Reason.OBSERVED
        for part in parts:
            entry.writers[part] = step
        return [Changed(Cell(entry.number, part, entry.label), reason) for part in parts]

    def figures(self, values: Iterable[object]) -> set[int]:
        """The addresses of the figures that these objects are or belong to."""
        walk = _Exploration()
        parts = [v for v in values if type(v) not in ATOMS and (k := self.kind(type(v))) and k.name in DRAWN]
        self.explore(parts, walk)
        return {id(value) for value, kind in walk.objects.values() if kind.name == "artist" and is_figure(value)}

    def bulk_of(self, names: Iterable[str]) -> set[int]:
        """The long containers that these variables lead to."""
        surveys = [survey for name in names if (survey := self.survey(name)) is not None]
        return {address for survey in surveys for address in survey.bulky}

    def write_known(self, addresses: Collection[int], step: int) -> list[Cell]:
        """The step is known to have written the cells at these addresses."""
        cells = []
        for address in addresses:
            entry = self.entry(address, "figure")
            entry.writers[""] = step
            entry.digest = None  # looked at anew when in doubt
            BULKS.forget([address])
            cells.append(Cell(entry.number, "", entry.label))
        self.outdate(set(addresses), ())
        return cells

    def outdate(self, changed: set[int], names: Iterable[str]) -> None:
        """Follow again, when next asked, the variables that lead to a changed cell."""
        looked = set(names)
        for name, survey in list(self.surveys.items()):
            if not changed.isdisjoint(survey.cells) or (name in looked and survey.overflow):
                del self.surveys[name]
                self.unfollowed.add(name)

    def aliases(self, names: Iterable[str]) -> set[str]:
        """Variables that share memory with these."""
        mine = [survey for name in names if (survey := self.survey(name)) is not None]
        if not any(survey.foreign for survey in mine):
            return set()  # plain data shares whole objects only, and these are known by their address
        self.follow_all()
        keys = frozenset().union(*(survey.keys for survey in mine))
        cells = frozenset().union(*(survey.cells for survey in mine))
        return {
            name
            for name, survey in self.surveys.items()
            if not (keys.isdisjoint(survey.keys) and keys.isdisjoint(survey.cells) and cells.isdisjoint(survey.keys))
        }


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


