"""What one store changes, where its place can be told before: that place alone is looked at, before and after.

`table["k"] = v`, `point.x = v`, `frame["c"] = v`, `items.append(v)`: of the exact types of Python, NumPy and pandas, of
which we know that such a store changes nothing else. A place in anything else is looked at as a whole.
"""

from __future__ import annotations

from clew.knowledge.lines import class_mro, class_names, identity, type_name
from clew.model.data import dataclass
from clew.model.effects import Effect
from clew.model.quick import deque
from clew.model.statements import STOP, Access, Spot, Touch, Way
from clew.model.typed import Any, Collection, Sequence, assert_never
from clew.observe.atoms import ATOMS, BULKS, PLAIN, digest_of_one, stateful
from clew.observe.heap import HOOKS, Heap
from clew.observe.kinds.instances import own_attributes

CONTAINERS = (list, dict, set, deque, bytearray)
IMMUTABLE = frozenset({*ATOMS, tuple, frozenset})
FRAMES = frozenset({"pandas.DataFrame", "pandas.core.frame.DataFrame"})
ARRAY = "numpy.ndarray"

FEW = 200
"""Elements of a container that are compared; a longer one that is stored into is known to be changed."""

TOLD_BY_LENGTH = frozenset("append extend insert remove clear pop add discard update popleft".split())
"""Methods that change nothing where the length stays the same."""

UNHEARD = frozenset("append appendleft insert pop popleft clear reverse".split())
"""Methods of lists and deques that run nobody's code, whatever the elements are."""

ABSENT = 0
"""The fingerprint of a place with nothing in it."""

NOBODY = object()


@dataclass(frozen=True, slots=True)
class PartStore:
    """One part of a cell: its fingerprint, and whether something with state stands there.

    `header` are the labels of a frame that is given a new column, by their address: others will take their place.
    """

    root: str
    way: Way
    address: int
    part: str
    before: int
    stateful: bool
    header: int = 0


@dataclass(frozen=True, slots=True)
class WholeStore:
    """A cell that is compared as a whole."""

    root: str
    way: Way
    address: int


@dataclass(frozen=True, slots=True)
class SureStore:
    """A cell that is known to be changed, unless its length was this and is still; `method` is what changes it.

    `atoms` says that the method was given nothing that has state.
    """

    root: str
    way: Way
    address: int
    length: int | None = None
    method: str = ""
    atoms: bool = False


Store = PartStore | WholeStore | SureStore


class Stores:
    """The places that the step under way stores into: noted before it does, settled when it is over."""

    def __init__(self, heap: Heap) -> None:
        self.heap = heap
        self.namespace = heap.namespace
        self.noted: list[Store] = []

    # ---- before -----------------------------------------------------------------------------------------

    def note(self, spots: Sequence[Spot], lively: bool) -> bool:
        """Note how these places look; False where more than one of them may change, and none is noted."""
        found: list[Store] = []
        for spot in spots:
            value: Any = self.namespace.get(spot.root, NOBODY)
            if spot.kind == "name" and (type(value) in IMMUTABLE or self.heap.kind(type(value)) is None):
                continue  # `total += 1` only binds the name
            way = self.named(spot.way)
            value = NOBODY if way is None else self.holder(spot.root, way)
            store = None if way is None or value is NOBODY else self.place(spot, way, value, lively)
            if store is None:
                return False
            found.append(store)
        self.noted += found
        return True

    def method(self, root: str, way: Way | None, owner: Any, method: str, lively: bool, *, atoms: bool = False) -> bool:
        """Note that a method of a container to which this way leads changes it; False where more may change."""
        cls = type(owner)
        heard = lively and (method not in UNHEARD or cls not in (list, deque))
        if heard or cls not in CONTAINERS or (cls is dict and len(owner) > FEW):
            return False
        named = None if way is None else self.named(way)
        if named is None or self.holder(root, named) is not owner:
            return False
        self.noted.append(self.container(root, named, owner, method, atoms=atoms))
        return True

    # ---- ways -------------------------------------------------------------------------------------------

    def named(self, way: Way) -> Way | None:
        """The way by the values that its variables have now; None where one is neither a text nor a number."""
        steps: list[tuple[str, str]] = []
        for kind, key in way:
            value = self.namespace.get(key) if kind == "variable" else key
            if type(value) not in (str, int):
                return None
            steps.append((kind if kind != "variable" else "item" if type(value) is str else "place", str(value)))
        return tuple(steps)

    def holder(self, root: str, way: Way) -> Any:
        """The object that a way leads to from a variable, or `NOBODY`; where that is another than the variable's, a cell."""
        value = self.led(root, way)
        if way and value is not NOBODY:
            survey = self.heap.survey(root)
            # What is in a long container is no cell of its own, nor is what nobody has walked to.
            if survey is None or survey.overflow or identity(value) not in survey.cells:
                return NOBODY
        return value

    def led(self, root: str, way: Way) -> Any:
        """What a way leads to from a variable, nobody's code being run; else `NOBODY`."""
        value: Any = self.namespace.get(root, NOBODY)
        for kind, key in way:
            value = self.step(value, kind, key)
        return value

    def step(self, value: Any, kind: str, key: str) -> Any:
        """What an object holds under a key or name, or at a place, as it is stored; else `NOBODY`."""
        cls = type(value)
        if kind == "item":
            return value.get(key, NOBODY) if cls is dict else NOBODY
        if kind == "place":
            place = int(key)
            return value[place] if cls in (list, tuple) and -len(value) <= place < len(value) else NOBODY
        seen = self.heap.kind(cls)
        plain = seen is not None and seen.name == "instance" and keeps_plainly(cls, key)
        return (own_attributes(value) or {}).get(key, NOBODY) if plain else NOBODY

    # ---- what runs nobody's code ------------------------------------------------------------------------

    def gives_plainly(self, name: str, ways: Collection[Access], touch: Touch) -> bool:
        """Tell whether these accesses run nobody's code and, where the statement does more with it, give what has no state."""
        if not touch.spots and any(access.below[-1:] == (STOP,) for access in ways):
            return False  # where it stores is not told
        return all(self.is_plain(self.namespace[name], access, touch.plainly) for access in ways)

    def is_plain(self, value: Any, access: Access, anything: bool) -> bool:
        """The same for one access of one object."""
        if access.below:
            *steps, last = (access.kind, access.key), *access.below
            for kind, key in steps:
                value = self.step(value, kind, key)
            # What stands at the end and is stored into is for `keeps` to tell.
            return value is not NOBODY and (last == STOP or self.is_plain(value, Access(*last), anything))
        if access.kind == "attribute" and type(value) in CONTAINERS:
            return anything
        if access.kind == "attribute" and keeps_plainly(type(value), access.key):
            held = own_attributes(value) or {}
        elif access.kind == "item" and type(value) is dict:
            held = value
        else:
            return False
        there = held.get(access.key, NOBODY)
        return access.stored or (there is not NOBODY and (anything or type(there) in ATOMS))

    def keeps(self, spot: Spot) -> bool:
        """Tell whether a store into an object that is not a variable's own runs nobody's code."""
        way = self.named(spot.way)
        value = NOBODY if way is None else self.led(spot.root, way)
        if spot.kind == "attribute":
            return value is not NOBODY and self.is_plain(
                value, Access("attribute", spot.key, stored=True), anything=True
            )
        return type(value) is dict and bool(spot.key)

    # ---- places -----------------------------------------------------------------------------------------

    def place(self, spot: Spot, way: Way, value: Any, lively: bool) -> Store | None:
        """How one place looks; None where more than that may change."""
        cls = type(value)
        if spot.kind == "attribute":
            return self.attribute(spot, way, value)
        if cls is dict and spot.kind == "item":
            return self.item(spot, way, value, lively)
        if lively:
            return None
        if cls in CONTAINERS and not (spot.added and spot.kind == "item"):
            return self.container(spot.root, way, value) if cls is not dict or dict.__len__(value) <= FEW else None
        if type_name(cls) == ARRAY:
            return self.array(spot.root, way, value)
        if type_name(cls) in FRAMES and spot.key and not spot.added:
            return self.column(spot, way, value)
        return None

    def attribute(self, spot: Spot, way: Way, value: Any) -> Store | None:
        """An attribute that is kept in its instance, nobody's code in between."""
        kind = self.heap.kind(type(value))
        held = own_attributes(value)
        if kind is None or kind.name != "instance" or held is None or not keeps_plainly(type(value), spot.key):
            return None
        return self.part(spot, way, spot.key, value, held)

    def item(self, spot: Spot, way: Way, value: dict[Any, Any], lively: bool) -> Store | None:
        """An item of a dict."""
        key = self.namespace.get(spot.variable) if spot.variable else spot.key
        if type(key) is str and (key or spot.variable):
            return self.part(spot, way, key, value, value)
        return None if lively or spot.added or len(value) > FEW else self.container(spot.root, way, value)

    def part(self, spot: Spot, way: Way, key: str, value: object, held: dict[str, object]) -> Store | None:
        """One part of a cell, of which `held` holds the parts."""
        there = held.get(key, NOBODY)
        if spot.added and type(there) not in IMMUTABLE:
            return None  # `table["k"] += [1]` changes the list
        before = ABSENT if there is NOBODY else digest_of_one(there)
        stateful = there is not NOBODY and type(there) not in ATOMS
        return PartStore(spot.root, way, identity(value), key, before, stateful)

    def container(self, root: str, way: Way, value: Any, method: str = "", *, atoms: bool = False) -> Store:
        """A container as a whole."""
        if len(value) > FEW:
            told = method in TOLD_BY_LENGTH and (type(value) is not deque or value.maxlen is None)
            return SureStore(root, way, identity(value), len(value) if told else None, method, atoms)
        self.heap.look(value, root)
        return WholeStore(root, way, identity(value))

    def array(self, root: str, way: Way, value: Any) -> Store | None:
        """An array that owns its memory, if all others that see this memory lead to the array."""
        if value.base is not None or value.dtype.hasobject:
            return None
        address = identity(value)
        shares = [self.heap.survey(name) for name in self.heap.aliases([root])]
        seen = all(survey is not None and address in survey.cells for survey in shares)
        return SureStore(root, way, address) if seen else None

    def column(self, spot: Spot, way: Way, value: Any) -> Store | None:
        """A column of a frame, which is replaced, not written into."""
        known = self.heap.known_part(value, spot.key)
        before = column_now(value, spot.key, known)
        if before is None:
            return None
        header = header_alone(value) if before == ABSENT else 0
        leads = not header and column_leads(value, spot.key)
        return PartStore(spot.root, way, identity(value), spot.key, before, leads, header)

    # ---- after ------------------------------------------------------------------------------------------

    def settle(self, looked: Collection[str], step: int) -> list[Effect]:
        """Look at the noted places again; what `looked` variables lead to was looked at already."""
        noted, self.noted = self.noted, []
        effects: list[Effect] = []
        for store in noted:
            if store.root not in looked:
                effects += self.settled(store, step)
        return effects

    def settled(self, store: Store, step: int) -> list[Effect]:  # noqa: RET503  # it ends in `assert_never`
        """What became of one place."""
        value = self.led(store.root, store.way)
        if identity(value) != store.address:  # another is there by now, and the object may live on
            return self.heap.changed_unseen(store.address, step)
        match store:
            case PartStore():
                return self.settled_part(store, value, step)
            case WholeStore():
                return self.heap.compare_one(value, step)
            case SureStore(length=length):
                return [] if length is not None and length == len(value) else self.surely(store, value, step)
            case _:
                assert_never(store)

    def settled_part(self, store: PartStore, value: Any, step: int) -> list[Effect]:
        """What became of one part."""
        if type_name(type(value)) in FRAMES:
            now = column_now(value, store.part)
            if now is None:
                return self.heap.changed_unseen(store.address, step)
            elsewhere = now == ABSENT or (store.stateful and not store.header)
            fresh = (elsewhere or not self.grown(store, value)) and (store.stateful or column_leads(value, store.part))
            return self.heap.change_part(value, store.part, store.before, now, step, fresh=fresh)
        held = value if type(value) is dict else own_attributes(value)
        there = (held or {}).get(store.part, NOBODY)
        now = ABSENT if there is NOBODY else digest_of_one(there)
        added = None if there is NOBODY else there
        return self.heap.change_part(value, store.part, store.before, now, step, fresh=store.stateful, added=added)

    def grown(self, store: PartStore, value: Any) -> bool:
        """Tell whether a frame leads to no more than it did, but for the column's memory, and take note of that."""
        from clew.observe.kinds.frames import column_and_header_reach  # pandas is loaded

        reach = column_and_header_reach(value, store.part)
        if reach is not None:
            self.heap.lead_on_by(value, reach, store.part, store.header)
        return reach is not None

    def surely(self, store: SureStore, value: Any, step: int) -> list[Effect]:
        """A long container, or an array, that was changed."""
        added: list[object] = []
        if store.method == "append":
            added = stateful(value[-1:] if type(value) is list else [value[-1]])
        elif not store.atoms:
            added = stateful(elements(value))
        if type(value) is list and not added and (store.atoms or store.method == "append"):
            BULKS.outdate(store.address)
        else:
            BULKS.forget([store.address])
        return self.heap.change_surely(value, added, step)


def keeps_plainly(cls: type, attribute: str) -> bool:
    """Tell whether instances keep this attribute for themselves, no code of their class in between."""
    lines = [class_names(base) for base in class_mro(cls)[:-1]]
    hidden = any(attribute in names and type(names[attribute]) not in PLAIN for names in lines)
    return not hidden and all(HOOKS.isdisjoint(names) for names in lines)


def mentioned(spot: Spot) -> list[str]:
    """The variables by which the text gives a place."""
    return [spot.root, spot.variable, *[key for kind, key in spot.way if kind == "variable"]]


def elements(value: Any) -> list[object]:
    """What stands in a container; nothing in an array, which holds plain numbers."""
    if type(value) is dict:
        return [*dict.keys(value), *dict.values(value)]
    return [*value] if type(value) in (list, set, deque) else []


def column_leads(value: Any, name: str) -> bool:
    """Tell whether a column of a frame leads to anything, or is not there."""
    from clew.observe.kinds.frames import column_leads_on  # pandas is loaded

    return column_leads_on(value, name)


def header_alone(value: Any) -> int:
    """The address of the labels of a frame's columns, if the frame leads to them by nothing else."""
    from clew.observe.kinds.frames import header_alone  # the same

    header = header_alone(value)
    return 0 if header is None else identity(header)


def column_now(value: Any, name: str, known: int | None = None) -> int | None:
    """Digest the one column of a frame of that name, if it is not known; None where there are more of them."""
    from clew.observe.kinds.frames import column_seen, place_of  # pandas is loaded

    return known if known is not None and place_of(value, name) is not None else column_seen(value, name)
