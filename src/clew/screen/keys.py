"""Whose pickles a user loads, as text and as JSON."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.store.trust import Trusted

NOBODY = "nobody but you"


@dataclass(frozen=True, slots=True, repr=False)
class TrustView:
    """The keys that a user trusts, besides the user's own."""

    keys: tuple[Trusted, ...]

    def __repr__(self) -> str:
        return "\n".join(f"{known.key}  {known.name}" for known in self.keys) or NOBODY

    def as_json(self) -> dict[str, object]:
        """The keys, and whose they are."""
        return {"trusted": [{"key": known.key, "name": known.name} for known in self.keys]}


@dataclass(frozen=True, slots=True, repr=False)
class MeView:
    """A user's own public key, and where the private one is."""

    key: str
    path: str

    def __repr__(self) -> str:
        return f"{self.key}\nthe private key is {self.path}: keep it to yourself"

    def as_json(self) -> dict[str, object]:
        """The key and the path."""
        return {"key": self.key, "private_key": self.path}
