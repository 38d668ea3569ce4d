"""What a step may change, judged before it does: from its text, and from each call as it is announced."""

from __future__ import annotations

import sys
import types

from clew.capture.callees import CONTAINERS, Callees
from clew.capture.clock import Clock
from clew.capture.closing import Closer, current_figure
from clew.capture.doubting import Doubter
from clew.capture.dying import Dying
from clew.capture.listing import Listing
from clew.capture.opened import LONGEST_TEXT, Opened
from clew.capture.reading import Reader
from clew.capture.settings import asks_by_name
from clew.capture.submodules import name_of
from clew.capture.unseen import Unseen, method_of
from clew.capture.verdicts import Harmless, Limited, Unknown, Verdict, verdict
from clew.knowledge.facts import CalleeFacts
from clew.knowledge.names import callee_names, function_name, method_names, type_name
from clew.model.effects import Read, Reason
from clew.model.events import Call
from clew.model.resources import Ambient, Module
from clew.model.statements import HiddenCall, Touch
from clew.model.typed import Any, Sequence
from clew.observe.atoms import ATOMS
from clew.observe.heap import Heap
from clew.observe.kinds.functions import LOOKS_UP, global_names
from clew.observe.stamps import plain_path
from clew.rewrite.plan import CallSite

SHELL_CALLS = frozenset({"run_line_magic", "run_cell_magic", "system", "getoutput", "getoutput_"})
CALLERS_NAMES = frozenset({f"builtins.{name}" for name in LOOKS_UP})
SAFE_METHODS = frozenset(
    "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isdigit "
    "islower isnumeric isspace istitle isupper join ljust lower lstrip partition replace rfind rindex rjust rpartition "
    "rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill get items keys values copy "
    "union intersection difference issubset issuperset isdisjoint decode hex bit_length is_integer conjugate".split()
)
NOWHERE: Any = None
"""The place of a call site that is made up for a call within a loop."""


class Judge:
    """Decides for every call, and for the parts of a statement that nobody announces, what must be looked at."""

    def __init__(
        self,
        listing: Listing,
        callees: Callees,
        heap: Heap,
        reader: Reader,
        closer: Closer,
        doubter: Doubter,
        dying: Dying,
        unseen: Unseen,
        clock: Clock,
    ) -> None:
        self.listing = listing
        self.callees = callees
        self.namespace = callees.namespace
        self.heap = heap
        self.reader = reader
        self.closer = closer
        self.doubter = doubter
        self.doubt = doubter.doubt
        self.dying = dying
        self.unseen = unseen
        self.clock = clock

    # ---- the text of a statement ------------------------------------------------------------------------

    def text(self, step: Opened) -> None:
        """Judge the parts of a statement that nobody announces."""
        touch = self.listing.touches[step.statement]
        lively, functions = self.callees.liveliness(step.read)
        if (
            step.leaving
            or (touch.operates and lively and self.runs_code(step, touch))
            or (touch.builds and functions)
            or self.hands_out(touch)
        ):
            self.doubt(step, Unknown())
            return
        roots: set[str] = set()
        unknown = False
        for hidden in touch.hidden:
            judged = self.hidden(step, hidden, lively, functions)
            unknown = unknown or isinstance(judged, Unknown)
            roots |= judged.names if isinstance(judged, Limited) else set()
        if unknown:
            self.doubt(step, Unknown())
            return
        self.closer.note_stores(touch.stores, touch.attributes)
        if not roots and self.closer.note_places(step, self.listing.statements[step.statement], touch, lively):
            return
        roots |= touch.stores
        # What the statement itself binds, or what has no name, may belong to anything that it reads.
        anywhere = "?" in roots or not roots.isdisjoint(self.listing.statements[step.statement].binds)
        if roots:
            self.doubt(step, Unknown() if anywhere else Limited(frozenset(roots), sure=roots == touch.stores))

    def runs_code(self, step: Opened, touch: Touch) -> bool:
        """Tell whether the statement's own operations may run the user's code."""
        reads = self.listing.statements[step.statement].reads
        lively = [name for name in reads if any(self.callees.liveliness([name]))]
        stores = self.closer.stores
        plain = all(stores.gives_plainly(name, reads[name], touch) for name in lively)
        return not (plain and all(stores.keeps(spot) for spot in touch.spots if spot.way))

    def hands_out(self, touch: Touch) -> bool:
        """Tell whether the statement hands a method that changes its object to somebody else (`map(l.append, xs)`)."""
        return any(type(self.namespace.get(root)) in CONTAINERS for root in touch.handed)

    def hidden(self, step: Opened, hidden: HiddenCall, lively: bool, functions: bool) -> Verdict:
        """Judge a call in a loop, lambda or comprehension, as far as its callee can be told beforehand."""
        names, root = self.callees.hidden_names(hidden)
        own = self.namespace.get(hidden.path)
        facts = self.callees.facts(names, own)
        self.read_code(step, own)
        self.consult(step, facts, names[0] if names else hidden.path)
        self.draw(step, facts, self.namespace.get(root or ""))
        if (facts is not None and facts.reads_names) or not CALLERS_NAMES.isdisjoint(names):
            self.doubter.read_names(step)
        if facts is None and hidden.alone:
            step.bare = True
            self.unseen.note(step, names[0] if names else "", root or "", own)
            self.unseen.note_own(step, own)
        if facts is None and hidden.method and not names and root is None and hidden.method in SAFE_METHODS:
            return Harmless() if not lively else Unknown()
        if facts is None:
            return Unknown()
        arguments = dict(hidden.arguments)
        site = CallSite(0, NOWHERE, hidden.method, root or "", hidden.positional, hidden.keywords, arguments)
        return verdict(facts, site, lively, functions)

    # ---- calls ------------------------------------------------------------------------------------------

    def function(self, step: Opened, site: CallSite, callee: object) -> None:
        """A plain callable is called."""
        self.announced(step, site, callee, callee_names(callee), function_name(callee))

    def method(self, step: Opened, site: CallSite, owner: Any) -> None:
        """A method of an object is called."""
        if type(owner) is types.ModuleType:
            held = types.ModuleType.__getattribute__(owner, "__dict__").get(site.method)
            if held is not None:
                self.function(step, site, held)
                return
            lazy = f"{name_of(owner)}.{site.method}"  # made when it is asked for (PEP 562): known by its name
            self.announced(step, site, owner, (lazy,), lazy)
            return
        names = method_names(owner, site.method)
        cls: type = owner if issubclass(type(owner), type) else type(owner)
        said = names[0] if names else f"{type_name(cls)}.{site.method}"
        self.announced(step, site, owner, names, said, owner)

    def announced(
        self, step: Opened, site: CallSite, callee: object, names: Sequence[str], said: str, owner: object = None
    ) -> None:
        """Judge a call that is about to happen, and take in what it reads."""
        facts = self.callees.facts(names, callee)
        step.calls.append(Call(said, site.span, self.clock()))
        self.dying.promised(step, site, said)
        self.read_code(step, callee)
        self.consult(step, facts, said, type_name(type(owner)).partition(".")[0])
        if facts is not None and facts.calls_back:
            self.doubter.read_more(
                step, self.reader.called_names(step.read, self.listing.touches[step.statement].called)
            )
        lively, functions = self.callees.liveliness(step.read)
        judged = verdict(facts, site, lively, functions)
        if isinstance(judged, Harmless) and step.around and facts is not None and facts.pure_if_inert:
            judged = Unknown()  # within a `with`, what is printed or warned may go into an object
        calls = facts is not None and (facts.pure_if_inert or bool(facts.calls_back))
        if isinstance(judged, Harmless) and calls and self.callees.hands_on(site.handed):
            judged = Unknown()  # map(list.sort, rows)
        self.draw(step, facts, owner)
        if not isinstance(judged, Harmless) and site.span == self.listing.statements[step.statement].span:
            step.bare = facts is None
            if facts is None or type(owner) in CONTAINERS:
                self.unseen.note(step, said, site.receiver, owner)
                self.unseen.note_own(step, callee if owner is None else method_of(owner, site.method))
        if owner is not None and not site.receiver:
            self.handed_out(step, owner, judged)
        elif owner is not None and self.namespace.get(site.receiver) is not owner:
            self.heap.meet([site.receiver], owner)
        naming = site.method in SHELL_CALLS or (facts is not None and facts.reads_names) or said in CALLERS_NAMES
        if naming:
            self.doubter.read_names(step)
            step.bare = step.bare or site.span == self.listing.statements[step.statement].span
        if said in ("builtins.setattr", "builtins.delattr"):
            root = site.arguments.get("0", "")
            self.closer.note_stores([root], [(root, "")])
        if not naming and self.is_told(step, site, judged, facts, owner, lively):
            return
        if naming or self.may_go_outside(judged, facts, owner):
            step.takers[site.span] = naming
            self.doubter.mention(step)
            self.noted(step, site, owner)
        self.doubt(step, judged)

    def handed_out(self, step: Opened, owner: object, judged: Verdict) -> None:
        """A method is called of what another call gave (`getLogger("a").setLevel(10)`): variables may lead to it, too."""
        if type(owner) in ATOMS or self.heap.kind(type(owner)) is None:
            return
        names = self.heap.leading_to(owner, surely=not isinstance(judged, Harmless))
        if names - step.read:
            step.effects += [Read(cell) for cell in self.heap.written_at(self.heap.addresses([owner]))]
            if not isinstance(judged, Harmless):
                self.doubter.look_at(step, names)

    def may_go_outside(self, judged: Verdict, facts: CalleeFacts | None, owner: object) -> bool:
        """Tell whether a call may read or write a file that it is given the path of, without our hearing of it."""
        if facts is not None and facts.changes == ("self",) and type(owner) in CONTAINERS:
            return False
        return not isinstance(judged, Harmless) or (facts is not None and bool(facts.reads_path or facts.writes_path))

    def is_told(
        self, step: Opened, site: CallSite, judged: Verdict, facts: CalleeFacts | None, owner: object, lively: bool
    ) -> bool:
        """Tell whether all that the call may change is a container, which was noted."""
        if not isinstance(judged, Limited) or facts is None or facts.changes != ("self",) or step.everything:
            return False
        return self.closer.note_method(site, owner, lively)

    def noted(self, step: Opened, site: CallSite, made: object) -> None:
        """Something was put together for a call: a text may be a path, or name variables."""
        naming = step.takers.get(site.span)
        text = None if naming is None else plain_path(made)
        if text is not None and len(text) < LONGEST_TEXT:
            self.doubter.note(step, text)
            if naming:
                self.doubter.read_names(step)

    def read_code(self, step: Opened, callee: object) -> None:
        """One of the program's own functions is called: what it looks up, and what that calls looks up, is read."""
        step.effects += self.reader.depth(step.read)
        if type(callee) is types.FunctionType and callee.__globals__ is self.namespace:
            self.doubter.read_more(step, self.reader.bound(global_names(callee.__code__)))
            self.doubter.read_more(
                step, self.reader.called_names(step.read, self.listing.touches[step.statement].called)
            )

    # ---- what a known callee reads and draws ------------------------------------------------------------

    def consult(self, step: Opened, facts: CalleeFacts | None, said: str, *extra: str) -> None:
        """The ambient state that a call is known to read, and patches of the library it belongs to."""
        top = said.partition(".")[0]
        if facts is not None and (facts.consults or facts.seeds or facts.figure or facts.draws):
            # Who draws from a generator is seen to move it; who was only able to has not read it.
            named = self.listing.touches[step.statement].settings
            kinds = [kind for kind in facts.consults if not asks_by_name(kind, named)]  # these are read already
            step.effects += [Read(Ambient(kind), Reason.KNOWN) for kind in kinds]
            self.closer.note_seeds(facts.seeds)
            if facts.figure or facts.draws or facts.seeds:
                self.closer.note_ambient()
        if said.startswith("matplotlib.pyplot.") and "matplotlib.figure" not in (facts.seeds if facts else ()):
            step.effects += [Read(Ambient("matplotlib.figure")), *self.reader.figure(current_figure())]
        if self.reader.settings.kinds:
            step.effects += self.reader.settings.consulted(top, said, self.closer.raising)
        if "sys" in self.reader.stored:
            self.redirected(step)
        if self.reader.patched:
            step.effects += self.reader.patches({top, *extra, "sys", "builtins", "os"})

    def redirected(self, step: Opened) -> None:
        """What a call prints goes to an object that the program put in the place of a standard stream."""
        for name, own in (("stdout", "__stdout__"), ("stderr", "__stderr__")):
            held = vars(sys).get(name)
            if name in self.reader.stored["sys"] and held is not vars(sys).get(own):
                step.effects.append(Read(Module("sys", name)))
                self.handed_out(step, held, Unknown())

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
