"""Probes in, events out: the recorder listens to the markers of the rewritten program.

At each marker the step before is closed (what did it change?) and the next one opened (what will it read?). Nothing
that goes wrong in here reaches the program: the first fault is recorded, and the recorder goes blind.
"""

from __future__ import annotations

import ast
import builtins
import os
import sys
import threading
import types
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from clew.analysis.outline import Shape, Statement
from clew.analysis.touch import HiddenCall, Touch
from clew.analysis.purity import changes_nothing
from clew.capture.clock import Clock
from clew.capture.closing import Closer, current_figure
from clew.capture.opened import Opened
from clew.capture.reading import Reader, whole
from clew.capture.verdicts import Harmless, Limited, Unknown, Verdict, verdict
from clew.knowledge.names import callee_names, function_name, method_names, type_name
from clew.knowledge.registry import Knowledge
from clew.knowledge.schema import CalleeFacts
from clew.model.effects import Effect, Read, Reason
from clew.model.events import Call, Event, Faulted, NamesSeen, SourceSeen, Step, Variable
from clew.model.places import Source
from clew.model.resources import Ambient
from clew.observe.ambient import AmbientProbes
from clew.observe.atoms import ATOMS
from clew.observe.audit import WIRE
from clew.observe.heap import Heap
from clew.observe.kinds.functions import LOOKS_UP, global_names
from clew.observe.outside import Outside
from clew.rewrite.plan import CallSite, Plan
from clew.rewrite.protocol import CALL, NAMES, NOTE, SELF, STEP
from clew.rewrite.transform import rewrite

SHELL_CALLS = frozenset({"run_line_magic", "run_cell_magic", "system", "getoutput", "getoutput_"})
NOT_ONCE = frozenset({"timeit", "prun", "lprun", "memit", "mprun"})
"""Magics that run their code many times, or measured: nothing is inserted in it."""


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
        self.knowledge = knowledge
        self.heap = heap
        self.outside = outside
        self.strict = strict
        self.reader = Reader(namespace, heap)
        self.closer = Closer(namespace, heap, self.reader, outside, ambient)
        self.thread = threading.get_ident()
        self.process = os.getpid()
        self.blind = False
        self.busy = False
        self.statements: list[Statement] = []
        self.touches: list[Touch] = []
        self.sites: list[CallSite] = []
        self.owners: list[tuple[int, int]] = []  # for each statement: its source, its number there
        self.sources = 0
        self.steps = 0
        self.current: Opened | None = None
        self.stack: list[Opened | None] = []
        self.pending: list[Event] = []
        self.flushed = self.clock()
        self.seen: dict[str, Variable] = {}

    # ---- sources ----------------------------------------------------------------------------------------

    def begin(self, source: Source) -> None:
        """A source is about to run; within a step (`%%time`, `%run`) the step waits."""
        self.stack.append(self.current)
        if self.current is not None:
            self.current.suspended = True
        self.current = None
        self.install()
        self.pending.append(SourceSeen(source, self.clock()))

    def next_source(self) -> int:
        """The number of the next source."""
        self.sources += 1
        return self.sources - 1

    def rewrite(self, tree: ast.Module, source: Source) -> ast.Module:
        """Rewrite a source's tree and learn its plan."""
        tree, plan = rewrite(tree, (len(self.statements), len(self.sites)))
        self.learn(plan, source.number)
        return tree

    def learn(self, plan: Plan, source: int) -> None:
        """Take in the plan of a source that was rewritten."""
        self.owners += [(source, statement.number) for statement in plan.statements]
        self.statements += plan.statements
        self.touches += plan.touches
        self.sites += plan.sites

    def runs_once(self) -> bool:
        """Tell whether code that is compiled now, within a step, will run once."""
        if self.current is None:
            return True
        return NOT_ONCE.isdisjoint(self.touches[self.index(self.current)].texts)

    def finish(self, error: BaseException | None = None) -> None:
        """The source has run, or failed with this error."""
        self.guard(self.close, type(error).__name__ if error is not None else "")
        outer = self.stack.pop() if self.stack else None
        self.current = outer
        if outer is not None:
            self.guard(self.closer.resume, outer)
        else:
            self.guard(self.look_at_names)
        self.flush()

    # ---- probes: called from the program's own frames ---------------------------------------------------

    def install(self) -> None:
        """Put the probes where rewritten code finds them."""
        probes: dict[str, Any] = {STEP: self.step, CALL: self.call, SELF: self.self, NOTE: self.note}
        vars(builtins).update(probes)
        WIRE.traced = self.traced

    def traced(self) -> None:
        """The program traces itself: it must not see us, so we stop looking until the next source.

        Probes written in C that do nothing are no frames that a trace function would step into.
        """
        if self.blind or threading.get_ident() != self.thread:
            return
        get = {}.get
        probes: dict[str, Any] = {STEP: get, CALL: get, SELF: get, NOTE: partial(get, None)}
        vars(builtins).update(probes)
        self.pending.append(Faulted(self.steps, "the program traced or profiled itself; clew did not look meanwhile"))

    def uninstall(self) -> None:
        """Take the probes away again; no rewritten code may run after this."""
        self.blind = True
        WIRE.traced = None
        for name in NAMES:
            vars(builtins).pop(name, None)

    def step(self, number: int) -> None:
        """A statement begins (or, for `~n`, the body of a `with` statement is done)."""
        if not self.busy and threading.get_ident() == self.thread:
            self.guard(self.turn, number)

    def call(self, site: int, callee: Any) -> Any:
        """A plain callable is about to be called."""
        if not self.busy and threading.get_ident() == self.thread:
            self.guard(self.function, site, callee)
        return callee

    def self(self, site: int, owner: Any) -> Any:
        """A method of an object is about to be called."""
        if not self.busy and threading.get_ident() == self.thread:
            self.guard(self.method, site, owner)
        return owner

    def note(self, text: Any) -> Any:
        """A text was put together for a call: it may be a path."""
        if self.current is not None and type(text) is str and len(text) < 400 and not self.blind:
            self.current.notes.append(text)
            self.outside.mention(text)
        return text

    # ---- faults -----------------------------------------------------------------------------------------

    def guard(self, work: Callable[..., None], *arguments: Any) -> None:
        """Do some of our own work; a fault is recorded and ends the watching."""
        if self.blind:
            return
        self.busy = True
        try:
            with self.outside.own_work():
                work(*arguments)
        except Exception as fault:
            self.fault(fault)
        finally:
            self.busy = False

    def fault(self, fault: BaseException) -> None:
        """clew itself failed: say so in the record, and look no further."""
        if self.strict and not issubclass(type(fault), RecursionError):
            raise fault
        self.blind = True
        self.current = None
        trace = fault.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})" if trace else ""
        self.pending.append(Faulted(self.steps, f"{type(fault).__name__}: {fault}{where}"))

    def forked(self) -> None:
        """In a child process nothing is recorded."""
        self.blind = True
        self.current = None
        self.pending = []

    # ---- opening a step ---------------------------------------------------------------------------------

    def index(self, step: Opened) -> int:
        return step.statement

    def turn(self, number: int) -> None:
        """One statement is over, the next begins."""
        self.close("")
        if number >= 0:
            self.open(number)
        else:
            self.open(~number, leaving=True)

    def open(self, index: int, leaving: bool = False) -> None:
        statement, touch = self.statements[index], self.touches[index]
        source, _ = self.owners[index]
        step = self.current = Opened(self.steps, source, index, self.clock(), leaving)
        self.steps += 1
        namespace = self.namespace
        if not leaving:
            reads = {name: ways for name, ways in statement.reads.items() if name in namespace}
            step.read.update(reads)
            step.effects += self.reader.reads(reads)
        else:
            step.read.update(self.reader.bound(statement.reads))
        step.around = self.reader.plain(self.around(index))
        for name in statement.binds:
            step.bound_before[name] = id(namespace[name]) if name in namespace else 0
        self.outside.start(())
        if self.closer.moved:
            step.effects += self.reader.mentioned_settings(self.closer.moved, touch.words)
        if touch.imports:
            self.importing(step, touch)
        elif "builtins" in self.reader.stored:
            step.effects += self.reader.patched_builtins(statement.reads)
        if leaving or touch.stores or touch.hidden or touch.star or touch.operates:
            self.judge_text(step, index)

    def around(self, index: int) -> set[str]:
        """The variables of the `with` statements around a statement: what happens within may change them."""
        found: set[str] = set()
        source, number = self.owners[index]
        first = index - number
        parent = self.statements[index].parent
        while parent is not None:
            header = self.statements[first + parent]
            if header.shape is Shape.WITH:
                found |= header.binds | header.reads.keys()
            parent = header.parent
        return found

    def importing(self, step: Opened, touch: Touch) -> None:
        """An import reads what decides where modules come from, and changes what libraries are."""
        new = [module for module in touch.imports if module not in sys.modules]
        step.effects += self.reader.imported(touch.imports)
        if new or touch.star:
            step.effects += [Read(Ambient(kind), Reason.ASSUMED) for kind in ("environ", "sys.path", "cwd")]
            step.modules = len(sys.modules)
            self.closer.note_libraries(new)
            self.doubt(step, Unknown() if touch.star else Limited(self.reader.own_modules()))

    def judge_text(self, step: Opened, index: int) -> None:
        """Judge the parts of a statement that nobody announces."""
        touch = self.touches[index]
        lively, functions = self.liveliness(step.read)
        if step.leaving or (touch.operates and lively) or (touch.builds and functions) or self.hands_out(touch):
            self.doubt(step, Unknown())
            return
        roots: set[str] = set()
        unknown = False
        for hidden in touch.hidden:
            judged = self.judge_hidden(step, hidden, lively, functions)
            unknown = unknown or isinstance(judged, Unknown)
            roots |= judged.names if isinstance(judged, Limited) else set()
        if unknown:
            self.doubt(step, Unknown())
            return
        self.closer.note_stores(touch.stores, touch.attributes)
        roots |= touch.stores
        # What the statement itself binds, or what has no name, may belong to anything that it reads.
        anywhere = "?" in roots or not roots.isdisjoint(self.statements[index].binds)
        if roots:
            self.doubt(step, Unknown() if anywhere else Limited(frozenset(roots)))

    def hands_out(self, touch: Touch) -> bool:
        """Tell whether the statement hands a method that changes its object to somebody else (`map(l.append, xs)`)."""
        return any(type(self.namespace.get(root)) in CONTAINERS for root in touch.handed)

    def judge_hidden(self, step: Opened, hidden: HiddenCall, lively: bool, functions: bool) -> Verdict:
        """Judge a call in a loop, lambda or comprehension, as far as its callee can be told beforehand."""
        names, root = self.hidden_names(hidden)
        own = self.namespace.get(hidden.path)
        facts = (self.knowledge.about_first(names) if names else None) or self.own_facts(own)
        self.read_code(step, own)
        self.consult(step, facts, names[0] if names else hidden.path)
        self.draw(step, facts, self.namespace.get(root or ""))
        if facts is None and hidden.method and not names and root is None and hidden.method in SAFE_METHODS:
            return Harmless() if not lively else Unknown()
        if facts is None:
            return Unknown()
        site = CallSite(0, NOWHERE, hidden.method, root or "", 9, hidden.keywords, {"*": ""} if facts.unless else {})
        return verdict(facts, site, lively, functions)

    def hidden_names(self, hidden: HiddenCall) -> tuple[tuple[str, ...], str | None]:
        """The names of a callee written `a.b.c`, where `a` is a variable or builtin, and the variable."""
        first, *rest = hidden.path.split(".") if hidden.path else ("",)
        if first in self.namespace:
            value: object = self.namespace[first]
        elif first in vars(builtins) and not rest:
            value = vars(builtins)[first]
        else:
            return (), None
        for position, attribute in enumerate(rest):
            if type(value) is not types.ModuleType:
                last = position == len(rest) - 1
                return (method_names(value, attribute) if last else ()), first
            held = types.ModuleType.__getattribute__(value, "__dict__")
            if attribute not in held:
                return (), first
            value = held[attribute]
        return callee_names(value), first

    # ---- calls ------------------------------------------------------------------------------------------

    def announced(
        self, site: CallSite, callee: object, names: Sequence[str], said: str, owner: object = None
    ) -> None:
        step = self.current
        if step is None or step.suspended:
            return
        facts = self.knowledge.about_first(names) or self.own_facts(callee)
        step.calls.append(Call(said, site.span, self.clock()))
        self.read_code(step, callee)
        self.consult(step, facts, said, type_name(type(owner)).partition(".")[0])
        if facts is not None and facts.calls_back:
            self.read_more(step, self.reader.called_names(step.read))
        lively, functions = self.liveliness(step.read)
        judged = verdict(facts, site, lively, functions)
        if isinstance(judged, Harmless) and step.around and facts is not None and facts.pure_if_inert:
            judged = Unknown()  # within a `with`, what is printed or warned may go into an object
        self.draw(step, facts, owner)
        if site.method in SHELL_CALLS or (facts is not None and facts.reads_names) or said in CALLERS_NAMES:
            self.read_names(step)
        if said in ("builtins.setattr", "builtins.delattr"):
            self.closer.note_stores([site.arguments.get("0", "")], ())
        if isinstance(judged, Harmless):
            if facts is not None and (facts.reads_path or facts.writes_path):
                self.mention(step)
            return
        self.mention(step)
        self.doubt(step, judged)

    def function(self, number: int, callee: object) -> None:
        """A plain callable is called."""
        self.announced(self.sites[number], callee, callee_names(callee), function_name(callee))

    def read_code(self, step: Opened, callee: object) -> None:
        """One of the program's own functions is called: what it looks up, and what that calls looks up, is read."""
        if type(callee) is types.FunctionType and callee.__globals__ is self.namespace:
            self.read_more(step, self.reader.bound(global_names(callee.__code__)))
            self.read_more(step, self.reader.called_names(step.read))

    def own_facts(self, callee: object) -> CalleeFacts | None:
        """What the code of one of the program's own functions says: that it changes no plain data, or nothing."""
        if type(callee) is not types.FunctionType or callee.__globals__ is not self.namespace or callee.__closure__:
            return None
        return OWN_PURE if changes_nothing(callee.__code__, self.code_of) else None

    def code_of(self, name: str) -> types.CodeType | bool:
        """The code of a function by its name, or whether using the variable is harmless."""
        value = self.namespace.get(name, self)
        if value is self:
            return False
        if type(value) is types.FunctionType:
            return value.__code__ if value.__globals__ is self.namespace and not value.__closure__ else False
        return type(value) in ATOMS or type(value) in CONTAINERS

    def method(self, number: int, owner: object) -> None:
        """A method of an object is called."""
        site = self.sites[number]
        if type(owner) is types.ModuleType:
            held = types.ModuleType.__getattribute__(owner, "__dict__").get(site.method)
            if held is not None:
                self.announced(site, held, callee_names(held), function_name(held))
                return
        names = method_names(owner, site.method)
        cls = owner if issubclass(type(owner), type) else type(owner)
        said = names[0] if names else f"{type_name(cls)}.{site.method}"
        self.announced(site, owner, names, said, owner)

    def consult(self, step: Opened, facts: CalleeFacts | None, said: str, *extra: str) -> None:
        """The ambient state that a call is known to read, and patches of the library it belongs to."""
        top = said.partition(".")[0]
        if facts is not None:
            # Who draws from a generator is seen to move it; who was only able to has not read it.
            step.effects += [Read(Ambient(kind), Reason.KNOWN) for kind in facts.consults]
            self.closer.note_seeds(facts.seeds)
            if facts.figure or facts.draws or facts.seeds:
                self.closer.note_ambient()
        if said.startswith("matplotlib.pyplot.") and "matplotlib.figure" not in (facts.seeds if facts else ()):
            step.effects += [Read(Ambient("matplotlib.figure")), *self.reader.figure(current_figure())]
        step.effects += self.reader.settings(self.closer.moved, top, said, self.closer.raising)
        if self.reader.patched:
            step.effects += self.reader.patches({top, *extra, "sys", "builtins", "os"})

    def draw(self, step: Opened, facts: CalleeFacts | None, owner: object) -> None:
        """A call that is known to change a figure: the one that its object belongs to, or the current one."""
        if facts is None or not facts.figure:
            return
        self.closer.note_ambient()
        step.effects.append(Read(Ambient("matplotlib"), Reason.KNOWN))
        if facts.figure == "current":
            step.effects.append(Read(Ambient("matplotlib.figure"), Reason.KNOWN))
            self.closer.current_figure = True
        else:
            self.closer.known |= self.heap.figures([owner])

    def liveliness(self, names: Iterable[str]) -> tuple[bool, bool]:
        """Whether the user's code may run by operations on what these variables lead to, and whether they lead to functions."""
        lively = functions = False
        for name in names:
            survey = self.heap.survey(name)
            if survey is not None:
                lively = lively or survey.active or survey.overflow
                functions = functions or (survey.functions and self.own_facts(self.namespace[name]) is None)
        return lively, functions

    def read_names(self, step: Opened) -> None:
        """The callee looks variables up by name: those that the texts at hand mention are read."""
        texts = [*self.touches[step.statement].texts, *self.reader.texts(step.read), *step.notes]
        named = self.reader.words(texts) - step.read
        if not texts and self.said_everything(step):
            named = {name for name in self.namespace if not name.startswith("_")} - step.read
        self.read_more(step, named)

    def said_everything(self, step: Opened) -> bool:
        """Tell whether the statement asks for the whole namespace and does not say what for."""
        return not LOOKS_UP.isdisjoint(self.touches[step.statement].words)

    def read_more(self, step: Opened, names: Iterable[str]) -> None:
        new = set(names) - step.read
        step.read |= new
        step.effects += self.reader.reads(whole(new))

    def mention(self, step: Opened) -> None:
        """Texts at hand that may be paths: what reads or writes them may leave no other trace."""
        for text in (*self.touches[step.statement].texts, *self.reader.texts(step.read)):
            if len(text) < 400 and text not in step.notes:
                step.notes.append(text)
                self.outside.mention(text)

    # ---- doubt ------------------------------------------------------------------------------------------

    def doubt(self, step: Opened, judged: Verdict) -> None:
        """Fingerprint what may change, before it does."""
        if isinstance(judged, Harmless) or step.everything:
            return
        if isinstance(judged, Unknown):
            step.everything = True
            called = self.reader.called_names(step.read)
            self.read_more(step, called)
            if not LOOKS_UP.isdisjoint(self.reader.mentioned):
                self.read_names(step)
            names = step.read | step.around
        else:
            names = set(judged.names)
        if isinstance(judged, Unknown) or step.modules or not self.are_plain(judged.names):
            self.closer.before(step)
        names |= self.heap.aliases(names) | self.closer.relatives(names)
        fresh = names - step.looked
        step.looked |= names
        if isinstance(judged, Limited):
            # It is about to change what it names: of long containers we need not look how.
            self.closer.known |= self.heap.bulk_of(judged.names)
        if not step.prepared:
            step.prepared = True
            self.heap.prepare(fresh, self.closer.known)
        else:
            self.heap.prepare_more(fresh, self.closer.known)

    def are_plain(self, names: Iterable[str]) -> bool:
        """Tell whether changing what these variables hold can change no name and no ambient state."""
        held = [type(self.namespace[name]) for name in names if name in self.namespace]
        return all(cls in CONTAINERS or type_name(cls) in TABLES for cls in held)

    # ---- closing a step ---------------------------------------------------------------------------------

    def close(self, raised: str) -> None:
        step, self.current = self.current, None
        if step is None:
            return
        ended = self.clock()
        statement = self.statements[step.statement]
        self.closer.close(step, statement, self.touches[step.statement], bool(raised))
        source, number = self.owners[step.statement]
        self.pending.append(
            Step(
                step.number,
                source,
                number,
                step.started,
                ended - step.started,
                raised,
                tuple(step.calls),
                distinct(step.effects),
            )
        )
        if ended - self.flushed > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand over what was recorded."""
        events, self.pending = self.pending, []
        self.flushed = self.clock()
        if events:
            self.emit(events)

    def look_at_names(self) -> None:
        """Record how the variables stand, those that are new or changed since the last time."""
        now: dict[str, Variable] = {}
        for name in list(self.namespace):
            if not name.startswith("_"):
                now[name] = self.variable(name)
        new = tuple(variable for name, variable in now.items() if self.seen.get(name) != variable)
        gone = tuple(name for name in self.seen if name not in now)
        self.seen = now
        if new or gone:
            self.pending.append(NamesSeen(self.steps - 1, new, gone))

    def variable(self, name: str) -> Variable:
        """A variable as it stands, with what it leads to and what its functions look up."""
        value = self.namespace[name]
        cls = type(value)
        names = {name, *self.reader.called_names([name])}
        effects = self.reader.reads(whole(sorted(names, key=lambda each: each != name)))
        said = type_name(cls)
        return Variable(name, said, tuple(effect.resource for effect in effects))


FLUSH_SECONDS = 0.5
OWN_PURE = CalleeFacts(pure_if_inert=True)
CALLERS_NAMES = frozenset({f"builtins.{name}" for name in LOOKS_UP})
TABLES = frozenset(
    "numpy.ndarray pandas.DataFrame pandas.Series pandas.core.frame.DataFrame pandas.core.series.Series".split()
)
CONTAINERS = (list, dict, set, deque, bytearray)
SAFE_METHODS = frozenset(
    "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isdigit "
    "islower isnumeric isspace istitle isupper join ljust lower lstrip partition replace rfind rindex rjust rpartition "
    "rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill get items keys values copy "
    "union intersection difference issubset issuperset isdisjoint decode hex bit_length is_integer conjugate".split()
)
NOWHERE: Any = None


def distinct(effects: Iterable[Effect]) -> tuple[Effect, ...]:
    """The effects in their order, each once."""
    return tuple(dict.fromkeys(effects))
