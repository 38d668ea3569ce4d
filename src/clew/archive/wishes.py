"""What whoever saves a value says of it: light, for it is said before anything of the archive is loaded."""

from __future__ import annotations

from clew.model.data import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What whoever saves a value says of it; `to` names another system that is to keep it."""

    tags: tuple[tuple[str, str], ...] = ()
    note: str = ""
    to: str | None = None
