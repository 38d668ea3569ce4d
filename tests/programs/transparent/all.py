"""Every case of transparency."""

from __future__ import annotations

from tests.programs.transparent import (
    concurrency,
    exits,
    identity,
    language,
    libraries,
    lifetimes,
    modules,
    text,
    tracebacks,
    tripwires,
)
from tests.programs.transparent.case import Case

TABLES = (tracebacks, exits, identity, lifetimes, tripwires, language, text, modules, concurrency, libraries)
CASES: tuple[Case, ...] = tuple(case for table in TABLES for case in table.CASES)
