"""skops for estimators of scikit-learn: reading one runs nothing but what skops and scikit-learn are made of.

Where skops calls a part of scikit-learn unsafe (a tree with wrong numbers in it crashes), the value is signed as well.

skops names things by their numbers in memory, and dates them. Both are replaced, so that equal models are equal bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any, BinaryIO

from clew.store.codecs.codec import FORMATS, Codec, descends, library, read_alike

SCHEMA = "schema.json"


def is_estimator(value: object) -> bool:
    """Whether a value is an estimator, of a class of scikit-learn itself."""
    return descends(value, "sklearn.base", "BaseEstimator") and type(value).__module__.startswith("sklearn.")


def write(value: object, file: BinaryIO) -> None:
    """Write an estimator."""
    made = library("skops.io", "keeping an estimator", FORMATS).dumps(value)
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(file, "w") as target:
        schema, names = renumbered(json.loads(source.read(SCHEMA)))
        target.writestr(entry(SCHEMA), json.dumps(schema))
        for name, new in names.items():
            target.writestr(entry(new), source.read(name))


def read(file: BinaryIO) -> Any:
    """Read an estimator; what is of a type that skops does not know to be safe is refused."""
    return library("skops.io", "loading an estimator", FORMATS).loads(file.read(), trusted=[])


def read_signed(file: BinaryIO) -> Any:
    """Read an estimator with what scikit-learn itself would not check when it is used, such as a tree's nodes."""
    skops, made = library("skops.io", "loading an estimator", FORMATS), file.read()
    doubted = skops.get_untrusted_types(data=made)
    return skops.loads(made, trusted=[name for name in doubted if name.startswith("sklearn.")])


def renumbered(schema: Any) -> tuple[Any, dict[str, str]]:
    """Give a schema whose objects are numbered as they come, and the new names of its files by their old ones."""
    numbers: dict[int, int] = {}
    files: dict[str, str] = {}

    def renewed(said: Any) -> Any:
        if isinstance(said, list):
            return [renewed(item) for item in said]
        if not isinstance(said, dict):
            return said
        made = {key: renewed(held) for key, held in said.items()}
        if isinstance(number := said.get("__id__"), int):
            made["__id__"] = numbers.setdefault(number, len(numbers) + 1)
        if isinstance(name := said.get("file"), str):
            made["file"] = files.setdefault(name, f"{len(files) + 1}.{name.rpartition('.')[2]}")
        return made

    return renewed(schema), files


def entry(name: str) -> zipfile.ZipInfo:
    """Give the head of a file in an archive, with the date that says nothing."""
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


SKOPS = Codec("skops", ".skops", True, is_estimator, write, read, read_alike(read), needs="skops")
SIGNED = Codec(
    "skops-signed", ".skops", False, is_estimator, write, read_signed, read_alike(read_signed), needs="skops"
)
