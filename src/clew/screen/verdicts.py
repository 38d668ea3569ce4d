"""Verdicts on artifacts, as people read them, and what is said while they are found."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, TextIO, overload

from clew.model.artifacts import ArtifactRecord, Found
from clew.model.data import dataclass
from clew.model.differences import Finding
from clew.model.verdicts import Checked, Verdict
from clew.screen.columns import clock, columns, counted, duration, shortened
from clew.screen.page import box, table
from clew.store.progress import is_seen

HEADINGS = ("artifact", "verdict", "took", "said")
RIGHT = frozenset({2})
WORDS = {Finding.SAME: "verified", Finding.DIFFERS: "differs", Finding.UNKNOWN: "not checkable"}
UNCHECKED = "not yet"


def verdict_word(checked: Checked | None) -> str:
    """A verdict in a word or two."""
    return UNCHECKED if checked is None else WORDS[checked.finding]


def verdict_said(checked: Checked | None) -> str:
    """A verdict in a line: when, on what, and where it differs, or why nobody can tell."""
    if checked is None:
        return "not verified yet"
    near = f" to within {checked.tolerance:g}" if checked.tolerance else ""
    when = f"{WORDS[checked.finding]}{near} {clock(checked.time)}"
    if checked.finding is not Finding.SAME:
        return f"{when}: {checked.said}"
    packages = [f"{name} {version}" for name, version in checked.packages]
    return f"{when} on {', '.join([f'Python {checked.python}', *packages])}"


def verdict_json(checked: Checked | None) -> dict[str, object] | None:
    """A verdict as plain data; null where nobody has checked."""
    if checked is None:
        return None
    return {
        "verdict": WORDS[checked.finding],
        "said": checked.said,
        "time": checked.time,
        "seconds": checked.seconds,
        "python": checked.python,
        "packages": dict(checked.packages),
        "tolerance": checked.tolerance,
    }


@dataclass(frozen=True, slots=True, repr=False)
class VerdictsView(Sequence[Verdict]):
    """What came of verifying artifacts: a sequence of verdicts, shown as a table; `found` has all that is known."""

    found: tuple[Found, ...]

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Verdict, ...]: ...
    def __getitem__(self, index: int | slice) -> Verdict | tuple[Verdict, ...]:
        return tuple(each.verdict for each in self.found)[index]

    def __iter__(self) -> Iterator[Verdict]:
        return (each.verdict for each in self.found)

    def __repr__(self) -> str:
        return columns(HEADINGS, [cells(each) for each in self.found], RIGHT) if self.found else "no artifacts"

    def _repr_html_(self) -> str:
        return box(self.title(), table(HEADINGS, [cells(each) for each in self.found]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def title(self) -> str:
        """How many came out how."""
        words = [verdict_word(each.record.checked) for each in self.found]
        some = [f"{words.count(word)} {word}" for word in WORDS.values() if word in words]
        return f"{counted(len(words), 'artifact')}: {', '.join(some)}"

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew verify --json`."""
        return {"artifacts": [found_json(each) for each in self.found]}


def cells(found: Found) -> tuple[str, ...]:
    """A verdict as a row of text."""
    checked = found.record.checked
    took = duration(checked.seconds) if checked is not None and checked.seconds else ""
    said = checked.said if checked is not None else ""
    return (
        called(found.record),
        verdict_word(checked),
        took,
        shortened("; ".join(filter(None, [said, *found.notes])), 160),
    )


def found_json(found: Found) -> dict[str, object]:
    """A verdict on an artifact as plain data."""
    about = {"name": found.record.name, "version": found.record.version}
    said = verdict_json(found.record.checked) or {}
    return {**about, **said, "notes": list(found.notes), "output": found.output}


def called(record: ArtifactRecord) -> str:
    """An artifact by name and version."""
    return f"{record.name}@{record.version}"


class Looking:
    """Says on one line of a terminal or notebook how far the making of values has come; says nothing elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._width = 0

    @property
    def looks(self) -> bool:
        """Whether anybody sees the stream."""
        return is_seen(self._stream)

    def told(self, record: ArtifactRecord, line: int, lines: int) -> None:
        """Say which of the lines of an artifact's code is being run."""
        filled = 20 * line // max(line, lines, 1)
        self._write(f"{called(record)}: [{'#' * filled}{'.' * (20 - filled)}] line {line} of {max(line, lines)}")

    def close(self) -> None:
        """Wipe out what was said."""
        if self._width:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write("\r" + text.ljust(self._width))
        self._stream.flush()
        self._width = len(text)
