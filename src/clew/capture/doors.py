"""Objects that keep what they are given where nobody can see it: a database connection, the functions made for it.

`con.create_function("twice", 1, double)`: a call whose result is thrown away, and of which nothing was seen to change, is
assumed to have changed such an object; from then on it leads to the functions that the statement spoke of.
"""

from __future__ import annotations

from types import FunctionType

from clew.capture.opened import Opened
from clew.capture.reading import Reader
from clew.model.effects import Changed, Effect, Reason
from clew.model.resources import Module
from clew.model.statements import Touch
from clew.observe.heap import Heap
from clew.observe.kind import Opaque
from clew.observe.kinds.functions import is_class

QUERIES = ("select ", "values ", "with ", "explain ")
"""How SQL begins that changes nothing; `pragma` may change how a connection works."""


def kept_unseen(step: Opened, touch: Touch, heap: Heap) -> list[Effect]:
    """What a step may have left in the objects that it had at hand."""
    if not heap.hiding or any(text.lstrip().lower().startswith(QUERIES) for text in touch.texts):
        return []
    held = {name: heap.namespace[name] for name in step.read if name in heap.namespace}
    functions = {name for name, value in held.items() if type(value) is FunctionType or is_class(value)}
    seen = is_seen(step)
    effects: list[Effect] = []
    for address in heap.hiding:
        if not seen:
            effects += heap.write(address, ("",), Opaque("what it keeps"), step.number)
        heap.keeps(address, functions if seen else held)
    return effects


def modules_by_name(step: Opened, reader: Reader) -> list[Effect]:
    """What a step may have left in a module that no variable leads to: `exec(code, vars(sys.modules["made"]))`."""
    if "modules" not in step.words or is_seen(step):
        return []
    reader.stored.setdefault("sys", set()).add("")
    return [Changed(Module("sys", ""), Reason.ASSUMED)]


def is_seen(step: Opened) -> bool:
    """Tell whether a step was seen to change anything."""
    return any(type(effect) is Changed and effect.reason is Reason.OBSERVED for effect in step.effects)
