"""What users call an artifact: `churn`, or `churn@3` for its third version."""

from __future__ import annotations

import re

from clew.errors import UsageError
from clew.model.data import dataclass

MARK = "@"
SCHEME = "clew://"
"""What the address of an artifact begins with, where a program has read it."""
LONGEST = 200  # characters
LONGEST_TAG = 500  # of its name and its text: more than databases look up quickly
VERSION = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name and a version, or None for the newest."""

    name: str
    version: int | None = None

    def __str__(self) -> str:
        return self.name if self.version is None else f"{self.name}{MARK}{self.version}"


def wanted(text: str, version: int | None = None) -> Wanted:
    """Read `churn` or `churn@3`; UsageError where that, or a version beside it, cannot be understood."""
    name, mark, said = checked_text(text).partition(MARK)
    if not mark:
        return Wanted(checked_name(name), checked_version(version))
    if not VERSION.fullmatch(said):
        raise UsageError(f"{text!r}: behind {MARK} stands a version, a number from 1 on")
    if version is not None and version != int(said):
        raise UsageError(f"{text!r} and version={version} are two versions")
    return Wanted(checked_name(name), int(said))


def checked_name(name: str) -> str:
    """Give a name that an artifact may have; UsageError if it may not."""
    if not checked_text(name).strip():
        raise UsageError("an artifact needs a name")
    if MARK in name:
        raise UsageError(f"{name!r}: a name holds no {MARK}: the version is given by clew")
    if len(name) > LONGEST or name != name.strip() or not name.isprintable() or name.startswith("-"):
        raise UsageError(f"{name!r} cannot be a name: up to {LONGEST} letters, digits, signs and blanks between them")
    return name


def checked_version(version: int | None) -> int | None:
    """Give a version that there may be, or None; UsageError for anything else."""
    if version is not None and (type(version) is not int or version < 1):
        raise UsageError(f"version={version!r}: versions count from 1")
    return version


def checked_text(text: object) -> str:
    """Give a text; UsageError for anything else: arguments are easily given the wrong way round."""
    if type(text) is not str:
        raise UsageError(f"the name of an artifact is a text, not of type {type(text).__name__}")
    return text


def checked_note(note: object) -> None:
    """UsageError for a note that is no text."""
    if type(note) is not str:
        raise UsageError(f"a note is a text, not of type {type(note).__name__}")


def checked_tags(tags: object) -> tuple[tuple[str, str], ...]:
    """Give tags in the order of their names; UsageError for what cannot be one."""
    if tags is None:
        return ()
    if type(tags) is not dict or not all(type(each) is str for pair in tags.items() for each in pair):
        raise UsageError('tags are a dictionary of texts: tags={"team": "growth"}')
    for name, said in tags.items():
        if max(len(name), len(said)) > LONGEST_TAG:
            raise UsageError(f"the tag {name[:20]!r} is too long: up to {LONGEST_TAG} characters; `note` takes more")
        if not name.strip() or "=" in name or not name.isprintable() or name != name.strip() or name.startswith("-"):
            raise UsageError(f"{name!r} cannot be the name of a tag")
    return tuple(sorted(tags.items()))
