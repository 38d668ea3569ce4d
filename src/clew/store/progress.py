"""How far a big value has come, on one line of a terminal or notebook."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

SILENT, OFTEN = 2.0, 0.2  # seconds: nothing is said of what takes less, and not more often
UNITS = ("bytes", "kB", "MB", "GB", "TB")
Told = Callable[[str, int], None]
"""Is told what is being done, and how many bytes of it are."""


def nobody(doing: str, done: int) -> None:
    """Is told, and says nothing."""


class Bar:
    """Says how far a value has come, if it takes long and somebody looks; `close` wipes it out."""

    __slots__ = ("began", "clock", "name", "said", "stream", "total", "width")

    def __init__(
        self, name: str, total: int, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name, self.total, self.clock = name, total, clock
        self.stream = sys.stderr if stream is None else stream
        self.began = self.said = clock()
        self.width = 0

    def __call__(self, doing: str, done: int) -> None:
        """Say how many bytes are done."""
        now = self.clock()
        if now - self.began < SILENT or now - self.said < OFTEN or not is_seen(self.stream):
            return
        self.said = now
        self._write(f"{self.name}: {doing} {self._share(done)}")

    def close(self) -> None:
        """Wipe out what was said."""
        if self.width:
            self._write("")
            self.stream.write("\r")
            self.stream.flush()

    def _share(self, done: int) -> str:
        """Say how much is done, and of how much, as far as that is known."""
        if not self.total or done > self.total:
            return size_said(done)
        filled = 20 * done // self.total
        return f"[{'#' * filled}{'.' * (20 - filled)}] {size_said(done)} of about {size_said(self.total)}"

    def _write(self, text: str) -> None:
        self.stream.write("\r" + text.ljust(self.width))
        self.stream.flush()
        self.width = len(text)


def is_seen(stream: TextIO | None) -> bool:
    """Whether somebody looks at a stream: a terminal, or a notebook. There may be none, or one that was closed."""
    if stream is None or stream.closed:
        return False
    return stream.isatty() or type(stream).__module__.partition(".")[0] == "ipykernel"


def size_said(size: int) -> str:
    """Say a number of bytes as people do."""
    said, unit = float(size), 0
    while said >= 1000 and unit < len(UNITS) - 1:
        said, unit = said / 1000, unit + 1
    return f"{said:.1f} {UNITS[unit]}" if unit else f"{size} bytes"


def size_of(value: Any) -> int:
    """Give about how many bytes a value takes, if it is of a kind that says so; else 0."""
    name = f"{type(value).__module__.partition('.')[0]}.{type(value).__name__}"
    if name in ("numpy.ndarray", "torch.Tensor"):
        return int(value.nbytes)
    if name == "pandas.DataFrame":
        return int(value.memory_usage().sum())
    return int(value.estimated_size()) if name == "polars.DataFrame" else 0
