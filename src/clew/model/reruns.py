"""What a rerun decided and did, a statement at a time: plain facts."""

from __future__ import annotations

from clew.model.data import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """A statement of the changed program: where it stands, its first line, whether it ran (or would), and why.

    `seconds` is how long it took; `differs` names what it made that is not what it was. Both are empty where it did not
    run.
    """

    place: str
    text: str
    runs: bool
    why: str = ""
    seconds: float = 0.0
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RerunRecord:
    """A rerun of a session, or with `dry` what it would be.

    `deciding` is how long it took to decide, `seconds` how long to run, `session_seconds` what all of the session's
    statements had taken; `loaded` are variables whose kept values were loaded; `plans` is how many were tried.
    """

    session: str
    decisions: tuple[Decision, ...]
    dry: bool
    deciding: float
    seconds: float = 0.0
    session_seconds: float = 0.0
    loaded: tuple[str, ...] = ()
    plans: int = 1
    execution: int = 0
    error: str = ""
    trace: str = ""

    @property
    def ran(self) -> tuple[Decision, ...]:
        """The statements that ran, or would."""
        return tuple(decision for decision in self.decisions if decision.runs)
