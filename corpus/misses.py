"""The known misses: variables whose slices are wrong, and why."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def known_misses() -> dict[tuple[str, str], str]:
    """Return the cause of each known miss by program and variable."""
    said = tomllib.loads(Path(__file__).with_name("misses.toml").read_text(encoding="utf-8"))
    return {(miss["program"], name): miss["cause"] for miss in said.get("miss", ()) for name in miss["variables"]}
