"""Compare two values, in one process or across processes, by all that a user can see of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from clew.model.verdicts import CannotTell, Verdict
from clew.replay.code import CODE
from clew.replay.libraries import LIBRARIES
from clew.replay.objects import paint_object
from clew.replay.painter import Painter
from clew.replay.plain import PLAIN
from clew.replay.portrait import Portrait, compare_portraits


def portray(value: object) -> Portrait:
    """Portray a value. Runs methods of the value: not for use while a program is being watched."""
    return Painter({**PLAIN, **CODE, **LIBRARIES}, paint_object).paint(value)


def portray_names(namespace: Mapping[str, Any], names: Iterable[str]) -> dict[str, Portrait]:
    """Portray the variables of these names, those that exist; what they share is looked at once."""
    painter = Painter({**PLAIN, **CODE, **LIBRARIES}, paint_object)
    return {name: painter.paint(namespace[name]) for name in names if name in namespace}


def digest_value(value: object) -> str | CannotTell:
    """Digest a value: the same text in every process, whatever its hash seed, for values that are equal."""
    portrait = portray(value)
    return CannotTell("; ".join(portrait.unseen)) if portrait.unseen else portrait.digest


def compare(expected: object, found: object) -> Verdict:
    """Say whether two values are equal in all that a user can see of them, or where they differ."""
    return compare_portraits(portray(expected), portray(found))


def public_names(namespace: Mapping[str, Any]) -> list[str]:
    """Name the variables a user would ask for: no modules, nothing that begins with an underscore."""
    module = type(__import__("sys"))
    return [name for name, value in namespace.items() if not name.startswith("_") and type(value) is not module]
