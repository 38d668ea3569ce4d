"""What a step can read or write."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.typed import assert_never


@dataclass(frozen=True, slots=True)
class Name:
    """A global variable."""

    name: str


ALL_PARTS = "**"
"""As the part of a cell that is read: all of its parts."""

ALL_CELLS = "***"
"""As the part of a cell that is read: all of its parts, and all else that the steps which wrote it changed."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of mutable memory, numbered in the order in which it was first seen.

    `part` is one key, column or attribute of it, or empty for what belongs to none. `label` says how it was reached.
    """

    number: int
    part: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Ambient:
    """Hidden state of the process: `random`, `numpy.random`, `environ`, `cwd`, `pandas.options` ...

    `part` is one variable, option or parameter of it, or empty for the whole.
    """

    kind: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file or directory by its absolute path; a database by its path or URL."""

    path: str


@dataclass(frozen=True, slots=True)
class Module:
    """One attribute of an imported module, or all of them where `attribute` is empty."""

    module: str
    attribute: str = ""


Resource = Name | Cell | Ambient | File | Module


def resource_name(resource: Resource) -> str:  # noqa: RET503  # it ends in `assert_never`, which does not return
    """Name a resource as a user would."""
    match resource:
        case Name(name):
            return name
        case Cell(number, part, label):
            said = label or f"object {number}"
            return said if part in ("", "*", ALL_PARTS, ALL_CELLS) else f"{said}[{part!r}]"
        case Ambient(kind, part):
            return f"the state of {kind}[{part!r}]" if part else f"the state of {kind}"
        case File(path):
            return path
        case Module(module, attribute):
            return f"{module}.{attribute}" if attribute else module
        case _:
            assert_never(resource)
