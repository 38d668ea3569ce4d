"""Markers in, events out: the recorder listens to what the rewritten program announces.

At each marker the step before is closed (what did it change?) and the next one opened (what will it read?).
"""

from __future__ import annotations

import sys
from types import FrameType

from clew.capture.callees import Callees
from clew.capture.clock import Clock
from clew.capture.closing import Closer
from clew.capture.doubting import Doubter
from clew.capture.dying import Dying
from clew.capture.frames import is_modules, span_of_call
from clew.capture.handlers import Handlers
from clew.capture.judging import Judge
from clew.capture.listing import Listing
from clew.capture.opened import Opened
from clew.capture.probes import Probes
from clew.capture.reading import Reader, whole
from clew.capture.unseen import FINDERS, Unseen
from clew.capture.verdicts import Limited, Unknown
from clew.knowledge.lines import identity
from clew.knowledge.names import type_name
from clew.knowledge.registry import Knowledge
from clew.model.effects import Effect, Read, Reason
from clew.model.events import Event, Faulted, Kept, NamesSeen, SourceSeen, Step, Variable
from clew.model.places import Source
from clew.model.resources import Ambient, Name
from clew.model.statements import WHOLE, Access, Shape, Touch
from clew.model.typed import Callable, Collection, Iterable, Mapping, Sequence
from clew.observe.ambient import AmbientProbes
from clew.observe.atoms import ATOMS
from clew.observe.heap import Heap
from clew.observe.outside import Outside
from clew.rewrite.plan import Plan

FLUSH_SECONDS = 0.5
EXITS = frozenset({"exit", "quit", "SystemExit"})
"""Words of code that may end the program."""

ATOM_NAMES: Mapping[type, str] = {cls: type_name(cls) for cls in ATOMS}
"""What the types are called that most variables are of."""


class Recorder:
    """Watches one namespace. `emit` takes the events of a source, or of a stretch of a long one, at once."""

    def __init__(
        self,
        namespace: dict[str, object],
        emit: Callable[[Sequence[Event]], None],
        *,
        clock: Clock,
        knowledge: Knowledge,
        heap: Heap,
        outside: Outside,
        ambient: AmbientProbes,
        strict: bool = False,
    ) -> None:
        self.namespace = namespace
        self.emit = emit
        self.clock = clock
        self.heap = heap
        self.outside = outside
        self.listing = Listing()
        self.reader = Reader(namespace, heap)
        self.closer = Closer(namespace, heap, self.reader, outside, ambient)
        self.doubter = Doubter(namespace, self.listing, heap, self.reader, self.closer, outside)
        self.handlers = Handlers(self.doubter)
        callees = Callees(namespace, knowledge, heap)
        self.unseen = Unseen(callees, self.reader, self.doubter)
        self.dying = Dying(self.reader, self.closer, self.doubter)
        looking = (heap, self.reader, self.closer, self.doubter, self.dying, self.unseen)
        self.judge = Judge(self.listing, callees, *looking, clock)
        self.probes = Probes(self, outside, strict)
        self.sources = 0
        self.steps = 0
        self.at_end: Callable[[], None] = nothing
        self.may_exit: Callable[[], object] = nothing
        self.complete = False  # the program is done: what is left is Python's own shutting down
        self.current: Opened | None = None
        self.stack: list[Opened | None] = []
        self.pending: list[Event] = []
        self.flushed = clock()
        self.seen: dict[str, Variable] = {}

    # ---- sources ----------------------------------------------------------------------------------------

    def begin(self, source: Source) -> None:
        """A source is about to run; within a step (`%%time`, `%run`) the step waits."""
        self.stack.append(self.current)
        if self.current is not None:
            self.current.suspended = True
        self.current = None
        self.closer.photograph.outdate()
        self.install()
        self.pending.append(SourceSeen(source, self.clock()))

    def next_source(self) -> int:
        """The number of the next source."""
        self.sources += 1
        return self.sources - 1

    def learn(self, plan: Plan, source: int) -> None:
        """Take in the plan of a source that was rewritten."""
        self.listing.add(plan, source)

    def finish(self, error: BaseException | None = None) -> None:
        """The source has run, or failed with this error."""
        self.guard(self.close, type(error).__name__ if error is not None else "")
        outer = self.stack.pop() if self.stack else None
        self.current = outer
        if outer is not None:
            self.guard(self.closer.resume, outer)
        elif not self.complete:
            self.guard(self.look_at_names)
        self.complete = False
        self.flush()

    # ---- the probes -------------------------------------------------------------------------------------

    def install(self) -> None:
        """Put the probes where rewritten code finds them."""
        self.probes.install()

    def uninstall(self) -> None:
        """Take the probes away again; no rewritten code may run after this."""
        self.probes.uninstall()

    def guard(self, work: Callable[..., None], *arguments: object) -> None:
        """Do some of our own work; a fault is recorded and ends the watching."""
        self.probes.guard(work, *arguments)

    def fault(self, fault: BaseException) -> None:
        """clew itself failed: say so in the record, and look no further."""
        self.probes.fault(fault)

    def report(self, why: str) -> None:
        """The record has a hole from here on."""
        if self.probes.blind:
            self.current = None
        self.pending.append(Faulted(self.steps, why))

    def forked(self) -> None:
        """In a child process nothing is recorded."""
        self.probes.blind = True
        self.current = None
        self.pending = []

    def release(self) -> None:
        """Let go of everything, for good: what the program leaves behind dies as it would without us."""
        probes = self.probes
        probes.uninstall()
        self.heap.release()
        judging = (self.judge.callees, self.judge, self.doubter, self.dying, self.unseen)
        for part in (self.heap, self.closer, self.reader, *judging, self):
            part.__dict__.clear()
        self.probes = probes

    # ---- what the probes tell ---------------------------------------------------------------------------

    def turn(self, number: int | None) -> None:
        """One statement is over, the next begins, if there is one."""
        step = self.current
        if number is not None and step is not None and self.listing.is_cut_short(step.statement, number):
            self.doubter.doubt_around(step)
            step.cut_short = True
        elif number is not None and step is not None:
            step.is_sure = not self.listing.may_be_cut_short(step.statement, number)
        self.close("")
        if number is None:
            self.look_at_names()
            self.complete = True
            self.at_end()
        elif number >= 0:
            self.open(number)
        else:
            self.open(~number, leaving=True)

    def function(self, number: int, callee: object) -> None:
        """A plain callable is called."""
        step = self.current
        if step is not None and not step.suspended:
            self.judge.function(step, self.listing.sites[number], callee)

    def method(self, number: int, owner: object) -> None:
        """A method of an object is called."""
        step = self.current
        if step is not None and not step.suspended:
            self.judge.method(step, self.listing.sites[number], owner)

    def noted(self, number: int, made: object) -> None:
        """Something was put together for a call."""
        step = self.current
        if step is not None and not step.suspended:
            self.judge.noted(step, self.listing.sites[number], made)

    def keep(self, frame: FrameType) -> tuple[int, int] | None:
        """A value is kept as an artifact, by a call of this frame: the step, and how many it had kept before.

        None where nobody watches.
        """
        step = self.current
        if step is None or self.probes.blind:
            return None
        nth, step.saves = step.saves, step.saves + 1
        self.guard(self.note_kept, step, nth, frame)
        return step.number, nth

    def note_kept(self, step: Opened, nth: int, frame: FrameType) -> None:
        """Record that a value was kept, and how the variables stand that it may have been made of."""
        direct = is_modules(frame, self.namespace)
        ways = self.listing.statements[step.statement].reads if direct else {}
        variables = tuple(self.variable(name, ways[name]) for name in sorted(ways) if name in self.namespace)
        self.pending.append(Kept(step.number, nth, span_of_call(frame), direct, variables))

    # ---- opening a step ---------------------------------------------------------------------------------

    def open(self, index: int, leaving: bool = False) -> None:
        """A step begins: note what it reads, and what it may change of itself."""
        listing, namespace = self.listing, self.namespace
        statement, touch = listing.statements[index], listing.touches[index]
        source, _ = listing.owners[index]
        step = self.current = Opened(self.steps, source, index, self.clock(), leaving)
        self.steps += 1
        # What a `with` does at its end may depend on all that its body did to what it holds.
        ways = whole((*statement.reads, *statement.binds)) if leaving else statement.reads
        reads = {name: way for name, way in ways.items() if name in namespace}
        step.read.update(reads)
        step.effects += self.reader.reads(reads)
        step.words = touch.words
        step.effects += self.reader.spoken(reads, touch.words)
        if more := self.reader.words_of(reads):
            step.words |= more
            step.effects += self.reader.spoken(whole(reads), more)
        step.around = self.reader.plain(listing.around(index))
        for name in statement.binds:
            step.bound_before[name] = identity(namespace[name]) if name in namespace else 0
        self.outside.start(())
        if self.reader.settings.kinds:
            step.effects += self.reader.settings.asked(touch.words, touch.settings)
            step.effects += self.reader.settings.asked(more, [(word, "") for word in more])
        if touch.imports:
            self.importing(step, touch)
        elif "builtins" in self.reader.stored:
            step.effects += self.reader.patched_builtins(statement.reads)
        if self.dying.names:
            self.dying.open(step, statement)
        if self.handlers.known:
            self.handlers.before(step)
        if not EXITS.isdisjoint(step.words):
            self.may_exit()
        if leaving or touch.stores or touch.hidden or touch.star or touch.operates:
            self.judge.text(step)

    def importing(self, step: Opened, touch: Touch) -> None:
        """An import reads what decides where modules come from, and changes what libraries are."""
        new = [module for module in touch.imports if module not in sys.modules]
        step.effects += self.reader.imported(touch.imports)
        step.effects += self.reader.submodules.guarded(touch.imports)
        if new or touch.star:
            step.effects += [Read(Ambient(kind), Reason.ASSUMED) for kind in ("environ", "sys.path", "cwd")]
            step.effects.append(Read(FINDERS, Reason.ASSUMED))
            step.modules = len(sys.modules)
            self.closer.note_libraries(new)
            self.doubter.doubt(step, Unknown() if touch.star or step.around else Limited(self.reader.own_modules()))

    # ---- closing a step ---------------------------------------------------------------------------------

    def close(self, raised: str) -> None:
        """The step under way is over: record what it changed."""
        step, self.current = self.current, None
        if step is None:
            return
        ended = self.clock()
        index = step.statement
        statement, touch = self.listing.statements[index], self.listing.touches[index]
        self.closer.close(step, statement, touch, step.cut_short or bool(raised))
        if statement.shape is Shape.DEFINITION or touch.imports:
            self.dying.defined(statement.binds)
        if self.dying.names:
            step.effects += self.dying.close(step)
        if self.unseen.concerns(step, touch):
            step.effects += self.unseen.close(step, statement, touch)
        step.effects += self.handlers.after(step)
        source, number = self.listing.owners[index]
        seconds = ended - step.started
        calls, effects = tuple(step.calls), distinct(step.effects)
        self.pending.append(Step(step.number, source, number, step.started, seconds, raised, calls, effects))
        if step.saves or ended - self.flushed > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand over what was recorded."""
        events, self.pending = self.pending, []
        self.flushed = self.clock()
        if events:
            try:
                self.emit(events)
            except OSError as fault:  # the disk is full, or there is a limit on files: the program goes on
                self.fault(fault)

    def look_at_names(self) -> None:
        """Record how the variables stand, those that are new or changed since the last time."""
        held = [(name, value) for name, value in self.namespace.items() if name[:1] != "_"]
        now = {name: self.as_seen(name, value) for name, value in held}
        seen = self.seen
        new = tuple([v for name, v in now.items() if (last := seen.get(name)) is not v and last != v])
        gone = tuple([name for name in seen if name not in now])
        self.seen = now
        if new or gone:
            self.pending.append(NamesSeen(self.steps - 1, new, gone))

    def as_seen(self, name: str, value: object) -> Variable:
        """A variable as it stands; the same object as the last time where nothing about it can differ."""
        if not self.reader.is_simple(name, value):
            return self.variable(name)
        cls = type(value)
        said, last = ATOM_NAMES.get(cls) or type_name(cls), self.seen.get(name)
        same = last is not None and last.type == said and len(last.reads) == 1
        return last if last is not None and same else Variable(name, said, (Name(name),))

    def variable(self, name: str, ways: Collection[Access] = (WHOLE,)) -> Variable:
        """A variable as it stands, with what it leads to in these ways and what its functions look up."""
        value = self.namespace[name]
        cls = type(value)
        names = sorted({name, *self.reader.called_names([name])}, key=lambda each: each != name)
        effects = self.reader.reads({**whole(names), name: ways})
        effects += self.reader.spoken(whole(names), self.reader.words_of(names))
        said = type_name(cls)
        return Variable(name, said, tuple(effect.resource for effect in effects))


def nothing() -> None:
    """Do nothing."""


def distinct(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects in their order, each once."""
    return tuple(dict.fromkeys(effects))
