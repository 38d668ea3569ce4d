"""Text in a database that comes back as it was, and numbers without a limit that anybody meets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

ESCAPED = "\x1b"  # begins a text that is kept escaped

BIG = BigInteger().with_variant(Integer, "sqlite")  # SQLite's integers are big ones


class Exact(TypeDecorator[str]):
    """Text that comes back as it was, and is sorted and compared letter by letter.

    What databases do not hold (halves of surrogate pairs, as in a file name that is not UTF-8, and NUL) goes in
    escaped.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Give the database's own type; PostgreSQL would else sort as people in its country do."""
        return Text(collation="C" if dialect.name == "postgresql" else None)

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        """Give what the database is to hold."""
        return None if value is None else stored(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], str | None]:
        """Give what gives the text as it was: itself and not a method of ours, for a listing has thousands of texts."""
        return shown_or_none


def stored(text: str) -> str:
    """Give the text as a database is to hold it."""
    return text if holds(text) else ESCAPED + text.encode("unicode_escape").decode("ascii")


def shown(text: str) -> str:
    """Give the text as it was, from what a database holds."""
    return text[1:].encode("ascii").decode("unicode_escape") if text.startswith(ESCAPED) else text


def shown_or_none(text: str | None) -> str | None:
    """Give the text as it was, if there is one."""
    return text if text is None or text[:1] != ESCAPED else shown(text)


def holds(text: str) -> bool:
    """Tell whether any database holds this text as it is."""
    if text.startswith(ESCAPED) or "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
