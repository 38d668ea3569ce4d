"""matplotlib's transforms: how data becomes places in a figure, and the boxes and limits that this goes by."""

from __future__ import annotations

from clew.knowledge.lines import class_mro, class_names
from clew.model.typed import Any
from clew.observe.digests import of_plain
from clew.observe.kind import Digest, Kind, Reach
from clew.observe.kinds.figures import standing_reach, values
from clew.observe.kinds.raw import attributes, class_digest

PLACES = (
    "left",
    "bottom",
    "right",
    "top",
    "wspace",
    "hspace",
    "_wspace",
    "_hspace",
    "_row_height_ratios",
    "_col_width_ratios",
)

OWN = frozenset({"_parents", "_invalid", "_shorthand_name", "_inverted", "_mtx", "input_dims", "output_dims"})


def transform_reach(transform: Any) -> Reach:
    """Lead from a transform or box to those that it is made of; a figure shares some of them."""
    made_of = [held for held in attributes(transform).values() if "_invalid" in attributes(held)]
    return Reach(made_of, keys=(transform,))


def transform_digest(transform: Any) -> Digest:
    """Digest a transform by the matrix, corners or transform that somebody can set; the rest it works out."""
    state = attributes(transform)
    settable = ("_points",) if "_ignore" in state else ("_mtx",) if is_settable(type(transform)) else ("_child",)
    return Digest(of_plain([class_digest(transform), *values(state, settable)]))


def is_settable(cls: type) -> bool:
    """Tell whether the matrix of transforms of this class is set, and not worked out."""
    return any("set_matrix" in class_names(base) for base in class_mro(cls))


def placing_reach(x: Any) -> Reach:
    """Lead from a grid to its figure; who places the axes of a figure is shared with it."""
    return Reach(standing_reach(x).children, keys=(x,))


def placing_digest(x: Any) -> Digest:
    """Digest a grid, or the borders of a figure, by what somebody can set."""
    return Digest(of_plain([class_digest(x), *values(attributes(x), PLACES)]))


KINDS = (
    Kind("transform", ("matplotlib.transforms.TransformNode",), transform_reach, transform_digest, OWN),
    Kind(
        "transform",
        (
            "matplotlib.gridspec.GridSpecBase",
            "matplotlib.gridspec.SubplotParams",
            "matplotlib.figure.SubplotParams",
        ),
        placing_reach,
        placing_digest,
    ),
)
