"""Compare two values whose numbers may differ by a little; all else has to be the same."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

from clew.model.verdicts import CannotTell, Differs, Same, Verdict
from clew.replay.painter import attributes
from clew.replay.values import compare

Near = Callable[[Any, Any], bool]
MOST_DEEP = 50


def compare_nearly(expected: object, found: object, tolerance: float) -> Verdict:
    """Say whether two values are equal but for numbers that differ by a share of `tolerance`, or by that much itself."""
    return next(differences(expected, found, tolerance, "", ()), Same())


def differences(before: Any, after: Any, tolerance: float, path: str, around: tuple[int, ...]) -> Iterator[Verdict]:
    """Give what differs by more than the tolerance."""
    if id(before) in around or len(around) > MOST_DEEP:
        return
    exact = compare(before, after)
    if isinstance(exact, Same):
        return
    if type(before) is not type(after):
        yield Differs(path, f"{type(before).__name__} became {type(after).__name__}")
        return
    near = nearly(before, after, tolerance)
    if near is True:
        return
    pairs = None if near is False else list(parts(before, after))
    if not pairs:
        yield exact if isinstance(exact, CannotTell) or not path else Differs(path, getattr(exact, "how", ""))
        return
    for name, first, second in pairs:
        yield from differences(first, second, tolerance, path + name, (*around, id(before)))


def nearly(before: Any, after: Any, tolerance: float) -> bool | None:
    """Tell whether numbers, or arrays of them, are near each other; None for what is neither."""
    if type(before) in (float, int, complex):
        gap, size = abs(before - after), max(abs(before), abs(after))
        return bool(before == after or gap <= max(tolerance, tolerance * size) or both_nan(before, after))
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(before, numpy.ndarray | numpy.generic):
        if before.dtype != after.dtype or before.shape != after.shape:
            return False
        if before.dtype.kind not in "fc":
            return None if before.dtype.kind == "O" else False
        return bool(numpy.allclose(before, after, rtol=tolerance, atol=tolerance, equal_nan=True))
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(before, torch.Tensor) and before.is_floating_point():
        same = before.dtype == after.dtype and before.shape == after.shape
        return same and bool(torch.allclose(before, after, rtol=tolerance, atol=tolerance, equal_nan=True))
    return None


def both_nan(before: Any, after: Any) -> bool:
    """Tell whether both are no number."""
    return isinstance(before, float) and math.isnan(before) and math.isnan(after)


def parts(before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Give the parts of two values of one type side by side; none where they do not have the same ones."""
    yield from side_by_side(taken_apart(before), taken_apart(after))


def side_by_side(first: dict[str, Any], second: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Give two tables of parts side by side."""
    if list(first) == list(second):
        yield from ((name, first[name], second[name]) for name in first)


def taken_apart(value: Any) -> dict[str, Any]:
    """Give the parts of a value: items, columns with the labels, or attributes."""
    if isinstance(value, dict):
        return {f"[{key!r}]": item for key, item in value.items()}
    if isinstance(value, list | tuple):
        return {f"[{number}]": item for number, item in enumerate(value)}
    pandas: Any = sys.modules.get("pandas")
    if pandas is not None and isinstance(value, pandas.DataFrame):
        columns = {f"[{name!r}]": value.iloc[:, at].array for at, name in enumerate(value.columns)}
        return {".index": value.index, ".columns": value.columns, ".attrs": value.attrs, **columns}
    if pandas is not None and isinstance(value, pandas.Series):
        return {".index": value.index, ".name": value.name, ".attrs": value.attrs, ".values": value.array}
    if pandas is not None and isinstance(value, pandas.Index):
        return {".names": list(value.names), ".values": value.to_numpy()}
    if type(value).__name__ == "NumpyExtensionArray":
        return {"": value.to_numpy()}
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return {f".flat[{number}]": item for number, item in enumerate(value.ravel().tolist())}
    if numpy is not None and isinstance(value, numpy.generic):
        return {}
    return {f".{name}": item for name, item in attributes(value).items()}
