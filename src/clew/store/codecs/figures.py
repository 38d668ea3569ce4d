"""Figures of matplotlib: pickled, with a picture beside."""

from __future__ import annotations

import io
import pickle
from typing import Any

from clew.store.codecs import pickles
from clew.store.codecs.codec import Codec, is_a, library


def is_figure(value: object) -> bool:
    """Whether a value is exactly a figure."""
    return is_a(value, "matplotlib.figure", "Figure")


def picture(value: Any) -> bytes:
    """Give a PNG of a figure; a copy is drawn, for drawing lays out anew."""
    held = io.BytesIO()
    pickles.write(value, held)
    canvas = library("matplotlib.backends.backend_agg", "a picture").FigureCanvasAgg(pickle.loads(held.getvalue()))
    drawn = io.BytesIO()
    canvas.print_png(drawn, metadata={"Software": None})  # equal pictures are equal bytes
    return drawn.getvalue()


FIGURE = Codec("figure", ".pkl", False, is_figure, pickles.write, pickles.read, pickles.matches, picture)
