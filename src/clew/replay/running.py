"""Running what a session ran once more, a step at a time, here in this process.

    run = Run(recorded(events), told=print)   # `print` hears of each step when it is over
    run.to_end()                              # or run.next_portion(), statement by statement
    run.namespace["total"]

`chosen` are the steps to run, all without it. A statement that has not run in the session goes with what it stands
under: other values may take another branch. `supplied` gives, by step, the values of variables that a step which is not
run had made: they are set where it would have run.
"""

from __future__ import annotations

import asyncio
import builtins
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from inspect import CO_COROUTINE
from types import CodeType, ModuleType
from typing import Any

from clew.errors import CannotExecute
from clew.knowledge.registry import Knowledge
from clew.model.effects import Bound
from clew.model.events import Event, Step
from clew.model.places import Source
from clew.model.resources import Name
from clew.replay.choosing import chosen_statements, supplied_statements, without_wrappers
from clew.replay.numbering import Numbering
from clew.replay.portions import Cutter, Portion
from clew.replay.recorded import Recorded
from clew.replay.shells import make_shell, needs_shell
from clew.replay.surroundings import Surroundings, state_of
from clew.replay.tracebacks import tell_lines, users_frames, without_ours
from clew.replay.watcher import Watcher

Values = Mapping[str, object]
NO_VALUES: Mapping[int, Values] = {}


class Nothing:
    """Stands for the result of what is no expression."""

    def __repr__(self) -> str:
        return "NOTHING"


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Done:
    """A step that ran: its number in the recorded session, the variables that it bound, and when it ran.

    `number` goes on from the session's last where the session has no such step: another branch was taken. `own` is the
    step as this run recorded it, with all its effects; `result` is what an expression gave.
    """

    number: int
    names: tuple[str, ...]
    started: float
    seconds: float
    raised: str
    own: Step
    result: object = NOTHING


@dataclass(frozen=True, slots=True)
class Supply:
    """Values that are set in the place of a step that is not run."""

    values: Values


Told = Callable[[Done], None]


def nobody(done: Done) -> None:
    """Hears, and does nothing."""


@dataclass(slots=True)
class Wanted:
    """What of a session is to run (all where `chosen` is None), with which values for the rest, and who hears of it.

    `store` is the folder of ours, in which nothing that happens is the program's doing. Without `results` nobody asks what
    expressions gave.
    """

    chosen: Collection[int] | None = None
    supplied: Mapping[int, Values] = field(default_factory=dict)
    told: Told = nobody
    store: str = ""
    results: bool = True


class Run:
    """A session that is run again, in a module of its own or the one given.

    `failed` is the statement that raised, if one did: it runs again if one goes on, unless it was skipped or replaced.
    `left` is the SystemExit by which the program ended itself.
    """

    def __init__(
        self,
        recorded: Recorded,
        wanted: Wanted | None = None,
        knowledge: Knowledge | None = None,
        module: ModuleType | None = None,
    ) -> None:
        self.recorded, self.wanted = recorded, wanted or Wanted()
        self.module = module or new_module(recorded)
        self.namespace = vars(self.module)
        self.numbering = Numbering(recorded.steps)
        self.watcher = Watcher(
            self.namespace, knowledge or Knowledge(), self.hear, self.numbering.under_way, self.wanted.store
        )
        self.watcher.sources = max((source.number for source in recorded.sources), default=-1) + 1
        self.cutter = Cutter(self.watcher.rewrite, self.wanted.results)
        self.around = Surroundings(state_of(recorded, self.module), self.watcher, recorded.session)
        self.sources = deque(without_wrappers(recorded.sources))
        self.todo: deque[Portion | Supply] = deque()
        self.source: Source | None = None  # the one that is being run
        self.failed: Portion | None = None
        self.left: SystemExit | None = None
        self.done: list[Done] = []  # what the statement under way has done so far
        self.result: object = NOTHING
        self.shell: object = None
        self.awaiting: asyncio.Runner | None = None

    # ---- going on ---------------------------------------------------------------------------------------

    @property
    def events(self) -> tuple[Event, ...]:
        """What was recorded of this run so far."""
        return tuple(self.watcher.events)

    @users_frames
    def to_end(self) -> None:
        """Run all that is left; the user's own error where a statement fails."""
        with self.around:
            self.watcher.again()
            while (portion := self.ready()) is not None:
                self.run(portion)

    @users_frames
    def next_portion(self) -> tuple[Done, ...] | None:
        """Run the next top-level statement; give its steps, or None where nothing is left."""
        with self.around:
            self.watcher.again()
            portion = self.ready()
            return None if portion is None else self.run(portion)

    def skip(self, values: Values) -> None:
        """Take these values for what the statement that failed, or the next one, would have made, and pass over it."""
        with self.around:
            if self.ready() is not None:
                self.todo.popleft()
                self.failed = None
            self.namespace.update(values)

    @users_frames
    def replace(self, python: str) -> None:
        """Run other code in the place of the statement that failed, or of the next one; SyntaxError if it is none."""
        with self.around:
            old = self.ready()
            if old is None:
                return
            source = Source(self.watcher.next_source(), old.source.place, python, python)
            name = f"{self.recorded.name_of(source)} (mended)"
            tell_lines(name, python)
            portions = self.cutter.portions(source, name)
            self.todo.popleft()
            self.todo.extendleft(reversed(portions))
            self.failed = None
            if portions and portions[-1].statements and old.statements:
                last = (source.number, portions[-1].statements[0])
                self.numbering.stand_in(last, (old.source.number, old.statements[0]))
            self.watcher.tell_of(source)

    def add(self, source: Source) -> None:
        """Have one more source run when the others are done."""
        self.sources.append(source)

    def drop(self) -> None:
        """Leave out what has not run yet."""
        with self.around:
            self.todo.clear()
            self.sources.clear()
            self.failed = None
            self.end_source(None)

    def close(self) -> None:
        """Run no more: what was waiting for something else is given up."""
        self.drop()
        if self.awaiting is not None:
            self.awaiting.close()
            self.awaiting = None

    # ---- one after the other ----------------------------------------------------------------------------

    def ready(self) -> Portion | None:
        """The next statement, in the next source where one is done; None where all is done."""
        while True:
            while not self.todo:
                self.end_source(None)
                if not self.sources:
                    return None
                self.begin_source(self.sources.popleft())
            first = self.todo[0]
            if isinstance(first, Portion):
                return first
            self.namespace.update(first.values)
            self.watcher.again()
            self.todo.popleft()

    def begin_source(self, source: Source) -> None:
        """Cut a source into its statements, unless nothing of it is to run."""
        wanted, steps = self.wanted, self.recorded.steps
        chosen = None if wanted.chosen is None else chosen_statements(source, steps, wanted.chosen)
        supplied = supplied_statements(source, steps, wanted.supplied)
        items: list[tuple[int, Portion | Supply]] = [(number, Supply(held)) for number, held in supplied.items()]
        if chosen is None or chosen:
            name = self.recorded.name_of(source)
            tell_lines(name, source.python)
            self.watcher.begin(source)
            self.source = source
            portions = self.portions(source, name, chosen)
            items += [(each.statements[0] if each.statements else -1, each) for each in portions]
            self.ready_shell(source)
        self.todo.extend(item for _, item in sorted(items, key=lambda pair: pair[0]))

    def portions(self, source: Source, name: str, chosen: Collection[int] | None) -> list[Portion]:
        """The statements of a source; none of a cell that was not Python when it was recorded, either."""
        try:
            return self.cutter.portions(source, name, chosen)
        except SyntaxError:
            steps = self.recorded.steps
            if self.recorded.is_script or not steps or any(step.source == source.number for step in steps):
                raise
            return []

    def end_source(self, error: BaseException | None) -> None:
        """All of a source that is to run has run, or no more of it will."""
        if self.source is not None:
            self.source = None
            self.watcher.finish(error)

    def ready_shell(self, source: Source) -> None:
        """Make the shell that a cell with magics needs."""
        if self.shell is None and needs_shell([source]):
            self.shell = make_shell(self.module)
            self.watcher.again()

    def run(self, portion: Portion) -> tuple[Done, ...]:
        """Run a statement; if it fails as it did in the session, the session's next cell is next."""
        self.done, self.result, self.failed = [], NOTHING, portion
        started = self.watcher.clock()
        try:
            self.carry_out(portion)
        except BaseException as error:
            error.__traceback__ = without_ours(error.__traceback__, self.namespace)
            self.over(portion, started, type(error).__name__)
            if not self.goes_on(portion, error):
                for number in portion.statements:
                    self.numbering.again((portion.source.number, number))
                raise
        else:
            self.over(portion, started, "")
            self.todo.popleft()
        self.failed = None
        return tuple(self.done)

    def carry_out(self, portion: Portion) -> None:
        """Run the code of a statement."""
        self.evaluate(portion.before)
        if portion.value is not None:
            self.result = self.evaluate(portion.value)

    def evaluate(self, code: CodeType) -> Any:
        """Run code; wait for it where it awaits something."""
        # The user's own code: that is what we are here for. Called so, each time counts for as many calls (Python 3.11).
        outcome = eval(*(code, self.namespace))
        if not code.co_flags & CO_COROUTINE:
            return outcome
        if asyncio._get_running_loop() is not None:
            outcome.close()
            raise CannotExecute("it awaits something, and an event loop runs here already", "run it in another thread")
        self.awaiting = self.awaiting or asyncio.Runner()
        return self.awaiting.run(outcome)

    def over(self, portion: Portion, started: float, raised: str) -> None:
        """A statement is over; where its steps were not seen, at least when it ran is known."""
        self.watcher.over(portion.marker, raised)
        if not self.done and portion.statements:
            place = (portion.source.number, portion.statements[0])
            self.hear(Step(self.watcher.steps, *place, started, self.watcher.clock() - started, raised))

    def goes_on(self, portion: Portion, error: BaseException) -> bool:
        """Tell whether this error is no failure: the program leaves by it, or the cell failed like this before."""
        if isinstance(error, SystemExit):
            self.left = error
            self.sources.clear()
        elif not self.failed_before(portion, error):
            return False
        self.todo.clear()
        self.end_source(error)
        return True

    def failed_before(self, portion: Portion, error: BaseException) -> bool:
        """Tell whether this statement of a cell raised such an error when it was recorded."""
        raised = {(step.source, step.statement): step.raised for step in self.recorded.steps if step.raised}
        before = {raised.get((portion.source.number, number)) for number in portion.statements}
        return not self.recorded.is_script and type(error).__name__ in before

    def hear(self, step: Step) -> None:
        """A step is over, and all that it did still stands."""
        facts = (bound_names(step), step.started, step.seconds, step.raised)
        done = Done(self.numbering.of(step), *facts, step, self.result)
        self.done.append(done)
        self.wanted.told(done)


def bound_names(step: Step) -> tuple[str, ...]:
    """The variables that a step gave new values."""
    bound = [effect.resource for effect in step.effects if isinstance(effect, Bound)]
    return tuple(sorted({resource.name for resource in bound if isinstance(resource, Name)}))


def new_module(recorded: Recorded) -> ModuleType:
    """A module in which a session's code can run as the main program."""
    module = ModuleType("__main__")
    vars(module).update({"__builtins__": builtins, "__annotations__": {}})
    if recorded.is_script and recorded.file:
        vars(module).update({"__file__": recorded.file, "__cached__": None})
    return module
