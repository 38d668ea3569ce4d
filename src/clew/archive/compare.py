"""How two values differ, by their kind: cells of tables, elements of arrays, parameters of estimators, lines of text.

Whoever compares has asked for it and has the values in hand: unlike our watching, this may run the values' own code.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from clew.model.data import dataclass

MOST = 20  # lines; what is more is counted
DEEPEST = 12
WIDTH = 60  # characters of a value in a line
MISSING: Any = object()

Lines = Iterator[str]


def compared(before: object, after: object) -> tuple[str, ...]:
    """Say how two values differ, a line for each difference; no lines where they are the same."""
    found = list(islice(differences(before, after, Place()), MOST + 1))
    if len(found) > MOST:
        found[MOST:] = ["and more"]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a value something stands, `['model'].layers[2]`, and what is being compared around it."""

    path: str = ""
    around: tuple[int, ...] = ()

    def at(self, step: str, value: object) -> Place:
        """Give the place of a part of a value."""
        return Place(self.path + step, (*self.around, id(value)))

    def line(self, said: str) -> str:
        """Say something about this place."""
        return f"{self.path}: {said}" if self.path else said


def differences(before: Any, after: Any, place: Place) -> Lines:
    """Give the differences of two values at a place."""
    if before is after or id(before) in place.around or len(place.around) > DEEPEST:
        return
    if type(before) is not type(after):
        yield place.line(f"{type_said(before)} {short(before)} → {type_said(after)} {short(after)}")
        return
    for fits, compare in COMPARERS:
        if fits(before):
            yield from compare(before, after, place)
            return


# ---- plain data ---------------------------------------------------------------------------------------------


def atoms(before: Any, after: Any, place: Place) -> Lines:
    """Numbers and their like; NaN is the same as NaN."""
    if before != after and not (before != before and after != after):
        yield place.line(f"{short(before)} → {short(after)}")


def texts(before: str, after: str, place: Place) -> Lines:
    """Texts: short ones whole, long ones by lines."""
    if before == after:
        return
    if "\n" not in before + after:
        yield place.line(f"{short(before)} → {short(after)}")
        return
    yield place.line(f"{len(before.splitlines())} → {len(after.splitlines())} lines")
    yield from islice(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1), 2, None)


def binary(before: Any, after: Any, place: Place) -> Lines:
    """Bytes."""
    if before != after:
        at = next(
            (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
        )
        yield place.line(f"{len(before)} → {len(after)} bytes, different from byte {at} on")


def mappings(before: Mapping[Any, Any], after: Mapping[Any, Any], place: Place) -> Lines:
    """Dictionaries, by key."""
    for key in (*before, *(key for key in after if key not in before)):
        at = place.at(f"[{short(key)}]", before)
        yield from part(before.get(key, MISSING), after.get(key, MISSING), at)


def sequences(before: Sequence[Any], after: Sequence[Any], place: Place) -> Lines:
    """Lists and tuples, by position."""
    if len(before) != len(after):
        yield place.line(f"{len(before)} → {len(after)} elements")
    for number, (first, second) in enumerate(zip(before, after, strict=False)):
        yield from differences(first, second, place.at(f"[{number}]", before))


def sets(before: Any, after: Any, place: Place) -> Lines:
    """Sets, by what came and went."""
    for sign, found in (("without", before - after), ("with", after - before)):
        if found:
            yield place.line(f"{sign} {', '.join(sorted(map(short, islice(found, MOST))))}")


def part(before: Any, after: Any, place: Place) -> Lines:
    """Compare what may be on one side only."""
    if before is MISSING:
        yield place.line(f"new: {short(after)}")
    elif after is MISSING:
        yield place.line(f"gone: {short(before)}")
    else:
        yield from differences(before, after, place)


# ---- tables and arrays --------------------------------------------------------------------------------------


def frames(before: Any, after: Any, place: Place) -> Lines:
    """Tables of pandas and polars: rows, columns, types, and the cells that differ where the rows are as many."""
    if before.shape[0] != after.shape[0]:
        yield place.line(f"{before.shape[0]} → {after.shape[0]} rows")
    first, second = list(before.columns), list(after.columns)
    yield from labels("columns", first, second, place)
    for name in (name for name in first if name in second and first.count(name) == second.count(name) == 1):
        yield from columns(before[name], after[name], place.at(f"[{short(name)}]", before))
    if hasattr(before, "index"):
        yield from labels("index", list(before.index), list(after.index), place)


def labels(noun: str, first: list[Any], second: list[Any], place: Place) -> Lines:
    """Say which labels came and went, or that they stand in another order."""
    gone, new = [each for each in first if each not in set(second)], [each for each in second if each not in set(first)]
    if gone:
        yield place.line(f"{noun} gone: {some(gone)}")
    if new:
        yield place.line(f"{noun} new: {some(new)}")
    if not gone and not new and first != second:
        yield place.line(f"{noun} in another order, or more often")


def columns(before: Any, after: Any, place: Place) -> Lines:
    """Columns: their types, and how many of their cells differ."""
    if str(before.dtype) != str(after.dtype):
        yield place.line(f"{before.dtype} → {after.dtype}")
    if len(before) != len(after) or before.equals(after):
        return
    pairs = list(zip(before.to_list(), after.to_list(), strict=True))
    unequal = [(first, second) for first, second in pairs if not alike(first, second)]
    if unequal:
        first, second = unequal[0]
        yield place.line(f"{len(unequal)} of {len(pairs)} cells differ, the first {short(first)} → {short(second)}")


def alike(first: Any, second: Any) -> bool:
    """Tell whether two cells are the same; missing is the same as missing."""
    if first is second:
        return True
    try:
        return bool(first == second) or bool(first != first and second != second)
    except Exception:  # `pandas.NA` and arrays in cells will not be asked this
        return next(differences(first, second, Place()), None) is None


def series(before: Any, after: Any, place: Place) -> Lines:
    """Series of pandas and polars."""
    if len(before) != len(after):
        yield place.line(f"{len(before)} → {len(after)} rows")
    yield from columns(before, after, place)
    if hasattr(before, "index"):
        yield from labels("index", list(before.index), list(after.index), place)


def arrays(before: Any, after: Any, place: Place) -> Lines:
    """Arrays of NumPy: type, shape, how many elements differ and how far."""
    if before.dtype != after.dtype:
        yield place.line(f"{before.dtype} → {after.dtype}")
    if before.shape != after.shape:
        yield place.line(f"shape {before.shape} → {after.shape}")
        return
    unequal = (before != after) & ~((before != before) & (after != after))
    count = int(unequal.sum())
    if count:
        numeric = before.dtype.kind in "iufc" and after.dtype.kind in "iufc"
        far = f", by up to {abs(before.astype('D') - after.astype('D')).max():.6g}" if numeric else ""
        yield place.line(f"{count} of {before.size} elements differ{far}")


def sparse(before: Any, after: Any, place: Place) -> Lines:
    """Sparse arrays and matrices of SciPy."""
    if before.shape != after.shape:
        yield place.line(f"shape {before.shape} → {after.shape}")
    elif before.dtype != after.dtype:
        yield place.line(f"{before.dtype} → {after.dtype}")
    elif (count := (before != after).nnz) > 0:
        yield place.line(f"{count} elements differ ({before.nnz} → {after.nnz} are not zero)")


def tensors(before: Any, after: Any, place: Place) -> Lines:
    """Tensors of torch."""
    if before.dtype != after.dtype:
        yield place.line(f"{before.dtype} → {after.dtype}")
    if tuple(before.shape) != tuple(after.shape):
        yield place.line(f"shape {tuple(before.shape)} → {tuple(after.shape)}")
        return
    first, second = before.detach().cpu(), after.detach().cpu()
    count = int(((first != second) & ~((first != first) & (second != second))).sum())
    if count:
        yield place.line(f"{count} of {first.numel()} elements differ, by up to {(first - second).abs().max():.6g}")


# ---- objects ------------------------------------------------------------------------------------------------


def modules(before: Any, after: Any, place: Place) -> Lines:
    """Modules of torch, by their state."""
    yield from mappings(dict(before.state_dict()), dict(after.state_dict()), place.at(".state_dict()", before))


def estimators(before: Any, after: Any, place: Place) -> Lines:
    """Estimators of scikit-learn and their like: parameters, and what fitting found."""
    yield from mappings(before.get_params(deep=False), after.get_params(deep=False), place.at(".get_params()", before))
    first, second = fitted(before), fitted(after)
    for name in dict.fromkeys((*first, *second)):
        yield from part(first.get(name, MISSING), second.get(name, MISSING), place.at(f".{name}", before))


def fitted(estimator: Any) -> dict[str, Any]:
    """Give what an estimator was fitted to: attributes whose names end in `_`."""
    return {name: value for name, value in vars(estimator).items() if name.endswith("_") and not name.startswith("_")}


def others(before: Any, after: Any, place: Place) -> Lines:
    """Objects of any other kind: equal by their own word, else by their attributes."""
    if alike_by_own_word(before, after):
        return
    first, second = held(before), held(after)
    found = False
    for name in dict.fromkeys((*first, *second)):
        for line in part(first.get(name, MISSING), second.get(name, MISSING), place.at(f".{name}", before)):
            found = True
            yield line
    if not found and not first:
        yield place.line(f"{short(before)} → {short(after)}" if repr(before) != repr(after) else "not equal")


def alike_by_own_word(before: Any, after: Any) -> bool:
    """Tell whether two objects call themselves equal, in as many words."""
    try:
        return (before == after) is True
    except Exception:  # an object that refuses to be compared is asked for its attributes
        return False


def held(value: Any) -> dict[str, Any]:
    """Give an object's attributes, slots included."""
    slots = [name for each in type(value).__mro__ for name in slots_of(each)]
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return found | getattr(value, "__dict__", {})


def slots_of(cls: type) -> tuple[str, ...]:
    """Give the slots that a class adds."""
    said = cls.__dict__.get("__slots__", ())
    return (said,) if isinstance(said, str) else tuple(name for name in said if name not in ("__dict__", "__weakref__"))


# ---- which is which -----------------------------------------------------------------------------------------


def of_library(module: str, name: str) -> Callable[[object], bool]:
    """Tell values of a library's type, which is looked up only if the library is loaded."""

    def fits(value: object) -> bool:
        found: Any = sys.modules.get(module)
        for each in name.split("."):
            found = getattr(found, each, None)
        return isinstance(found, type) and isinstance(value, found)

    return fits


def of_types(*types: type) -> Callable[[object], bool]:
    """Tell values of these very types."""
    return lambda value: type(value) in types


def has_parameters(value: object) -> bool:
    """Tell estimators, by the method that makes them one."""
    return callable(getattr(type(value), "get_params", None)) and hasattr(value, "__dict__")


def is_sparse(value: object) -> bool:
    """Tell sparse arrays of SciPy."""
    library: Any = sys.modules.get("scipy.sparse")
    return library is not None and bool(library.issparse(value))


COMPARERS: tuple[tuple[Callable[[Any], bool], Callable[[Any, Any, Place], Lines]], ...] = (
    (of_types(int, float, complex, bool, type(None)), atoms),
    (of_types(str), texts),
    (of_types(bytes, bytearray), binary),
    (lambda value: isinstance(value, dict), mappings),
    (lambda value: isinstance(value, list | tuple), sequences),
    (lambda value: isinstance(value, set | frozenset), sets),
    (of_library("pandas", "DataFrame"), frames),
    (of_library("pandas", "Series"), series),
    (of_library("polars", "DataFrame"), frames),
    (of_library("polars", "Series"), series),
    (of_library("numpy", "generic"), atoms),
    (of_library("numpy", "ndarray"), arrays),
    (is_sparse, sparse),
    (of_library("torch", "Tensor"), tensors),
    (of_library("torch", "nn.Module"), modules),
    (has_parameters, estimators),
    (lambda value: True, others),
)


# ---- words --------------------------------------------------------------------------------------------------


def short(value: object) -> str:
    """A value in a few words."""
    try:
        said = " ".join(repr(value).split())
    except Exception as error:  # the object's own words failed it
        said = f"<{type(value).__name__}: {type(error).__name__}>"
    return said if len(said) <= WIDTH else f"{said[: WIDTH - 1]}…"


def type_said(value: object) -> str:
    """A type by its short name."""
    return type(value).__name__


def some(names: list[Any]) -> str:
    """The first of some labels."""
    said = ", ".join(map(short, names[:5]))
    return f"{said} and {len(names) - 5} more" if len(names) > 5 else said
