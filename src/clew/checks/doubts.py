"""What can be said against making a value again before anything is run: what it was made from or on is not here."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator

from clew.archive import variables
from clew.archive.completing import ARTIFACT, FILE, TABLE, said_hash
from clew.archive.packages import installed
from clew.archive.variables import HASH_SEED, VARIABLE
from clew.model.artifacts import ArtifactRecord, Environment, Input, Whence
from clew.observe.stamps import content_hash


def hopeless(record: ArtifactRecord) -> str:
    """Say why a value cannot be made again at all; empty where it can be tried."""
    if record.origin.whence is Whence.SOURCE:
        return "nobody watched the program that saved it, so there is no code that makes it alone"
    if not record.origin.variable:
        return "it was saved by code outside the notebook or script, so its code leaves it in no variable"
    return ""


def doubts(record: ArtifactRecord, *, same_packages: bool = False) -> tuple[str, ...]:
    """Say what is missing, or is not as it was when the value was made."""
    inputs = (each for one in record.inputs for each in about_input(one))
    about = () if same_packages else (*about_python(record.environment), *about_packages(record.environment))
    return (*inputs, *about)


def about_input(one: Input) -> Iterator[str]:
    """Say whether a file that was read is missing, or holds something else, or a variable does."""
    if one.kind == VARIABLE and not variables.is_as_it_was(one):
        yield f"the variable {one.place} of the environment is not what it was"
    if one.kind not in (FILE, TABLE) or "://" in one.place:
        return
    if not os.path.exists(one.place):
        yield f"the input {one.place} is missing"
    elif not same_input(one):
        yield f"the input {one.place} was changed since"


def same_input(one: Input) -> bool:
    """Tell whether a file is as it was, as far as that is known."""
    looked = os.stat(one.place)
    if one.size >= 0 and looked.st_size != one.size:
        return False
    if not one.hash:
        return True
    return said_hash(content_hash(one.place, looked.st_size), looked.st_size) == one.hash


def about_python(made: Environment) -> Iterator[str]:
    """Say whether the value was made on another Python; the third number of a version changes no values."""
    here = platform.python_version()
    if made.python and made.python.split(".")[:2] != here.split(".")[:2]:
        yield f"it was made on Python {made.python}, and this is {here}"


def about_packages(made: Environment) -> Iterator[str]:
    """Say which packages are missing, or are here in another version."""
    for name, version in made.packages:
        found = installed(name)
        if found is None:
            yield f"{name} {version} is not installed"
        elif found.version != version:
            yield f"it was made with {name} {version}, and this is {found.version}"


def unknown_contents(record: ArtifactRecord) -> tuple[str, ...]:
    """Name what the code reads of which nobody knows whether it holds what it held."""
    return tuple(one.place for one in record.inputs if one.kind != ARTIFACT and not one.hash)


def hash_seed(record: ArtifactRecord) -> str:
    """Give the seed of hashes that the session had chosen; empty where it left it to chance."""
    return next((one.hash for one in record.inputs if (one.kind, one.place) == (VARIABLE, HASH_SEED)), "")
