"""Notebook files as people have them: old, new, broken, foreign."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.analysis.notebooks import NotebookCell, check_cells, read_notebook
from clew.errors import BrokenNotebook, BrokenSource, ClewError, FileMissing, ForeignNotebook


def code(text: object) -> dict[str, object]:
    return {"cell_type": "code", "source": text, "outputs": [], "metadata": {}}


def book(*cells: object, **metadata: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": list(cells)})


@dataclass(frozen=True, slots=True)
class Reads:
    name: str
    text: str
    cells: tuple[NotebookCell, ...]


PROSE = {"cell_type": "markdown", "source": "# A title"}
READS = [
    Reads("source as one string", book(code("x = 1\ny = 2")), (NotebookCell("x = 1\ny = 2", 1),)),
    Reads("source as lines", book(code(["x = 1\n", "y = 2"])), (NotebookCell("x = 1\ny = 2", 1),)),
    Reads("prose counts but is left out", book(PROSE, code("x")), (NotebookCell("x", 2),)),
    Reads("an empty notebook", book(), ()),
    Reads("a byte order mark", "\ufeff" + book(code("x")), (NotebookCell("x", 1),)),
    Reads("says python", book(code("x"), kernelspec={"language": "python"}), (NotebookCell("x", 1),)),
    Reads("magics are kept", book(code("%matplotlib inline")), (NotebookCell("%matplotlib inline", 1),)),
    Reads(
        "format 3 keeps its cells in worksheets",
        json.dumps(
            {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "language": "python", "input": ["x"]}]}]}
        ),
        (NotebookCell("x", 1),),
    ),
]


@pytest.mark.parametrize("case", READS, ids=lambda case: case.name)
def test_reads(case: Reads, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(case.text, encoding="utf-8")
    assert read_notebook(path) == case.cells


@dataclass(frozen=True, slots=True)
class Refuses:
    name: str
    content: bytes
    error: type[ClewError]
    says: str


REFUSES = [
    Refuses("an empty file", b"", BrokenNotebook, "empty"),
    Refuses("not JSON", b"{", BrokenNotebook, "line 1 is not JSON"),
    Refuses("JSON of another kind", b"[1, 2]", BrokenNotebook, "nbformat"),
    Refuses("bytes that are not text", b"\x80\x81", BrokenNotebook, "UTF-8"),
    Refuses("too deep", b"[" * 200_000, BrokenNotebook, "JSON"),
    Refuses("too old", b'{"nbformat": 2}', BrokenNotebook, "format 2"),
    Refuses("a cell that is no table", book(3).encode(), BrokenNotebook, "cell 1"),
    Refuses("code that is no text", book(code([1])).encode(), BrokenNotebook, "cell 1"),
    Refuses("in R", book(code("x"), kernelspec={"language": "R"}).encode(), ForeignNotebook, "in R"),
    Refuses("in Julia", book(language_info={"name": "julia"}).encode(), ForeignNotebook, "julia"),
]


@pytest.mark.parametrize("case", REFUSES, ids=lambda case: case.name)
def test_refuses(case: Refuses, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(case.content)
    with pytest.raises(case.error, match=case.says) as caught:
        read_notebook(path)
    assert "\n" not in str(caught.value)


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    text: str
    says: str = ""


CELLS = [
    Cell("Python", "x = 1\ny = 2"),
    Cell("a line magic", "%matplotlib inline\nx = 1"),
    Cell("a cell magic", "%%bash\nls | wc -l\nif x; then y; fi"),
    Cell("a shell command", "files = !ls\nx = 1"),
    Cell("help", "x = 1\nx?"),
    Cell("a magic without its sign", "pip install something"),
    Cell("top-level await", "import asyncio\nawait asyncio.sleep(0)"),
    Cell("nothing", ""),
    Cell("comments", "# one\n# two"),
    Cell("not Python", "x = 1\ny = = 2", "cell 1, line 2: SyntaxError: invalid syntax"),
    Cell("one line that is not Python", "y = = 2", "cell 1, line 1: SyntaxError"),
    Cell("not closed", "x = (1,\ny = 2", "was never closed"),
    Cell("bad indentation", "if x:\ny = 2", "line 2: IndentationError"),
    Cell("a magic, and not Python", "%matplotlib inline\ny = = 2", "line 2: SyntaxError"),
]


@pytest.mark.parametrize("case", CELLS, ids=lambda case: case.name)
def test_cells_are_checked(case: Cell) -> None:
    cells = (NotebookCell(case.text, 1),)
    if not case.says:
        check_cells(cells)
        return
    with pytest.raises(BrokenSource, match=case.says):
        check_cells(cells)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_notebook(tmp_path / "none.ipynb")
    with pytest.raises(BrokenNotebook, match="folder"):
        read_notebook(tmp_path)
