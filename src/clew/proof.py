"""Kept values made again: `clew.verify("churn")`, `clew.minimize("churn")`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import overload

from clew import session as parts
from clew.archive.names import Wanted, wanted
from clew.errors import UsageError
from clew.model.filters import Filter
from clew.model.verdicts import Manner, Verdict
from clew.replay.verify import verify as held_against
from clew.screen.smallest import SmallestView, Trying
from clew.screen.verdicts import Looking, VerdictsView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from clew.archive.archive import Archive
    from clew.model.artifacts import ArtifactRecord
    from clew.model.graph import Graph
    from clew.store.sessions import SessionRow


@overload
def verify(
    name: str,
    /,
    *,
    force: bool = ...,
    tolerance: float = ...,
    in_place: bool = ...,
    seconds: float = ...,
    memory: int = ...,
    jobs: int = ...,
    same_packages: bool = ...,
    store: str | None = ...,
) -> Verdict: ...
@overload
def verify(
    *names: str,
    all: bool = ...,
    force: bool = ...,
    tolerance: float = ...,
    in_place: bool = ...,
    seconds: float = ...,
    memory: int = ...,
    jobs: int = ...,
    same_packages: bool = ...,
    store: str | None = ...,
) -> VerdictsView: ...
def verify(
    *names: str,
    all: bool = False,  # noqa: A002  # what users call it
    force: bool = False,
    tolerance: float = 0.0,
    in_place: bool = False,
    seconds: float = 600.0,
    memory: int = 0,
    jobs: int = 0,
    same_packages: bool = False,
    store: str | None = None,
) -> Verdict | VerdictsView:
    """Whether the code of artifacts makes their values again, in clean processes: Same, Differs or CannotTell.

    For one name the verdict; for several, or the newest version of `all`, a table of verdicts, which are kept. What the
    code writes goes to a layer of its own unless it is run `in_place`. `force` runs it though an input or package is not
    what it was; numbers may differ by `tolerance`, a share; `seconds` and `memory` (bytes) are limits for each, `jobs`
    how many run at once. `same_packages` runs it with the packages that were recorded.
    """
    manner = Manner(force, tolerance, in_place, seconds, memory, jobs, same_packages)
    found = verified(names, manner, everything=all, store=store)
    return found[0] if len(names) == 1 and not all else found


def verified(
    names: Sequence[str], manner: Manner, *, everything: bool = False, store: str | None = None
) -> VerdictsView:
    """Verify artifacts, and give the table; UsageError where none is named."""
    if not names and not everything:
        raise UsageError("which artifact? (all=True, or --all, verifies the newest version of each)")
    some = [wanted(name) for name in names]

    def chosen(archive: Archive) -> list[ArtifactRecord]:
        newest = archive.find(Filter(newest=True)) if everything else ()
        return [*(archive.get(each) for each in some), *(archive.get_again(each) for each in newest[::-1])]

    return VerdictsView(tuple(parts.desk(store).verify(chosen, manner, Looking())))


def replay(name: str, manner: Manner, *, to: str | None = None, store: str | None = None) -> object:
    """The value of an artifact, made again in a clean process; `to` is a file to write it to, in the artifact's format."""
    with parts.archive(store, drained=False) as archive:
        record = archive.get(wanted(name))
    value = parts.desk(store).replay(record, manner, Looking(), here=False)
    if to is not None:
        parts.shelf(store).write(record, value, Path(to))
    return value


def verify_recorded(ran: SessionRow, graph: Graph, slices: Mapping[str, str]) -> dict[str, Verdict]:
    """Run all the code of a session again, and each slice of it, in clean processes, and compare what they make."""
    from clew.checks.programs import session_program  # it loads what only a replay needs

    return held_against(session_program(ran, graph), slices)


def minimize(
    name: str,
    *,
    force: bool = False,
    tolerance: float = 0.0,
    seconds: float = 600.0,
    memory: int = 0,
    jobs: int = 0,
    store: str | None = None,
) -> SmallestView:
    """The smallest part of an artifact's code that still makes its value, found by running: each statement is left out once.

    CannotMinimize where the whole code does not make the value. What a run of this data does not need is gone then:
    branches that were not taken, and checks.
    """
    return minimized(name, Manner(force, tolerance, False, seconds, memory, jobs), store=store)


def minimized(name: str, manner: Manner, *, store: str | None = None) -> SmallestView:
    """The smallest part of an artifact's code, found in this manner."""
    with parts.archive(store, drained=False) as archive:
        record = archive.get(wanted(name))
    looking = Trying(str(Wanted(record.name, record.version)))
    try:
        return SmallestView(parts.desk(store).minimize(record, manner, looking.tried))
    finally:
        looking.close()
