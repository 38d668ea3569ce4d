"""Which artifacts are asked for."""

from __future__ import annotations

from clew.model.data import dataclass


@dataclass(frozen=True, slots=True)
class Filter:
    """What artifacts must be, all of it; an empty field asks for nothing.

    `name` may hold `*`, `?` and `[a-z]`; `tag` is a key, or `key=value`; `type` and `input` are the whole of it or its
    end (`DataFrame`, `raw.csv`); `package` is a name, or `name==version`; `since` and `until` are seconds since the
    epoch. `newest` asks for the newest version of each name only.
    """

    name: str = ""
    tag: str = ""
    type: str = ""
    input: str = ""
    package: str = ""
    since: float | None = None
    until: float | None = None
    newest: bool = False
    with_deleted: bool = False


EVERYTHING = Filter()
