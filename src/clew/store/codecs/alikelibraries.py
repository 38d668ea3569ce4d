"""Exact likeness of what torch and polars hold."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

Alike = Callable[[Any, Any], bool]


def tensors_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two tensors have the same type, shape, place, order in memory and bits."""
    return (
        (one.dtype, one.shape, one.device, one.layout) == (other.dtype, other.shape, other.device, other.layout)
        and one.requires_grad == other.requires_grad
        and one.stride() == other.stride()
        and bool(sys.modules["torch"].equal(raw(one), raw(other)))
        and alike(one.__dict__, other.__dict__)
    )


def raw(tensor: Any) -> Any:
    """Give the bytes of a tensor, as a tensor."""
    return tensor.detach().contiguous().reshape(-1).view(sys.modules["torch"].uint8)


def frames_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two frames of polars have the same columns, types and values, missing ones included."""
    return alike(list(one.schema.items()), list(other.schema.items())) and bool(one.equals(other, null_equal=True))


def series_alike(one: Any, other: Any, alike: Alike) -> bool:
    """Whether two series of polars have the same name, type and values, missing ones included."""
    return frames_alike(one.to_frame(), other.to_frame(), alike)


RULES: dict[str, Callable[[Any, Any, Alike], bool]] = {
    "torch.Tensor": tensors_alike,
    "torch.nn.parameter.Parameter": tensors_alike,
    "polars.dataframe.frame.DataFrame": frames_alike,
    "polars.series.series.Series": series_alike,
}
