"""Which step of a recorded session a step of a later run is: the same statement of the same source."""

from __future__ import annotations

from collections.abc import Iterable

from clew.model.events import Step

Place = tuple[int, int]  # a source and the number of a statement in it
Key = tuple[int, int, int]  # and how often it has run before: a `with` runs at its end, too


class Numbering:
    """Gives the numbers of a recorded session's steps; what has no step there is numbered on from the last."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.known: dict[Key, int] = {}
        self.counted: dict[Place, int] = {}
        self.stand_ins: dict[Place, Place] = {}
        for step in steps:
            self.known[self.key((step.source, step.statement))] = step.number
        self.counted.clear()
        self.fresh = max(self.known.values(), default=-1) + 1

    def stand_in(self, place: Place, original: Place) -> None:
        """Take a statement for another, in whose place it runs."""
        self.stand_ins[place] = original

    def of(self, step: Step) -> int:
        """The number of a step that is over."""
        key = self.key((step.source, step.statement))
        if key not in self.known:
            self.known[key] = self.fresh
            self.fresh += 1
        return self.known[key]

    def under_way(self, source: int, statement: int) -> int:
        """The number that the step which runs just now will have."""
        place = self.stand_ins.get((source, statement), (source, statement))
        return self.known.get((*place, self.counted.get(place, 0)), self.fresh)

    def again(self, place: Place) -> None:
        """A statement did not come to its end and runs once more: it is the same step."""
        self.counted.pop(self.stand_ins.get(place, place), None)

    def key(self, place: Place) -> Key:
        """Count a run of a statement."""
        place = self.stand_ins.get(place, place)
        count = self.counted.get(place, 0)
        self.counted[place] = count + 1
        return (*place, count)
