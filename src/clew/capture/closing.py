"""What a step changed, worked out when it is over."""

from __future__ import annotations

import sys
from _operator import is_  # `operator` itself is written in Python
from sys import getrefcount  # a program may replace it
from types import ModuleType

from clew.capture.doors import kept_unseen, modules_by_name
from clew.capture.drawing import compare_figures
from clew.capture.opened import Opened
from clew.capture.photograph import Photograph
from clew.capture.reading import Reader, whole
from clew.capture.submodules import Offered, name_of
from clew.capture.threads import Threads
from clew.knowledge.lines import identity
from clew.model.effects import Bound, Changed, Deleted, Effect, Read, Reason
from clew.model.resources import Ambient, File, Module, Name, Resource
from clew.model.statements import Shape, Statement, Touch
from clew.model.typed import Collection, Container, Iterable, Mapping
from clew.observe.ambient import AmbientProbes
from clew.observe.atoms import ATOMS
from clew.observe.heap import Heap
from clew.observe.kinds.functions import is_class
from clew.observe.kinds.raw import loaded
from clew.observe.openhandles import written_path
from clew.observe.ours import is_users_module
from clew.observe.outside import Outside
from clew.observe.spots import Stores, mentioned
from clew.rewrite.plan import CallSite

FIGURE = "matplotlib.figure"
MOVES_ON = frozenset({"random", "numpy.random", "torch", "cwd", FIGURE})
"""State of which the next is made from the last: who moves it on has read it."""

HELD_ONCE = 2
"""References to a value that nobody but its variable holds, and who counts them."""

STDIN = frozenset({"stdin", "fileinput"})
"""Words of who reads standard input otherwise than by `input()`."""


class Closer:
    """Compares what is with what was: names, cells, ambient state, files, modules."""

    def __init__(
        self, namespace: dict[str, object], heap: Heap, reader: Reader, outside: Outside, ambient: AmbientProbes
    ) -> None:
        self.namespace = namespace
        self.heap = heap
        self.reader = reader
        self.outside = outside
        self.ambient = ambient
        self.state: Mapping[str, int] = ambient.probe()
        self.relations: dict[
            str, set[str]
        ] = {}  # variables taken out of long containers or made by objects of C, and those
        self.offers: dict[str, frozenset[str]] = {}  # what modules offer before an import
        self.offered = Offered()
        self.seeds: tuple[str, ...] = ()
        self.stores = Stores(heap)
        self.photograph = Photograph(namespace)
        self.stored: list[tuple[ModuleType, str]] = []
        self.overwritten: set[tuple[str, str]] = set()  # attributes of modules that were there and were replaced
        self.errors = error_filters()
        self.filters: tuple[object, ...] = (None, None, None)  # of warnings, as they were last counted
        self.raising = False  # the program made errors of some warnings
        self.threads = Threads(namespace, heap)
        number, result = last_result(namespace)
        self.result = number, identity(result)
        self.known: set[int] = set()  # addresses of figures and long containers that the step is known to change
        self.current_figure = False
        self.own_figure = False  # the step made the current figure, and did nothing to others
        self.ambient_touched = False

    # ---- notes taken while the step runs ----------------------------------------------------------------

    def before(self, step: Opened) -> None:
        """Remember the names as they are."""
        self.ambient_touched = True
        step.watches_names = True
        self.photograph.take()

    def note_ambient(self) -> None:
        """The step may change ambient state."""
        self.ambient_touched = True

    def note_seeds(self, kinds: tuple[str, ...]) -> None:
        """The step sets ambient state, whatever it was."""
        self.seeds += kinds

    def note_stores(self, roots: Iterable[str], attributes: Iterable[tuple[str, str]]) -> None:
        """The step stores into the objects of these variables; modules are watched apart from the heap."""
        for root in roots:
            held = self.namespace.get(root)
            if type(held) is ModuleType:
                stored = [attribute for name, attribute in attributes if name == root]
                said = ["" if attribute[:1] == "." else attribute for attribute in stored if is_of(held, attribute)]
                if not said and name_of(held) == "sys":
                    said = [""]  # sys.argv[1:] = ..., sys.modules[...] = ...
                self.stored += [(held, attribute) for attribute in said]
                there = [attribute for attribute in said if not attribute or attribute in vars(held)]
                self.overwritten |= {(name_of(held), attribute) for attribute in there}

    def note_places(self, step: Opened, statement: Statement, touch: Touch, lively: bool) -> bool:
        """Note what stands where the step stores; False where that cannot be told, or more may change."""
        spots = touch.spots
        if not spots or statement.shape is not Shape.SIMPLE:
            return False
        new = statement.binds
        told = not new or not any(spot.kind != "name" and not new.isdisjoint(mentioned(spot)) for spot in spots)
        roots = {spot.root for spot in spots}
        return told and not step.everything and not self.relatives(roots) and self.stores.note(spots, lively)

    def note_method(self, site: CallSite, owner: object, lively: bool) -> bool:
        """Note that a method changes the object before the dot; False where that cannot be told, or more may change."""
        root, way = site.receiver, site.way
        if self.relatives([root]):
            return False
        return self.stores.method(root, way, owner, site.method, lively, atoms=self.are_atoms(site.given))

    def are_atoms(self, names: Iterable[str] | None) -> bool:
        """Tell whether these variables hold nothing that has state."""
        return names is not None and ATOMS.issuperset([type(self.namespace.get(name, self)) for name in names])

    def note_libraries(self, new: Iterable[str]) -> None:
        """An import is about to load modules; those loaded already may be changed by it."""
        tops = {module.partition(".")[0] for module in new}
        self.offers = self.offered.of(tops)

    def relatives(self, names: Iterable[str]) -> set[str]:
        """Variables that may share elements of long containers with these."""
        if not self.relations:
            return set()
        names = set(names)
        found = {other for name in names for other in self.relations.get(name, ())}
        found |= {name for name, others in self.relations.items() if not others.isdisjoint(names)}
        return found

    def resume(self, step: Opened) -> None:
        """Code within the step has been recorded on its own; the rest of the step starts from here."""
        step.watches_names = True
        self.photograph.outdate()
        self.photograph.take()
        step.bound_before = {name: identity(self.namespace.get(name)) for name in step.bound_before}
        step.everything, step.looked, step.prepared = False, set(), False

    # ---- closing ----------------------------------------------------------------------------------------

    def close(self, step: Opened, statement: Statement, touch: Touch, raised: bool) -> None:
        """Add what the step changed to its effects."""
        before = {} if step.leaving else {name: step.bound_before.get(name, 0) for name in statement.binds}
        bound = self.bindings(step, statement, before, raised)
        if self.threads.running:
            self.threads.look(step)
        if step.prepared:
            step.effects += self.heap.compare(step.looked, step.number)
            step.effects += self.handles()
            drawn, self.own_figure = compare_figures(step, self.heap)
            step.effects += drawn
            if step.bare:
                step.effects += [*kept_unseen(step, touch, self.heap), *modules_by_name(step, self.reader)]
        if self.stores.noted:
            step.effects += self.stores.settle(step.looked, step.number)
        if self.threads.running or step.everything:
            step.effects += self.threads.close(step)
        if "_oh" in self.namespace:
            step.effects += self.shown()
        stored = self.modules(step, touch, sure=statement.shape is Shape.SIMPLE and not raised)
        if stored and statement.deferred:  # a function put into a module or class: whoever calls it looks these up
            stored += self.reader.reads(whole(self.reader.bound(statement.deferred)))
        step.effects += stored
        step.effects += self.reader.submodules.loaded(touch.imports)
        step.effects += self.classes(step, touch, bound)
        self.note_errors(touch)
        asides = asides_of(touch)
        step.effects += self.ambient_changes(touch, asides, bound)
        if outside := self.outside.finish():
            step.effects += [effect for effect in outside if not is_aside(effect.resource, asides)]
        if self.known or self.current_figure:
            step.effects += self.drawn(step)
        step.effects += standard_input(step.words, touch)
        self.relate(step, bound)
        self.heap.forget(bound)
        self.photograph.update(bound)
        self.stored, self.seeds, self.overwritten = [], (), set()
        self.known, self.current_figure, self.own_figure, self.heap.drawn = set(), False, False, False

    def bindings(self, step: Opened, statement: Statement, before: Mapping[str, int], raised: bool) -> set[str]:
        """The names that the step bound or deleted, its effects noted."""
        sure = statement.shape is not Shape.LOOP and step.is_sure
        bound: set[str] = set()
        for name in statement.binds if not step.leaving else ():
            now = identity(self.namespace[name]) if name in self.namespace else 0
            if not now:
                continue
            if now != before[name]:
                step.effects.append(Bound(Name(name)))
            elif raised:
                continue
            else:
                same = Bound(Name(name)) if sure else Changed(Name(name), Reason.ASSUMED)
                step.effects.append(same)
            bound.add(name)
        if statement.deletes:
            deleted = {name for name in statement.deletes if name not in self.namespace}
            step.effects += [Deleted(Name(name)) for name in deleted]
            bound |= deleted
        return bound | self.unforeseen(step, bound) if step.watches_names else bound

    def unforeseen(self, step: Opened, known: set[str]) -> set[str]:
        """Names bound or deleted by other means than the statement's own text."""
        new, gone = self.photograph.differences(known)
        step.effects += [Bound(Name(name)) for name in sorted(new)]
        step.effects += [Deleted(Name(name)) for name in sorted(gone)]
        return new | gone

    def shown(self) -> list[Effect]:
        """The names under which a shell keeps the result that it showed in this step, if it did."""
        number, result = last_result(self.namespace)
        if (number, identity(result)) == self.result:
            return []
        self.result = number, identity(result)
        return [Bound(Name("_")), Bound(Name(f"_{number}"))]

    def handles(self) -> list[Effect]:
        """Files that a touched handle writes to."""
        paths = [written_path(handle) for handle in self.heap.handles]
        self.heap.handles = []  # the program's files close when it lets go of them
        return [Changed(File(path), Reason.ASSUMED) for path in paths if path]

    def modules(self, step: Opened, touch: Touch, sure: bool) -> list[Effect]:
        """Modules and libraries that the step stored into, or that an import changed.

        `sure` says that what the text stores was stored, whole and once.
        """
        if not self.stored and touch.stores:
            self.note_stores(touch.stores, touch.attributes)  # the statement was in doubt before its stores were read
        if not (self.stored or step.modules):
            return []
        stored = {Module(name_of(module), attribute) for module, attribute in self.stored}
        changed = set(stored)
        if step.modules and len(sys.modules) != step.modules:
            changed |= {Module(name, new) for name, had in self.offers.items() for new in self.offered.by(name) - had}
        self.offers = {}
        if not changed:
            return []
        for module in changed:
            self.reader.stored.setdefault(module.module, set()).add(module.attribute)
        self.reader.patched |= {name for name, _ in self.overwritten}
        patches = {patched(name, attribute) for name, attribute in self.overwritten}
        anew = {each for each in stored if sure and each.attribute}
        tops = [Bound(each) if sure and each.part else Changed(each) for each in sorted(patches, key=str)]
        return [*[Bound(each) if each in anew else Changed(each) for each in sorted(changed, key=str)], *tops]

    def classes(self, step: Opened, touch: Touch, bound: Iterable[str]) -> list[Effect]:
        """Classes that the step made, and what it put on classes of libraries."""
        classes = self.reader.classes
        found = classes.changed() if step.everything or step.modules else []
        if touch.imports:
            classes.watch(touch.imports)
        made = [value for name in bound if name in self.namespace and is_class(value := self.namespace[name])]
        return [*found, *classes.made(made)] if made else found

    def drawn(self, step: Opened) -> list[Effect]:
        """Figures and long containers that the step is known to have changed."""
        if self.current_figure:
            self.known |= self.heap.figures([current_figure()])
        return self.heap.write_known(self.known, step.number)

    def ambient_changes(self, touch: Touch, asides: frozenset[str], bound: Iterable[str]) -> list[Effect]:
        """The hidden state that moved, compared with the last look at it."""
        if not (self.ambient_touched or self.seeds):
            return []
        self.ambient_touched = False
        now = self.ambient.probe()
        moved = set(self.ambient.changed(self.state, now))
        if touch.imports:
            moved -= set(self.ambient.appeared(self.state, now))  # loaded, not used
        self.state = now
        parts = {kind: self.ambient.parts(kind) for kind in sorted(moved)}
        moved -= asides
        self.reader.settings.kinds |= set(self.seeds)
        seeded: list[Effect] = [Bound(Ambient(kind), Reason.KNOWN) for kind in self.seeds]
        moved -= set(self.seeds)
        if self.own_figure and FIGURE in moved:
            moved.remove(FIGURE)
            seeded.append(Bound(Ambient(FIGURE)))
        written = [effect for kind in sorted(moved) for effect in self.reader.settings.moved(kind, parts[kind])]
        moving: list[Effect] = [Read(Ambient(kind)) for kind in sorted(moved & MOVES_ON)]
        if "matplotlib" in self.reader.settings.kinds and (FIGURE in moved or self.own_figure or self.drew(bound)):
            moving.append(Read(Ambient("matplotlib"), Reason.KNOWN))  # whoever draws goes by the parameters
        return [*seeded, *moving, *written]

    def drew(self, bound: Iterable[str]) -> bool:
        """Tell whether the step changed a figure, or bound what belongs to one."""
        values = (self.namespace.get(name) for name in bound)
        return self.heap.drawn or any(self.heap.is_drawn(value) for value in values)

    def note_errors(self, touch: Touch) -> None:
        """Note whether the program, and not a library that it loads, makes errors of some warnings from now on."""
        filters = sys.modules["warnings"].filters if "warnings" in sys.modules else []
        # The first is the latest; whoever changes one replaces it.
        seen = (filters, len(filters), filters[0] if filters else None)
        if all(map(is_, seen, self.filters)):
            return
        self.filters = seen
        errors = error_filters()
        self.raising = self.raising or (errors > self.errors and not touch.imports)
        self.errors = errors

    def relate(self, step: Opened, bound: set[str]) -> None:
        """Remember which variables may hold elements of a long container, or write through to an object of C."""
        if self.relations:
            for name in bound:
                self.relations.pop(name, None)
        bound = {name for name in bound if name in self.namespace and type(self.namespace[name]) not in ATOMS}
        if not bound:
            return
        for name in bound:
            if getrefcount(self.namespace[name]) > HELD_ONCE:
                self.heap.meet(step.read - bound, self.namespace[name])
        surveys = {name: survey for name in step.read if (survey := self.heap.surveys.get(name)) is not None}
        bulky = {name for name, survey in surveys.items() if survey.bulky}
        bulky |= {other for name in step.read for other in self.relations.get(name, ())}
        opaque = {name for name, survey in surveys.items() if survey.opaque}
        for name in bound if bulky or opaque else ():
            survey = self.heap.survey(name) if opaque else None
            makers = opaque if survey is not None and survey.opaque else set()
            if others := (bulky | makers) - {name}:
                self.relations[name] = others


NONE: frozenset[str] = frozenset()
ASIDES = frozenset({"environ", "warnings", "numpy.errstate", "locale", "sys.limits", "decimal"})


def asides_of(touch: Touch) -> frozenset[str]:
    """Hidden state that libraries move for themselves when they are loaded or set up: nobody's doing."""
    moves = "matplotlib" in touch.texts or (
        touch.imports and not any(is_users_module(module) for module in touch.imports)
    )
    return ASIDES if moves else NONE


def is_aside(resource: Resource, asides: Container[str]) -> bool:
    """Tell whether a resource is hidden state of these kinds, whole or a part of it."""
    return isinstance(resource, Ambient) and resource.kind in asides


def is_of(module: ModuleType, attribute: str) -> bool:
    """Tell whether an attribute, or the holder of a deeper one, is of the module or of a class: no object of its own."""
    held: object = module
    for name in attribute.split(".")[1:]:
        if type(held) is ModuleType:
            held = ModuleType.__getattribute__(held, "__dict__").get(name)
        elif is_class(held):
            return True
    return type(held) is ModuleType or is_class(held)


def patched(module: str, attribute: str) -> Ambient:
    """What stands for a library with one attribute of its modules replaced."""
    return Ambient(f"{module.partition('.')[0]} as patched", attribute and f"{module}.{attribute}")


def standard_input(words: Collection[str], touch: Touch) -> list[Effect]:
    """What is done to standard input by code that speaks of it; what `input()` does is heard."""
    if STDIN.isdisjoint(words):
        return []
    if any(attribute == "stdin" for _, attribute in touch.attributes):
        return [Bound(Ambient("stdin"))]
    return [Read(Ambient("stdin"), Reason.ASSUMED), Changed(Ambient("stdin"), Reason.ASSUMED)]


def error_filters() -> int:
    """How many filters make errors of warnings."""
    filters = loaded("warnings", "filters")
    return sum(entry[0] == "error" for entry in filters) if type(filters) is list else 0


def current_figure() -> object:
    """The figure that pyplot draws on now, if any."""
    managers = getattr(loaded("matplotlib._pylab_helpers", "Gcf"), "figs", None)
    if not managers:
        return None
    return getattr(getattr(next(reversed(managers.values())), "canvas", None), "figure", None)


def last_result(namespace: dict[str, object]) -> tuple[object, object]:
    """The number of the last result that a shell showed, and the result."""
    table = namespace.get("_oh")
    return next(reversed(table.items()), (0, None)) if type(table) is dict else (0, None)
