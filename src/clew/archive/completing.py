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
from clew.archive.names import SCHEME
from clew.archive.packages import kept_packages
from clew.archive.variables import VARIABLE, needed
from clew.model.artifacts import ArtifactRecord, Input, Whence
from clew.model.data import dataclass
from clew.model.effects import Bound, Read
from clew.model.events import Step
from clew.model.resources import Ambient, File
from clew.observe.stamps import LARGE, content_hash

TABLE = "table"
FILE = "file"
URL = "url"
WAY = "tcp://"
ARTIFACT = "artifact"
SQLITE = b"SQLite format 3\0"
DATABASES = frozenset("postgresql postgres mysql mariadb mssql oracle snowflake duckdb sqlite".split())


@dataclass(frozen=True, slots=True)
class Cut:
    """The code that makes a value, the variable that it leaves it in, and the steps that it repeats."""

    code: str
    variable: str
    steps: tuple[Step, ...]
    whole: str = ""


def completed(record: ArtifactRecord, cut: Cut) -> ArtifactRecord:
    """Give a record that was pending with what its code turned out to be."""
    inputs = tuple(inputs_of(cut.steps, record.inputs, record.created))
    modules = [each for each in inputs if each.kind == FILE and each.place.endswith(".py")]
    packages = record.environment.packages
    variables = [each for each in record.inputs if each.kind == VARIABLE]
    if all(map(is_as_it_was, modules)):  # else nobody can tell what they imported, or asked for: all are kept
        sources = [Path(each.place).read_text(encoding="utf-8", errors="replace") for each in modules]
        packages = kept_packages(packages, imported_tops([cut.code, *sources]))
        own = set_by(cut.steps)
        variables = [each for each in needed(variables, [cut.code, *sources]) if each.place not in own]
    origin = replace(record.origin, variable=cut.variable, whence=Whence.SLICE, code=cut.code, session_code=cut.whole)
    return replace(
        record, origin=origin, inputs=(*inputs, *variables), environment=replace(record.environment, packages=packages)
    )


def set_by(steps: Iterable[Step]) -> frozenset[str]:
    """Name the variables of the environment that steps set themselves: they do not come from outside."""
    resources = (effect.resource for step in steps for effect in step.effects if isinstance(effect, Bound))
    return frozenset(each.part for each in resources if isinstance(each, Ambient) and each.kind == "environ")


def inputs_of(steps: Sequence[Step], seen: Iterable[Input], saved: float) -> Iterator[Input]:
    """Give what some steps read from outside; `seen` is what the session had read, as it was then.

    What the step that saved has read itself is not among that: it is looked at now, and counts if it was not touched
    since.
    """
    known = {each.place: each for each in seen}
    for place in places_read(steps):
        if place in known:
            yield as_table(known[place])
        elif place.startswith(SCHEME):
            name = place.removeprefix(SCHEME)
            yield Input(ARTIFACT, place, name)  # a version never changes: its name says what it is
        elif "://" in place:
            yield Input(TABLE if is_database(place) else URL, place)
        elif os.path.isfile(place):
            yield as_table(now(place, saved))


def places_read(steps: Iterable[Step]) -> tuple[str, ...]:
    """Name the files and URLs that steps read and no step before had written, in the order of the steps."""
    found, written = dict[str, None](), set[str]()
    for step in steps:
        for effect in step.effects:
            if not isinstance(effect.resource, File):
                continue
            if not isinstance(effect, Read):
                written.add(effect.resource.path)
            elif effect.resource.path not in written and not is_way(effect.resource.path, step):
                found[effect.resource.path] = None
    return tuple(found)


def is_way(place: str, step: Step) -> bool:
    """Tell whether an address is only the way to a URL that the step read."""
    read = (effect.resource.path for effect in step.effects if isinstance(effect.resource, File))
    return place.startswith(WAY) and any(each.startswith(("http://", "https://", "ftp://")) for each in read)


def now(place: str, saved: float) -> Input:
    """Describe a file as it is, if it was not touched since a time; else only name it."""
    looked = os.stat(place)
    if looked.st_mtime > saved:
        return Input(FILE, place)
    return Input(
        FILE, place, said_hash(content_hash(place, looked.st_size), looked.st_size), looked.st_size, looked.st_mtime
    )


def said_hash(content: int | None, size: int) -> str:
    """Write the hash of a file's content, with the word for how it was taken; empty where it is not known.

    Of a large file only the ends are hashed: another word for it, so that nobody takes it for the whole.
    """
    return "" if content is None else f"{'xxh3' if size <= LARGE else 'xxh3-ends'}:{content:016x}"


def as_table(found: Input) -> Input:
    """Call a file that is an SQLite database a table's."""
    try:
        with open(found.place, "rb") as file:
            return replace(found, kind=TABLE) if file.read(len(SQLITE)) == SQLITE else found
    except OSError:
        return found


def is_database(place: str) -> bool:
    """Tell whether an address is that of a database server."""
    return place.partition("://")[0].partition("+")[0] in DATABASES


def is_as_it_was(seen: Input) -> bool:
    """Tell whether a file has the size and time that it had when it was read."""
    try:
        found = os.stat(seen.place)
    except OSError:
        return False
    return found.st_size == seen.size and abs(found.st_mtime - seen.modified) < 1e-3
