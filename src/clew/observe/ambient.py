"""Hidden state of the process, looked at between steps: cheap, exact where it can be, and never made by looking."""

from __future__ import annotations

import sys
from types import ModuleType

from clew.model.typed import Callable, Mapping
from clew.observe.ambientpython import PYTHON_PROBES
from clew.observe.audit import WIRE
from clew.observe.seen import Parted, Probe

Look = Callable[[], int]


MANY = 12
"""Parts told one by one; if more differ at once, the whole does."""

Watch = tuple[str, Look]

LIBRARIES = ("numpy", "torch", "pandas", "matplotlib", "sklearn", "xarray")
"""The packages that have hidden state, looked at by `ambientlibraries`."""


class AmbientProbes:
    """Numbers for the hidden state, by kind; a number differs when the state does, and means nothing else.

    A library's state is looked at from the first probe after it was imported. Probing never raises: a probe that
    fails is dropped, and said in `faults`. `moved` are the kinds that were seen to change so far.
    """

    __slots__ = ("_parted", "_waiting", "_watches", "faults", "moved")

    def __init__(self) -> None:
        self._waiting: list[Probe] = [*PYTHON_PROBES, *[Probe(name, name, unmet) for name in LIBRARIES]]
        self._watches: list[Watch] = []
        self._parted: dict[str, Parted] = {}
        self.faults: list[str] = []
        self.moved: set[str] = set()

    def probe(self) -> Mapping[str, int]:
        """Look at all the hidden state of what is loaded."""
        modules = sys.modules
        for waiting in self._waiting:
            if waiting.module in modules:
                with WIRE.own_work():
                    self._begin()
                break
        found: dict[str, int] = {}
        for kind, look in self._watches:
            try:
                found[kind] = look()
            except Exception as fault:
                self._drop(kind, fault)
        return found

    def changed(self, before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
        """The kinds that differ between two probes, those that were not there before among them.

        A kind appears when its library is loaded; the same step may have set it, or drawn from it, too.
        """
        found = tuple(kind for kind, seen in after.items() if before.get(kind) != seen)
        if found:
            self.moved.update(kind for kind in found if kind in before)
        return found

    def parts(self, kind: str) -> set[str]:
        """The parts of a kind that differ since this was last asked; "" where parts are not told apart, or are many."""
        found = self._parted[kind].parts() if kind in self._parted else {""}
        return found if 0 < len(found) <= MANY else {""}

    @staticmethod
    def appeared(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[str, ...]:
        """The kinds that were not there before."""
        return tuple(kind for kind in after if kind not in before)

    def _begin(self) -> None:
        """Start to look at what was loaded since the last time."""
        if any(probe.begin is unmet and probe.module in sys.modules for probe in self._waiting):
            from clew.observe.ambientlibraries import LIBRARY_PROBES  # every program's start would pay for it

            self._waiting = [*[probe for probe in self._waiting if probe.begin is not unmet], *LIBRARY_PROBES]
        # What stands in for a library may be anything: an object whose `__getattr__` is the program's own.
        ready = [probe for probe in self._waiting if type(sys.modules.get(probe.module)) is ModuleType]
        for probe in ready:
            try:
                begun = probe.begin()
            except (AttributeError, KeyError, TypeError):
                continue  # still being imported, or a version that keeps it elsewhere
            if isinstance(begun, Parted):
                self._parted[probe.kind] = begun
            look = begun.look if isinstance(begun, Parted) else begun
            self._watches = [*self._watches, (probe.kind, look)]
            self._waiting.remove(probe)

    def _drop(self, kind: str, fault: Exception) -> None:
        self.faults.append(f"{kind}: {type(fault).__name__}: {fault}")
        self._watches = [one for one in self._watches if one[0] != kind]


def unmet() -> Look:
    """Stand in for the probes of libraries, until the first of them is loaded."""
    raise AttributeError
