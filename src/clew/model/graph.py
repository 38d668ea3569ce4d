"""The dependence graph and what is cut from it."""

from __future__ import annotations

from functools import cached_property

from clew.model.data import dataclass, field
from clew.model.effects import Read, Reason
from clew.model.events import Kept, Step, Variable
from clew.model.places import Source
from clew.model.resources import File, Resource
from clew.model.typed import Iterable, Mapping, Sequence, StrEnum


class Via(StrEnum):
    """How a step depends on an earlier one."""

    DATA = "data"  # it read what that one wrote
    CHAIN = "chain"  # it changed in place what that one wrote: counts for those who need that very thing
    CONTROL = "control"  # it ran because of that one
    SPARED = "spared"  # that one decided that code which could have changed what it read did not run


@dataclass(frozen=True, slots=True)
class Dependence:
    """Step `on` came first; `step` depends on it, through `resource` where the dependence is one of data."""

    step: int
    on: int
    via: Via
    resource: Resource | None
    reason: Reason


@dataclass(frozen=True)
class Save:
    """A value was kept as an artifact: the event that says so, and by variable what that one depended on then."""

    kept: Kept
    needs: dict[str, tuple[Dependence, ...]]


@dataclass(frozen=True)
class Graph:
    """Everything a session did, folded: steps by number, sources by number, and who depends on whom."""

    sources: tuple[Source, ...]
    steps: Sequence[Step]
    dependences: Mapping[int, tuple[Dependence, ...]]  # by the depending step
    variables: dict[str, Variable]  # as they stood at the end
    needs: dict[str, tuple[Dependence, ...]]  # by variable: what its value at the end depends on (step -1)
    branches: dict[int, tuple[Dependence, ...]] = field(default_factory=dict)  # by header: what code not run reads
    faults: tuple[str, ...] = ()
    saves: dict[tuple[int, int], Save] = field(default_factory=dict)  # by step, and saves that it had made before

    def step(self, number: int) -> Step:
        """Give the step of that number: one that others ran within stands after them."""
        return self._numbered[number]

    def ran(self) -> Iterable[tuple[int, int]]:
        """Give source and statement of each step."""
        return [(step.source, step.statement) for step in self.steps]

    @cached_property
    def files_read(self) -> frozenset[str]:
        """Give the paths of the files that steps read: all steps are looked at for that."""
        read = (effect.resource for step in self.steps for effect in step.effects if isinstance(effect, Read))
        return frozenset(resource.path for resource in read if isinstance(resource, File))

    @cached_property
    def _numbered(self) -> Mapping[int, Step]:
        return {step.number: step for step in self.steps}


@dataclass(frozen=True)
class Slice:
    """The code that makes a criterion: text that runs alone, and the steps that it repeats, in order."""

    criterion: str
    code: str
    steps: tuple[int, ...]
    lines: dict[int, int] = field(default_factory=dict)  # line of `code` (from 1) -> step
    notes: tuple[str, ...] = ()
    needless: frozenset[Dependence] = frozenset()  # of loops, on what only statements that went needed
