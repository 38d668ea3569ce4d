"""A recorder for code that is run a step at a time: who runs it hears of each step as soon as it is over."""

from __future__ import annotations

import ast
import builtins
import os
from collections.abc import Callable
from types import FrameType

from clew.capture.clock import SystemClock
from clew.capture.recorder import Recorder
from clew.capture.rewriting import rewritten
from clew.knowledge.registry import Knowledge
from clew.model.events import Event, SourceSeen, Step
from clew.model.places import Source
from clew.model.statements import Statement
from clew.observe.ambient import AmbientProbes
from clew.observe.heap import Heap
from clew.observe.kinds import KindTable
from clew.observe.outside import Outside


class Watcher(Recorder):
    """Tells `told` of each step at its end, while all that it did still stands; and keeps the events."""

    def __init__(
        self,
        namespace: dict[str, object],
        knowledge: Knowledge,
        told: Callable[[Step], None],
        known_as: Callable[[int, int], int],
        store: str = "",
    ) -> None:
        self.events: list[Event] = []
        self.told, self.known_as = told, known_as
        self.statement: Statement | None = None  # that of the step under way
        self.found: dict[str, object] = {}  # what the names that the step under way looks up stood for
        super().__init__(
            namespace,
            self.events.extend,
            clock=SystemClock(),
            knowledge=knowledge,
            heap=Heap(KindTable().find, knowledge.is_inert, namespace),
            outside=Outside(store),
            ambient=AmbientProbes(),
            strict=bool(os.environ.get("CLEW_STRICT")),
        )

    def open(self, index: int, leaving: bool = False) -> None:
        """A step begins."""
        super().open(index, leaving)
        self.statement = self.listing.statements[index]
        places = (self.namespace, vars(builtins))
        names = self.listing.statements[index].reads
        self.found = {name: place[name] for place in reversed(places) for name in names if name in place}

    def close(self, raised: str) -> None:
        """The step under way is over."""
        under_way = self.current is not None
        super().close(raised)
        self.flush()
        if under_way:
            last = self.events[-1]
            assert isinstance(last, Step)
            self.told(last)
        self.statement, self.found = None, {}  # a program lets go of what it no longer needs

    def keep(self, frame: FrameType) -> tuple[int, int] | None:
        """A value is kept as an artifact: by the step of the session that is run again."""
        step, point = self.current, super().keep(frame)
        if point is None or step is None:
            return None
        return self.known_as(*self.listing.owners[step.statement]), point[1]

    def rewrite(self, tree: ast.Module, source: int) -> tuple[ast.Module, int]:
        """Put markers into the tree of a source; give it, and the number from which its statements are counted."""
        first = self.listing.offsets()[0]
        return rewritten(self, tree, source), first

    def tell_of(self, source: Source) -> None:
        """Some code runs in the midst of a source."""
        self.pending.append(SourceSeen(source, self.clock()))

    def over(self, marker: int, raised: str = "") -> None:
        """The top-level statement of this marker is over: what happens next is not its doing."""
        self.guard(self.close_all, marker, raised)

    def close_all(self, marker: int, raised: str) -> None:
        """Close the step under way; within a `with` that did not announce its end, an exception has ended it."""
        step = self.current
        if step is not None and not raised and marker >= 0 and self.listing.is_cut_short(step.statement, marker):
            self.doubter.doubt_around(step)
            step.cut_short = True
        self.close(raised)

    def again(self) -> None:
        """The program goes on: what has happened since is not its doing."""
        self.guard(self.look_away)

    def look_away(self) -> None:
        """Take names and hidden state as they are now."""
        self.closer.photograph.outdate()
        self.closer.state = self.closer.ambient.probe()

    def renew_knowledge(self, knowledge: Knowledge) -> None:
        """Knowledge was read again: what was concluded from it goes."""
        self.heap.kinds.clear()
        self.heap.inert = knowledge.is_inert
