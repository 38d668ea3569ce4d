"""Variables of the environment that code asks for, as inputs: told apart by a hash, for they may be secrets."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping

from clew.model.artifacts import Input

VARIABLE = "variable"
HASH_SEED = "PYTHONHASHSEED"  # what the order of sets goes by: no secret
WORD = re.compile(r"[\"'](?P<name>[A-Za-z_][A-Za-z0-9_]*)[\"']")


def variables_of(texts: Iterable[str], environ: Mapping[str, str] = os.environ) -> tuple[Input, ...]:
    """Describe the variables that are set and that some code names, and the seed of hashes where one was chosen."""
    names = {name for text in texts for name in named_in(text) if name in environ} - {HASH_SEED}
    seed = environ.get(HASH_SEED, "random")
    chosen = [Input(VARIABLE, HASH_SEED, seed)] if seed != "random" else []
    return (*chosen, *(described(name, environ[name]) for name in sorted(names)))


def named_in(text: str) -> Iterator[str]:
    """Give the words that stand in quotes in some code: who asks for a variable writes its name so."""
    return (found["name"] for found in WORD.finditer(text))


def described(name: str, value: str) -> Input:
    """Describe a variable without giving its value away."""
    said = hashlib.sha256(f"{name}\0{value}".encode(errors="surrogateescape")).hexdigest()
    return Input(VARIABLE, name, f"sha256:{said}", len(value))


def needed(seen: Iterable[Input], texts: Iterable[str]) -> Iterator[Input]:
    """Give those of a session's variables that some of its code names; the seed of hashes is any code's."""
    names = {HASH_SEED, *(name for text in texts for name in named_in(text))}
    return (each for each in seen if each.kind == VARIABLE and each.place in names)


def is_as_it_was(one: Input, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a variable has the value that it had; the seed of hashes is set for whoever runs the code."""
    return one.place == HASH_SEED or (one.place in environ and described(one.place, environ[one.place]) == one)
