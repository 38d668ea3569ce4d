"""Lists, tuples and dicts of frames, arrays, tensors and estimators: an archive with a file of its own format for each.

    1.parquet 2.npy ...     the parts
    value.json              what they are parts of: {"train": {"$part": ["1.parquet", "parquet"]}, "rate": 0.1}

The archive is a plain one (zip, not compressed), so that other tools read the parts.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from clew.errors import NotExact
from clew.store.codecs import arrays, estimators, frames, plain, polar, sparse, tensors
from clew.store.codecs.alike import alike
from clew.store.codecs.codec import Codec
from clew.store.drafts import CHUNK, IN_MEMORY, Draft

FORMATS: Sequence[Codec] = (
    arrays.NPY,
    frames.PARQUET,
    frames.SERIES,
    polar.FRAME,
    polar.SERIES,
    sparse.NPZ,
    tensors.SAFETENSORS,
    estimators.SKOPS,
)
WHOLE, PART = "value.json", "$part"
MANY = 1000  # parts: a file for each of more would take too long
Said = tuple[str, str]
"""What stands for a part: the name of its file, and of its codec."""


class Parting:
    """One value being taken apart: its parts and how they are said, by their ids."""

    __slots__ = ("parts",)

    def __init__(self) -> None:
        self.parts: dict[int, tuple[Said, Codec, Any]] = {}

    def said(self, value: Any) -> object:
        """Give what stands for a part, the same if it was met before; NotExact for what no open format is for."""
        if plain.is_number(value):
            return plain.numbered(value)
        if id(value) not in self.parts:
            codec = next((codec for codec in FORMATS if codec.fits(value)), None)
            if codec is None or len(self.parts) == MANY:
                raise NotExact("parts", f"no open format is for {'more' if codec else 'a'} {type(value).__name__}")
            self.parts[id(value)] = ((f"{len(self.parts) + 1}{codec.suffix}", codec.name), codec, value)
        return {PART: list(self.parts[id(value)][0])}


def fits(value: object) -> bool:
    """Whether a value may have parts."""
    return any(type(value) is kind for kind in (list, tuple, dict))


def write(value: object, file: BinaryIO) -> None:
    """Write the parts one after another, then what they are parts of."""
    parting = Parting()
    said = plain.Encoding(parting.said).encoded(value)
    with zipfile.ZipFile(file, "w") as archive:
        for (name, _), codec, part in parting.parts.values():
            with archive.open(entry(name), "w", force_zip64=True) as inside:
                codec.write(part, cast("BinaryIO", Draft(cast("BinaryIO", inside))))
        archive.writestr(entry(WHOLE), json.dumps(said, allow_nan=False))


def read(file: BinaryIO) -> Any:
    """Read the parts, and put them together."""
    made: dict[str, Any] = {}
    with zipfile.ZipFile(file) as archive:

        def part(word: str, said: Said) -> Any:
            if said[0] not in made:
                with opened(archive, said[0]) as inside:
                    made[said[0]] = codec_of(said).read(inside)
            return made[said[0]]

        return plain.decoded(json.loads(archive.read(WHOLE)), part)


def matches(value: object, file: BinaryIO) -> bool:
    """Whether the archive holds the value: each part as its own format says, and the whole with the parts in hand."""
    parting = Parting()
    plain.Encoding(parting.said).encoded(value)
    mine = {said[0]: part for said, _, part in parting.parts.values()}
    with zipfile.ZipFile(file) as archive:
        whole = plain.decoded(json.loads(archive.read(WHOLE)), lambda word, said: mine[said[0]])
        return alike(value, whole) and all(
            part_matches(archive, said, codec, part) for said, codec, part in parting.parts.values()
        )


def part_matches(archive: zipfile.ZipFile, said: Said, codec: Codec, part: Any) -> bool:
    """Whether a file of the archive holds a part."""
    with opened(archive, said[0]) as inside:
        return codec.matches(part, inside)


@contextmanager
def opened(archive: zipfile.ZipFile, name: str) -> Iterator[BinaryIO]:
    """Open a file of the archive: a copy, for formats go to and fro in it, which is slow in an archive."""
    with archive.open(name) as inside, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as copy:
        shutil.copyfileobj(inside, copy, CHUNK)
        copy.seek(0)
        yield cast("BinaryIO", copy)


def codec_of(said: Said) -> Codec:
    """Give the codec of a part."""
    return next(codec for codec in FORMATS if codec.name == said[1])


def entry(name: str) -> zipfile.ZipInfo:
    """Give the head of a file in the archive, with the date that says nothing."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


PARTS = Codec("parts", ".zip", True, fits, write, read, matches)
