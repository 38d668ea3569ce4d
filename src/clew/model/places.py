"""Where code stands: files, notebook cells and spans of text."""

from __future__ import annotations

from clew.model.data import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of text. Lines count from 1; columns are UTF-8 byte offsets from 0, as in `ast`."""

    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, other: Span) -> bool:
        """Tell whether the other span lies within this one."""
        starts = (self.line, self.column) <= (other.line, other.column)
        return starts and (other.end_line, other.end_column) <= (self.end_line, self.end_column)


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A program file, by its absolute path."""

    path: str


@dataclass(frozen=True, slots=True)
class CellPlace:
    """One run of a notebook cell: the kernel's execution count, and the cell's number in its file if known."""

    count: int
    cell: int | None = None


Place = FilePlace | CellPlace


@dataclass(frozen=True, slots=True)
class Source:
    """One run of a cell or file: `text` as the user wrote it, `python` as Python compiled it.

    The two differ where a cell holds magics. `number` counts the sources of a session from 0, in the order
    they ran; a cell run twice is two sources.
    """

    number: int
    place: Place
    text: str
    python: str


def place_name(place: Place) -> str:
    """Name a place as a user would: a path, or `cell 3`."""
    match place:
        case FilePlace(path):
            return path
        case CellPlace(count, _):
            return f"cell {count}"
