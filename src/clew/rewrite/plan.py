"""What a rewritten source will announce: its statements and its call sites."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.places import Span
from clew.model.statements import Statement, Touch, Way


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call made directly by a statement.

    `method` is the attribute called, or empty where a plain callable is; `receiver` the variable that the object
    before the dot is reached from, or empty; `keywords` the names of its keyword arguments ("**" for a mapping);
    `handed` its arguments that are dotted names (`len`, `list.sort`: they may be callables);
    `way` goes from the receiver's object to the one before the dot, or is None where the text does not tell;
    `given` are the variables among its arguments, or None where one is neither a variable nor a constant;
    `arguments` the variables that its arguments are reached from, by position, keyword or "*", or empty.
    """

    statement: int
    span: Span
    method: str
    receiver: str
    positional: int
    keywords: frozenset[str]
    arguments: dict[str, str]
    handed: tuple[str, ...] = ()
    way: Way | None = None
    given: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Plan:
    """A source's statements, with what each may touch, and its call sites, by their numbers in the markers."""

    statements: tuple[Statement, ...]
    touches: tuple[Touch, ...]
    sites: tuple[CallSite, ...]

    def lines(self) -> str:
        """Print the plan, a line a statement, for people."""
        return "\n".join(
            f"{s.number:4} {s.span.line:4} {s.shape:6} reads {' '.join(sorted(s.reads))} binds {' '.join(sorted(s.binds))}"
            for s in self.statements
        )
