"""Why a line is in a slice: the chain of dependences that leads to it."""

from __future__ import annotations

from collections import deque

from clew.errors import UnknownStep
from clew.model.graph import Dependence, Graph, Slice


def line_meant(made: Slice, line: int) -> int:
    """The line that stands for a line of the slice: for a comment the statement below, for code that did not run its header.

    UnknownStep if the slice has no such line. Lines are those of the slice's code, from 1.
    """
    texts = dict(enumerate(made.code.splitlines(), 1))
    if line not in texts:
        raise UnknownStep(line, sorted(made.lines))
    is_code = texts[line].strip() and not texts[line].lstrip().startswith("#")
    above = [each for each in made.lines if each <= line]
    below = [each for each in made.lines if each >= line]
    return max(above, default=0) or min(below) if is_code or not below else min(below)


def explain(graph: Graph, made: Slice, line: int) -> tuple[Dependence, ...]:
    """The shortest chain of dependences from the criterion to a line of its slice, the criterion's first.

    UnknownStep if the slice has no such line. Lines are those of the slice's code, from 1.
    """
    goal = made.lines[line_meant(made, line)]
    within = set(made.steps)
    came: dict[int, Dependence] = {}
    todo = deque(graph.needs[made.criterion])
    while todo:
        dependence = todo.popleft()
        if dependence.on in came or dependence.on not in within or dependence in made.needless:
            continue
        came[dependence.on] = dependence
        if dependence.on == goal:
            break
        todo.extend([*graph.dependences.get(dependence.on, ()), *graph.branches.get(dependence.on, ())])
    return _chain(came, goal)


def _chain(came: dict[int, Dependence], goal: int) -> tuple[Dependence, ...]:
    chain: list[Dependence] = []
    at = goal
    while at in came:
        chain.append(came[at])
        at = came[at].step
    return tuple(reversed(chain))
