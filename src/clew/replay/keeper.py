"""Keeps values while a program runs, where keeping them pays: what took long to make, and is not too big for that.

It looks after each step: at digests of what the step made, where that is small, so that a later run can tell whether a
value is another one; and at what would take long to make again, which is kept with all that shares memory with it.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import time
from collections.abc import Iterable, Mapping
from importlib import import_module, metadata
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from clew.capture.recorder import FLUSH_SECONDS, Recorder
from clew.errors import ClewError
from clew.knowledge.lines import identity
from clew.model.artifacts import Blob
from clew.model.effects import Bound, Changed, Deleted, Read
from clew.model.events import Step
from clew.model.kept import KeptRow
from clew.model.resources import Ambient, Cell, Name
from clew.observe.atoms import ATOMS
from clew.observe.audit import WIRE
from clew.observe.ours import is_users_module
from clew.replay.groups import GROUP, NotKept, Nowhere, Pickler
from clew.replay.portrait import Portrait
from clew.replay.values import portray
from clew.replay.work import GENERATORS
from clew.store.blobs import Blobs
from clew.store.keeping import keep
from clew.store.trust import Keys

WORTH = 0.05  # seconds: what is made again in less is not kept
SPEED = 60e6  # bytes a second: writing, reading back, comparing and loading, together
SMALL = 1_000_000  # bytes or parts: of what is bigger no digest is made in passing
SHARE = 0.1  # of the program's time is spent on digests, and
GRANTED = 0.5  # seconds besides

LONGEST = 1000  # letters of a text that is noted as it is

SIMPLE = (str, bytes, int, float, complex, bool, type(None), tuple, frozenset, range, type, FunctionType, ModuleType)
"""Types of objects that are not changed in place, or only named in a pickle."""


class Keeper:
    """Keeps values of one program, as its recorder's steps end."""

    def __init__(self, recorder: Recorder, blobs: Blobs, keys: Keys, budget: int) -> None:
        self.recorder, self.namespace = recorder, recorder.namespace
        self.blobs, self.keys, self.budget = blobs, keys, budget
        self.costs: dict[str, float] = {}  # by variable or kind of hidden state: seconds to make it again
        self.kept: list[tuple[int, tuple[str, ...], tuple[str, ...], str, Any, float]] = []
        self.digests: list[tuple[int, str, str]] = []
        self.atoms: list[tuple[int, str, object]] = []
        self.ambient: list[tuple[int, str, str]] = []
        self.started, self.spent = time.perf_counter(), 0.0
        self.stopped = ""  # why nothing is kept any more

    # ---- after each step --------------------------------------------------------------------------------

    def look(self, step: Step) -> None:
        """A step is over; where keeping fails, nothing is kept from here on, and the record is as good as ever."""
        if self.stopped:
            return
        try:
            self.after(step)
        except Exception as fault:
            if os.environ.get("CLEW_STRICT"):
                raise
            self.stopped = f"after step {step.number}: {type(fault).__name__}: {fault}"

    def after(self, step: Step) -> None:
        """A step is over: keep what pays of what it made."""
        began = time.perf_counter()
        names = self.written(step)
        kinds = {kind for kind in kinds_written(step) if kind in GENERATORS}
        self.count(step, names | {f"state of {kind}" for kind in kinds})
        for name in sorted(names):
            self.digests.append((step.number, name, self.digest(name)))
            if is_atom(self.namespace[name]):
                self.atoms.append((step.number, name, self.namespace[name]))
        for kind in sorted(kinds):
            self.note_state(step.number, kind)
        self.spent += time.perf_counter() - began
        for name in sorted(names):
            if self.costs.get(name, 0.0) >= WORTH and not is_bare(self.namespace[name]):
                self.try_to_keep(step.number, name)

    def written(self, step: Step) -> set[str]:
        """The variables that a step gave a value, or of whose value it changed something."""
        done = [effect.resource for effect in step.effects if isinstance(effect, (Bound, Changed))]
        names = {each.name for each in done if isinstance(each, Name) and not each.name.startswith("__")}
        cells = {each.number for each in done if isinstance(each, Cell)}
        names |= self.leading_to(cells) if cells else set()
        return {name for name in names if name in self.namespace}

    def leading_to(self, cells: Iterable[int]) -> set[str]:
        """The variables that lead to any of these cells."""
        heap, wanted = self.recorder.heap, set(cells)
        addresses = {address for address, entry in heap.entries.items() if entry.number in wanted}
        return {name for name in self.variables() if not self.reach(name).isdisjoint(addresses)}

    def variables(self) -> list[str]:
        """The variables whose values can be changed in place."""
        return [n for n, value in self.namespace.items() if not n.startswith("__") and type(value) not in ATOMS]

    def reach(self, name: str) -> frozenset[int]:
        """The addresses that a variable leads to."""
        survey = self.recorder.heap.survey(name)
        return frozenset() if survey is None else survey.cells | survey.keys | survey.lent

    def count(self, step: Step, written: Iterable[str]) -> None:
        """Add up what it would take to make again what a step made."""
        read = {name_of(effect.resource) for effect in step.effects if isinstance(effect, (Read, Changed))}
        cost = step.seconds + sum(self.costs.get(name, 0.0) for name in read)
        self.costs.update({name: 0.0 if self.is_noted(name) else cost for name in written})

    def is_noted(self, name: str) -> bool:
        """Tell whether a variable's value is noted as it is: having it again costs nothing."""
        return name in self.namespace and is_atom(self.namespace[name])

    # ---- digests ----------------------------------------------------------------------------------------

    def digest(self, name: str) -> str:
        """Digest a value, if it is small; else nothing."""
        value = self.namespace[name]
        limit = SHARE * (time.perf_counter() - self.started) + GRANTED
        if self.spent > limit or not is_small(value) or len(self.reach(name)) > SMALL // 1000:
            return ""
        return digest_of(value)

    def note_state(self, step: int, kind: str) -> None:
        """Note a generator's state after a step that used it; keep it where getting there took long."""
        state = pickle.dumps(state_of(kind))
        self.ambient.append((step, kind, digest_of_bytes(state)))
        key = f"state of {kind}"
        if self.costs.get(key, 0.0) >= WORTH and len(state) <= self.budget:
            self.put(step, {"state": state_of(kind)}, (), (), kind, key)

    # ---- values -----------------------------------------------------------------------------------------

    def try_to_keep(self, step: int, name: str) -> None:
        """Keep a variable's value with all that shares memory with it, if that pays and can be done."""
        cost = self.costs[name]
        try:
            group, needs = self.group(name, (cost - WORTH / 2) * SPEED)
        except Exception:  # the values themselves say in many ways that they cannot be kept
            return
        if any(at == step and set(names) == group for at, names, *_ in self.kept[-len(group) - 1 :]):
            return  # it was one of the group that was asked for first
        values = {each: self.namespace[each] for each in group}
        self.put(step, values, tuple(sorted(group)), tuple(sorted(needs - group)), "", *sorted(group))

    def put(
        self,
        step: int,
        values: Mapping[str, object],
        names: tuple[str, ...],
        needs: tuple[str, ...],
        kind: str,
        *keys: str,
    ) -> None:
        """Write a group; from then on it costs nothing to have it again."""
        try:
            kept = keep(dict(values), self.blobs, [GROUP], self.keys)
        except ClewError:  # it does not come back as it was, or cannot be written: it will be made again
            return
        cost = max(self.costs.get(key, 0.0) for key in keys)
        self.kept.append((step, names, needs, kind, kept, cost))
        assert isinstance(kept.kept, Blob)
        self.costs.update(dict.fromkeys(keys, kept.kept.size / SPEED))

    def group(self, name: str, limit: float) -> tuple[set[str], set[str]]:
        """The variables that share memory with one, itself among them, and what the group needs of the program.

        NotKept where that is code, or something of a module's, or where it is too big.
        """
        group, todo, needs = {name}, [name], set[str]()
        foreign = self.foreign()
        size = 0
        while todo:
            asked = todo.pop()
            counter = Nowhere(min(limit, self.budget) - size)
            pickler = Pickler(counter)  # type: ignore[arg-type]  # all that a pickler asks of a file
            pickler.dump(self.namespace[asked])
            size += counter.size
            needs |= pickler.needs
            own = {identity(held) for _, held in pickler.memo.copy().values() if type(held) not in SIMPLE}
            if own & foreign:
                raise NotKept("a module has it too")
            for other in self.sharing(asked, own):
                if other not in group:
                    group.add(other)
                    todo.append(other)
        return group, needs

    def sharing(self, name: str, own: set[int]) -> set[str]:
        """The other variables that lead to the objects of one, or to memory that it uses; NotKept if one is code."""
        survey = self.recorder.heap.survey(name)
        if survey is not None and (survey.overflow or survey.opaque):
            raise NotKept("nobody can see all of it")
        memory = survey.keys | survey.lent if survey is not None else frozenset()
        found = set()
        for other in self.variables():
            theirs = self.recorder.heap.survey(other)
            if other == name or theirs is None:
                continue
            if not own.isdisjoint(theirs.cells) or not memory.isdisjoint(theirs.keys | theirs.lent):
                found.add(other)
                if is_code(self.namespace[other]):
                    raise NotKept("code of the program shares it")
        return found

    def foreign(self) -> set[int]:
        """The addresses of what stands in modules of the program's own, and in a few of Python's."""
        modules = [sys, os, *[sys.modules[name] for name in own_modules()]]
        return {
            identity(value) for module in modules for value in list(vars(module).values()) if type(value) not in SIMPLE
        }

    # ---- at the end -------------------------------------------------------------------------------------

    def rows(self, session: str) -> list[KeptRow]:
        """What was kept, for the store."""
        now = time.time()
        return [
            KeptRow(session, step, names, needs, kind, kept.kept, kept.signature, kept.signer, cost, now)
            for step, names, needs, kind, kept, cost in self.kept
        ]

    def note(self) -> dict[str, object]:
        """What there is to know beside the values: digests, and what the program found around it."""
        files = {each.path: [each.size, each.modified, each.content] for each in self.recorder.outside.inputs()}
        said = {
            "digests": self.digests,
            "atoms": self.atoms,
            "ambient": self.ambient,
            "files": files,
            "stopped": self.stopped,
        }
        return {**said, "modules": module_texts(), "packages": package_versions()}


def follow(recorder: Recorder, keeper: Keeper) -> None:
    """Have a keeper look after each step of a recorder, while all that the step did still stands."""
    close = recorder.close

    def closed(raised: str) -> None:
        under_way, flushed = recorder.current is not None, recorder.flushed
        recorder.flushed = float("inf")  # the step is not handed on before it was looked at
        close(raised)
        recorder.flushed = flushed
        if under_way and recorder.pending and isinstance(step := recorder.pending[-1], Step):
            loaded = len(sys.modules)
            with WIRE.own_work():
                keeper.look(step)
            if len(sys.modules) != loaded:
                recorder.reader.submodules.known.update(list(sys.modules)[loaded:])  # not the program's doing
                look_away(recorder)
        if recorder.clock() - flushed > FLUSH_SECONDS:
            recorder.flush()

    recorder.close = closed  # type: ignore[method-assign]  # of this one recorder


def look_away(recorder: Recorder) -> None:
    """Have a recorder take names and hidden state as they are now: what we loaded is not the program's doing."""
    recorder.closer.photograph.outdate()
    recorder.closer.state = recorder.closer.ambient.probe()


def name_of(resource: object) -> str:
    """The key under which the cost of a resource is counted."""
    match resource:
        case Name(name):
            return name
        case Ambient(kind):
            return f"state of {kind}"
        case _:
            return ""


def kinds_written(step: Step) -> set[str]:
    """The kinds of hidden state that a step set or moved on."""
    done = [effect.resource for effect in step.effects if isinstance(effect, (Bound, Changed, Deleted))]
    return {each.kind for each in done if isinstance(each, Ambient)}


def is_atom(value: object) -> bool:
    """Tell whether a value is plain and short: it is noted as it is."""
    kind = type(value)
    return kind in (int, float, bool, type(None)) or (kind is str and len(value) < LONGEST)  # type: ignore[arg-type]  # it is a text


def is_code(value: object) -> bool:
    """Tell whether a value is made again by running the statement that makes it: a pickle would only name it."""
    return type(value) in (FunctionType, ModuleType) or issubclass(type(value), type)


def is_bare(value: object) -> bool:
    """Tell whether a value is not to be pickled: code, or noted as it is."""
    return is_code(value) or is_atom(value)


def is_small(value: Any) -> bool:
    """Tell whether a value is quickly gone through, as far as its outside tells."""
    kind = type(value)
    if kind in (list, dict, set, tuple, frozenset, str, bytes):
        return len(value) < SMALL // 100
    if kind.__module__.partition(".")[0] in ("numpy", "pandas"):
        return getattr(value, "size", 0) < SMALL // 10
    return kind.__module__.partition(".")[0] not in ("matplotlib", "torch") or kind in (int, float)


def digest_of(value: object) -> str:
    """Digest a value; nothing where not all of it can be seen."""
    portrait: Portrait = portray(value)
    return "" if portrait.unseen else portrait.digest


def digest_of_bytes(data: bytes) -> str:
    """Digest some bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def state_of(kind: str) -> Any:
    """The state of a generator that all of a process share."""
    module = sys.modules
    match kind:
        case "random":
            return module["random"].getstate()
        case "numpy.random":
            return module["numpy"].random.get_state()
        case _:
            return module["torch"].get_rng_state()


def put_state(kind: str, state: Any) -> None:
    """Put a generator's state back."""
    match kind:
        case "random":
            import_module("random").setstate(state)
        case "numpy.random":
            import_module("numpy").random.set_state(state)
        case _:
            import_module("torch").set_rng_state(state)


def own_modules() -> list[str]:
    """The names of the program's own modules that are loaded."""
    names = [name for name in list(sys.modules) if name not in ("__main__", "__mp_main__")]
    return [name for name in names if name.partition(".")[0] != "clew" and is_users_module(name)]


def module_texts() -> dict[str, str]:
    """The texts of the program's own modules."""
    found: dict[str, str] = {}
    for name in own_modules():
        path = getattr(sys.modules[name], "__file__", None)
        if path and path.endswith(".py"):
            with WIRE.own_work():
                found[name] = Path(path).read_text(encoding="utf-8", errors="replace")
    return found


def package_versions() -> dict[str, str]:
    """The versions of the packages that are loaded, by their modules: see `version_of`."""
    found: dict[str, str] = {}
    for top in sorted({name.partition(".")[0] for name in list(sys.modules)} - sys.stdlib_module_names - {"clew"}):
        path = getattr(sys.modules.get(top), "__file__", None)
        if path and not is_users_module(top):
            found[top] = version_of(top, path)
    return found


def version_of(top: str, path: str) -> str:
    """The version of the package of a module's name; where there is none, what its file looks like."""
    try:
        return metadata.version(top)
    except metadata.PackageNotFoundError:
        return seen_file(path)


def seen_file(path: str) -> str:
    """What a file looks like from outside."""
    try:
        now = os.stat(path)
    except OSError:
        return f"{path}: gone"
    return f"{path}: {now.st_size} bytes of {now.st_mtime_ns}"
