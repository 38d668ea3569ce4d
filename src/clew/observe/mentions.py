"""Paths that a step mentions: readers and writers in C++ and Rust raise no audit event, so we look before and after."""

from __future__ import annotations

import os

from clew.model.effects import Reason
from clew.model.standard import standard
from clew.model.typed import Iterator, NamedTuple
from clew.observe.files import Deed, Touch, system_path
from clew.observe.ledger import Ledger
from clew.observe.stamps import Stamp, absolute, same, sealed, stamp

LONGEST = 1024
MOST = 64  # mentions looked at in one step
SCHEMES = ("file://", "sqlite:///")
MAGIC = frozenset("*?[")


class Mention(NamedTuple):
    """A path among a step's arguments, as it was before the step; what the callee is known to do with it."""

    path: str
    before: Stamp | None
    relative: bool
    reads: bool = False
    writes: bool = False


def mentioned(text: str, *, reads: bool = False, writes: bool = False) -> Mention | None:
    """Look at what a text names, if it may be a path."""
    named = _named(text)
    if named is None:
        return None
    path = absolute(named)
    if system_path(path):
        return None
    return Mention(path, sealed(path, stamp(path)), not os.path.isabs(named), reads, writes)


def _named(text: str) -> str | None:
    if "://" in text:
        for scheme in SCHEMES:
            text = text.removeprefix(scheme)
    possible = 0 < len(text) <= LONGEST and "\n" not in text and "\0" not in text and "://" not in text
    return text if possible else None


def looked_again(mention: Mention, ledger: Ledger) -> Iterator[Touch]:
    """What became of a mentioned path, at the end of the step."""
    after = stamp(mention.path)
    if (
        after is None
        and mention.before is None
        and not ledger.concerns(mention.path)
        and MAGIC.isdisjoint(mention.path)
    ):
        return  # most texts are no paths
    if not same(mention.path, mention.before, after) and not (after and after.folder and mention.before):
        yield Touch(_write(mention, after), mention.path, mention.before, relative=mention.relative)
        return
    reason = Reason.KNOWN if mention.reads else Reason.ASSUMED
    for path in _readable(mention, after, ledger):
        yield Touch(Deed.READ, path, reason=reason, relative=mention.relative)


def _write(mention: Mention, after: Stamp | None) -> Deed:
    """A writer that truncates and one that appends look alike: without knowledge it may have appended."""
    if after is None:
        return Deed.DELETE
    anew = mention.writes or mention.before is None or mention.before.inode != after.inode
    return Deed.BIND if anew else Deed.CHANGE


def _readable(mention: Mention, after: Stamp | None, ledger: Ledger) -> Iterator[str]:
    """The files that may have been read: the path itself, and what matches it if it is a pattern."""
    path = mention.path
    if ledger.knows(path) or (after is not None and after.regular):
        yield path
    if after is not None and after.folder and mention.reads:
        yield from ledger.below(path)
    elif not MAGIC.isdisjoint(path):
        fits = standard("fnmatch").fnmatchcase
        yield from (one for one in ledger.written if fits(one, path))
