"""Why a line is in a slice: the chain of dependences from the variable down to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, assert_never

from clew.model.effects import Reason
from clew.model.graph import Dependence, Via
from clew.screen.columns import shortened
from clew.screen.history import named
from clew.screen.page import box, table

SAYS = {
    Reason.OBSERVED: "observed",
    Reason.KNOWN: "known of the library",
    Reason.ASSUMED: "assumed, since clew could not look",
}


@dataclass(frozen=True, slots=True)
class Hop:
    """One dependence: the line that needs, why, and the line that is needed. Line 0 is the variable itself."""

    line: int
    on: int
    code: str
    via: str
    resource: str
    reason: str
    because: str

    def reason_said(self) -> str:
        """The reason in words."""
        return SAYS[Reason(self.reason)]


@dataclass(frozen=True, slots=True, repr=False)
class ChainView:
    """Why a line is in the slice of a variable."""

    name: str
    line: int
    hops: tuple[Hop, ...]

    def __repr__(self) -> str:
        return "\n".join([self.title(), *(line for hop in self.hops for line in _text(hop))])

    def title(self) -> str:
        """What is explained."""
        return f"why line {self.line} is in the slice of {self.name}:"

    def _repr_html_(self) -> str:
        rows = [(hop.because, f"line {hop.on}", hop.code, hop.reason_said()) for hop in self.hops]
        return box(self.title(), table(("", "line", "code", "reason"), rows))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew explain --json`."""
        return {"variable": self.name, "line": self.line, "chain": [asdict(hop) for hop in self.hops]}


def chain_view(name: str, line: int, chain: Sequence[Dependence], lines: Mapping[int, int], code: str) -> ChainView:
    """Put a chain of dependences into the lines of the slice's code; `lines` gives each line's step."""
    starts: dict[int, int] = {}
    for number in sorted(lines):
        starts.setdefault(lines[number], number)
    texts = code.splitlines()
    return ChainView(name, line, tuple(_hop(name, link, starts, texts) for link in chain))


def _hop(name: str, link: Dependence, starts: Mapping[int, int], texts: Sequence[str]) -> Hop:
    line, on = starts.get(link.step, 0), starts.get(link.on, 0)
    code = texts[on - 1].strip() if on else "(not shown)"
    resource = named(link.resource) if link.resource is not None else ""
    who = f"line {line}" if line else name
    return Hop(line, on, code, link.via.value, resource, link.reason.value, _because(who, link, resource))


def _because(who: str, link: Dependence, resource: str) -> str:
    """Say a dependence in words that lead to the line needed."""
    match link.via:
        case Via.DATA if link.step < 0 and resource in ("", who):
            return f"{who} was made by"
        case Via.DATA if link.step < 0:
            return f"{who} holds {resource}, made what it is by"
        case Via.DATA:
            return f"{who} uses {resource}, made what it was by"
        case Via.CHAIN:
            return f"{who} changed {resource} in place, made what it was by"
        case Via.CONTROL:
            return f"{who} ran because of"
        case Via.SPARED:
            return f"{who} uses {resource}, which could have been changed but for"
        case _:
            assert_never(link.via)


def _text(hop: Hop) -> list[str]:
    return [f"  {hop.because}", f"    line {hop.on:<3} {shortened(hop.code, 80)}  ({hop.reason_said()})"]
