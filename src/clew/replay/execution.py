"""One execution of a session: it runs node by node, and what each node gave, did and took can be asked for afterwards."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from clew.analysis.outline import outline
from clew.dataflow.graph import fold
from clew.errors import NoValue
from clew.model.events import SourceSeen
from clew.model.graph import Graph
from clew.model.places import Source
from clew.model.statements import Statement
from clew.replay.external import ExternalState, external_state, known_states
from clew.replay.nodes import OUTSIDE, Node, NodeKind, external, nodes_within, span_of
from clew.replay.running import NOTHING, Done, Run, Values
from clew.replay.sideeffects import (
    AccessedGlobals,
    ChangedNode,
    SideEffect,
    ViewOf,
    accessed,
    connected,
    outside_effects,
    touched,
)
from clew.replay.tracebacks import shown, users_frames

T = TypeVar("T")
KEEPS_NONE = "this execution keeps no values, but the variables as they stand"
RESULT = ""
"""The name of what an expression gave, among the values of a step."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A step that ran: its values by name, what the names in its text stood for, and its side effects.

    `named` are the variables that its text binds, of those that it bound.
    """

    done: Done
    values: Mapping[str, object]
    named: tuple[str, ...] = ()
    found: Mapping[str, object] = field(default_factory=dict)
    effects: tuple[SideEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """A step has been run: its node, how many have been, how many there will be as far as is known, and how long it took."""

    node: Node
    done: int
    total: int
    seconds: float


def nobody(ran: Ran) -> None:
    """Hears, and does nothing."""


def nothing() -> None:
    """Do nothing."""


class Execution:
    """One run of a session, of chosen steps of it, or of code as it is written.

    It is run to its end when it is made by an executor. If a statement failed, `error` is the user's exception,
    `traceback` what Python prints of it, `failed` the node; `resume` goes on from there. `number` is its number in the
    store, 0 where it is not recorded; `notes` say what of the session was not seen.
    """

    def __init__(self, run: Run, *, keep: bool = True) -> None:
        self.run, self.keep = run, keep
        self.noting: Callable[[Ran], None] = nobody
        self.settled: Callable[[], None] = nothing
        run.wanted.told = self.hear
        self.number = 0
        self.error: BaseException | None = None
        self.traceback = ""
        self.notes = run.recorded.notes
        self.ran: dict[int, Ran] = {}
        self.heard: list[int] = []  # numbers of steps as they were done: one that was mended is there twice
        self.binders: dict[str, int] = {}

    # ---- running ----------------------------------------------------------------------------------------

    @users_frames
    def to_end(self) -> Execution:
        """Run all that is left; the user's own error, as if the code had been called from here, where a node fails."""
        self.watched(self.run.to_end)
        return self

    def __iter__(self) -> Steps:
        """Run what is left a statement at a time, and give a `Progress` for each step."""
        return Steps(self)

    @users_frames
    def next_steps(self) -> tuple[Done, ...] | None:
        """Run the next top-level statement; give what it did, or None where nothing is left."""
        return self.watched(self.run.next_portion)

    @users_frames
    def resume(self, code: str | None = None, values: Values | None = None) -> Execution:
        """Go on after a failure: with other code or values in the place of the node that failed, or try it again."""
        if code is not None:
            self.run.replace(code)
        elif values is not None:
            self.supply(values)
        return self.to_end()

    def watched(self, work: Callable[[], T]) -> T:
        """Do some of the running, and keep the error that ends it."""
        self.error, self.traceback = None, ""
        try:
            return work()
        except BaseException as error:
            self.error, self.traceback = error, shown(error)
            raise
        finally:
            self.settled()

    def supply(self, values: Values) -> None:
        """Take values for what the node that failed, or is next, would have made."""
        node = self.next_node
        self.run.skip(values)
        if node is not None and node.step in self.ran:
            before = self.ran[node.step]
            self.ran[node.step] = Ran(before.done, dict(values), tuple(values), before.found)
        self.binders.update({name: node.step for name in values if node is not None})

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to run."""
        return self.next_node is None

    @property
    def next_node(self) -> Node | None:
        """The node that is run next: the one that failed, if one did; None where nothing is left."""
        with self.run.around:
            portion = self.run.ready()
        if portion is None:
            return None
        place = (portion.source.number, portion.statements[0] if portion.statements else 0)
        return Node(self.run.numbering.under_way(*place))

    @property
    def failed(self) -> Node | None:
        """The node that failed and has not been mended yet."""
        return self.next_node if self.run.failed is not None else None

    # ---- hearing ----------------------------------------------------------------------------------------

    def hear(self, done: Done) -> None:
        """A step is over, and all that it did still stands."""
        watcher, namespace = self.run.watcher, self.run.namespace
        said = watcher.statement
        if said is None:  # nobody looked: what its text binds is known
            said = self.statement(done)
            done = replace(done, names=tuple(sorted(said.binds.intersection(namespace))))
        values = {name: namespace[name] for name in done.names if name in namespace}
        if done.result is not NOTHING:
            values[RESULT] = done.result
        named = tuple(name for name in done.names if name in said.binds)
        effects = tuple(self.effects(done, said.reads, said.binds)) if watcher.statement is not None else ()
        self.heard.append(done.number)
        self.binders.update(dict.fromkeys(done.names, done.number))
        self.ran[done.number] = Ran(done, values, named, watcher.found, effects)
        self.noting(self.ran[done.number])
        if not self.keep:
            self.ran[done.number] = Ran(replace(done, result=NOTHING), {}, named, {}, effects)

    def statement(self, done: Done) -> Statement:
        """What the text of a step says."""
        return outline(ast.parse(self.source(done.own.source).python)).statements[done.own.statement]

    def effects(self, done: Done, reads: Iterable[str], binds: Iterable[str]) -> Iterator[SideEffect]:
        """The side effects of a step."""
        seen = touched(self.run.watcher, done.own, done.names)
        for name, reason in sorted(seen.changed.items()):
            if name not in done.names:
                yield ChangedNode(self.node_of(name), name, reason)
        for name, other in seen.views:
            if other not in done.names:
                yield ViewOf(name, self.node_of(other), other)
            elif name < other:
                yield ViewOf(name, Node(done.number), other)
        yield from outside_effects(done.own)
        yield from connected(self.run.watcher.found.values())
        found = accessed(done.own, reads, binds)
        if found is not None:
            yield found

    def node_of(self, name: str) -> Node:
        """The node that bound a variable last; a look-up of no step where none did."""
        return Node(self.binders[name]) if name in self.binders else Node(OUTSIDE, NodeKind.LOOKUP, name)

    # ---- asking -----------------------------------------------------------------------------------------

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The steps that ran, in their order."""
        return tuple(Node(number) for number in self.ran)

    def nodes_of(self, node: Node | int) -> tuple[Node, ...]:
        """The nodes within a step: literals, look-ups, imports, calls, the variables that called functions set."""
        ran = self.of(node)
        own = ran.done.own
        text = nodes_within(ran.done.number, self.source(own.source), own.statement)
        inside = (effect.set for effect in ran.effects if isinstance(effect, AccessedGlobals))
        set_inside = [name for each in inside for name in each if name in ran.values]
        return (*text, *(Node(ran.done.number, NodeKind.GLOBAL, name) for name in set_inside))

    def look_up(self, name: str, *, outside: bool = False) -> Node:
        """The node that a name leads to: the step that bound it, a builtin, `__file__`, or state outside; NameError.

        With `outside` only state outside the program: a variable may have the name of one.
        """
        if name in self.binders and not outside:
            return Node(self.binders[name])
        if (name in self.run.namespace or name in vars(builtins)) and not outside:
            return Node(OUTSIDE, NodeKind.LOOKUP, name)
        if name in known_states(self.all_effects()):
            return external(name)
        raise NameError(f"name {name!r} is not defined", name=name)

    def get_value(self, node: Node | int | str, name: str | None = None) -> object:
        """The value of a node, in memory as it is: steps after it may have changed it. NoValue where there is none.

        Of a step: what its expression gave or its text bound, or the variable `name` as the step left it. A text is
        looked up: a variable as it stands now, a builtin, `__file__`, `file_system` ...
        """
        if isinstance(node, str):
            return self.standing(node)
        if isinstance(node, int) or node.kind is NodeKind.STEP:
            return self.value_of_step(self.of(node), name)
        return self.value_within(node)

    def value_of_step(self, ran: Ran, name: str | None) -> object:
        """The value of a step, or of one variable that it bound."""
        if not self.keep:
            raise NoValue(f"step {ran.done.number}", KEEPS_NONE)
        names = [each for each in ran.values if each != RESULT]
        if name is None and RESULT in ran.values:
            return ran.values[RESULT]
        wanted = name if name is not None else single(ran.named or names, ran)
        if wanted not in ran.values:
            raise NoValue(f"{wanted!r} in step {ran.done.number}", "it has not bound it", names)
        return ran.values[wanted]

    def value_within(self, node: Node) -> object:
        """The value of a node within a step, or outside of all."""
        match node.kind:
            case NodeKind.LITERAL:
                return ast.literal_eval(node.name)
            case NodeKind.EXTERNAL:
                return self.state(node.name)
            case NodeKind.LOOKUP if node.step == OUTSIDE:
                return self.standing(node.name)
            case NodeKind.LOOKUP:
                return self.found(node)
            case NodeKind.CALL:
                return self.value_of_call(node)
            case _:
                return self.value_of_step(self.of(node), node.name)

    def standing(self, name: str) -> object:
        """What a name stands for now."""
        node = self.look_up(name)
        if node.kind is NodeKind.EXTERNAL:
            return self.state(name)
        namespace = self.run.namespace
        return namespace[name] if name in namespace else vars(builtins)[name]

    def found(self, node: Node) -> object:
        """What a name in the text of a step stood for when the step began."""
        held = self.of(node).found
        if not self.keep:
            raise NoValue(f"{node.name!r} in step {node.step}", KEEPS_NONE)
        if node.name not in held:
            raise NameError(f"name {node.name!r} is not defined", name=node.name)
        return held[node.name]

    def value_of_call(self, node: Node) -> object:
        """What a call gave: it is known of a call that is all of an expression or assignment."""
        ran = self.of(node)
        calls = [each for each in self.nodes_of(node.step) if each.kind is NodeKind.CALL]
        if not calls or calls[0] != node or not self.is_all(ran, node):
            raise NoValue(f"the call of {node.name}", "it is a part of its statement, of which only the whole is kept")
        return self.value_of_step(ran, None)

    def is_all(self, ran: Ran, node: Node) -> bool:
        """Tell whether a call is all of the value of its statement."""
        tree = outline(ast.parse(self.source(ran.done.own.source).python)).nodes[ran.done.own.statement]
        value = getattr(tree, "value", None)
        return isinstance(value, ast.Call) and span_of(value) == node.span

    def get_execution_time(self, node: Node | int) -> tuple[datetime, datetime]:
        """When a node began and ended, in local time. A call within a step ends with it."""
        done = self.of(node).done
        started = done.started
        if isinstance(node, Node) and node.kind is NodeKind.CALL:
            started = next((call.started for call in done.own.calls if call.span == node.span), started)
        return tuple(datetime.fromtimestamp(at).astimezone() for at in (started, done.started + done.seconds))  # type: ignore[return-value]  # there are two

    def side_effects(self, node: Node | int) -> tuple[SideEffect, ...]:
        """What a step did besides giving its value: see `clew.replay.sideeffects`."""
        return self.of(node).effects

    def state(self, name: str) -> ExternalState:
        """State outside the program as a value: which of it was used and changed, by which steps."""
        return external_state(name, self.all_effects())

    def all_effects(self) -> dict[int, tuple[SideEffect, ...]]:
        """The side effects of every step."""
        return {number: ran.effects for number, ran in self.ran.items()}

    @property
    def values(self) -> dict[str, object]:
        """The variables as they stand now, modules and names that begin with `_` left out."""
        held, shells = self.run.namespace.items(), getattr(self.run.shell, "user_ns_hidden", {})
        public = {name: value for name, value in held if not name.startswith("_") and type(value) is not type(ast)}
        return {name: value for name, value in public.items() if name not in shells or shells[name] is not value}

    @property
    def graph(self) -> Graph:
        """The dependence graph of this very run; its steps have its own numbers, not those of the session."""
        return fold(self.run.events)

    def of(self, node: Node | int) -> Ran:
        """What is known of a step that ran; NoValue where it did not."""
        number = node if isinstance(node, int) else node.step
        if number not in self.ran:
            raise NoValue(f"step {number}", "it has not run")
        return self.ran[number]

    def source(self, number: int) -> Source:
        """A source of this run."""
        seen = (event.source for event in self.run.watcher.events if isinstance(event, SourceSeen))
        return next(source for source in seen if source.number == number)


def single(names: Sequence[str], ran: Ran) -> str:
    """The one variable that a step bound; NoValue where there is none, or several of different values."""
    distinct = {id(ran.values[name]) for name in names if name in ran.values}
    if len(distinct) == 1:
        return names[0]
    why = "it has several, so say which" if distinct else "it bound no variable"
    raise NoValue(f"step {ran.done.number}", why, names)


class Steps:
    """Goes through an execution, statement by statement."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.waiting: list[Progress] = []

    def __iter__(self) -> Steps:
        return self

    @users_frames
    def __next__(self) -> Progress:
        while not self.waiting:
            done = self.execution.next_steps()
            if done is None:
                raise StopIteration
            self.waiting = [self.progress(each) for each in done]
        return self.waiting.pop(0)

    def progress(self, done: Done) -> Progress:
        """How far the execution is with this step."""
        execution = self.execution
        wanted = execution.run.wanted.chosen
        known = len(execution.run.recorded.steps) if wanted is None else len(wanted)
        return Progress(Node(done.number), len(execution.ran), max(known, len(execution.ran)), done.seconds)
