"""State of libraries that nobody can see, changed by what is called for nothing else.

`csv.register_dialect("my", ...)`, `mimetypes.add_type(...)`, `logging.basicConfig(...)`: a call whose result is thrown
away, and of which nothing was seen to change, is there for something that we cannot see. It is assumed to have changed
the state of the library it is of, and whoever uses that library afterwards to go by it.
"""

from __future__ import annotations

import sys
from types import FunctionType, ModuleType

from clew.capture.callees import Callees, defined
from clew.capture.doubting import Doubter
from clew.capture.opened import Opened
from clew.capture.reading import Reader
from clew.knowledge.lines import class_module, identity
from clew.knowledge.names import callee_names
from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.resources import Ambient, Name, Resource
from clew.model.statements import Shape, Statement, Touch
from clew.model.typed import Any, Iterable, Iterator
from clew.observe.kinds.functions import is_class
from clew.observe.ours import holds_users_code, is_users_module

KIND = "libraries"
"""The kind of ambient state that a library's unseen state is a part of."""

FINDERS = Ambient(KIND, "sys")
"""What finds modules: `sys.meta_path`, `sys.path_hooks`."""

NOBODYS = frozenset({"", "?", "builtins", "os", "shutil", "clew", "IPython", "ipykernel", "pprint", "typing", "pytest"})
"""What has no state of its own that a program could go by, but files and what is looked at."""

LONERS = frozenset("sys io gc time signal atexit faulthandler threading logging warnings traceback".split())
"""Libraries that nearly all others use, for what is theirs alone: only who speaks of them goes by their state."""

CLOCKS = frozenset({"datetime", "pandas", "calendar", "email"})
"""Who goes by the state of `time`, which is the time zone."""

ENCODING = frozenset({"encode", "decode", "open", "read_text", "write_text"})
"""Words of who goes by the state of `codecs`."""


class Unseen:
    """Knows the libraries whose unseen state the program changed."""

    def __init__(self, callees: Callees, reader: Reader, doubter: Doubter) -> None:
        self.callees, self.reader, self.doubter = callees, reader, doubter
        self.namespace = callees.namespace
        self.tops: set[str] = set()
        self.related: dict[tuple[str, str, int], bool] = {}

    # ---- what a step may change without being seen ------------------------------------------------------

    def note(self, step: Opened, said: str, receiver: str, owner: object) -> None:
        """A call that nothing is known of begins: `said` is its callee, `receiver` the variable its owner is of."""
        held = self.namespace.get(receiver)
        if type(held) is ModuleType:
            step.unseen |= tops_of(held)
        if owner is None or is_class(owner):
            step.unseen |= {top_of(said)}

    def note_own(self, step: Opened, function: object) -> None:
        """A function of the user's is called."""
        if type(function) is FunctionType and self.is_own(function):
            step.ran = (*step.ran, function)

    def concerns(self, step: Opened, touch: Touch) -> bool:
        """Tell whether there is anything to say of a step when it is over."""
        return bool(self.tops or step.unseen or step.ran or touch.stores)

    def close(self, step: Opened, statement: Statement, touch: Touch) -> list[Effect]:
        """What the step is assumed to have changed unseen, and the unseen state that it goes by."""
        found: list[Effect] = []
        if self.tops:
            used = self.used(step)
            gone_by = {top for top in self.tops if any(self.goes_by(user, top) for user in used)}
            found += [Read(Ambient(KIND, top), Reason.ASSUMED) for top in sorted(gone_by)]
        if not is_for_nothing_else(statement, touch) or any(is_seen(each, statement) for each in step.effects):
            return found
        tops = step.unseen.union(*map(self.stored, touch.stores), *map(self.within, self.functions(step)))
        tops = frozenset(top for top in tops - NOBODYS if not is_users_module(top))  # what those keep is seen
        if not tops:
            return found
        self.tops |= tops
        self.doubter.read_more(step, self.reader.called_names(step.read))  # what it was given may be called later
        found.append(Read(Ambient("environ"), Reason.ASSUMED))  # time.tzset() goes by TZ
        return [*found, *[Changed(Ambient(KIND, top), Reason.ASSUMED) for top in sorted(tops)]]

    def stored(self, root: str) -> set[str]:
        """The library whose module is the object of a variable that was stored into."""
        held = self.namespace.get(root)
        return tops_of(held) if type(held) is ModuleType else set()

    def functions(self, step: Opened) -> list[FunctionType]:
        """The functions of the user's that a step called, and those that they look up."""
        if not step.ran:
            return []
        values = (self.namespace.get(name) for name in step.read)
        return [*step.ran, *[each for each in values if type(each) is FunctionType and self.is_own(each)]]

    def is_own(self, function: FunctionType) -> bool:
        """Tell whether a function is of the program itself."""
        return function.__globals__ is self.namespace

    def within(self, function: FunctionType) -> set[str]:
        """The libraries of which a function of the user's calls what nothing is known of, and throws away the result."""
        from clew.analysis.discarded import discarded_calls  # hardly a program needs it

        found = set[str]()
        for path in discarded_calls(function.__code__):
            callee, root = self.callees.resolved(path), self.namespace.get(path.partition(".")[0])
            known = self.callees.facts(callee_names(callee), callee) if callee is not None else None
            if known is None:
                found |= tops_of(callee) if callee is not None else set()
                found |= tops_of(root) if type(root) is ModuleType else set()
        return found

    # ---- who goes by it ---------------------------------------------------------------------------------

    def used(self, step: Opened) -> set[str]:
        """The libraries that a step used: those of its callees, and of what it read."""
        called = {top_of(call.callee) for call in step.calls}
        if not ENCODING.isdisjoint(step.words):
            called.add("codecs")
        return called.union(*[tops_of(self.namespace[name]) for name in step.read if name in self.namespace])

    def goes_by(self, user: str, top: str) -> bool:
        """Tell whether a library may go by the state of another: it has hold of it."""
        if user == top:
            return True
        if user in NOBODYS or top in LONERS:
            return top == "time" and user in CLOCKS
        key = (user, top, len(sys.modules))
        if key not in self.related:
            self.related[key] = has_hold(user, top)
        return self.related[key]


def is_for_nothing_else(statement: Statement, touch: Touch) -> bool:
    """Tell whether a statement gives nothing to a variable: what it is there for is what it does besides."""
    simple = statement.shape is Shape.SIMPLE and not (statement.binds or statement.deletes or touch.imports)
    return simple or (statement.shape is Shape.LOOP and not touch.stores)


def is_seen(effect: Effect, statement: Statement) -> bool:
    """Tell whether an effect is a change that was seen, or is known; that a loop goes round is none."""
    if isinstance(effect, Read) or effect.reason is Reason.ASSUMED or is_aside(effect.resource):
        return False
    return statement.shape is Shape.SIMPLE or not isinstance(effect.resource, Name)


def is_aside(resource: Resource) -> bool:
    """Tell whether this is where libraries leave notes for themselves: polars keeps its options in `os.environ`."""
    return isinstance(resource, Ambient) and resource.kind in ("environ", "warnings")


def top_of(name: str) -> str:
    """The library that a dotted name is of: what is written in C goes by the name of its library."""
    top = name.partition(".")[0].lstrip("_")
    return "os" if top in ("posix", "nt", "posixpath", "ntpath") else top


def tops_of(value: object) -> set[str]:
    """The libraries that a value is of: a module, a function, a class, or an instance."""
    if type(value) is ModuleType:
        name = ModuleType.__getattribute__(value, "__dict__").get("__name__")
        return {top_of(name)} if type(name) is str and not holds_users_code(value) else set()
    cls = value if is_class(value) else type(value)
    name = value.__module__ if type(value) is FunctionType else class_module(cls)
    return {top_of(name)} if type(name) is str and not is_users_module(name) else set()


def has_hold(user: str, top: str) -> bool:
    """Tell whether a module of a library has hold of another library: its module, a function, a class, a table of it."""
    theirs = {identity(module) for module in modules_of(top)}
    for module in modules_of(top):
        theirs |= {identity(value) for value in values_of(module) if is_made_in(value, top)}
    return any(identity(value) in theirs for module in modules_of(user) for value in values_of(module))


def modules_of(top: str) -> Iterator[ModuleType]:
    """The loaded modules of a library."""
    for name, module in list(sys.modules.items()):
        if type(module) is ModuleType and top_of(name) == top:
            yield module


def values_of(module: ModuleType) -> Iterable[object]:
    """What a module holds under its names, but for what each has of Python's own."""
    held = dict(ModuleType.__getattribute__(module, "__dict__"))
    return [value for name, value in held.items() if name[:2] != "__"]


def is_made_in(value: object, top: str) -> bool:
    """Tell whether a value is a function, class or table of a library's own, and not one that it got from another."""
    if type(value) in (dict, list, set):
        return True
    name = value.__module__ if type(value) is FunctionType else class_module(value) if is_class(value) else None
    return type(name) is str and top_of(name) == top


def method_of(owner: object, method: str) -> object:
    """What a class says that a method of an object is."""
    cls: Any = owner if is_class(owner) else type(owner)
    return defined(cls, method)
