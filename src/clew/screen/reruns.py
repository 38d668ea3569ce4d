"""A rerun as people meet it: which statements ran, and why each."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from clew.errors import NoValue
from clew.model.reruns import Decision, RerunRecord
from clew.screen.columns import columns, counted, duration, shortened
from clew.screen.page import box, table

HEADINGS = ("line", "statement", "why", "took", "differs")
RIGHT = frozenset({3})


@dataclass(frozen=True, slots=True, repr=False)
class RerunView:
    """What a rerun did; `value(name)` gives what a variable is now."""

    record: RerunRecord
    values: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.record.error

    @property
    def ran(self) -> tuple[Decision, ...]:
        """The statements that ran, or would."""
        return self.record.ran

    def value(self, name: str) -> object:
        """What a variable is at the end; NoValue for one that was not asked for, or cannot be handed over."""
        if name not in self.values:
            raise NoValue(name, "it was not asked for (values=[...]), or cannot be handed over", self.values)
        return pickle.loads(self.values[name])  # our own child wrote it

    def __repr__(self) -> str:
        record = self.record
        rows = [_cells(decision) for decision in record.ran]
        if record.dry:
            rows = [row[:3] for row in rows]
        said = [columns(HEADINGS[: len(rows[0])], rows, right=RIGHT)] if rows else []
        return "\n".join([*said, *([""] if said else []), self.summary(), *([record.trace] if record.trace else [])])

    def summary(self) -> str:
        """The rerun in a line."""
        record, count = self.record, counted(len(self.record.decisions), "statement")
        if record.dry:
            return f"{len(record.ran)} of {count} would run"
        said = [f"{len(record.ran)} of {count} ran in {duration(record.seconds)}"]
        said += [f"the session had taken {duration(record.session_seconds)}"]
        said += [f"loaded: {', '.join(record.loaded)}"] if record.loaded else []
        return " · ".join([*said, *([f"failed: {shortened(record.error, 80)}"] if record.error else [])])

    def _repr_html_(self) -> str:
        return box(self.summary(), table(HEADINGS, [_cells(decision) for decision in self.record.ran]))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew rerun --json`."""
        return asdict(self.record)


def _cells(decision: Decision) -> tuple[str, ...]:
    differs = ", ".join(decision.differs) or "nothing"
    return (decision.place, shortened(decision.text, 40), decision.why, duration(decision.seconds), differs)
