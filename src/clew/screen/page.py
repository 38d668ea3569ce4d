"""Pieces of HTML: self-contained, everything escaped, legible on light and dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from clew.screen.color import colored_html

BOX = "font-size:13px;line-height:1.4;color:#1a1a1a;background:#fafafa;border:1px solid #d0d0d0;border-radius:4px;padding:8px 10px;overflow-x:auto"
MONO = "font-family:ui-monospace,Menlo,Consolas,monospace;white-space:pre;margin:0;text-align:left"
NUMBER = "color:#8a8a8a;text-align:right;padding:0 10px 0 0;user-select:none;-webkit-user-select:none"
HEAD = "text-align:left;padding:2px 12px 2px 0;border-bottom:1px solid #d0d0d0;color:#1a1a1a;font-weight:600"
DATA = "text-align:left;padding:2px 12px 2px 0;vertical-align:top;color:#1a1a1a"
NOTE = "margin:6px 0 0 0;color:#6b4e00"
TITLE = "margin:0 0 6px 0;color:#555"


def box(title: str, *parts: str) -> str:
    """A framed piece of a page, with a title."""
    return f'<div style="{BOX}"><div style="{TITLE}">{escape(title)}</div>{"".join(parts)}</div>'


def code_listing(code: str) -> str:
    """Code with line numbers that are not copied with it."""
    lines = colored_html(code).splitlines() or [""]
    numbers = "\n".join(str(number) for number in range(1, len(lines) + 1))
    # Two tall cells rather than a row a line: marking and copying the code gives the code alone.
    return (
        '<table style="border-collapse:collapse;background:transparent;margin:0"><tr style="background:transparent">'
        f'<td style="{NUMBER};vertical-align:top"><pre style="{MONO};color:#8a8a8a;background:transparent">{numbers}</pre></td>'
        f'<td style="text-align:left;vertical-align:top"><pre style="{MONO};color:#1a1a1a;background:transparent">'
        f"{chr(10).join(lines)}</pre></td></tr></table>"
    )


def notes_list(notes: Iterable[str]) -> str:
    """Notes, a paragraph each."""
    return "".join(f'<div style="{NOTE}">{escape(note)}</div>' for note in notes)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain text."""
    head = "".join(f'<th style="{HEAD}">{escape(heading)}</th>' for heading in headings)
    body = "".join(
        "<tr>" + "".join(f'<td style="{DATA}">{escape(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    return f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
