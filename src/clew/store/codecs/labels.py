"""What the columns of a frame are called, where that is not text: numbers, dates, several levels, one name twice."""

from __future__ import annotations

import sys
from typing import Any

from clew.errors import NotExact
from clew.store.codecs import plain


def described(columns: Any) -> dict[str, object]:
    """Describe the labels of columns as plain data; NotExact if they are not such."""
    encoded = plain.Encoding().encoded
    names = [encoded(name) for name in columns.names]
    if type(columns).__name__ == "RangeIndex":
        return {"range": [columns.start, columns.stop, columns.step], "names": names}
    levels = [columns.get_level_values(number) for number in range(columns.nlevels)]
    return {"levels": [[str(level.dtype), encoded(items(level))] for level in levels], "names": names}


def items(level: Any) -> list[Any]:
    """Give the labels of a level as Python has them; dates as numbers of their own unit."""
    if level.dtype.kind in "mM":
        if getattr(level.dtype, "tz", None) is not None:
            raise NotExact("parquet", "its columns are moments with a time zone")
        return list(level.asi8.tolist())
    return list(level.tolist())


def fits(said: dict[str, Any], count: int) -> bool:
    """Whether there are so many labels: a part of a frame has only some of its columns."""
    return (len(range(*said["range"])) if "range" in said else len(said["levels"][0][1])) == count


def restored(said: dict[str, Any]) -> Any:
    """Give the labels again."""
    pandas = sys.modules["pandas"]
    names = [plain.decoded(name) for name in said["names"]]
    if "range" in said:
        return pandas.RangeIndex(*said["range"], name=names[0])
    levels = [level(dtype, plain.decoded(held)) for dtype, held in said["levels"]]
    return levels[0].rename(names[0]) if len(levels) == 1 else pandas.MultiIndex.from_arrays(levels, names=names)


def level(dtype: str, held: list[Any]) -> Any:
    """Give the labels of one level."""
    pandas, numpy = sys.modules["pandas"], sys.modules["numpy"]
    if dtype.startswith(("datetime64", "timedelta64")):
        return pandas.Index(numpy.array(held, "int64").view(dtype))
    return pandas.Index(held, dtype=dtype)
