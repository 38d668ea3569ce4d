"""What a session did to files, so that its code can be run again on them as they were."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from clew.model.artifacts import Input
from clew.model.effects import Bound, Changed, Deleted, Effect
from clew.model.events import Step
from clew.model.resources import Ambient, File

Deed: TypeAlias = type[Effect]

GENERATORS = frozenset(("random", "numpy.random", "torch"))


def first_deeds(steps: Iterable[Step]) -> dict[str, Deed]:
    """Give what was first done to each file and folder that was not only read."""
    found: dict[str, Deed] = {}
    for step in steps:
        for effect in step.effects:
            match effect:
                case Bound(File(path)) | Changed(File(path)) | Deleted(File(path)):
                    found.setdefault(path, type(effect))
                case _:
                    continue
    return found


def made(steps: Iterable[Step], inputs: Iterable[Input]) -> tuple[str, ...]:
    """Name the files and folders that a session made, the innermost first: they were not there when it began.

    What it wrote over is among them, for nothing of it was seen; what it had read before is not.
    """
    known = {each.place for each in inputs}
    paths = [path for path, deed in first_deeds(steps).items() if deed is Bound and path not in known]
    return tuple(sorted((path for path in paths if "://" not in path), key=len, reverse=True))


def added_to(steps: Iterable[Step], inputs: Iterable[Input]) -> tuple[str, ...]:
    """Name the files that were changed in part, and of which nobody knows what they held before."""
    known = {each.place for each in inputs if each.hash}
    return tuple(path for path, deed in first_deeds(steps).items() if deed is Changed and path not in known)


def unseeded(steps: Iterable[Step]) -> Step | None:
    """Give the first step that draws from one of the process's generators which no step before it has seeded."""
    seeded = set[str]()
    for step in steps:
        for effect in step.effects:
            match effect:
                case Bound(Ambient(kind)):
                    seeded.add(kind)
                case Changed(Ambient(kind)) if kind in GENERATORS and kind not in seeded:
                    return step
                case _:
                    continue
    return None
