"""Code as a notebook file."""

from __future__ import annotations

import ast
import json


def notebook(title: str, code: str) -> str:
    """Give the text of a notebook (format 4) with a title and code, a cell for each paragraph of it."""
    cells = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": title}]
    for number, text in enumerate(paragraphs(code), 1):
        run: dict[str, object] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
        cells.append({**run, "id": f"cell-{number}", "source": text})  # type: ignore[dict-item]  # JSON's own mixture
    language = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    book = {"cells": cells, "metadata": language, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def paragraphs(code: str) -> list[str]:
    """Split code at the blank lines between its statements; code with magics stays whole."""
    lines = code.splitlines()
    try:
        inside = {line for node in ast.parse(code).body for line in range(node.lineno, (node.end_lineno or 0) + 1)}
    except (SyntaxError, ValueError):
        return [code.strip("\n")] if code.strip() else []
    found, current = list[str](), list[str]()
    for number, line in enumerate(lines, 1):
        if line.strip() or number in inside:
            current.append(line)
        elif current:
            found.append("\n".join(current))
            current = []
    return [*found, "\n".join(current)] if current else found
