"""Why a line is in a slice: the chain of dependences that leads to it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from clew.dataflow.closure import continues
from clew.errors import UnknownStep
from clew.model.graph import Dependence, Graph, Slice, Via


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
    came: dict[Dependence, Dependence | None] = dict.fromkeys(graph.needs[made.criterion])
    todo = deque(came)
    while todo:
        dependence = todo.popleft()
        if dependence.on == goal:
            return _chain(came, dependence)
        for following in followed(graph, dependence):
            if following not in came and following.on in within and following not in made.needless:
                came[following] = dependence
                todo.append(following)
    return ()


def followed(graph: Graph, reached: Dependence) -> Iterator[Dependence]:
    """The dependences that a slice follows from one that it has reached."""
    for dependence in graph.dependences.get(reached.on, ()):
        if dependence.via is not Via.CHAIN or continues(reached, dependence):
            yield dependence
    if reached.via is Via.SPARED:
        yield from graph.branches.get(reached.on, ())


def _chain(came: dict[Dependence, Dependence | None], last: Dependence) -> tuple[Dependence, ...]:
    chain: list[Dependence] = []
    at: Dependence | None = last
    while at is not None:
        chain.append(at)
        at = came[at]
    return tuple(reversed(chain))
