"""Walking from the program's values to everything with state that they lead to, without running any of its code."""

from __future__ import annotations

import types
from itertools import chain

from clew.analysis.purity import own_needs
from clew.knowledge.lines import class_module, class_mro, class_names, identity, type_name
from clew.model.data import dataclass, field
from clew.model.typed import Any, Callable, Iterable
from clew.observe.atoms import ATOMS, BULKS, digest_of, is_scalar
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.functions import SPOKEN, code_words, global_names
from clew.observe.kinds.instances import all_is_seen, computed_names, is_cache, is_python_made, slots_of
from clew.observe.ours import is_users_class, is_users_file

ATTRIBUTED = frozenset({"instance", "class", "module", "function"})
"""Kinds that look at attributes themselves."""

HOLDERS = frozenset({"list", "dict", "ordered dict", "set", "deque", "bytes", "array", "frame", "series"})
"""Kinds of which libraries make classes of their own, with attributes besides."""

TABLE_CACHES = frozenset({"_colwidths"})
"""What tables of statsmodels, which are lists, keep when they are shown."""

NO_NAMES: frozenset[str] = frozenset()

BUDGET = 30_000
"""Objects looked at from one variable; beyond it, what an unknown call touches is assumed changed."""


@dataclass(slots=True)
class Exploration:
    """A walk under way."""

    objects: dict[int, tuple[object, Kind]] = field(default_factory=dict)
    keys: set[int] = field(default_factory=set)
    lent: set[int] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    active: bool = False
    bulky: set[int] = field(default_factory=set)
    functions: bool = False
    opaque: bool = False
    overflow: bool = False


class Explorer:
    """Finds the kind of each object and walks on. `find` answers for a class, `inert` whether a type has no state."""

    def __init__(
        self, find: Callable[[type], Kind | None], inert: Callable[[str], bool], namespace: dict[str, object]
    ) -> None:
        self.find = find
        self.inert = inert
        self.namespace = namespace
        self.kinds: dict[type, Kind | None] = {}
        self.hooks: dict[
            int, frozenset[str]
        ] = {}  # by address: names that functions look up which an object of C keeps
        self.lively: dict[type, bool] = {}
        self.adding: dict[type, bool] = {}

    @staticmethod
    def release() -> None:
        """Forget the program's classes and functions: what is remembered of them would keep them alive."""
        for remembered in (slots_of, computed_names, is_python_made, global_names, code_words, is_scalar, own_needs):
            remembered.cache_clear()
        SPOKEN.clear()

    # ---- kinds ------------------------------------------------------------------------------------------

    def kind(self, cls: type) -> Kind | None:
        """The kind of a class, or None where its instances have no state."""
        try:
            return self.kinds[cls]
        except KeyError:
            found = self.kinds[cls] = self.kind_anew(cls)
            return found

    def kind_anew(self, cls: type) -> Kind | None:
        """The kind of a class that was not met before."""
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

    def explore(self, values: Iterable[object], walk: Exploration) -> None:
        """Walk from these values to everything with state that they lead to."""
        todo = [*values]
        objects = walk.objects
        while todo:
            value = todo.pop()
            cls = type(value)
            if cls in ATOMS or (address := identity(value)) in objects:
                continue
            kind = self.kind(cls)
            if kind is None:
                continue
            if len(objects) >= BUDGET:
                walk.overflow = True
                return
            objects[address] = (value, kind)
            self.note(value, walk)
            if kind.name == "instance" and not walk.opaque:
                walk.opaque = not all_is_seen(value)
            reach = self.reach(value, kind)
            if reach.keys:
                walk.keys.update(~key if type(key) is int else identity(key) for key in reach.keys)
            if reach.lent:
                walk.lent.update(map(identity, reach.lent))
            todo += reach.children
            if reach.parts:
                todo += chain.from_iterable(reach.parts.values())

    def note(self, value: Any, walk: Exploration) -> None:
        """Note what an object says about those who lead to it."""
        cls = type(value)
        if self.hooks:
            walk.names |= self.hooks.get(identity(value), NO_NAMES)
        if cls is list or cls is dict:
            if BULKS.is_bulk(value):
                walk.bulky.add(identity(value))
        elif cls is types.FunctionType:
            walk.functions = walk.functions or is_users_file(value.__code__.co_filename)
            if value.__globals__ is self.namespace:
                walk.names |= global_names(value.__code__)
        elif self.is_lively(cls):
            walk.active = True
            code = getattr(value, "gi_code", None) if cls is types.GeneratorType else None
            walk.names |= global_names(code) if code is not None else frozenset()

    def reach(self, value: object, kind: Kind) -> Reach:
        """Where one object leads; a user's subclass of a library's class leads to its own attributes too."""
        reach = kind.reach(value)
        extra = self.extra(value, kind)
        return Reach([*reach.children, *extra.values()], reach.parts, reach.keys, reach.lent) if extra else reach

    def extra(self, value: object, kind: Kind) -> dict[str, object]:
        """What a user's subclass of a class we know otherwise leads to: its class, and attributes with state."""
        cls = type(value)
        if not self.adds(cls, kind):
            return {}
        held = self.attributes(value, kind)
        found = {name: value for name, value in held.items() if type(value) not in ATOMS}
        return {"": cls, **found} if is_users_class(cls) else found

    def adds(self, cls: type, kind: Kind) -> bool:
        """Tell whether instances have attributes that their kind knows nothing of."""
        found = self.adding.get(cls)
        if found is None:
            made = is_users_class(cls) or (kind.name in HOLDERS and is_made_from_another(cls, kind))
            found = self.adding[cls] = made and kind.name not in ATTRIBUTED
        return found

    def attributes(self, value: object, kind: Kind) -> dict[str, object]:
        """The attributes that a subclass adds to the instances of a class we know otherwise; of a library's, no caches."""
        cls: type = type(value)
        if not self.adds(cls, kind):
            return {}
        try:
            held = object.__getattribute__(value, "__dict__")
        except AttributeError:
            return {}
        known = kind.ignores if is_users_class(cls) else kind.ignores | computed_names(cls) | TABLE_CACHES
        found = {name: value for name, value in dict.items(held) if name not in known}
        return found if is_users_class(cls) else {name: value for name, value in found.items() if not is_cache(name)}

    def digest(self, value: Any, kind: Kind) -> Digest | Opaque:
        """The fingerprint of one object, with the attributes that a user's subclass adds."""
        digest = kind.digest(value)
        extra = self.attributes(value, kind)
        if not extra or isinstance(digest, Opaque):
            return digest
        added = {f".{name}": digest_of([held]) for name, held in extra.items()}
        return Digest(digest.whole, {**digest.parts, **added})

    def addresses(self, values: Iterable[object]) -> frozenset[int]:
        """The addresses of all that some values lead to, and the memory that they share."""
        walk = Exploration()
        self.explore(values, walk)
        return frozenset(walk.objects) | walk.keys

    def walk(self, names: Iterable[str]) -> Exploration:
        """Walk from the values of variables."""
        walk = Exploration()
        self.explore([self.namespace[name] for name in names if name in self.namespace], walk)
        return walk


def is_made_from_another(cls: type, kind: Kind) -> bool:
    """Tell whether a library's class is made from one of Python's, or of another library's, which the kind is about."""
    home = next((base for base in class_mro(cls) if type_name(base) in kind.types), cls)
    modules = [class_module(each) for each in (cls, home)]
    tops = [module.partition(".")[0] if type(module) is str else "" for module in modules]
    return tops[0] != tops[1]
