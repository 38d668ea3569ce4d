"""What came of making a kept value again, as plain facts."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.differences import Finding


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of an artifact: was the value that its code makes in a clean process the one that was kept?

    `said` is where and how it differs, or why nobody can tell; empty where it is the same. `time` is in seconds since
    the epoch, `seconds` how long the code ran (0.0 where it did not). `python` and `packages` are what it ran on;
    `tolerance` is 0.0 where numbers had to be the same to the last bit.
    """

    finding: Finding
    said: str
    time: float
    seconds: float = 0.0
    python: str = ""
    packages: tuple[tuple[str, str], ...] = ()
    tolerance: float = 0.0
