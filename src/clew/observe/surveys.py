"""Where each variable leads, remembered until it may lead elsewhere; and the cells, numbered, by their address.

A cell is found by the address of its object. We hold no reference to it: what the program lets go of dies at once.
An address may then be used again; a cell is forgotten when no variable leads to it any more.
"""

from __future__ import annotations

from clew.knowledge.lines import identity, type_name
from clew.model.data import dataclass, field
from clew.model.typed import Callable, Collection, Iterable, Mapping
from clew.observe.atoms import ATOMS
from clew.observe.explore import BUDGET, Exploration, Explorer
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.ours import is_users_class

KEPT_BY_SHELL = frozenset({"In", "Out", "_ih", "_oh", "_dh"})
"""The names under which IPython keeps what was typed and shown, and Python's own."""


CODE_KINDS = frozenset({"function", "class", "module"})
"""Kinds of what is there from the start, whoever gives it."""


@dataclass(slots=True)
class Entry:
    """What is known of one cell: its number, how it was reached, its fingerprint, who wrote each part last."""

    number: int
    label: str
    digest: Digest | Opaque | None = None
    writers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Survey:
    """Where one variable leads: cells by address, memory shared and lent, names that functions look up, how lively it is.

    `active`: operations on it may run the user's code or change it; `functions`: it leads to functions of the user's;
    `opaque`: it leads to objects of C that nobody can see into; `bulky`: long containers of plain data, each looked at as one; `parts`: addresses under a part of it, filled when
    asked.
    """

    value: int
    cells: frozenset[int]
    keys: frozenset[int]
    lent: frozenset[int]
    names: frozenset[str]
    active: bool
    bulky: frozenset[int]
    overflow: bool
    functions: bool
    opaque: bool
    parts: dict[str, frozenset[int]]

    def holds(self, address: int) -> bool:
        """Tell whether the variable leads to an address."""
        return address in self.cells or address in self.keys or address in self.lent


class Surveys(Explorer):
    """Surveys of variables, and the entries of the cells that they lead to."""

    def __init__(
        self, find: Callable[[type], Kind | None], inert: Callable[[str], bool], namespace: dict[str, object]
    ) -> None:
        super().__init__(find, inert, namespace)
        self.entries: dict[int, Entry] = {}
        self.surveys: dict[str, Survey] = {}
        self.holders: dict[int, str | set[str]] = {}  # by address: the variables that lead to it; most often one
        self.sharers: dict[int, set[str]] = {}  # by key: the variables that share that memory
        self.borrowers: dict[int, set[str]] = {}  # the same of memory that is lent
        self.loose: set[int] = set()  # addresses that no variable leads to, for all we know
        self.unfollowed: set[str] = set(namespace)
        self.touched: set[int] = set()  # addresses of the cells that some step changed
        self.numbers = 0

    def survey(self, name: str) -> Survey | None:
        """Where a variable leads; None for one that is not bound or whose value has no state."""
        if name not in self.namespace:
            return None
        value = self.namespace[name]
        kept = self.surveys.get(name)
        if kept is not None and kept.value == identity(value):
            return kept
        kind = None if type(value) in ATOMS else self.kind(type(value))
        if kind is None:
            return None
        made = self.survey_anew(name, value)
        self.keep(name, made)
        return made

    def survey_anew(self, name: str, value: object) -> Survey:
        """Follow a variable to all that it leads to."""
        walk = Exploration()
        self.explore([value], walk)
        for address in walk.objects:
            self.entry(address, name)
        return Survey(
            identity(value),
            frozenset(walk.objects),
            frozenset(walk.keys),
            frozenset(walk.lent),
            frozenset(walk.names),
            walk.active,
            frozenset(walk.bulky),
            walk.overflow,
            walk.functions,
            walk.opaque,
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

    def entry(self, address: int, label: str) -> Entry:
        """The cell at an address, made when it is new."""
        found = self.entries.get(address)
        if found is None:
            found = self.entries[address] = Entry(self.numbers, label)
            self.numbers += 1
        return found

    def keep(self, name: str, made: Survey) -> None:
        """Remember where a variable leads, and who leads to each cell."""
        self.drop(name)
        self.surveys[name] = made
        self.hold(name, made.cells | made.keys | made.lent)
        for key in made.keys:
            self.sharers.setdefault(key, set()).add(name)
        for key in made.lent:
            self.borrowers.setdefault(key, set()).add(name)

    def hold(self, name: str, addresses: Iterable[int]) -> None:
        """Remember that a variable leads to these addresses."""
        holders = self.holders
        for address in addresses:
            held = holders.get(address)
            if held is None:
                holders[address] = name
            elif isinstance(held, set):
                held.add(name)
            else:
                holders[address] = {held, name}

    def drop(self, name: str) -> Survey | None:
        """Forget where a variable leads; the cells stay known until `forget`."""
        lost = self.surveys.pop(name, None)
        if lost is None:
            return None
        self.let_go(name, lost.cells | lost.keys | lost.lent)
        for key in lost.keys:
            self.sharers[key].discard(name)
        for key in lost.lent:
            self.borrowers[key].discard(name)
        return lost

    def let_go(self, name: str, addresses: Iterable[int]) -> None:
        """A variable does not lead to these addresses any more, for all we know."""
        for address in addresses:
            held = self.holders[address]
            if isinstance(held, set) and len(held) > 1:
                held.discard(name)
            else:
                del self.holders[address]
                self.loose.add(address)

    def forget(self, names: Collection[str]) -> None:
        """Variables are bound anew or gone: cells that no variable leads to any more are forgotten."""
        for name in names:
            self.drop(name)
        self.unfollowed.update(names)
        if not self.loose:
            return
        # A written cell may live on behind a variable that nobody has followed yet.
        if not self.loose.isdisjoint(self.touched):
            self.follow_all()
        for address in self.loose:
            if address not in self.holders:
                self.entries.pop(address, None)
                self.touched.discard(address)
                self.hooks.pop(address, None)
        self.loose.clear()

    def follow_all(self) -> None:
        """Follow every variable that has not been followed since it was bound or changed."""
        for name in tuple(self.unfollowed):
            if not is_kept_by_shell(name):
                self.survey(name)
        self.unfollowed.clear()

    def follow_transforms(self) -> None:
        """Follow the variables that are transforms, and were not followed since they were bound."""
        for name in tuple(self.unfollowed):
            cls = type(self.namespace.get(name))
            kind = None if cls in ATOMS else self.kind(cls)
            if kind is not None and kind.name == "transform":
                self.survey(name)

    def meet(self, names: Iterable[str], value: object) -> None:
        """An object came out of a library's objects, which may have just made it: follow anew those that keep it."""
        if type(value) in ATOMS or (kind := self.kind(type(value))) is None or kind.name in CODE_KINDS:
            return
        for name in names:
            survey = self.surveys.get(name)
            if survey is not None and identity(value) not in survey.cells and self.is_librarys(name):
                self.drop(name)
                self.unfollowed.add(name)

    def is_librarys(self, name: str) -> bool:
        """Tell whether a variable holds an instance of a library's class of which we know no more than its attributes."""
        cls = type(self.namespace.get(name))
        kind = None if cls in ATOMS else self.kind(cls)
        return kind is not None and kind.name == "instance" and not is_users_class(cls)

    def outdate(self, fresh: Mapping[int, Collection[int]]) -> None:
        """Follow again, when next asked, the variables that lead to a changed cell which leads to something new.

        `fresh` are the cells that changed, each with the addresses of all that it leads to now.
        """
        for address, led in fresh.items():
            for name in self.holding(address):
                survey = self.surveys[name]
                for part, held in tuple(survey.parts.items()):
                    # A part that is this cell alone, and leads on to nothing, is that still.
                    if address == survey.value or (address in held and (led or len(held) > 1)):
                        del survey.parts[part]
                if not survey.cells.issuperset(led):
                    self.drop(name)
                    self.unfollowed.add(name)

    def grow(self, address: int, walk: Exploration, part: str, lost: int = 0) -> None:
        """A cell leads to what was walked to, as this part of it, and to all that it led to before but the cell `lost`."""
        for name in self.holding(address):
            survey = self.surveys[name]
            own = survey.value == address
            if walk.overflow or len(survey.cells) + len(walk.objects) > BUDGET or (lost and not own):
                self.drop(name)
                self.unfollowed.add(name)
                continue
            self.surveys[name] = made = extended(survey, walk, lost)
            for each in walk.objects:
                self.entry(each, name)
            self.hold(name, [each for each in (*walk.objects, *walk.keys, *walk.lent) if not survey.holds(each)])
            self.let_go(name, [lost] if lost in survey.cells and not made.holds(lost) else ())
            for key in walk.keys:
                self.sharers.setdefault(key, set()).add(name)
            for key in walk.lent:
                self.borrowers.setdefault(key, set()).add(name)
            for known, held in survey.parts.items():
                if lost and not known:
                    made.parts[known] = held.difference((lost,)).union(walk.objects)
                elif address not in held and not (own and known == part):
                    made.parts[known] = held

    def led(self, value: object, kind: Kind) -> set[int]:
        """The addresses of the objects with state that an object leads to right away."""
        reach = self.reach(value, kind)
        held = [*reach.children, *(each for part in reach.parts.values() for each in part)]
        return {identity(each) for each in held if type(each) not in ATOMS and self.kind(type(each)) is not None}

    def aliases(self, names: Iterable[str]) -> set[str]:
        """Variables that share memory with these; those that share whole objects are known by the addresses."""
        mine = [survey for name in names if (survey := self.survey(name)) is not None]
        keys = frozenset().union(*(survey.keys for survey in mine))
        lent = frozenset().union(*(survey.lent for survey in mine))
        if not keys and not lent:
            return set()
        self.follow_all()
        sharers = {name for key in keys | lent for name in self.sharers.get(key, ())}
        return sharers.union(*(self.borrowers.get(key, ()) for key in keys))

    def leading_to(self, value: object, *, surely: bool) -> set[str]:
        """Variables that lead to an object; where that must be sure, those that nobody has followed yet among them."""
        if surely:
            self.follow_all()
        return set(self.holding(identity(value)))

    def holding(self, address: int) -> list[str]:
        """Variables that were found to lead to the cell at an address."""
        held = self.holders.get(address)
        names = held if isinstance(held, set) else () if held is None else (held,)
        return [name for name in names if address in self.surveys[name].cells]

    def bulk_of(self, names: Iterable[str]) -> set[int]:
        """The long containers that these variables lead to, and arrays: what is costly to look at."""
        found: set[int] = set()
        for name in names:
            survey = self.survey(name)
            if survey is not None:
                is_array = type_name(type(self.namespace[name])) == "numpy.ndarray"
                found |= survey.cells if is_array else survey.bulky
        return found


def extended(survey: Survey, walk: Exploration, lost: int) -> Survey:
    """A survey with what was walked to besides, and without one cell; what is under its parts is left open."""
    return Survey(
        survey.value,
        survey.cells.difference((lost,)).union(walk.objects),
        survey.keys.union(walk.keys),
        survey.lent.union(walk.lent),
        survey.names.union(walk.names),
        survey.active or walk.active,
        survey.bulky.union(walk.bulky),
        survey.overflow,
        survey.functions or walk.functions,
        survey.opaque or walk.opaque,
        {},
    )


def is_kept_by_shell(name: str) -> bool:
    """Tell whether a variable is Python's or IPython's own: `__name__`, `_`, `_12`, `_i`, `_ii`, `_i12`, `In`."""
    if name[:1] != "_" or name in KEPT_BY_SHELL:
        return name in KEPT_BY_SHELL
    rest = name[1:]
    special = rest[:1] == "_" and rest[-2:] == "__"
    return special or not rest.strip("_") or not rest.strip("i") or rest.removeprefix("i").isdecimal()
