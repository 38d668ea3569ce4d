"""Moments as users say them: a date, a time, or how long ago."""

from __future__ import annotations

import re
from datetime import datetime

from clew.errors import UsageError

Moment = str | float | datetime

AGO = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[smhdw])")
UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 7 * 86400.0}  # seconds


def moment(said: Moment | None, now: float) -> float | None:
    """Give a moment in seconds since the epoch; UsageError if it cannot be understood. What has no zone is local."""
    if said is None or isinstance(said, float | int):
        return said
    if isinstance(said, datetime):
        return said.timestamp()
    if AGO.fullmatch(said):
        return now - span(said)
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError:
        raise UsageError(f"{said!r} is no time: 2026-11-01, 2026-11-01T12:30, 7d (days ago), 12h") from None


def span(said: str) -> float:
    """Give a stretch of time in seconds: `30d`, `12h`; UsageError if it cannot be understood."""
    found = AGO.fullmatch(said)
    if found is None:
        raise UsageError(f"{said!r} is no stretch of time: 30d, 12h, 90m")
    return float(found["number"]) * UNITS[found["unit"]]
