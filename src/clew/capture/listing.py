"""The statements of all sources that were rewritten, by the numbers that their markers say."""

from __future__ import annotations

from clew.model.statements import Shape, Statement, Touch
from clew.rewrite.plan import CallSite, Plan


class Listing:
    """What markers stand for: `statements`, their `touches` and `owners` go by statement, `sites` by call site."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.touches: list[Touch] = []
        self.sites: list[CallSite] = []
        self.owners: list[tuple[int, int]] = []  # for each statement: its source, its number there

    def offsets(self) -> tuple[int, int]:
        """The numbers that the next source's first statement and first call site get."""
        return len(self.statements), len(self.sites)

    def add(self, plan: Plan, source: int) -> None:
        """Take in the plan of a source that was rewritten."""
        self.owners += [(source, statement.number) for statement in plan.statements]
        self.statements += plan.statements
        self.touches += plan.touches
        self.sites += plan.sites

    def around(self, index: int) -> set[str]:
        """The variables of the `with` statements around a statement: what happens within may change them."""
        found: set[str] = set()
        _, number = self.owners[index]
        first = index - number
        parent = self.statements[index].parent
        while parent is not None:
            header = self.statements[first + parent]
            if header.shape is Shape.WITH:
                found |= header.binds | header.reads.keys()
            parent = header.parent
        return found
