"""What runs when objects die: `__del__` of the user's classes, and what weak references and finalizers call."""

from __future__ import annotations

from _weakref import getweakrefcount

from clew.capture.closing import Closer
from clew.capture.doubting import Doubter
from clew.capture.opened import Opened
from clew.capture.reading import Reader, whole
from clew.knowledge.lines import class_mro, class_names
from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.resources import Ambient, Cell
from clew.model.statements import Statement
from clew.model.typed import Iterable
from clew.observe.atoms import ATOMS
from clew.observe.kinds.functions import is_class
from clew.observe.ours import is_users_class
from clew.rewrite.plan import CallSite

PROMISES = Ambient("weak references")
"""What is to be called when objects die."""


class Dying:
    """Knows the variables that lead to what a dying object may change; any step may let go of the last hold on one."""

    def __init__(self, reader: Reader, closer: Closer, doubter: Doubter) -> None:
        self.namespace, self.heap = reader.namespace, reader.heap
        self.reader, self.closer, self.doubter = reader, closer, doubter
        self.names: set[str] = set()
        self.promises = False

    def open(self, step: Opened, statement: Statement) -> None:
        """A step begins that may let objects die."""
        lost = [name for name in (*statement.binds, *statement.deletes) if self.may_call(name)]
        step.effects += self.reader.reads(whole(lost))
        self.closer.before(step)
        self.doubter.look_at(step, self.reader.bound(self.names) | self.reader.called_names(self.names))

    def may_call(self, name: str) -> bool:
        """Tell whether something may be called when a variable lets go of its object."""
        value = self.namespace.get(name)
        if type(value) in ATOMS:
            return False
        survey = self.heap.survey(name)
        return bool(getweakrefcount(value)) or has_last_words(type(value)) or bool(survey and survey.active)

    def defined(self, names: Iterable[str]) -> None:
        """Names were bound: to classes, it may be, whose instances say something when they die."""
        for name in names:
            value = self.namespace.get(name)
            if is_class(value) and has_last_words(value):
                self.names.add(name)

    def promised(self, step: Opened, site: CallSite, said: str) -> None:
        """A call of `weakref` begins, which may have something called when an object dies."""
        if said.startswith("weakref") and site.positional > 1:
            self.names |= step.read
            self.promises = True
            step.effects.append(Changed(PROMISES))

    def close(self, step: Opened) -> list[Effect]:
        """What a step has read that changed something: an object may have died in it, of which something was promised."""
        changed = any(type(effect) is Changed and type(effect.resource) is Cell for effect in step.effects)
        return [Read(PROMISES, Reason.ASSUMED)] if self.promises and changed else []


def has_last_words(cls: object) -> bool:
    """Tell whether a class of the user's says what is done when an instance dies."""
    line = class_mro(cls)
    return any("__del__" in class_names(each) and is_users_class(each) for each in line[:-1])
