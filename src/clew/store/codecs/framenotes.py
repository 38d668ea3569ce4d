"""What Parquet does not say of a frame of pandas, as plain data in the file's metadata under `clew`.

    objects      the columns that hold Python objects, by place
    nan          those of them in which NaN stands for what is missing, not None
    categories   the columns of categories that are no text: type, categories, whether they are ordered
    dtypes       the columns of moments and spans: Parquet knows not every unit
    freq         the frequency of the index
    columns      what the columns are called, where that is not text
    attrs        the frame's attributes

Other tools do without.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from clew.store.codecs import labels, plain

NOTE = b"clew"


def noted(frame: Any) -> dict[str, Any]:
    """Give what Parquet does not say of a frame; NotExact if that is not plain data."""
    note: dict[str, Any] = {"attrs": plain.Encoding().encoded(frame.attrs)}
    objects = [place for place, dtype in enumerate(frame.dtypes) if is_object(dtype)]
    note["objects"] = objects
    note["nan"] = [place for place in objects if has_nan(frame.iloc[:, place])]
    note["dtypes"] = {str(place): str(dtype) for place, dtype in enumerate(frame.dtypes) if dtype.kind in "mM"}
    found = {str(place): categories_of(frame.iloc[:, place]) for place in range(frame.shape[1])}
    note["categories"] = {place: said for place, said in found.items() if said}
    if getattr(frame.index, "freqstr", None) and frame.index.dtype.kind in "mM":
        note["freq"] = frame.index.freqstr
    if not is_named(frame.columns):
        note["columns"] = labels.described(frame.columns)
    return {key: said for key, said in note.items() if said}


def note_of(schema: Any) -> dict[str, Any]:
    """Give what was noted in a file."""
    note: dict[str, Any] = json.loads((schema.metadata or {}).get(NOTE, b"{}"))
    return note


def restored(table: Any) -> Any:
    """Give the frame that a table was made of, or the part of it that the table holds."""
    note = note_of(table.schema)
    frame = table.to_pandas()
    for place in note.get("objects", ()):
        put(frame, place, lambda column, n=place: objects_of(table.column(n), frame.index, n in note.get("nan", ())))
    for place, dtype in note.get("dtypes", {}).items():
        put(
            frame,
            int(place),
            lambda column, dtype=dtype: column if str(column.dtype) == dtype else column.astype(dtype),
        )
    for place, said in note.get("categories", {}).items():
        put(frame, int(place), lambda column, said=said: column.astype(category(said)))
    if "freq" in note and len(frame.index) > 2:
        frame.index.freq = note["freq"]
    if "columns" in note and labels.fits(note["columns"], frame.shape[1]):
        frame.columns = labels.restored(note["columns"])
    frame.attrs = plain.decoded(note.get("attrs", {}))
    return frame


def put(frame: Any, place: int, change: Any) -> None:
    """Change the column at a place, if the frame reaches so far."""
    if place < frame.shape[1]:
        frame.isetitem(place, change(frame.iloc[:, place]))


def is_object(dtype: Any) -> bool:
    """Whether a column of that type holds Python objects."""
    return type(dtype).__module__.partition(".")[0] == "numpy" and dtype.kind == "O"


def has_nan(column: Any) -> bool:
    """Whether all that is missing in a column of objects is NaN."""
    missing = column[column.isna()]
    return len(missing) > 0 and all(type(value) is float and math.isnan(value) for value in missing)


def objects_of(column: Any, index: Any, nan: bool) -> Any:
    """Give a column as Python objects, with None or NaN where there is none."""
    held = column.to_pylist()
    if nan:
        held = [math.nan if value is None else value for value in held]
    return sys.modules["pandas"].Series(held, index=index, dtype=object)


def categories_of(column: Any) -> list[Any]:
    """Describe the categories of a column, if it is of such, and they are no text."""
    if type(column.dtype).__name__ != "CategoricalDtype" or is_named(column.cat.categories):
        return []
    return [labels.described(column.cat.categories), bool(column.cat.ordered)]


def category(said: list[Any]) -> Any:
    """Give a type of categories again."""
    return sys.modules["pandas"].CategoricalDtype(labels.restored(said[0]), ordered=said[1])


def is_named(found: Any) -> bool:
    """Whether labels are as Parquet wants the names of columns: text, each another."""
    return bool(len(found) and found.nlevels == 1 and found.is_unique and all(type(label) is str for label in found))


def texts(columns: Any) -> list[str]:
    """Give columns names as Parquet wants them, as like their own as can be."""
    said = ["/".join(map(str, label)) if type(label) is tuple else str(label) for label in columns]
    return said if len(set(said)) == len(said) else [f"{number} {text}" for number, text in enumerate(said)]
