"""What the process that reruns a program is told, and what it tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from clew.model.events import Event, Step
from clew.model.kept import KeptRow
from clew.replay.portrait import Portrait
from clew.replay.recorded import Recorded
from clew.replay.work import Dirt, Work


@dataclass(frozen=True)
class Known:
    """What is known of the values of a session: digests by unit and variable or kind, and by key its kept rows and noted values."""

    digests: Mapping[tuple[int, str], str] = field(default_factory=dict)
    ambient: Mapping[tuple[int, str], str] = field(default_factory=dict)
    rows: Mapping[str, KeptRow] = field(default_factory=dict)
    atoms: Mapping[str, tuple[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """What is to be run: the changed program, what is known, and where values are kept (budget in bytes).

    `portrayed` are the variables of which portraits are wanted, `given` those whose values are: None for all that differ.
    `saves`: what the program saves is saved.
    """

    recorded: Recorded
    work: Work
    known: Known
    spoken: tuple[str, ...]
    blobs: str
    budget: int
    portrayed: tuple[str, ...] = ()
    given: tuple[str, ...] | None = ()
    saves: bool = False


@dataclass(frozen=True, slots=True)
class Ran:
    """A statement that ran: why, for how long, and which of what it made is not what it was; `steps` as recorded."""

    number: int
    why: str
    seconds: float
    differs: tuple[str, ...]
    started: float
    steps: tuple[Step, ...] = ()
    digests: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # by variable: type and digest


@dataclass(frozen=True)
class Outcome:
    """How a run went. `learned` or `demanded` say why it was given up; `bad` are kept values that could not be loaded."""

    ran: tuple[Ran, ...] = ()
    loaded: tuple[tuple[int, tuple[str, ...]], ...] = ()
    error: str = ""
    trace: str = ""
    learned: Mapping[int, Dirt] = field(default_factory=dict)
    demanded: Mapping[int, frozenset[str]] = field(default_factory=dict)
    bad: frozenset[str] = frozenset()
    portraits: Mapping[str, Portrait] = field(default_factory=dict)
    values: Mapping[str, bytes] = field(default_factory=dict)
    kept: tuple[KeptRow, ...] = ()
    events: tuple[Event, ...] = ()
    seconds: float = 0.0

    @property
    def given_up(self) -> bool:
        """Whether another plan is to be tried."""
        return bool(self.learned or self.demanded or self.bad)
