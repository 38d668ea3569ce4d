"""Threads change things when they like: what they may have changed is looked at again once somebody waits for them."""

from __future__ import annotations

import sys
from types import FunctionType, MethodType, ModuleType

from clew.capture.opened import Opened
from clew.knowledge.lines import identity
from clew.model.effects import Changed, Effect, Read, Reason
from clew.model.resources import Ambient, Name, Resource
from clew.model.typed import Any
from clew.observe.heap import Heap
from clew.observe.kinds.functions import set_names
from clew.observe.ours import is_users_file

THREADS = Ambient("threads")
WAITS = frozenset("join wait result shutdown as_completed acquire get sleep is_alive".split())
HANDS_ON = frozenset("submit map apply_async map_async starmap_async put set release notify notify_all".split())


class Threads:
    """Knows what the program's own threads may change, from their start until they are waited for."""

    def __init__(self, namespace: dict[str, object], heap: Heap) -> None:
        self.namespace = namespace
        self.heap = heap
        self.running = False
        self.names: set[str] = set()  # variables that lead to what threads may change
        self.reached: set[int] = set()  # addresses of all that they may change
        self.bound: set[str] = set()  # global names that they may bind
        self.seen: set[tuple[int, int | None]] = set()  # threads by address and identity

    def look(self, step: Opened) -> None:
        """A step is over that may have waited: what threads had at hand is compared with what it was."""
        if self.running and waits(step):
            names = {name for name in self.names if name in self.namespace}
            step.looked |= names
            (self.heap.prepare_more if step.prepared else self.heap.prepare)(names)
            step.prepared = True

    def close(self, step: Opened) -> list[Effect]:
        """What a step did with threads, those that it started among them: begun, handed something on, or waited for."""
        begins = step.everything and any(self.is_begun(*each) for each in self.started())
        if begins or (self.running and not HANDS_ON.isdisjoint(step.words)):
            self.running = True
            self.names |= step.looked
            self.reached |= self.heap.prepared if step.prepared else set()
            self.bound |= {name for each in step.read for name in set_names(self.namespace.get(each))}
        if not self.running or not waits(step):
            return [Changed(THREADS)] if begins else []
        return [Read(THREADS), *self.waited()]

    def started(self) -> list[tuple[int, Any]]:
        """The threads that were started since this was last asked, and are not forgotten yet, with their addresses."""
        now = {(identity(thread), held.get("_ident")): held for thread, held in known_threads()}
        new = [(key[0], now[key]) for key in now.keys() - self.seen if key[1] is not None]
        self.seen = set(now)
        return new

    def is_begun(self, address: int, held: dict[str, Any]) -> bool:
        """Tell whether a thread that was started runs code of the program's; one that is done, whether it is at hand."""
        target = held.get("_target")
        return address in self.heap.prepared if target is None else is_own(target)

    def waited(self) -> list[Effect]:
        """What threads may have changed is as this step leaves it."""
        cells = self.heap.written_at(self.reached)
        resources: list[Resource] = [*cells, *(Name(name) for name in sorted(self.bound) if name in self.namespace)]
        if not any(is_alive(held) and is_own(held.get("_target")) for _, held in known_threads()):
            self.running, self.names, self.reached, self.bound = False, set(), set(), set()
        return [Changed(resource, Reason.ASSUMED) for resource in resources]


def waits(step: Opened) -> bool:
    """Tell whether a step may have waited for a thread."""
    return not WAITS.isdisjoint(step.words)


def known_threads() -> list[tuple[Any, dict[str, Any]]]:
    """The threads that somebody still holds, started or not, and their attributes."""
    threading = sys.modules.get("threading")
    dangling = None if type(threading) is not ModuleType else vars(threading).get("_dangling")
    if dangling is None:
        return []
    held = [weak() for weak in tuple(dangling.data)]
    return [(thread, object.__getattribute__(thread, "__dict__")) for thread in held if thread is not None]


def is_alive(held: dict[str, Any]) -> bool:
    """Tell whether a thread with these attributes still runs: when it is done it forgets what to run."""
    return held.get("_ident") is not None and "_target" in held


def is_own(target: Any) -> bool:
    """Tell whether what a thread runs is the program's, or what a pool's threads run, and no library's business."""
    while type(target) is MethodType:
        target = target.__func__
    if type(target) is not FunctionType:
        return target is not None
    return is_users_file(target.__code__.co_filename) or target.__module__ == "concurrent.futures.thread"
