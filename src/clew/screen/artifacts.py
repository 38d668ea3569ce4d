"""Tables: of artifacts, of an artifact's inputs, of settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from clew.analysis.secrets import masked
from clew.model.artifacts import ArtifactRecord, Blob, Input
from clew.model.data import dataclass
from clew.screen.artifact import Artifact, input_json, tags_said, type_said
from clew.screen.columns import bytes_said, clock, columns, counted, shortened
from clew.screen.page import box, table
from clew.screen.verdicts import verdict_word
from clew.store.settings import Set

HEADINGS = ("name", "version", "created", "type", "size", "verdict", "tags", "note")
RIGHT = frozenset({1, 4})
INPUT_HEADINGS = ("kind", "place", "size", "modified", "hash")


@dataclass(frozen=True, slots=True, repr=False)
class ArtifactsView(Sequence[Artifact]):
    """Artifacts, newest first: a sequence of `Artifact`, shown as a table; `more` fit, and are left out."""

    rows: tuple[Artifact, ...]
    store: str
    more: int = 0

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Artifact: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Artifact, ...]: ...
    def __getitem__(self, index: int | slice) -> Artifact | tuple[Artifact, ...]:
        return self.rows[index]

    def __iter__(self) -> Iterator[Artifact]:
        return iter(self.rows)

    def __repr__(self) -> str:
        if not self.rows:
            return "no artifacts"
        said = columns(HEADINGS, [cells(row.record) for row in self.rows], RIGHT)
        return f"{said}\nand {self.more} more (limit=None, or --limit 0, lists all)" if self.more else said

    def _repr_html_(self) -> str:
        title = f"{counted(len(self.rows), 'artifact')} in {self.store}{f', {self.more} more left out' if self.more else ''}"
        return box(title, table(HEADINGS, [cells(row.record) for row in self.rows]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew artifacts --json`."""
        return {"store": self.store, "artifacts": [row.as_json() for row in self.rows], "more": self.more}


def cells(record: ArtifactRecord) -> tuple[str, ...]:
    """An artifact as a row of text."""
    kept = record.value.kept
    return (
        record.name,
        f"{record.version}{' (deleted)' if record.deleted is not None else ''}",
        clock(record.created),
        shortened(type_said(record.value.type), 30),
        bytes_said(kept.size) if isinstance(kept, Blob) else "elsewhere",
        verdict_word(record.checked),
        shortened(tags_said(record), 40),
        shortened(record.note, 50),
    )


@dataclass(frozen=True, slots=True, repr=False)
class InputsView(Sequence[Input]):
    """What an artifact was made from, shown as a table."""

    name: str
    rows: tuple[Input, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Input: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Input, ...]: ...
    def __getitem__(self, index: int | slice) -> Input | tuple[Input, ...]:
        return self.rows[index]

    def __repr__(self) -> str:
        if not self.rows:
            return f"{self.name} was made from nothing outside its code, as far as is known"
        return columns(INPUT_HEADINGS, [input_cells(row) for row in self.rows], frozenset({2}))

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew inputs --json`."""
        return {"artifact": self.name, "inputs": [input_json(row) for row in self.rows]}


def input_cells(each: Input) -> tuple[str, ...]:
    """An input as a row of text."""
    size = bytes_said(each.size) if each.size >= 0 else ""
    return each.kind, each.place, size, clock(each.modified) if each.modified else "", each.hash


@dataclass(frozen=True, slots=True, repr=False)
class SettingsView:
    """Settings, and who said what they are."""

    rows: tuple[Set, ...]

    def __repr__(self) -> str:
        return columns(("setting", "value", "from"), [(row.setting.name, shown(row), row.where) for row in self.rows])

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew config --json`."""
        return {row.setting.name: self._row(row) for row in self.rows}

    def _row(self, row: Set) -> dict[str, str]:
        setting = row.setting
        return {"value": shown(row), "from": row.where, "variable": setting.variable, "meaning": setting.meaning}


def shown(row: Set) -> str:
    """What something is set to, as anybody may see it: without the password of a URL."""
    return masked(row.value).code
