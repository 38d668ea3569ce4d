"""The code cells of a notebook file, formats 3 and 4, read as plain JSON."""

from __future__ import annotations

import ast
import json
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from clew.errors import BrokenNotebook, BrokenSource, FileMissing, ForeignNotebook
from clew.model.data import dataclass

OLDEST_FORMAT = 3
PYTHONS = ("python", "python3", "ipython", "ipython3", "sage", "xpython")


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """One code cell: its text, and its place among all the cells of the file, counted from 1."""

    text: str
    number: int


def is_notebook(path: Path) -> bool:
    """Tell by its name whether a file is a notebook."""
    return path.suffix.lower() == ".ipynb"


def read_notebook(path: Path) -> tuple[NotebookCell, ...]:
    """Read the code cells of a notebook in file order; raise what is wrong with it, in a user's words."""
    book = _load(path)
    language = _language(book)
    if language.lower() not in PYTHONS:
        raise ForeignNotebook(str(path), language)
    return tuple(_code_cells(book, path))


def check_cells(cells: Sequence[NotebookCell]) -> None:
    """Refuse a notebook with a cell that is not Python, before any of it runs: BrokenSource, with its line.

    Cells are named by the count that they would run under, `In [2]`, as everywhere else.
    """
    for count, cell in enumerate((cell for cell in cells if cell.text.strip()), start=1):
        # A cell of one line may be a magic without its `%`, which only the shell can tell.
        error = _syntax_error(cell.text) if "\n" in cell.text.strip() or "=" in cell.text else None
        if error is not None:
            raise BrokenSource(f"cell {count}", error.lineno or 1, f"{type(error).__name__}: {error.msg}")


def _syntax_error(text: str) -> SyntaxError | None:
    """What is wrong with a cell, its magics put into Python where it does not parse as it is."""
    if _parsed(text) is None:
        return None
    # Most cells parse as they are, and IPython takes a while to load.
    from IPython.core import inputtransformer2

    manager: Any = inputtransformer2.TransformerManager  # IPython does not say its types
    try:
        return _parsed(manager().transform_cell(text))
    except SyntaxError as error:
        return error


def _parsed(text: str) -> SyntaxError | None:
    """What keeps a text from being Python, top-level `await` allowed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it will be said when the cell runs
            compile(text, "<cell>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error
    except ValueError:
        return None  # a text that Python cannot hold (NUL): the shell says so
    return None


def _load(path: Path) -> dict[str, object]:
    if not path.exists():
        raise FileMissing(str(path))
    if path.is_dir():
        raise BrokenNotebook(str(path), "it is a folder")
    try:
        book = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        why = "it is empty" if not error.doc.strip() else f"line {error.lineno} is not JSON ({error.msg})"
        raise BrokenNotebook(str(path), why) from None
    except (UnicodeDecodeError, RecursionError):
        raise BrokenNotebook(str(path), "it is not UTF-8 text in JSON") from None
    except OSError as error:
        raise BrokenNotebook(str(path), error.strerror or "it cannot be opened") from None
    return _checked(book, path)


def _checked(book: object, path: Path) -> dict[str, object]:
    """Tell a notebook from other JSON."""
    if not isinstance(book, dict) or not isinstance(book.get("nbformat"), int):
        raise BrokenNotebook(str(path), "it is JSON, but not a notebook (no `nbformat`)")
    if book["nbformat"] < OLDEST_FORMAT:
        raise BrokenNotebook(str(path), f"its format {book['nbformat']} is too old; open and save it in Jupyter")
    return book


def _language(book: dict[str, object]) -> str:
    """The language that the notebook says it is in; one that says nothing is in Python."""
    for section, key in (("language_info", "name"), ("kernelspec", "language"), ("kernel_info", "language")):
        said = _table(_table(book.get("metadata")).get(section)).get(key)
        if isinstance(said, str) and said:
            return said
    for cell in _all_cells(book):
        said = _table(cell).get("language")
        if isinstance(said, str) and said:
            return said
    return "python"


def _code_cells(book: dict[str, object], path: Path) -> Iterator[NotebookCell]:
    for number, cell in enumerate(_all_cells(book), start=1):
        if not isinstance(cell, dict):
            raise BrokenNotebook(str(path), f"cell {number} is not a table")
        if cell.get("cell_type") == "code":
            yield NotebookCell(_text(cell, number, path), number)


def _all_cells(book: dict[str, object]) -> list[object]:
    """All cells in file order; format 3 keeps them in worksheets."""
    if isinstance(book.get("worksheets"), list):
        return [cell for sheet in _list(book["worksheets"]) for cell in _list(_table(sheet).get("cells"))]
    return _list(book.get("cells"))


def _text(cell: dict[str, object], number: int, path: Path) -> str:
    """The text of a code cell, which the file holds as a string or as a list of lines."""
    said = cell.get("source", cell.get("input", ""))
    lines = said if isinstance(said, list) else [said]
    texts = [line for line in lines if isinstance(line, str)]
    if len(texts) != len(lines):
        raise BrokenNotebook(str(path), f"the code of cell {number} is not text")
    return "".join(texts)


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
