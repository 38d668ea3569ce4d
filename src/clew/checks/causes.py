"""Which statement brought in what is another one each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from clew.checks.programs import Lines
from clew.replay.clean import Account

UNKNOWN = "the runs that were followed do not show which statement brings that in"


def cause_of(runs: Sequence[Account], lines: Lines, *, agreed: bool = False) -> str:
    """Name the first statement after which runs differ, and what it depends on; empty if nothing is known of it.

    `agreed` says that the runs made the same value: then only what the user's own code asked for is a cause.
    """
    answers = [run.answer for run in runs if run.answer is not None and "steps" in run.answer]
    line = 0 if agreed else first_difference(answers)
    heard = list(dict.fromkeys(each for answer in answers for each in heard_in(answer)))
    here = [(at, name, what) for at, name, what in heard if line in (0, at)]
    if not line and not here:
        return "" if agreed else UNKNOWN
    at = line or here[0][0]
    why = f" depends on {here[0][2]} ({here[0][1]})" if here else " makes another value each time"
    return f"{lines.said(at)}: `{lines.text(at)}`{why}"


def first_difference(answers: Sequence[Mapping[str, Any]]) -> int:
    """Give the line of the first statement that does not leave the same variables in all runs; 0 for none."""
    found = [line for each, other in pairwise(answers) if (line := differing(each["steps"], other["steps"]))]
    return min(found, default=0)


def differing(first: Sequence[Any], second: Sequence[Any]) -> int:
    """Give the line of the first statement after which two runs differ; 0 for none."""
    for (line, made), (other, remade) in zip(first, second, strict=False):
        if line != other or made != remade:
            return int(line)
    longer = max(first, second, key=len)
    shorter = min(len(first), len(second))
    return int(longer[shorter][0]) if len(longer) > shorter else 0


def heard_in(answer: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """Give what the user's own code asked for that nobody can make again."""
    for line, name, what in answer["heard"]:
        yield int(line), str(name).removeprefix("builtins.").replace("posix.", "os."), str(what)
