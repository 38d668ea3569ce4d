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
