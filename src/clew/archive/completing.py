"""What is filled in once the code of an artifact has been cut: the code, and which inputs and packages it needs.

While a program runs, clew writes down everything that the session has read and imported so far; which of it the value
needs is known when its slice is.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from clew.analysis.imports import imported_tops
from clew.artifacts.packages import kept_packages
from clew.model.artifacts import ArtifactRecord, Input, Whence
from clew.model.data import dataclass
from clew.model.effects import Read
from clew.model.events import Step
from clew.model.resources import File

TABLE = "table"
FILE = "file"
URL = "url"


@dataclass(frozen=True, slots=True)
class Cut:
    """The code that makes a value, the variable that it leaves it in, and the steps that it repeats."""

    code: str
    variable: str
    steps: tuple[Step, ...]
    whole: str = ""


def completed(record: ArtifactRecord, cut: Cut) -> ArtifactRecord:
    """Give a record that was pending with what its code turned out to be."""
    inputs = tuple(inputs_of(cut.steps, record.inputs))
    sources = [cut.code, *local_sources(inputs)]
    packages = kept_packages(record.environment.packages, imported_tops(sources))
    origin = replace(record.origin, variable=cut.variable, whence=Whence.SLICE, code=cut.code, session_code=cut.whole)
    return replace(record, origin=origin, inputs=inputs, environment=replace(record.environment, packages=packages))


def inputs_of(steps: Sequence[Step], seen: Iterable[Input]) -> Iterator[Input]:
    """Give what some steps read from outside: of what the session had seen with what is known of it, of the rest the place."""
    known = {each.place: each for each in seen}
    for place in dict.fromkeys(places_read(steps)):
        if place in known:
            yield known[place]
        elif "://" in place:
            yield Input(TABLE if is_database(place) else URL, place)


def places_read(steps: Iterable[Step]) -> Iterator[str]:
    """Name the files and URLs that steps read, in the order of the steps."""
    for step in steps:
        for effect in step.effects:
            if isinstance(effect, Read) and isinstance(effect.resource, File):
                yield effect.resource.path


def is_database(place: str) -> bool:
    """Tell whether an address is that of a database server's table."""
    scheme = place.partition("://")[0].partition("+")[0]
    return scheme in ("postgresql", "postgres", "mysql", "mariadb", "mssql", "oracle", "snowflake", "duckdb", "sqlite")


def local_sources(inputs: Iterable[Input]) -> Iterator[str]:
    """Give the text of the modules of the user's own among the inputs, those that stand as they were."""
    for each in inputs:
        if each.kind == FILE and each.place.endswith(".py") and is_as_it_was(each):
            yield Path(each.place).read_text(encoding="utf-8", errors="replace")


def is_as_it_was(seen: Input) -> bool:
    """Tell whether a file has the size and time that it had when it was read."""
    try:
        found = os.stat(seen.place)
    except OSError:
        return False
    return found.st_size == seen.size and abs(found.st_mtime - seen.modified) < 1e-3
