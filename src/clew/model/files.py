"""A file as a value: what `clew.file("out.csv")` gives, and what comes back when it was kept as an artifact."""

from __future__ import annotations

import os

from clew.model.data import dataclass


@dataclass(frozen=True, slots=True)
class File:
    """A file by its path. It can be given wherever a path can: `open(file)`, `pd.read_csv(file)`.

    One that came back from the store is a copy in a temporary folder, which goes with `home`.
    """

    path: str
    home: object = None

    def __fspath__(self) -> str:
        return self.path

    @property
    def name(self) -> str:
        """The file's own name, without its folders."""
        return os.path.basename(self.path)

    def __repr__(self) -> str:
        return f"File({self.path!r})"
