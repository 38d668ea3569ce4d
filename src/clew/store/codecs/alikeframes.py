"""Exact likeness of what pandas holds: dtypes, index, names, order, attributes, missing values of each kind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from clew.store.codecs.alikearrays import items_alike

Alike = Callable[[Any, Any], bool]


def frames_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two frames are exactly alike."""
    return (
        alike(one.attrs, other.attrs)
        and one.flags.allows_duplicate_labels == other.flags.allows_duplicate_labels
        and one.shape == other.shape
        and alike(one.columns, other.columns)
        and alike(one.index, other.index)
        and all(columns_alike(one, other, place, alike) for place in range(one.shape[1]))
    )


def columns_alike(one: Any, other: Any, place: int, alike: Alike) -> bool:
    """Whether the columns at one place hold the same."""
    return values_alike(one.iloc[:, place].array, other.iloc[:, place].array, alike)


def series_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two series are exactly alike."""
    return (
        alike(one.attrs, other.attrs)
        and one.flags.allows_duplicate_labels == other.flags.allows_duplicate_labels
        and len(one) == len(other)
        and alike(one.name, other.name)
        and alike(one.index, other.index)
        and values_alike(one.array, other.array, alike)
    )


def indexes_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two indexes are exactly alike: names, values and, where there is one, frequency."""
    return (
        alike(list(one.names), list(other.names))
        and len(one) == len(other)
        and getattr(one, "freq", None) == getattr(other, "freq", None)
        and values_alike(one.array, other.array, alike)
    )


def ranges_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two ranges are exactly alike."""
    return (one.start, one.stop, one.step) == (other.start, other.stop, other.step) and alike(one.name, other.name)


def multi_indexes_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two indexes of several levels are exactly alike; how pandas numbers the labels is its own affair."""
    return (
        alike(list(one.names), list(other.names))
        and len(one) == len(other)
        and all(alike(one.get_level_values(n), other.get_level_values(n)) for n in range(one.nlevels))
    )


def values_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two arrays of pandas hold the same, missing values included."""
    if type(one) is not type(other) or type(one.dtype) is not type(other.dtype) or one.dtype != other.dtype:
        return False
    return FORMS.get(type(one).__name__, objects_alike)(one, other, alike)


def numpy_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Arrays that NumPy holds, dates among them."""
    return items_alike(plain(one), plain(other), alike)


def plain(array: Any) -> Any:
    """Give the NumPy array inside one of pandas, without a copy."""
    return array._ndarray


def masked_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Nullable numbers: the same are missing, and the others are equal."""
    missing = one._mask
    there = ~missing
    return items_alike(missing, other._mask, alike) and items_alike(one._data[there], other._data[there], alike)


def arrow_alike(one: Any, other: Any, alike: Alike) -> bool:
    """What Arrow holds, piece by piece or not."""
    return bool(one._pa_array.equals(other._pa_array)) or objects_alike(one, other, alike)


def categories_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Categories: the same in the same order, used or not."""
    return (
        one.ordered == other.ordered
        and alike(one.categories, other.categories)
        and items_alike(one.codes, other.codes, alike)
    )


def objects_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Any other: item by item."""
    numpy = sys.modules["numpy"]
    return items_alike(numpy.asarray(one, dtype=object), numpy.asarray(other, dtype=object), alike)


FORMS: dict[str, Callable[[Any, Any, Alike], bool]] = {
    "NumpyExtensionArray": numpy_alike,
    "PandasArray": numpy_alike,  # its name until pandas 2.1
    "DatetimeArray": numpy_alike,
    "TimedeltaArray": numpy_alike,
    "PeriodArray": numpy_alike,
    "IntegerArray": masked_alike,
    "FloatingArray": masked_alike,
    "BooleanArray": masked_alike,
    "ArrowExtensionArray": arrow_alike,
    "ArrowStringArray": arrow_alike,
    "ArrowStringArrayNumpySemantics": arrow_alike,
    "Categorical": categories_alike,
}

RULES: dict[str, Callable[[Any, Any, Alike], bool]] = {
    f"{module}.{name}": rule
    for name, path, rule in [
        ("DataFrame", "frame", frames_alike),
        ("Series", "series", series_alike),
        ("MultiIndex", "indexes.multi", multi_indexes_alike),
        ("Index", "indexes.base", indexes_alike),
        ("RangeIndex", "indexes.range", ranges_alike),
        ("DatetimeIndex", "indexes.datetimes", indexes_alike),
        ("TimedeltaIndex", "indexes.timedeltas", indexes_alike),
        ("PeriodIndex", "indexes.period", indexes_alike),
        ("CategoricalIndex", "indexes.category", indexes_alike),
        ("IntervalIndex", "indexes.interval", indexes_alike),
    ]
    for module in ("pandas", f"pandas.core.{path}")  # pandas 3 hides the module it stands in
}
