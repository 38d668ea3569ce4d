"""The shell's list of transformers while it is watched: as the user left it, but for one more at the end of IPython's loop."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any

LOOP = "transform_ast"
"""The method of the shell that hands a tree from one transformer to the next."""


class Transformers(list[Any]):
    """A list with a `last` transformer, which the user's own `pop`, `len` and loops do not meet."""

    def __init__(self, held: list[Any], last: Any) -> None:
        super().__init__(held)
        self.last = last

    def __iter__(self) -> Iterator[Any]:
        """Go through the transformers; IPython's own loop comes to the last one, too."""
        if sys._getframe(1).f_code.co_name != LOOP:
            return super().__iter__()
        return chain(super().__iter__(), (self.last,))
