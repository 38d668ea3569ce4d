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
        if self.statements[index].parent is None:
            return set()  # here and below: most statements stand under none, and are asked each time they run
        headers = [self.statements[header] for header in self.above(index)]
        return {n for header in headers if header.shape is Shape.WITH for n in (*header.binds, *header.reads)}

    def above(self, index: int) -> dict[int, str]:
        """The statements that a statement stands under, from the inside out, each with the branch of it."""
        _, number = self.owners[index]
        first, found = index - number, dict[int, str]()
        statement = self.statements[index]
        while statement.parent is not None:
            found[first + statement.parent] = statement.branch
            statement = self.statements[first + statement.parent]
        return found

    def may_be_cut_short(self, index: int, following: int) -> bool:
        """Tell whether a `finally` runs next, which says nothing of how a statement ended."""
        if following < 0 or self.statements[index].parent is None or self.owners[index][0] != self.owners[following][0]:
            return False
        mine, others = self.above(index), self.above(following)
        return any(others.get(each) == "finalbody" != branch for each, branch in mine.items())

    def is_cut_short(self, index: int, following: int) -> bool:
        """Tell whether an exception must have ended a statement, where the next marker is this one."""
        if self.statements[index].parent is None:
            return False
        then = following if following >= 0 else ~following
        if self.owners[index][0] != self.owners[then][0]:
            return False
        mine, others = self.above(index), {**self.above(then), **({} if following >= 0 else {then: "body"})}
        caught = [each for each in mine if others.get(each, "").startswith("handler")]
        # The end of a `with` has a marker of its own.
        return any(not mine[each].startswith("handler") for each in caught) or any(
            self.statements[each].shape is Shape.WITH for each in mine.keys() - others.keys()
        )
