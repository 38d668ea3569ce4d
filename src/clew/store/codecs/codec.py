"""What a codec is: how values of some types are written as bytes and read again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

from clew.errors import MissingExtra
from clew.model.data import dataclass
from clew.store.codecs.alike import alike

FORMATS = "'clew[formats]'"
CLASSES = type.__dict__["__mro__"].__get__  # as the interpreter has them


def never(value: object) -> bytes:
    """Give no picture."""
    return b""


@dataclass(frozen=True, slots=True)
class Codec:
    """A format for values of some types.

    name        what the catalog calls it: for ever, for values are kept in it
    suffix      how its files are named, with the dot
    safe        reading it runs no code but the library's own
    fits        whether it is for such a value; looks at the exact type only, and imports nothing
    write       writes a value to a file that only goes forward; any exception means that the format does not hold it
    read        gives the value back
    matches     whether the file holds exactly that value: asked before anything is kept
    picture     a PNG or SVG of the value, to be kept beside it; empty where there is none
    needs       the package that `write` and `read` import, and what installs it; empty where they need none
    """

    name: str
    suffix: str
    safe: bool
    fits: Callable[[Any], bool]
    write: Callable[[Any, BinaryIO], None]
    read: Callable[[BinaryIO], Any]
    matches: Callable[[Any, BinaryIO], bool]
    picture: Callable[[Any], bytes] = never
    needs: str = ""


def read_alike(read: Callable[[BinaryIO], object]) -> Callable[[object, BinaryIO], bool]:
    """Compare by reading the whole value, for formats of small ones."""
    return lambda value, file: alike(value, read(file))


def is_a(value: object, module: str, name: str) -> bool:
    """Whether a value is exactly of a class of a library, which is not imported for the question."""
    found = sys.modules.get(module)
    return found is not None and type(value) is getattr(found, name, None)


def descends(value: object, module: str, name: str) -> bool:
    """Whether a value's class is one of a library's, or was made from it; no method of either is asked."""
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and any(each is kind for each in CLASSES(type(value)))


def library(name: str, purpose: str, install: str = "") -> Any:
    """Import a library that a format needs; MissingExtra, with what installs it, if it is not there."""
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise MissingExtra(package, purpose, install or package) from error
