"""What comes of making a value again: verdicts, and what is kept of them, as plain facts."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.differences import Finding


@dataclass(frozen=True, slots=True)
class Same:
    """All that can be seen of the two values is equal."""


@dataclass(frozen=True, slots=True)
class Differs:
    """The values differ; `where` is the part, as a user would write it after the variable's name."""

    where: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The values, or parts of them, cannot be compared, and why."""

    why: str


Verdict = Same | Differs | CannotTell


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of an artifact: whether the value that its code makes in a clean process is the one that was kept.

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


@dataclass(frozen=True, slots=True)
class Manner:
    """How to make values again.

    `force` runs code in spite of what is missing or has changed. `tolerance` is by what share numbers may differ.
    `in_place` lets the code write to the user's files. `seconds` and `memory` (bytes; 0: what there is) are limits,
    `jobs` how many run at once (0: as many as there are cores). `same_packages` makes an environment of the packages
    that were recorded.
    """

    force: bool = False
    tolerance: float = 0.0
    in_place: bool = False
    seconds: float = 600.0
    memory: int = 0
    jobs: int = 0
    same_packages: bool = False
