"""What the program's own frames call: as little as can be, and nothing that goes wrong in here reaches the program."""

from __future__ import annotations

import builtins
import gc
import os
from _thread import get_ident

from clew.model.quick import partial
from clew.model.typed import Any, Callable, Protocol
from clew.observe.audit import WIRE
from clew.observe.outside import Outside
from clew.rewrite.protocol import CALL, NAMES, NOTE, SELF, STEP


class Listener(Protocol):
    """Hears what the program does. It works under guard; only `noted` and `report` must not fail."""

    def turn(self, number: int) -> None:
        """A statement begins, or for `~n` the body of the `with` statement `n` is done."""

    def function(self, number: int, callee: object) -> None:
        """A plain callable is about to be called, at this call site."""

    def method(self, number: int, owner: object) -> None:
        """A method of an object is about to be called, at this call site."""

    def noted(self, number: int, text: object) -> None:
        """Something was put together for the call at this call site."""

    def report(self, why: str) -> None:
        """The record has a hole."""


class Probes:
    """Stand in `builtins` where rewritten code finds them. After the first fault they are `blind`."""

    def __init__(self, listener: Listener, outside: Outside, strict: bool) -> None:
        self.turn = listener.turn
        self.function = listener.function
        self.method = listener.method
        self.noted = listener.noted
        self.report = listener.report
        self.outside = outside
        self.strict = strict
        self.thread = get_ident()
        self.own = outside.own_work()
        self.blind = False
        self.busy = False

    def install(self) -> None:
        """Put the probes where rewritten code finds them."""
        probes: dict[str, Any] = {STEP: self.step, CALL: self.call, SELF: self.self, NOTE: self.note}
        vars(builtins).update(probes)
        WIRE.traced, WIRE.audited = self.traced, self.audited

    def uninstall(self) -> None:
        """Take the probes away again; no rewritten code may run after this."""
        self.blind = True
        WIRE.traced = WIRE.audited = None
        for name in NAMES:
            vars(builtins).pop(name, None)

    def traced(self) -> None:
        """The program traces itself: it must not see us, so we stop looking until the next source.

        Probes written in C that do nothing are no frames that a trace function would step into; and a partial function
        is called without a profile function being told, where a function of C is not.
        """
        if self.blind or get_ident() != self.thread:
            return
        self.deaden()
        self.report("the program traced or profiled itself; clew did not look meanwhile")

    def audited(self) -> None:
        """The program listens to audit events, of which our looking raises many: we look no more."""
        if not self.blind:
            self.deaden()
            self.blind = True
            self.outside.close()
            self.report("the program listens to audit events; clew did not look from there on")

    def deaden(self) -> None:
        """Put probes in place that do nothing but hand on what they are given."""
        nothing: dict[object, object] = {}
        get = partial(nothing.get)
        probes: dict[str, Any] = {STEP: get, CALL: get, SELF: get, NOTE: get}
        vars(builtins).update(probes)

    # ---- the probes -------------------------------------------------------------------------------------

    def step(self, number: int | None) -> None:
        """A statement begins (or, for `~n`, the body of a `with` statement is done; for None, the program)."""
        if not self.busy and get_ident() == self.thread:
            self.guard(self.turn, number)

    def call(self, site: int, callee: Any) -> Any:
        """A plain callable is about to be called."""
        if not self.busy and get_ident() == self.thread:
            self.guard(self.function, site, callee)
        return callee

    def self(self, site: int, owner: Any) -> Any:
        """A method of an object is about to be called."""
        if not self.busy and get_ident() == self.thread:
            self.guard(self.method, site, owner)
        return owner

    def note(self, site: int, made: Any) -> Any:
        """Something was put together for a call: it may be a text or path."""
        if not self.busy and get_ident() == self.thread:
            self.guard(self.noted, site, made)
        return made

    # ---- faults -----------------------------------------------------------------------------------------

    def guard(self, work: Callable[..., None], *arguments: Any) -> None:
        """Do some of our own work; a fault is recorded and ends the watching.

        Meanwhile no garbage is collected: the program's finalizers are not to run within our work, and what we make and
        let go of is not to bring the next collection of all there is nearer.
        """
        if self.blind:
            return
        self.busy = True
        collecting = gc.isenabled()
        gc.disable()
        try:
            with self.own if get_ident() == self.thread else self.outside.own_work():
                work(*arguments)
        except Exception as fault:
            self.fault(fault)
        finally:
            self.busy = False
            if collecting:
                gc.enable()

    def fault(self, fault: BaseException) -> None:
        """clew itself failed: say so in the record, and look no further."""
        if self.strict and not issubclass(type(fault), RecursionError):
            raise fault
        self.blind = True
        self.report(f"{type(fault).__name__}: {fault}{where(fault)}")


def where(fault: BaseException) -> str:
    """The innermost line that an exception came through, in brackets."""
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" ({os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno})" if trace else ""
