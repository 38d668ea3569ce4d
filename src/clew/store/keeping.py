"""Values into blobs and back: the first codec that holds a value exactly keeps it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from clew.errors import CannotKeep, CannotLoad, ClewError, MissingExtra, NotExact, StoreError, UnknownCodec
from clew.model.artifacts import Blob, Value
from clew.store.blobs import Blobs
from clew.store.codecs import unkeepable
from clew.store.codecs.codec import Codec
from clew.store.drafts import Draft
from clew.store.progress import Told, nobody
from clew.store.trust import Keys

Doubt = Callable[[str], None]
"""Is told, in a sentence, what is not as good as it could be with a value that is kept all the same."""


def warned(text: str) -> None:
    """Warn of a doubt, at the line that asked for it."""
    warnings.warn(text, stacklevel=3)


def keep(
    value: object,
    blobs: Blobs,
    codecs: Sequence[Codec],
    keys: Keys,
    told: Told = nobody,
    doubt: Doubt = warned,
) -> Value:
    """Keep a value's bytes, and say how; CannotKeep, with the reason, if no format holds it.

    `codecs` are asked in order. Each writes the value and reads it back before anything is in the store; the first whose
    copy is exact keeps it. What a format can run when it is read is signed with the user's own key.
    """
    kind = type_name(value)
    if why := unkeepable.why(value):
        raise CannotKeep(kind, why)
    for codec in (each for each in codecs if each.fits(value)):
        try:
            blob = put(value, blobs, codec, told)
        except NotExact as refused:
            why = refused.why
        except MissingExtra as missing:
            doubt(f"{missing}; the value is kept in another format")
        else:
            return signed(Value(kind, codec.name, blob, pictured(value, blobs, codec, doubt)), codec, keys)
    raise CannotKeep(kind, why or "no format is for it")


def fetch(value: Value, blobs: Blobs, codecs: Sequence[Codec], keys: Keys) -> Any:
    """Give a kept value back, exactly as it was.

    UntrustedValue if that would run what nobody we trust has signed; DamagedBlob, MissingBlob, UnknownCodec; CannotLoad
    where the library or class that it needs is not as it was.
    """
    assert isinstance(value.kept, Blob), "what is elsewhere is fetched there"
    codec = codec_of(value, codecs)
    if not codec.safe:
        keys.check(value.kept, value.codec, value.type, value.signature, value.signer)
    with blobs.open(value.kept, private=not codec.safe) as file:
        try:
            return codec.read(file)
        except ClewError:
            raise
        except Exception as error:  # what a library, or a class that has changed since, has against it
            raise CannotLoad(value.type, value.codec, f"{type(error).__name__}: {error}") from error


def codec_of(value: Value, codecs: Sequence[Codec]) -> Codec:
    """Give the codec that wrote a value."""
    for codec in codecs:
        if codec.name == value.codec:
            return codec
    raise UnknownCodec(value.codec, (codec.name for codec in codecs))


def put(value: object, blobs: Blobs, codec: Codec, told: Told) -> Blob:
    """Write a value and read it back; NotExact, and nothing kept, if it is not the same."""

    def write(file: BinaryIO) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a format's doubts about a value are what the check is for
                codec.write(value, file)
        except MissingExtra:
            raise
        except Exception as error:  # whatever a library or the value itself has against it
            if isinstance(file, Draft) and file.failed:
                raise file.failed from error
            raise NotExact(codec.name, str(error) or type(error).__name__) from error

    try:
        return blobs.put(write, lambda file: check(value, file, codec), told)
    except OSError as error:
        raise StoreError(f"{blobs.url} cannot be written: {error}") from error


def check(value: object, file: BinaryIO, codec: Codec) -> None:
    """Read a written value back; NotExact if it is not the same."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exact = codec.matches(value, file)
    except Exception as error:  # what cannot be read, or compared, is not exact
        raise NotExact(codec.name, f"it does not come back: {error or type(error).__name__}") from error
    if not exact:
        raise NotExact(codec.name)


def pictured(value: object, blobs: Blobs, codec: Codec, doubt: Doubt) -> Blob | None:
    """Keep a picture of a value beside it, where its codec makes one."""
    try:
        picture = codec.picture(value)
    except Exception as error:  # the value is kept all the same
        doubt(f"there is no picture beside the value: {error!r}")
        return None
    return blobs.put(lambda file: file.write(picture)) if picture else None


def signed(value: Value, codec: Codec, keys: Keys) -> Value:
    """Sign a value if reading it can run code."""
    if codec.safe or not isinstance(value.kept, Blob):
        return value
    signature, signer = keys.sign(value.kept, codec.name, value.type)
    return Value(value.type, value.codec, value.kept, value.preview, signature, signer)


def type_name(value: object) -> str:
    """Give the full name of a value's type."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
