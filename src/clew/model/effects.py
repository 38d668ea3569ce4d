"""What a step did: one fact each, with the reason we have for it."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.resources import Resource
from clew.model.typed import StrEnum


class Reason(StrEnum):
    """Why we say so. Observed beats known beats assumed."""

    OBSERVED = "observed"
    KNOWN = "known"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Read:
    """The step used the resource as it was before the step."""

    resource: Resource
    reason: Reason = Reason.OBSERVED


@dataclass(frozen=True, slots=True)
class Bound:
    """The step gave the resource a new value that owes nothing to the one before."""

    resource: Resource
    reason: Reason = Reason.OBSERVED


@dataclass(frozen=True, slots=True)
class Changed:
    """The step changed the resource in place: what it is now depends on what it was and on the step."""

    resource: Resource
    reason: Reason = Reason.OBSERVED


@dataclass(frozen=True, slots=True)
class Deleted:
    """The step did away with the resource."""

    resource: Resource
    reason: Reason = Reason.OBSERVED


Effect = Read | Bound | Changed | Deleted
