"""Plain text in columns, times and durations as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


def columns(headings: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Lay rows out under headings; the columns in `right` are flushed right."""
    everything = [list(headings), *map(list, rows)]
    widths = [max(len(row[column]) for row in everything) for column in range(len(headings))]
    return "\n".join(_line(row, widths, right) for row in everything)


def _line(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    cells = zip(row, widths, strict=True)
    padded = [cell.rjust(width) if n in right else cell.ljust(width) for n, (cell, width) in enumerate(cells)]
    return "  ".join(padded).rstrip()


def shortened(text: str, width: int) -> str:
    """The first line of a text, with an ellipsis where something is left out."""
    first, _, rest = text.strip().partition("\n")
    if len(first) > width:
        return first[: width - 1].rstrip() + "…"
    return f"{first} …" if rest else first


def clock(seconds: float) -> str:
    """A moment (seconds since the epoch) in local time."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def duration(seconds: float) -> str:
    """A duration in the unit that suits it."""
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.1f} ms"
    if seconds < 120:
        return f"{seconds:.2f} s"
    return f"{seconds / 60:.1f} min"


def bytes_said(size: int) -> str:
    """A number of bytes in the unit that suits it."""
    said = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if said < 1000:
            return f"{said:.0f} {unit}" if unit == "B" or said >= 100 else f"{said:.1f} {unit}"
        said /= 1000
    return f"{said:.1f} TB"


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 step`, `3 steps`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names in one line, the first of them where they are many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
