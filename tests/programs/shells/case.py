"""A list of cells run in one IPython shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """Cells that run one after the other; after `unload` of them, clew is unloaded where it was loaded."""

    name: str
    cells: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    unload: int | None = None
    needs: tuple[str, ...] = ()
    quick: bool = False
