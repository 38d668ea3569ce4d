"""Which artifacts are asked for, as conditions on the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select

from clew.model.filters import Filter
from clew.store.schema import ARTIFACTS, INPUTS, NAMES, PACKAGES, PLACES, TAGS

MAGIC = re.compile(r"[*?\[]")
CLASS = re.compile(r"\[(?P<not>[!^]?)(?P<in>\]?[^]]*)\]")


def conditions(wanted: Filter, dialect: str) -> Iterator[ColumnElement[bool]]:
    """Give what must hold of the row of an artifact."""
    if not wanted.with_deleted:
        yield ARTIFACTS.c.deleted.is_(None)
    if wanted.name:
        yield named(wanted.name, dialect)
    if wanted.type:
        yield among(typed(wanted.type, dialect))
    if wanted.since is not None:
        yield ARTIFACTS.c.created >= wanted.since
    if wanted.until is not None:
        yield ARTIFACTS.c.created <= wanted.until
    if wanted.tag:
        yield among(tagged(wanted.tag))
    if wanted.input:
        yield among(made_from(wanted.input, dialect))
    if wanted.package:
        yield among(packaged(wanted.package))
    if wanted.newest:
        yield newest(dialect, with_deleted=wanted.with_deleted)


def named(name: str, dialect: str) -> ColumnElement[bool]:
    """Say that an artifact has a name, or one of those that match a pattern."""
    names = select(NAMES.c.number).where(like(NAMES.c.name, name, dialect))
    if not MAGIC.search(name):
        return ARTIFACTS.c.name == names.scalar_subquery()
    found = ARTIFACTS.alias("named")
    return among(select(found.c.number).where(one_of(found.c.name, names, dialect)).scalar_subquery())


def typed(kind: str, dialect: str) -> ScalarSelect[int]:
    """Give the artifacts of a type."""
    found = ARTIFACTS.alias("typed")
    return select(found.c.number).where(like_end(found.c.type, ".", kind, dialect)).scalar_subquery()


def one_of(column: ColumnElement[int], few: Select[tuple[int]], dialect: str) -> ColumnElement[bool]:
    """Say that a column is one of a few numbers."""
    if dialect == "sqlite":
        return column.in_(few)
    # PostgreSQL would rather work out for each row whether its place matches: as an array they are found once.
    return column == func.any(func.array(few.scalar_subquery()))


def among(artifacts: ScalarSelect[int]) -> ColumnElement[bool]:
    """Say that an artifact is one of these."""
    # As a sum it is no key to look rows up by: they are gone through in their order, until there are enough.
    return (ARTIFACTS.c.number + 0).in_(artifacts)


def newest(dialect: str, *, with_deleted: bool) -> ColumnElement[bool]:
    """Say that no later version of the same name is there."""
    # Looked up by name, and not asked of each version whether there is a later one: names are few beside versions.
    names, found = NAMES.alias("each"), ARTIFACTS.alias("found")
    versions = select(found.c.number).where(found.c.name == names.c.number)
    if not with_deleted:
        versions = versions.where(found.c.deleted.is_(None))
    last = versions.order_by(found.c.version.desc()).limit(1).correlate(names).scalar_subquery()
    those = select(last).select_from(names)
    return among(those.scalar_subquery()) if dialect == "sqlite" else one_of(ARTIFACTS.c.number, those, dialect)


def tagged(tag: str) -> ScalarSelect[int]:
    """Give the artifacts with a tag."""
    key, given, value = tag.partition("=")
    found = select(TAGS.c.artifact).where(TAGS.c.key == key)
    return (found.where(TAGS.c.value == value) if given else found).scalar_subquery()


def packaged(package: str) -> ScalarSelect[int]:
    """Give the artifacts whose code imports a package."""
    name, given, version = package.partition("==")
    found = select(PACKAGES.c.artifact).where(PACKAGES.c.package == name)
    return (found.where(PACKAGES.c.version == version) if given else found).scalar_subquery()


def made_from(place: str, dialect: str) -> ScalarSelect[int]:
    """Give the artifacts whose code read a place."""
    places = select(PLACES.c.number).where(like_end(PLACES.c.place, "/", place, dialect))
    return select(INPUTS.c.artifact).where(one_of(INPUTS.c.place, places, dialect)).scalar_subquery()


def like_end(column: ColumnElement[str], separator: str, end: str, dialect: str) -> ColumnElement[bool]:
    """Say that a column is this text, or ends in it after a separator."""
    whole = separator + end
    tail = func.substr(column, -len(whole)) if dialect == "sqlite" else func.right(column, len(whole))
    return (column == end) | (tail == whole)


def like(column: ColumnElement[str], pattern: str, dialect: str) -> ColumnElement[bool]:
    """Say that a column matches a pattern with `*`, `?` and `[a-z]`, letter by letter."""
    if not MAGIC.search(pattern):
        return column == pattern
    if dialect == "sqlite":
        return column.op("GLOB", is_comparison=True)(re.sub(r"\[!", "[^", pattern))
    return column.op("~", is_comparison=True)(regular(pattern))


def regular(pattern: str) -> str:
    """Give the regular expression, as PostgreSQL writes them, of such a pattern."""
    parts, at = [], 0
    while at < len(pattern):
        if found := CLASS.match(pattern, at):
            parts.append(f"[{'^' if found['not'] else ''}{found['in'].replace(chr(92), chr(92) * 2)}]")
            at = found.end()
        else:
            parts.append({"*": ".*", "?": "."}.get(pattern[at], literal(pattern[at])))
            at += 1
    return f"^{''.join(parts)}$"


def literal(letter: str) -> str:
    """Give the regular expression of one letter."""
    return letter if letter.isalnum() or ord(letter) > 127 else f"\\{letter}"
