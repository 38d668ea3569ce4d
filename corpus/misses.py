"""The known misses: variables whose slices are wrong, programs that behave differently, and why."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from corpus.trial import Trial


def is_new(trial: Trial) -> bool:
    """Tell whether a trial shows anything wrong that is not in the list."""
    missed = any((trial.name, miss.variable) not in known_misses() for miss in trial.misses)
    return bool(trial.failed) or missed or (bool(trial.differs) and trial.name not in known_differences())


@cache
def known_misses() -> dict[tuple[str, str], str]:
    """Return the cause of each known miss by program and variable."""
    return {(miss["program"], name): miss["cause"] for miss in _said("miss") for name in miss["variables"]}


@cache
def known_differences() -> dict[str, str]:
    """Return why a program's output or exit status differs under capture, by program."""
    return {said["program"]: said["cause"] for said in _said("difference")}


@cache
def _said(kind: str) -> list[dict[str, Any]]:
    said = tomllib.loads(Path(__file__).with_name("misses.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = said.get(kind, [])
    return found
