"""Running what a plan says, in a clean process, and looking after each statement at what it changed.

What a statement made is compared with what it had made in the session. Where nothing differs, those who only depend on it
need not run (early cut-off: Mokhov, Mitchell and Peyton Jones, Build Systems à la Carte, 2018). Where a statement turns
out to change what nobody expected, the run is given up, and what was learned goes into the next plan.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from typing import Any

from clew.errors import ClewError
from clew.knowledge.registry import Knowledge
from clew.model.artifacts import Value
from clew.model.effects import Bound, Changed, Deleted
from clew.model.events import Step
from clew.model.kept import KeptRow
from clew.model.places import Source
from clew.model.resources import Ambient, Cell, File, Name
from clew.replay.affected import affected, all_of
from clew.replay.asone import AsOneCutter, imports_of
from clew.replay.groups import GROUP
from clew.replay.keeper import Keeper, digest_of, digest_of_bytes, kinds_written, put_state, state_of
from clew.replay.order import units_order
from clew.replay.planning import Plan, kinds_of, outdated, plan, relatives
from clew.replay.portions import Portion
from clew.replay.portrait import Portrait
from clew.replay.rerunorders import Order, Outcome, Ran
from clew.replay.running import new_module
from clew.replay.shells import make_shell, needs_shell
from clew.replay.surroundings import Surroundings
from clew.replay.surroundings import state_of as state_around
from clew.replay.tracebacks import tell_lines, without_ours
from clew.replay.units import Unit
from clew.replay.values import portray_names
from clew.replay.watcher import Watcher
from clew.replay.work import CLEAN, GENERATORS, Dirt, Entry, Statement
from clew.store.blobs import Blobs
from clew.store.keeping import fetch
from clew.store.trust import Keys


class GivenUp(Exception):
    """The plan does not hold."""

    def __init__(self, **why: Any) -> None:
        super().__init__()
        self.why = why


class Rerun:
    """One run of an order, in this process, which is its own."""

    def __init__(self, order: Order, told: Callable[[str], None]) -> None:
        self.order, self.work, self.told = order, order.work, told
        self.module = new_module(order.recorded)
        self.namespace = vars(self.module)
        sys.modules["__main__"] = self.module
        self.steps: list[Step] = []
        self.watcher = Watcher(self.namespace, Knowledge(), self.steps.append, lambda source, statement: -1)
        self.cutter = AsOneCutter(self.watcher.rewrite)
        self.around = Surroundings(state_around(order.recorded, self.module), self.watcher, order.recorded.session)
        self.blobs, self.keys = Blobs(order.blobs), Keys()
        self.keeper = Keeper(self.watcher, self.blobs, self.keys, order.budget)
        self.plan: Plan = plan(self.work, {}, spoken=order.spoken)
        self.done: dict[int, Dirt] = {}
        self.live: dict[str, int | None] = {}
        self.ran: list[Ran] = []
        self.loaded: list[tuple[int, tuple[str, ...]]] = []
        self.clean_at: dict[int, int] = {}  # by step of this run: the step of the session that made the same
        self.files = {path: file_digest(path) for unit in self.work.old.units for path in unit.files}
        self.shell: object = None

    # ---- the whole --------------------------------------------------------------------------------------

    def go(self) -> Outcome:
        """Run; whatever happens is in the outcome."""
        started = time.perf_counter()
        facts: dict[str, Any] = {}
        try:
            with self.around, saving(self.order.saves):
                self.watcher.again()
                self.all_sources()
                self.load_before(len(self.work.statements))
        except GivenUp as given_up:
            facts = given_up.why
        except SystemExit:
            pass
        except BaseException as error:
            facts = {"error": f"{type(error).__name__}: {error}", "trace": users_trace(error)}
        seconds = time.perf_counter() - started
        if not facts.keys() & {"learned", "demanded", "bad"}:
            facts |= {"portraits": self.portraits(), "values": self.values(), "kept": self.kept_rows()}
        told: dict[str, Any] = {
            "ran": tuple(self.ran),
            "loaded": tuple(self.loaded),
            "events": tuple(self.watcher.events),
        }
        return Outcome(**told, **facts, seconds=seconds)

    def all_sources(self) -> None:
        """Go through the sources, and in each through its statements."""
        by_source: dict[int, list[Statement]] = {}
        for statement in self.work.statements:
            by_source.setdefault(statement.place[0], []).append(statement)
        for source in self.order.recorded.sources:
            self.source(source, by_source.get(source.number, []))

    def source(self, source: Source, statements: list[Statement]) -> None:
        """Go through a source's statements."""
        portions: dict[int, Portion] = {}
        try:
            for statement in statements:
                if statement.number not in self.plan.run:
                    self.pass_over(statement)
                    continue
                portions = portions or self.begin(source)
                portion = portions.get(statement.place[1])  # none for what a notebook says to clew
                if portion is not None and not self.run(statement, portion):
                    break
        finally:
            if portions:
                self.watcher.finish(None)

    def begin(self, source: Source) -> dict[int, Portion]:
        """Have a source's statements compiled, by their numbers in its outline."""
        if self.shell is None and needs_shell([source]):
            self.shell = make_shell(self.module)
        name = self.order.recorded.name_of(source)
        tell_lines(name, source.python)
        self.cutter.imports = imports_of(source)
        self.watcher.begin(source)
        return {each.statements[0]: each for each in self.cutter.portions(source, name) if each.statements}

    def pass_over(self, statement: Statement) -> None:
        """A statement is not run: what it would bind anew, or change in place, is not in memory any more."""
        unit = self.work.unit(statement)
        for name in outdated(self.work.old, unit, self.live) if unit is not None else ():
            del self.live[name]
            if not name.startswith("__"):
                self.namespace.pop(name, None)

    # ---- one statement ----------------------------------------------------------------------------------

    def run(self, statement: Statement, portion: Portion) -> bool:
        """Run a statement, look at what it changed, and plan the rest anew; False if its cell ends with it."""
        unit = self.work.unit(statement)
        self.load_before(statement.number)
        self.steps.clear()
        self.watcher.again()
        began, started = time.time(), time.perf_counter()
        goes_on = True
        try:
            self.evaluate(portion)
        except Exception as error:
            self.watcher.over(portion.marker, type(error).__name__)
            self.missing(statement, error)
            if unit is None or unit.raised != type(error).__name__ or self.order.recorded.is_script:
                raise
            goes_on = False
        else:
            self.watcher.over(portion.marker)
        seconds = time.perf_counter() - started
        self.live.update(dict.fromkeys(self.bound_now(statement, unit), statement.old))
        self.refuse_draws(statement)
        dirt = self.dirt(statement, unit)
        self.note(statement, unit, Ran(statement.number, self.plan.run[statement.number], seconds, (), began), dirt)
        self.plan_anew(statement, unit, dirt)
        return goes_on

    def evaluate(self, portion: Portion) -> None:
        """Run a statement's code; wait for it where it awaits something."""
        for code in (portion.before, portion.value):
            outcome: Any = eval(code, self.namespace) if code is not None else None  # the user's own code
            if code is not None and code.co_flags & 0x80:  # as in `inspect`: it is a coroutine
                import asyncio  # hardly a program awaits at its top level

                asyncio.run(outcome)

    def bound_now(self, statement: Statement, unit: Unit | None) -> set[str]:
        """The variables that a statement has bound, now or in the session, and that are there."""
        names = statement.binds | (unit.binds if unit is not None else frozenset()) | set(self.written_names())
        return {name for name in names if name in self.namespace}

    def written_names(self) -> set[str]:
        """The variables that the statement which ran has bound or deleted."""
        done = [
            effect.resource for step in self.steps for effect in step.effects if isinstance(effect, (Bound, Deleted))
        ]
        return {each.name for each in done if isinstance(each, Name) and not each.name.startswith("__")}

    def missing(self, statement: Statement, error: Exception) -> None:
        """Give up where a name is missing that the program binds: the plan did not see that it is read."""
        name = getattr(error, "name", None) if isinstance(error, NameError) else None
        bound = any(name in each.binds for each in self.work.statements[: statement.number])
        if name and bound and name not in self.work.demanded.get(statement.number, ()):
            raise GivenUp(demanded={statement.number: frozenset([name])}) from error

    def load_before(self, number: int) -> None:
        """Load the kept values that a statement needs."""
        for entry in self.plan.loads.get(number, ()):
            if entry.names and all(name in self.live for name in entry.names):
                continue
            group = self.fetched(entry)
            if entry.ambient:
                put_state(entry.ambient, group["state"])
                continue
            self.namespace.update({name: group[name] for name in entry.names})
            order = units_order(self.work.old)
            self.live.update({name: order.binder(name, entry.after + 1) for name in entry.names})
            self.loaded.append((number, tuple(sorted(entry.names))))

    def fetched(self, entry: Entry) -> dict[str, Any]:
        """Load a kept group; where that cannot be done, give up, to do without it."""
        if entry.key in self.order.known.atoms:
            return dict([self.order.known.atoms[entry.key]])
        row = self.order.known.rows[entry.key]
        value = Value("dict", GROUP.name, row.blob, None, row.signature, row.signer)
        try:
            found: dict[str, Any] = fetch(value, self.blobs, [GROUP], self.keys)
        except ClewError as error:
            raise GivenUp(bad=frozenset([entry.key])) from error
        return found

    # ---- what it changed --------------------------------------------------------------------------------

    def dirt(self, statement: Statement, unit: Unit | None) -> Dirt:
        """What a statement left behind that is not what its unit had left."""
        effects = [effect for step in self.steps for effect in step.effects]
        done = [effect.resource for effect in effects if isinstance(effect, (Bound, Changed, Deleted))]
        is_affected = statement.number in affected(self.work, self.done, self.order.spoken)
        names = self.written_names() | (unit.binds | unit.deletes if unit is not None else set())
        differing = {name for name in names if self.differs(name, unit, is_affected)}
        cells = {each.number for each in done if isinstance(each, Cell)}
        parts = {each.part for each in done if isinstance(each, Cell)}
        led = self.keeper.leading_to(cells) if cells else set()
        old = unit.changed if unit is not None else frozenset()
        self.refuse_strangers(statement, led - {each.root for each in old})
        reached = led | {each.root for each in old if each.root in self.namespace}
        changed = {name for name in reached if self.differs(name, unit, is_affected)}
        if not parts <= {each.part for each in old}:
            differing |= changed & led
        kinds = {kind for step in self.steps for kind in kinds_written(step)}
        kinds |= set(unit.ambient) if unit is not None else set()
        paths = {each.path for each in done if isinstance(each, File)} | set(unit.files if unit is not None else ())
        return Dirt(
            frozenset(differing),
            bool(changed or (old and is_affected and not reached)),
            frozenset(kind for kind in kinds if self.state_differs(kind, unit, is_affected)),
            frozenset(path for path in paths if self.file_differs(path, unit, is_affected)),
            is_affected and unit is not None and bool(unit.modules),
        )

    def refuse_draws(self, statement: Statement) -> None:
        """Give up where a generator was used that nobody expected, and that others have used before in the program."""
        resources = [effect.resource for step in self.steps for effect in step.effects]
        used = {each.kind for each in resources if isinstance(each, Ambient)} & GENERATORS
        before = [self.work.unit(each) for each in self.work.statements[: statement.number]]
        others = {kind for unit in before if unit is not None for kind in unit.ambient}
        unready = frozenset(used & others - kinds_of(self.work, statement.number))
        if unready:
            known = self.work.learned.get(statement.number, CLEAN)
            raise GivenUp(learned={statement.number: known | Dirt(ambient=unready)})

    def refuse_strangers(self, statement: Statement, changed: set[str]) -> None:
        """Give up where something was changed in place that was not in the session, and others may have it too.

        They are to be in memory then, so that one sees whether they do.
        """
        known = self.work.demanded.get(statement.number, frozenset())
        others = relatives(self.work, statement.number, changed, self.live) - known if changed else frozenset()
        if others:
            raise GivenUp(demanded={statement.number: others})

    def differs(self, name: str, unit: Unit | None, is_affected: bool) -> bool:
        """Tell whether a variable is not what it was after the unit; where nobody knows, whether it may be."""
        if unit is None:
            return True
        order = units_order(self.work.old)
        writers = order.writers(name, unit.number + 1)
        if not writers or name not in self.namespace:
            return bool(writers) != (name in self.namespace) or is_affected
        then = self.order.known.digests.get((max(writers), name))
        if then is None:
            return is_affected
        return digest_of(self.namespace[name]) != then

    def state_differs(self, kind: str, unit: Unit | None, is_affected: bool) -> bool:
        """Tell whether hidden state is not what it was after the unit."""
        then = self.order.known.ambient.get((unit.number, kind)) if unit is not None else None
        if kind not in GENERATORS or then is None:
            return is_affected
        return digest_of_bytes(pickle.dumps(state_of(kind))) != then

    def file_differs(self, path: str, unit: Unit | None, is_affected: bool) -> bool:
        """Tell whether a file is not as the unit had left it, which nobody wrote after it."""
        last = [each.number for each in self.work.old.units if path in each.files][-1:]
        if unit is None or last != [unit.number] or not self.files.get(path) or path in self.work.outside:
            return is_affected
        return file_digest(path) != self.files[path]

    def note(self, statement: Statement, unit: Unit | None, ran: Ran, dirt: Dirt) -> None:
        """Write down that a statement ran, and keep of what it made what pays."""
        self.done[statement.number] = dirt
        differs = [*sorted(dirt.names), *(f"the state of {kind}" for kind in sorted(dirt.ambient)), *sorted(dirt.files)]
        differs += ["an object"] if dirt.cells and not dirt.names else []
        written = [name for name in sorted(self.written_names()) if name in self.namespace]
        digests = {name: (type(self.namespace[name]).__qualname__, self.keeper.digest(name)) for name in written}
        self.ran.append(replace(ran, differs=tuple(differs), steps=tuple(self.steps), digests=digests))
        for step in self.steps:
            self.keeper.look(step)
            if unit is not None and dirt == CLEAN:
                self.clean_at[step.number] = unit.last_step
        self.told(f"{statement.number}\t{ran.seconds:.6f}\n")

    def plan_anew(self, statement: Statement, unit: Unit | None, dirt: Dirt) -> None:
        """Plan the rest with what is known now; give up where something should have run that is past."""
        binds = statement.binds | (unit.binds if unit is not None else frozenset())
        expected = all_of(unit, binds) | self.work.learned.get(statement.number, CLEAN)
        start = statement.number + 1
        found = plan(self.work, self.done, start=start, live=self.live, spoken=self.order.spoken)
        if not found.late:
            self.plan = found
        elif expected | dirt != expected:
            raise GivenUp(learned={statement.number: expected | dirt})

    # ---- what comes of it -------------------------------------------------------------------------------

    def portraits(self) -> dict[str, Portrait]:
        """The portraits that are wanted."""
        with suppress(Exception):
            return portray_names(self.namespace, [name for name in self.order.portrayed if name in self.namespace])
        return {}

    def values(self) -> dict[str, bytes]:
        """The values that are wanted, as far as they can be handed over."""
        found: dict[str, bytes] = {}
        for name in self.differing() if self.order.given is None else self.order.given:
            with suppress(Exception):  # a value says in many ways that it cannot be pickled
                import cloudpickle  # only who asks for values needs it

                found[name] = cloudpickle.dumps(self.namespace[name])
        return found

    def differing(self) -> list[str]:
        """The variables in memory that are not what they were, as far as is known."""
        names = {name for dirt in self.done.values() for name in dirt.names}
        return sorted(name for name in names if name in self.namespace and not name.startswith("_"))

    def kept_rows(self) -> tuple[KeptRow, ...]:
        """What was kept of what is as it was in the session, and so stands for it."""
        rows = self.keeper.rows(self.order.recorded.session)
        return tuple(replace(row, step=self.clean_at[row.step]) for row in rows if row.step in self.clean_at)


@contextmanager
def saving(wanted: bool) -> Iterator[None]:
    """Within it, where saves are not wanted, a save gives the newest version that there is, and saves nothing."""
    parts: Any = import_module("clew.session")  # by its name: it stands above us
    held = parts.save

    def newest(value: object, name: str, wish: object, on_error: str | None, store: str | None) -> object:
        with parts.archive(store, drained=False) as archive, suppress(ClewError):
            return archive.catalog.get(name)
        return None

    parts.save = held if wanted else newest
    try:
        yield
    finally:
        parts.save = held


def file_digest(path: str) -> str:
    """Digest a file; nothing where there is none."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()
    except OSError:
        return ""


def users_trace(error: BaseException) -> str:
    """The traceback of an error, without our own frames."""
    trace = without_ours(error.__traceback__, vars(sys.modules["__main__"]))
    return "".join(traceback.format_exception(type(error), error, trace))
