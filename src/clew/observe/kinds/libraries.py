"""The kinds of libraries' objects: nobody needs them before a library is loaded."""

from __future__ import annotations

from clew.observe.kind import Kind
from clew.observe.kinds import arrays, estimators, executors, figures, frames, polar, tensors, transforms

KINDS: tuple[Kind, ...] = (
    *arrays.KINDS,
    *frames.KINDS,
    *polar.KINDS,
    *tensors.KINDS,
    *figures.KINDS,
    *transforms.KINDS,
    *estimators.KINDS,
    *executors.KINDS,
)
