"""How two artifacts differ, as people read it."""

from __future__ import annotations

from typing import Any

from clew.analysis.secrets import masked
from clew.model.data import dataclass
from clew.model.differences import Difference, Part
from clew.model.verdicts import Checked
from clew.screen.columns import listed
from clew.screen.page import box, code_listing, notes_list
from clew.screen.verdicts import verdict_json, verdict_said


@dataclass(frozen=True, slots=True, repr=False)
class DiffView:
    """How one artifact differs from another: `value`, `code`, `inputs`, `environment`, and the `causes` there can be.

    `checked` is what came of verifying each.
    """

    difference: Difference
    checked: tuple[Checked | None, Checked | None] = (None, None)

    @property
    def value(self) -> Part:
        """How the values differ, by their kind."""
        return self.difference.value

    @property
    def code(self) -> Part:
        """How the codes differ, as a unified diff."""
        return self.difference.code

    @property
    def inputs(self) -> Part:
        """Which inputs differ."""
        return self.difference.inputs

    @property
    def environment(self) -> Part:
        """What differs in what they were made on."""
        return self.difference.environment

    @property
    def causes(self) -> tuple[str, ...]:
        """What can be why the values differ; empty where they are the same."""
        return self.difference.causes

    def parts(self) -> tuple[tuple[str, Part], ...]:
        """The parts by name; credentials in code are masked."""
        code = Part(self.code.finding, tuple(masked("\n".join(self.code.lines)).code.splitlines()))
        return ("value", self.value), ("code", code), ("inputs", self.inputs), ("environment", self.environment)

    def __repr__(self) -> str:
        lines = [self.title()]
        for name, part in self.parts():
            lines += [f"{name}: {part.finding}", *(f"  {line}" for line in part.lines)]
        return "\n".join([*lines, *self._said()])

    def title(self) -> str:
        """Which two are compared."""
        return f"{self.difference.before} → {self.difference.after}"

    def _said(self) -> tuple[str, ...]:
        causes = (f"what can be the cause: {listed(self.causes)}",) if self.causes else ()
        pairs = zip((self.difference.before, self.difference.after), self.checked, strict=True)
        return (*causes, *(f"{name}: {verdict_said(each)}" for name, each in pairs if each is not None))

    def _repr_html_(self) -> str:
        shown = []
        for name, part in self.parts():
            shown += [
                notes_list([f"{name}: {part.finding}"]),
                code_listing("\n".join(part.lines)) if part.lines else "",
            ]
        return box(self.title(), *shown, notes_list(self._said()))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew diff --json`."""
        found = {name: {"finding": part.finding.value, "lines": list(part.lines)} for name, part in self.parts()}
        verified = [verdict_json(each) for each in self.checked]
        names = {"before": self.difference.before, "after": self.difference.after}
        return {**names, **found, "causes": list(self.causes), "verified": verified}
