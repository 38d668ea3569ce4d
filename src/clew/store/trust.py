"""Whose pickles are loaded: keys, signatures, and the list of those whom a user trusts.

A pickle runs code, so each is signed by who saved it, and loaded only if a key on the user's list signed it. Keys are
Ed25519. A user's own is made when it is first needed and never leaves the user's config folder:

    key           the private key, readable by its owner alone
    trusted       a line a key: `ed25519:...  name`
"""

from __future__ import annotations

import base64
import os
import sys
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from clew.errors import BadSetting, UntrustedValue
from clew.model.artifacts import Blob
from clew.model.data import dataclass

VARIABLE = "CLEW_CONFIG"
KIND = "ed25519:"
OPENING = "clew signs that these bytes may be run"


@dataclass(frozen=True, slots=True)
class Trusted:
    """A key that a user trusts, and whose it is."""

    key: str
    name: str


def config_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Give clew's folder among the user's settings: CLEW_CONFIG, or where each system has it."""
    if given := environ.get(VARIABLE):
        return Path(given)
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "clew"
    shared = environ.get("APPDATA" if platform == "win32" else "XDG_CONFIG_HOME", "")
    return (Path(shared) if os.path.isabs(shared) else Path.home() / ".config") / "clew"


class Keys:
    """A user's own key, and the keys that the user trusts, in a folder."""

    __slots__ = ("folder",)

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = config_folder() if folder is None else folder

    def me(self) -> str:
        """Give the user's public key, which others may trust; it is made if there is none."""
        return public(self._private())

    def sign(self, blob: Blob, codec: str, type: str) -> tuple[str, str]:  # noqa: A002  # as a value calls it
        """Sign bytes that can run, what reads them and what they are; give the signature and the public key."""
        private = self._private()
        return base64.b64encode(private.sign(said(blob, codec, type))).decode(), public(private)

    def check(self, blob: Blob, codec: str, type: str, signature: str, signer: str) -> None:  # noqa: A002  # as above
        """Pass if somebody whom the user trusts signed exactly this; else UntrustedValue, which says what to do."""
        if not signature:
            raise UntrustedValue(type, signer, "nobody signed it", "ask who saved it to save it again")
        if signer not in (trusted.key for trusted in self.trusted()) and signer != self._me_if_any():
            hint = f"if you trust them, and know the key to be theirs: `clew trust add {signer} NAME`"
            raise UntrustedValue(type, signer, f"its signer is not one you trust: {signer}", hint)
        if not is_signed(said(blob, codec, type), signature, signer):
            raise UntrustedValue(type, signer, "its signature is not right", "somebody changed the store")

    def trusted(self) -> tuple[Trusted, ...]:
        """Give the keys of others that the user trusts."""
        try:
            lines = (self.folder / "trusted").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        words = (line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#"))
        return tuple(Trusted(key, "".join(name)) for key, *name in words)

    def add(self, key: str, name: str) -> None:
        """Trust a key; BadSetting if it is none, or if the name is another's."""
        bytes_of(key)
        if any(known.name == name and known.key != key for known in self.trusted()):
            raise BadSetting(f"{name} has another key: remove that first")
        if not name.strip() or "\n" in name:
            raise BadSetting("a key needs a name, on one line")
        self._write((*(known for known in self.trusted() if known.key != key), Trusted(key, name)))

    def remove(self, wanted: str) -> Trusted:
        """Trust a key no more, said by its name or the key itself; BadSetting if it is not known."""
        found = next((known for known in self.trusted() if wanted in (known.key, known.name)), None)
        if found is None:
            raise BadSetting(f"no trusted key of {wanted!r} (`clew trust list` lists them)")
        self._write(tuple(known for known in self.trusted() if known != found))
        return found

    def _write(self, keys: tuple[Trusted, ...]) -> None:
        self._make_folder()
        draft = self.folder / f"trusted-{uuid.uuid4().hex}"
        write_private(draft, "".join(f"{known.key}  {known.name}\n" for known in keys).encode())
        draft.replace(self.folder / "trusted")

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _me_if_any(self) -> str:
        """Give the user's public key, or nothing if it was never needed."""
        return public(self._private()) if (self.folder / "key").exists() else ""

    def _private(self) -> Any:
        """Load the user's key, or make it; of two processes that make it at once, one wins."""
        from cryptography.hazmat.primitives import serialization  # 50 ms, for pickles only

        path = self.folder / "key"
        try:
            if not path.exists():
                self._make_key(path)
        except OSError as error:
            raise BadSetting(
                f"no key can be made in {self.folder}: {error} ({VARIABLE} names another folder)"
            ) from None
        if path.stat().st_mode & 0o077 and os.name == "posix":
            raise BadSetting(f"the key {path} can be read by others: make it yours alone with `chmod 600 {path}`")
        try:
            return serialization.load_pem_private_key(path.read_bytes(), password=None)
        except ValueError as error:
            raise BadSetting(f"{path} is not a private key that clew made: {error}") from None

    def _make_key(self, path: Path) -> None:
        from cryptography.hazmat.primitives import serialization  # as above
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # as above

        self._make_folder()
        draft = self.folder / f"key-{uuid.uuid4().hex}"
        forms = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        write_private(draft, Ed25519PrivateKey.generate().private_bytes(*forms))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was quicker
        except OSError:  # a file system without links
            os.replace(draft, path)
        draft.unlink(missing_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that its owner alone can read, from its first byte on."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def said(blob: Blob, codec: str, type: str) -> bytes:  # noqa: A002  # as a value calls it
    """Give the sentence that is signed."""
    return "\n".join([OPENING, blob.hash, str(blob.size), codec, type]).encode()


def public(private: Any) -> str:
    """Give the public key of a private one, as text."""
    return KIND + base64.b64encode(private.public_key().public_bytes_raw()).decode()


def bytes_of(key: str) -> bytes:
    """Give the bytes of a public key; BadSetting if it is none."""
    with suppress(ValueError):
        found = base64.b64decode(key.removeprefix(KIND), validate=True)
        if key.startswith(KIND) and len(found) == 32:
            return found
    raise BadSetting(f"{key!r} is not a key: one begins with {KIND}, and `clew trust me` shows yours")


def is_signed(sentence: bytes, signature: str, signer: str) -> bool:
    """Whether the key's owner signed the sentence."""
    from cryptography.exceptions import InvalidSignature  # as above
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # as above

    try:
        Ed25519PublicKey.from_public_bytes(bytes_of(signer)).verify(base64.b64decode(signature), sentence)
    except (InvalidSignature, ValueError, BadSetting):
        return False
    return True
