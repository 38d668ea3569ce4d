"""What a session read from outside: files that it had not written itself."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.observe.stamps import Stamp, content_hash, same, stamp


@dataclass(frozen=True, slots=True)
class Input:
    """A file read from outside: bytes, nanoseconds since the epoch, and the hash of its content.

    `content` is None where the file was written again, or went, before anyone asked for its hash.
    """

    path: str
    size: int
    modified: int
    content: int | None


class Inputs:
    """The files read from outside, as they were when first read; hashes are computed when asked for."""

    __slots__ = ("_hashes", "_seen")

    def __init__(self) -> None:
        self._seen: dict[str, Stamp] = {}
        self._hashes: dict[str, int | None] = {}

    def note(self, path: str, seen: Stamp | None) -> None:
        """Keep what the file looked like, if it is a plain file and was not read before."""
        if seen is not None and seen.regular:
            self._seen.setdefault(path, seen)

    def table(self) -> tuple[Input, ...]:
        """Everything read from outside, in the order in which it was first read."""
        return tuple(Input(path, seen.size, seen.modified, self._hash(path)) for path, seen in self._seen.items())

    def _hash(self, path: str) -> int | None:
        if path not in self._hashes:
            seen = self._seen[path]
            self._hashes[path] = content_hash(path, seen.size) if same(path, seen, stamp(path)) else None
        return self._hashes[path]
