"""From what is known about a callee to what must be looked at."""

from __future__ import annotations

from clew.knowledge.facts import CalleeFacts
from clew.model.data import dataclass
from clew.rewrite.plan import CallSite


@dataclass(frozen=True, slots=True)
class Harmless:
    """The call changes nothing that we could see."""


@dataclass(frozen=True, slots=True)
class Limited:
    """Only what these variables lead to can change; `sure` says that it does."""

    names: frozenset[str]
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything that the statement reaches can change."""


Verdict = Harmless | Limited | Unknown


def verdict(facts: CalleeFacts | None, site: CallSite, lively: bool, functions: bool) -> Verdict:
    """Judge a call: `lively` and `functions` say whether the user's code may be reached from what it is given."""
    if facts is None or not holds(facts, site):
        return Unknown()
    if facts.pure:
        return Unknown() if (facts.calls_back and functions) or (facts.iterates and lively) else Harmless()
    if facts.pure_if_inert:
        return Unknown() if lively or functions else Harmless()
    if facts.changes:
        return Unknown() if facts.calls_back and functions else limited(facts, site)
    return Unknown()


def holds(facts: CalleeFacts, site: CallSite) -> bool:
    """Tell whether the call is one that the facts are about."""
    if not facts.unless:
        return True
    starred = "**" in site.keywords or "*" in site.arguments
    return facts.hold(site.positional, site.keywords - {"**"}, starred)


def limited(facts: CalleeFacts, site: CallSite) -> Verdict:
    """The variables that can change; everything, where one of them is not a plain variable."""
    roots = [site.receiver if key == "self" else site.arguments.get(key) for key in facts.changes]
    given = [root for root in roots if root is not None]
    if not all(given):
        return Unknown()
    return Limited(frozenset(given))
