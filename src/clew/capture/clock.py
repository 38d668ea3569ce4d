"""The time, handed in."""

from __future__ import annotations

import time

from clew.model.typed import Protocol


class Clock(Protocol):
    """Tells the time in seconds since the epoch."""

    def __call__(self) -> float:
        """Tell the time."""


class SystemClock:
    """The machine's clock, steady between two looks: times of one session never run backwards."""

    def __init__(self) -> None:
        self.origin = time.time() - time.perf_counter()

    def __call__(self) -> float:
        """Tell the time."""
        return self.origin + time.perf_counter()


class TickClock:
    """A clock for tests: every look is one second after the one before."""

    def __init__(self, start: float = 0.0) -> None:
        self.now = start

    def __call__(self) -> float:
        """Tell the time, and let a second pass."""
        self.now += 1.0
        return self.now
