"""What is known of a kept value: plain facts."""

from __future__ import annotations

from clew.model.artifacts import Blob
from clew.model.data import dataclass


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A group of variables as they were after a step, or hidden state of a kind.

    `needs` are classes and functions of the program without which it cannot be loaded; `seconds` is what it would take
    to make it again; `created` is in seconds since the epoch.
    """

    session: str
    step: int
    names: tuple[str, ...]
    needs: tuple[str, ...]
    ambient: str
    blob: Blob
    signature: str
    signer: str
    seconds: float
    created: float
