"""What a user can see of a value, as a tree of digests that means the same in every process.

Two values are the same where their portraits are; where they differ, the trees say in which part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from clew.model.data import dataclass
from clew.model.verdicts import CannotTell, Differs, Same, Verdict

MOST_PARTS = 200  # a container with more parts than this is told apart as a whole only


@dataclass(frozen=True, slots=True)
class Portrait:
    """A value's kind, the digest of all that can be seen of it, and its parts by the name a user would write.

    `unseen` says why some of it, by path, could not be seen. Parts of very large containers are not kept.
    """

    kind: str
    digest: str
    parts: tuple[tuple[str, Portrait], ...] = ()
    unseen: tuple[str, ...] = ()


def leaf(kind: str, content: bytes) -> Portrait:
    """Portray a value without parts by the bytes that tell it from others of its kind."""
    return Portrait(kind, _digest(kind.encode(), content))


def whole(kind: str, parts: Iterable[tuple[str, Portrait]], content: bytes = b"") -> Portrait:
    """Portray a value by its parts, in their order, and by the bytes that belong to no part."""
    kept = tuple(parts)
    texts = (f"{name}\0{part.digest}".encode(errors="surrogatepass") for name, part in kept)
    digest = _digest(kind.encode(), content, *texts)
    unseen = tuple(dict.fromkeys(f"{name}{why}" for name, part in kept for why in part.unseen))[:10]
    return Portrait(kind, digest, kept if len(kept) <= MOST_PARTS else (), unseen)


def unseen(kind: str, why: str) -> Portrait:
    """Portray a value of which only the kind can be told."""
    return Portrait(kind, _digest(kind.encode()), unseen=(f": {why}",))


def compare_portraits(expected: Portrait, found: Portrait) -> Verdict:
    """Say whether two portraits are of equal values."""
    if expected.digest != found.digest:
        return _difference(expected, found, "")
    if expected.unseen or found.unseen:
        return CannotTell("; ".join(dict.fromkeys(why.strip(": ") for why in expected.unseen + found.unseen)))
    return Same()


def to_plain(portrait: Portrait) -> list[Any]:
    """Turn a portrait into lists and strings, as JSON has them."""
    parts = [[name, to_plain(part)] for name, part in portrait.parts]
    return [portrait.kind, portrait.digest, parts, list(portrait.unseen)]


def from_plain(plain: Sequence[Any]) -> Portrait:
    """Turn what `to_plain` made back into the portrait."""
    kind, digest, parts, hidden = plain
    return Portrait(kind, digest, tuple((name, from_plain(part)) for name, part in parts), tuple(hidden))


def _difference(expected: Portrait, found: Portrait, path: str) -> Differs:
    """Walk down to the first part that differs."""
    if expected.kind != found.kind:
        return Differs(path, f"{expected.kind} became {found.kind}")
    if [name for name, _ in expected.parts] != [name for name, _ in found.parts]:
        return Differs(path, _missing_parts(expected, found))
    for (name, before), (_, after) in zip(expected.parts, found.parts, strict=True):
        if before.digest != after.digest:
            return _difference(before, after, path + name)
    return Differs(path, expected.kind)


def _missing_parts(expected: Portrait, found: Portrait) -> str:
    """Say which parts one has and the other has not."""
    before, after = dict(expected.parts), dict(found.parts)
    gone = [name for name in before if name not in after][:5]
    new = [name for name in after if name not in before][:5]
    return f"lacks {gone}, has {new} besides" if gone or new else "the parts are in another order"


def _digest(*pieces: bytes) -> str:
    state = hashlib.blake2b(digest_size=16)
    for piece in pieces:
        state.update(len(piece).to_bytes(8, "little"))
        state.update(piece)
    return state.hexdigest()
