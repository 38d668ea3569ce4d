"""The smallest code that makes a value, as people see it."""

from __future__ import annotations

from typing import Any

from clew.model.artifacts import Smallest
from clew.screen.columns import counted
from clew.screen.page import box, code_listing, notes_list
from clew.screen.verdicts import Looking, called


class SmallestView:
    """The smallest code that makes an artifact's value: its `code`; `statements` where there were `before`; `deleted`."""

    def __init__(self, found: Smallest) -> None:
        self.code, self.statements, self.before = found.code, found.statements, found.before
        self.deleted, self.runs, self.name = found.deleted, found.runs, called(found.record)

    def __repr__(self) -> str:
        return self.code

    def said(self) -> str:
        """Say how much of the code was needed, in a sentence."""
        needed = f"{counted(self.statements, 'statement')} of {self.before}"
        return f"{self.name}: {needed} make the value (run {counted(self.runs, 'time')})"

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        numbers = {"statements": self.statements, "before": self.before, "runs": self.runs}
        return {"artifact": self.name, "code": self.code, **numbers, "deleted": list(self.deleted)}

    def _repr_html_(self) -> str:
        return box(self.name, code_listing(self.code), notes_list([self.said()]))


class Trying(Looking):
    """Says on one line of a terminal or notebook how many statements are settled."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def tried(self, settled: int, statements: int) -> None:
        """Say how far it has come."""
        if self.looks:
            filled = 20 * settled // max(statements, 1)
            self._write(f"{self.name}: [{'#' * filled}{'.' * (20 - filled)}] statement {settled} of {statements}")
