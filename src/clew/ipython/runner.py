"""Run the cells of a notebook file in order, as Jupyter's "run all" does."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence

from clew.analysis.notebooks import NotebookCell
from clew.ipython.shell import Kernel


def run_cells(
    cells: Sequence[NotebookCell],
    kernel: Kernel,
    *,
    allow_errors: bool,
    announce: Callable[[int], None],
) -> str | None:
    """Run cells in file order; stop at one that fails, unless errors are allowed.

    `announce` hears each cell's number in its file before the cell runs. What comes back is the text of the first
    error, or None. The shell shows results and errors as IPython does.
    """
    first: str | None = None
    for cell in cells:
        announce(cell.number)
        result = kernel.shell.run_cell(cell.text, store_history=True, cell_id=f"cell-{cell.number}")
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        if error is not None:
            first = first or error_text(error)
        if kernel.leaving or (error is not None and not allow_errors):
            break
    return first


def error_text(error: BaseException) -> str:
    """An exception in the words that end its traceback; for a syntax error, without the picture of the line."""
    lines = traceback.format_exception_only(error)
    return "".join(lines[-1:] if isinstance(error, SyntaxError) else lines).strip()
