"""Where a call stands, read off the frame that makes it."""

from __future__ import annotations

from itertools import islice
from types import FrameType

from clew.model.places import Span

OPTIMIZED = 1
"""The flag of a function's code (`inspect.CO_OPTIMIZED`): a module's has it not."""


def is_modules(frame: FrameType, namespace: dict[str, object]) -> bool:
    """Tell whether a frame runs a module's own text, in this namespace."""
    return frame.f_globals is namespace and not frame.f_code.co_flags & OPTIMIZED


def span_of_call(frame: FrameType) -> Span:
    """The span of the call that a frame is making; columns are -1 where Python was told to forget them."""
    found = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    line, end_line, column, end_column = found
    line = frame.f_lineno if line is None else line
    return Span(line, -1 if column is None else column, end_line or line, -1 if end_column is None else end_column)
