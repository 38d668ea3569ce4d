"""The code of a value that was kept as an artifact.

Where a straight-line statement keeps it, the code is the slice of what it keeps, as it stood then. Where that happens
in a loop or a function, which stay whole, the code collects what is kept there and takes the right one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from keyword import iskeyword

from clew.analysis.names import COMPREHENSIONS, names_of
from clew.analysis.outline import Outline
from clew.dataflow.closure import Closure, close
from clew.dataflow.graph import END, outline_of
from clew.dataflow.keeping import Call, keeping_calls, take_out
from clew.dataflow.render import render
from clew.dataflow.slicing import kept_by_source
from clew.dataflow.texts import expressions
from clew.errors import UnknownSave
from clew.model.data import dataclass
from clew.model.effects import Reason
from clew.model.events import Step
from clew.model.graph import Dependence, Graph, Save, Via
from clew.model.resources import Cell, Name
from clew.model.statements import Shape

COLLECTED = "kept"
"""The list in which code collects what a loop or function keeps."""


@dataclass(frozen=True)
class SavedCode:
    """Code that leaves a value in `variable`, with the steps that it repeats; empty where the code cannot name it."""

    code: str
    variable: str
    steps: tuple[int, ...]
    notes: tuple[str, ...] = ()


def cut_save(graph: Graph, step: int, nth: int, name: str, *, exact: bool = False, script: bool = False) -> SavedCode:
    """Cut the code of the value that the nth save of a step kept under `name`; UnknownSave if there was none."""
    if (step, nth) not in graph.saves:
        raise UnknownSave(step, nth)
    save = graph.saves[step, nth]
    calls = tuple(keeping_calls(graph))
    call = call_of(graph, save, calls)
    writing = Writing(graph, calls, exact, script)
    if call is None:
        return writing.unnamed(step)
    if save.kept.direct and is_straight(graph, step, call):
        return writing.straight(save, call, name)
    return writing.collected(save, call, name)


class Writing:
    """Writes the code of saves of one session."""

    def __init__(self, graph: Graph, calls: tuple[Call, ...], exact: bool, script: bool) -> None:
        self.graph, self.calls, self.exact, self.script = graph, calls, exact, script

    def straight(self, save: Save, call: Call, name: str) -> SavedCode:
        """Code of what a straight-line statement keeps."""
        names = names_of([call.value]).reads
        found = close(self.graph, [d for each in names for d in save.needs.get(each, ())], self.exact)
        if isinstance(call.value, ast.Name) and found.steps:  # else nobody has bound it: `len`
            return self.written(found, call.value.id)
        step = save.kept.step
        outside = [d for d in self.graph.dependences[step] if not isinstance(d.resource, Cell | Name)]
        further = close(self.graph, outside, self.exact)
        found = Closure(found.steps | further.steps | {step}, found.spared | further.spared)
        variable = identifier(name)
        text = f"{variable} = {self.text_of(call, call.value)}"
        return self.written(found, variable, {(call.source, call.statement): text})

    def collected(self, save: Save, call: Call, name: str) -> SavedCode:
        """Code that collects what is kept in a loop or function, and takes the right one."""
        step, nth = save.kept.step, save.kept.nth
        found = close(self.graph, [whole_step(step)], self.exact)
        twins = [s.kept.nth for s in self.graph.saves.values() if s.kept.step == step and s.kept.span == save.kept.span]
        # Counted from the end: the same call may have kept values in earlier steps.
        place = sorted(twins).index(nth) - len(twins)
        variable = call.value.id if isinstance(call.value, ast.Name) else identifier(name)
        collect = f"{COLLECTED}.append(copy.deepcopy({self.text_of(call, call.value)}))"
        if not is_alone(self.graph, call):  # what the call gives is used
            collect = f"({collect} or {self.text_of(call, call.node)})"
        return self.written(
            found,
            variable,
            {},
            {call.node: collect},
            before=("import copy", "", f"{COLLECTED} = []"),
            after=(f"{variable} = {COLLECTED}[{place}]",),
        )

    def unnamed(self, step: int) -> SavedCode:
        """Code that keeps the value again when it runs: the call stands in a module of the user's."""
        found = close(self.graph, [whole_step(step)], self.exact)
        note = "the value is kept by code outside the notebook or script: run, this code keeps it again"
        made = self.written(found, "", strip=False)
        return SavedCode(made.code, "", made.steps, (*made.notes, note))

    def written(
        self,
        found: Closure,
        variable: str,
        texts: dict[tuple[int, int], str] | None = None,
        replaced: Mapping[ast.Call, str] | None = None,
        *,
        before: tuple[str, ...] = (),
        after: tuple[str, ...] = (),
        strip: bool = True,
    ) -> SavedCode:
        """The closure as code, other saves in it taken out."""
        shown = kept_by_source(self.graph, found)
        for (source, statement), text in (texts or {}).items():
            shown[source].texts[statement] = text
        if strip:
            take_out(self.graph.sources, shown, self.calls, replaced or {})
        made = render(self.graph.sources, shown, self.script, before, after)
        notes = (*made.notes, *[f"the record is incomplete: {why}" for why in self.graph.faults])
        return SavedCode(made.code, variable, tuple(sorted(found.steps)), notes)

    def text_of(self, call: Call, node: ast.expr) -> str:
        """The user's text of an expression, in brackets where it needs them."""
        python = next(source.python for source in self.graph.sources if source.number == call.source)
        text = ast.get_source_segment(python, node) or ast.unparse(node)
        open_ended = "\n" in text and not text.startswith(("(", "[", "{"))
        return f"({text})" if open_ended or isinstance(node, ast.NamedExpr) else text


def call_of(graph: Graph, save: Save, calls: Iterable[Call]) -> Call | None:
    """The call that made a save: by its place in the text, the newest where cells have calls at the same place."""
    latest = step_of(graph, save.kept.step).source
    found = [call for call in calls if stands_at(call.node, save) and call.source <= latest]
    return max(found, key=lambda call: call.source, default=None)


def stands_at(node: ast.Call, save: Save) -> bool:
    """Tell whether a call stands where a save says that it was made."""
    span = save.kept.span
    if span.column < 0:
        return node.lineno == span.line
    here = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
    return here == (span.line, span.column, span.end_line, span.end_column)


def whole_step(step: int) -> Dependence:
    """A need for all that a step does."""
    return Dependence(END, step, Via.DATA, None, Reason.OBSERVED)


def is_straight(graph: Graph, step: int, call: Call) -> bool:
    """Tell whether the step is one of the straight-line statement that a call stands in, and that makes it once."""
    ran = step_of(graph, step)
    if (ran.source, ran.statement) != (call.source, call.statement):
        return False
    outlined = outline_in(graph, call.source)
    # From Python 3.12 on, a comprehension runs in the frame around it (PEP 709): the frame does not tell.
    inner = (
        node for node in ast.walk(outlined.nodes[call.statement]) if isinstance(node, (*COMPREHENSIONS, ast.Lambda))
    )
    repeated = any(part is call.node for node in inner for part in ast.walk(node))
    return outlined.statements[call.statement].shape is Shape.SIMPLE and not repeated


def step_of(graph: Graph, number: int) -> Step:
    """The step of that number: a step that others ran within stands after them."""
    return graph.step(number)


def outline_in(graph: Graph, source: int) -> Outline:
    """The outline of a source."""
    return outline_of(next(each.python for each in graph.sources if each.number == source))


def is_alone(graph: Graph, call: Call) -> bool:
    """Tell whether a call is a statement of its own."""
    statement = outline_in(graph, call.source).nodes[call.statement]
    return any(expression.value is call.node for expression, _ in expressions(statement))


def identifier(name: str) -> str:
    """The name of an artifact as a variable: `churn model (v2)` becomes `churn_model_v2`."""
    word = re.sub(r"\W+", "_", name).strip("_") or "value"
    return f"_{word}" if word[0].isdigit() else f"{word}_" if iskeyword(word) else word
