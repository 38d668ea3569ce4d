"""Knowledge packs: TOML text read into frozen data. What we do not understand is an error, never skipped.

A pack is a list of `[[facts]]`. Each has `names` (patterns, see `patterns.py`) and says one of: the callables named
are pure, are pure if no code of the user's can be run, or change only what `changes` lists. Arguments are named by
keyword, by position counted from 0 as written at the call (the object before the dot is not counted), `self` for
that object, or `*` for every argument.
"""

from __future__ import annotations

from clew.errors import BadPack, nearest
from clew.knowledge.patterns import expanded
from clew.model.data import dataclass
from clew.model.typed import Any, Collection, Mapping

FIGURES = ("", "self", "current")
ENTRY_KEYS = ("names", "version", "why")
PACK_KEYS = ("facts", "inert", "about")


@dataclass(frozen=True, slots=True)
class CalleeFacts:
    """What calling a callable does, as far as we know it.

    pure            changes no memory that was there before the call, and runs no code of the user's
    pure_if_inert   the same, as long as nothing that the object before the dot or the arguments lead to is the user's
                    (an instance of a user's class, a user's function, a running generator) or is a callable that is not
                    pure itself (`map(out.append, xs)`; ask `Knowledge.is_pure_callable`)
    shallow         of those objects only they themselves matter, not what they hold (`len` asks the list, not its items)
    unless          facts do not hold where one of these arguments is given (`inplace`, `out`)
    calls_back      facts hold only if what these arguments lead to is inert in that sense: they may be called
    changes         only these arguments, with all that they lead to, can change
    iterates        iterators among the arguments are used up, and what they run is run (so they are looked into, `shallow` or not)
    seeds           ambient state that is set, whatever it was
    draws           ambient state that may be read and moved on
    consults        ambient state that is read
    reads_names     looks up variables of its caller by name
    reads_path      arguments that name files it reads
    writes_path     arguments that name files it writes
    figure          changes the matplotlib figure that `self` belongs to, or the `current` one, and what `changes` lists

    Facts that are neither pure nor list changes nor draw on a figure leave open what the call changes. Pure is said of
    memory: what a call does to ambient state is in `seeds` and `draws`, files are left to the audit hook and the paths.
    """

    pure: bool = False
    pure_if_inert: bool = False
    shallow: bool = False
    unless: tuple[str, ...] = ()
    calls_back: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    iterates: bool = False
    seeds: tuple[str, ...] = ()
    draws: tuple[str, ...] = ()
    consults: tuple[str, ...] = ()
    reads_names: bool = False
    reads_path: tuple[str, ...] = ()
    writes_path: tuple[str, ...] = ()
    figure: str = ""

    def hold(self, positional: int, keywords: Collection[str], starred: bool = False) -> bool:
        """Tell whether a call with so many positional and these keyword arguments is one the facts are about.

        `starred` says that it also has `*args` or `**kwargs`, which could hold anything.
        """
        given = {*keywords, *map(str, range(positional))}
        return not (self.unless and (starred or not given.isdisjoint(self.unless)))


@dataclass(frozen=True, slots=True)
class Entry:
    """The facts about some callables; `version` says of which library versions, where not of all."""

    names: tuple[str, ...]
    facts: CalleeFacts
    version: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """All that is known about a library; `inert` names types whose instances hold no state that can change."""

    name: str
    entries: tuple[Entry, ...]
    inert: tuple[str, ...]


def parsed_pack(name: str, text: str) -> Pack:
    """Read a pack; BadPack, naming pack and key, for anything that it should not say."""
    import tomllib  # most packs are read once and kept as data

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPack(name, f"is not TOML: {error}") from None
    _check_keys(name, data, PACK_KEYS, "the pack")
    return Pack(name, tuple(_entry(name, item) for item in _tables(name, data)), _patterns(name, "inert", data))


def _tables(pack: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = data.get("facts", [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise BadPack(pack, "`facts` must be tables: write [[facts]]")
    return found


def _entry(pack: str, item: Mapping[str, Any]) -> Entry:
    names = _patterns(pack, "names", item)
    if not names:
        raise BadPack(pack, f"facts without `names`: {dict(item)}")
    _check_keys(pack, item, (*ENTRY_KEYS, *DEFAULTS), names[0])
    said = {key: _value(pack, names[0], key, item[key]) for key in item if key in DEFAULTS}
    facts = CalleeFacts(**said)
    _check_sense(pack, names[0], facts)
    return Entry(names, facts, str(item.get("version", "")))


def _patterns(pack: str, key: str, item: Mapping[str, Any]) -> tuple[str, ...]:
    text = item.get(key, "")
    if not isinstance(text, str):
        raise BadPack(pack, f"`{key}` must be a text of names parted by blanks")
    try:
        return expanded(text)
    except ValueError as error:
        raise BadPack(pack, f"`{key}`: {error} in {text!r}") from None


def _check_keys(pack: str, item: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in item:
        if key not in known:
            bad = BadPack(pack, f"unknown key `{key}` in {where}")
            bad.hint = nearest(key, tuple(known))
            raise bad


def _value(pack: str, where: str, key: str, value: object) -> Any:
    """Check a fact's type against that of its default, and make lists tuples."""
    default = DEFAULTS[key]
    if isinstance(default, tuple) and isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(default, tuple) or type(value) is not type(default) or (key == "figure" and value not in FIGURES):
        raise BadPack(pack, f"`{key}` in {where} cannot be {value!r}")
    return value


def _check_sense(pack: str, where: str, facts: CalleeFacts) -> None:
    """Refuse facts that contradict one another, or say nothing."""
    if facts.pure + facts.pure_if_inert + bool(facts.changes) > 1:
        raise BadPack(pack, f"{where} can be only one of `pure`, `pure_if_inert` and `changes`")
    if facts.shallow and not facts.pure_if_inert:
        raise BadPack(pack, f"{where} is `shallow`, which only `pure_if_inert` can be")
    if facts == CalleeFacts(unless=facts.unless, calls_back=facts.calls_back):
        raise BadPack(pack, f"{where} says nothing")


DEFAULTS: dict[str, object] = {name: getattr(CalleeFacts(), name) for name in CalleeFacts.__match_args__}
