"""Knowledge packs: TOML text read into frozen data. What we do not understand is an error, never skipped.

A pack is a list of `[[facts]]`. Each has `names` (patterns, see `patterns.py`) and says one of: the callables named
are pure, are pure if no code of the user's can be run, or change only what `changes` lists. Arguments are named by
keyword, by position counted from 0 as written at the call (the object before the dot is not counted), `self` for
that object, or `*` for every argument.
"""

from __future__ import annotations

from clew.errors import BadPack, nearest
from clew.knowledge.facts import CalleeFacts
from clew.knowledge.patterns import expanded
from clew.model.data import dataclass
from clew.model.typed import Any, Collection, Mapping

FIGURES = ("", "self", "current")
ENTRY_KEYS = ("names", "version", "why")
PACK_KEYS = ("facts", "inert", "about")


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
