"""Colour for code in a terminal, only where it is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO


def wants_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Tell whether a stream is a terminal whose user has not asked for plain text (https://no-color.org)."""
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb" and stream.isatty()


def colored(code: str) -> str:
    """Colour Python code with ANSI escapes."""
    # Pygments takes a while to load and is needed only where somebody looks.
    from pygments import highlight
    from pygments.formatters.terminal import TerminalFormatter
    from pygments.lexers.python import PythonLexer

    text: str = highlight(code, PythonLexer(stripnl=False), TerminalFormatter())
    return text


def colored_html(code: str) -> str:
    """Colour Python code with inline styles, so that the page needs nothing else; everything is escaped."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers.python import PythonLexer

    text: str = highlight(code, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(noclasses=True, nowrap=True))
    return text
