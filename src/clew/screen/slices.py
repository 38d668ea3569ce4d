"""A slice as people meet it: code in a terminal, a listing in a notebook, a table in JSON."""

from __future__ import annotations

from typing import Any

from clew.model.data import dataclass
from clew.model.graph import Slice
from clew.screen.columns import counted
from clew.screen.page import box, code_listing, notes_list


@dataclass(frozen=True, slots=True, repr=False)
class SliceView:
    """The code that makes a variable.

    `code` runs alone; `steps` are the numbers of the session's steps that it repeats, in order; `notes` say what
    to know about it. `str()` gives the code.
    """

    name: str
    code: str
    steps: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.code

    def __repr__(self) -> str:
        """The code, then the notes as comments: what a terminal shows."""
        return "\n".join([self.code.rstrip("\n"), *(f"# note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        title = f"the code that makes {self.name} · {counted(len(self.steps), 'step')}"
        return box(title, code_listing(self.code.rstrip("\n")), notes_list(self.notes))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew slice --json`."""
        return {"code": self.code, "steps": len(self.steps)}


def slice_view(cut: Slice, notes: tuple[str, ...] = ()) -> SliceView:
    """Show a slice, with notes of ours before its own."""
    return SliceView(cut.criterion, cut.code, cut.steps, (*notes, *cut.notes))
