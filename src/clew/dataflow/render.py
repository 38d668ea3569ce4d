"""Kept statements as code: the user's own text, its comments, quotes and blank lines."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from clew.analysis.outline import BRANCHING, WHOLE, Outline, bodies, is_future_import, shape_of, span_of
from clew.dataflow.magics import magic_text
from clew.model.data import dataclass, field
from clew.model.places import CellPlace, Source

INDENT = "    "
Line = tuple[str, int]  # the text of a line, and the step it belongs to (-1 for none)


@dataclass(slots=True)
class Kept:
    """What is kept of one source: statements with their steps, those that raised, those in branches not run.

    `texts` stand in the place of statements' own; `results` are the names that an expression's result is bound to.
    """

    outline: Outline
    steps: dict[int, int]
    raised: set[int]
    unrun: set[int]
    texts: dict[int, str] = field(default_factory=dict)
    results: dict[int, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Text:
    """Code, the step of each of its lines (from 1), and what there is to say about it."""

    code: str
    lines: dict[int, int]
    notes: list[str] = field(default_factory=list)


def render(
    sources: Sequence[Source],
    kept: Mapping[int, Kept],
    script: bool = False,
    before: Sequence[str] = (),
    after: Sequence[str] = (),
) -> Text:
    """Write down what is kept of each source, in the order in which the sources ran, between further lines."""
    lines: list[Line] = [(text, -1) for text in (*future_imports(kept.values()), *before)]
    notes: list[str] = []
    for source in sources:
        if source.number in kept:
            writer = _Writer(source, kept[source.number], script)
            written = writer.source()
            while not lines and written and not written[0][0].strip():
                del written[0]
            if lines and written and written[0][0].strip():
                lines.append(("", -1))
            lines += written
            notes += writer.notes
    lines += [(text, -1) for text in after]
    code = "\n".join(line for line, _ in lines)
    steps = {number: step for number, (_, step) in enumerate(lines, 1) if step >= 0}
    return Text(code + "\n" if code else "", steps, list(dict.fromkeys(notes)))


def future_imports(kept: Iterable[Kept]) -> list[str]:
    """The `from __future__` imports of the sources: they decide what the rest means."""
    found = [node for each in kept for node in each.outline.nodes if is_future_import(node)]
    return list(dict.fromkeys(ast.unparse(node) for node in found))


class _Writer:
    """Writes what is kept of one source."""

    def __init__(self, source: Source, kept: Kept, script: bool) -> None:
        self.kept = kept
        self.script = script
        self.magics = isinstance(source.place, CellPlace)
        self.lines = source.python.splitlines()
        self.raw = [line.encode() for line in self.lines]
        self.numbers = {id(node): number for number, node in enumerate(kept.outline.nodes)}
        self.notes: list[str] = []
        self.first = True

    def source(self) -> list[Line]:
        """The lines of the source's body."""
        statements, nodes = self.kept.outline.statements, self.kept.outline.nodes
        top = [node for statement, node in zip(statements, nodes, strict=True) if statement.parent is None]
        return self.body(top, "")

    def body(self, nodes: Sequence[ast.stmt], indent: str) -> list[Line]:
        """The lines of one body's kept statements."""
        written: list[Line] = []
        before: ast.stmt | None = None  # the statement before, where it is kept
        for node in nodes:
            if not self.keeps(node):
                before = None
                continue
            above = self.above(node, indent)  # asked first: a body within makes a beginning of its own
            lines = self.statement(node, indent)
            if before is not None and self.on_one_line(before, node):
                written[-1] = (self.beside(written[-1][0], before, node), written[-1][1])
            elif lines:
                written += [*above, *lines]
                self.first = False
            before = node if lines else None
        return written

    def on_one_line(self, before: ast.stmt, node: ast.stmt) -> bool:
        """Tell whether two simple statements stand on one line, as the user wrote them."""
        simple = not (BRANCHING | WHOLE) & {shape_of(before), shape_of(node)}
        simple = simple and self.numbers[id(node)] not in self.kept.results
        raised = self.kept.raised & {self.numbers[id(before)], self.numbers[id(node)]}
        return simple and not raised and before.end_lineno == node.lineno == node.end_lineno

    def beside(self, line: str, before: ast.stmt, node: ast.stmt) -> str:
        """A line with the next statement on it too."""
        start, end = (
            (before.end_lineno or 0, before.end_col_offset or 0),
            (node.end_lineno or 0, node.end_col_offset or 0),
        )
        return line + self.segment(start, end) + self.comment_after(*end)

    def keeps(self, node: ast.stmt) -> bool:
        """Tell whether a statement, or one under it, is kept."""
        number = self.numbers[id(node)]
        if number in self.kept.steps or number in self.kept.unrun or self.is_unrun(number):
            return True
        return any(self.keeps(inner) for _, body in bodies(node) for inner in body)

    def is_unrun(self, number: int) -> bool:
        """Tell whether a statement stands under one that is kept though it did not run."""
        parent = self.kept.outline.statements[number].parent
        return parent is not None and (parent in self.kept.unrun or self.is_unrun(parent))

    # ---- one statement ----------------------------------------------------------------------------------

    def statement(self, node: ast.stmt, indent: str) -> list[Line]:
        number = self.numbers[id(node)]
        step = self.kept.steps.get(number, -1)
        self.first = self.first and False
        if shape_of(node) in BRANCHING:
            return self.compound(node, indent, step)
        lines = self.simple(node, indent, step)
        if lines and (names := self.kept.results.get(number)):
            lines[0] = (indent + "".join(f"{name} = " for name in names) + lines[0][0].removeprefix(indent), step)
        if number in self.kept.raised:
            inside = [(self.deeper(line, place, node), step) for place, (line, _) in enumerate(lines)]
            return [
                (f"{indent}try:", step),
                *inside,
                (f"{indent}except Exception:", step),
                (f"{indent}{INDENT}pass", step),
            ]
        return lines

    def simple(self, node: ast.stmt, indent: str, step: int) -> list[Line]:
        """A statement's own text, with the comment that ends its last line."""
        if self.magics:
            said = magic_text(node, self.script)
            if said is not None:
                self.notes += said.notes
                return [(indent + line, step) for line in said.lines]
        span = span_of(node)
        text = self.segment((span.line, span.column), (span.end_line, span.end_column))
        if getattr(node, "decorator_list", None):
            text = self.segment((span.line, 0), (span.end_line, span.end_column)).lstrip()
        lines = self.kept.texts.get(self.numbers[id(node)], text).split("\n")
        if lines[-1] == text.rpartition("\n")[2]:  # else the line that the comment stands on is no more
            lines[-1] += self.comment_after(span.end_line, span.end_column)
        lines[0] = indent + lines[0]
        return [(line, step) for line in lines]

    def deeper(self, line: str, place: int, node: ast.stmt) -> str:
        """A line one level deeper, unless it is the inside of a long string."""
        at = span_of(node).line + place
        strings = [n for n in ast.walk(node) if isinstance(n, (ast.Constant, ast.JoinedStr))]
        within = any(n.lineno < at <= (n.end_lineno or 0) for n in strings)
        return line if within or not line else INDENT + line

    def segment(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """The text between two places (line from 1, column in bytes)."""
        (line, column), (end_line, end_column) = start, end
        if line == end_line:
            return self.raw[line - 1][column:end_column].decode()
        first = self.raw[line - 1][column:].decode()
        last = self.raw[end_line - 1][:end_column].decode()
        return "\n".join([first, *self.lines[line : end_line - 1], last])

    def comment_after(self, line: int, column: int) -> str:
        """The comment that stands behind a statement on its last line."""
        rest = self.raw[line - 1][column:].decode()
        bare = rest.lstrip()
        if bare.startswith(";"):
            rest = bare = bare[1:]
            bare = bare.lstrip()
            return f"  {bare}" if bare.startswith("#") else ""
        return rest.rstrip() if bare.startswith("#") else ""

    def above(self, node: ast.stmt, indent: str) -> list[Line]:
        """The comments right above a statement, and the blank lines before them."""
        line = span_of(node).line - 1
        if self.raw[line][: span_of(node).column].strip():
            return []  # something else stands before it on its line
        comments: list[Line] = []
        while line > 0 and self.lines[line - 1].lstrip().startswith("#") and not self.in_string(line):
            line -= 1
            comments.insert(0, (indent + self.lines[line].lstrip(), -1))
        blanks = 0
        while line - blanks > 0 and not self.lines[line - blanks - 1].strip():
            blanks += 1
        return [*[("", -1)] * (min(blanks, 2) if self.began else 0), *comments]

    @property
    def began(self) -> bool:
        return not self.first

    def in_string(self, line: int) -> bool:
        """Tell whether a line is inside a statement's text: then it only looks like a comment."""
        return any(
            node.lineno < line <= (node.end_lineno or 0) and shape_of(node) not in BRANCHING
            for node in self.kept.outline.nodes
        )

    # ---- headers and bodies -----------------------------------------------------------------------------

    def compound(self, node: ast.stmt, indent: str, step: int) -> list[Line]:
        """A header with what is kept under it."""
        match node:
            case ast.If(test=test):
                return self.conditional(node, test, indent, step)
            case ast.With(items=items):
                end = items[-1].optional_vars or items[-1].context_expr
                return self.suite(self.head(node, end, indent, step), node.body, indent)
            case ast.Try() | ast.TryStar():
                return self.trying(node, indent, step)
            case ast.Match():
                return self.matching(node, indent, step)
            case _:
                return self.simple(node, indent, step)

    def conditional(self, node: ast.If, test: ast.expr, indent: str, step: int) -> list[Line]:
        lines = self.suite(self.head(node, test, indent, step), node.body, indent)
        if not any(self.keeps(inner) for inner in node.orelse):
            return lines
        only = node.orelse[0]
        if len(node.orelse) == 1 and isinstance(only, ast.If) and self.text_at(only).startswith("elif"):
            return lines + self.compound(only, indent, self.kept.steps.get(self.numbers[id(only)], -1))
        return lines + self.suite([(f"{indent}else:", step)], node.orelse, indent)

    def trying(self, node: ast.Try | ast.TryStar, indent: str, step: int) -> list[Line]:
        lines = self.suite([(f"{indent}try:", step)], node.body, indent)
        for handler in node.handlers:
            start = (handler.lineno, handler.col_offset)
            lines += self.suite(
                self.head_from(start, handler.type or handler, indent, step, handler), handler.body, indent
            )
        if any(self.keeps(inner) for inner in node.orelse):
            lines += self.suite([(f"{indent}else:", step)], node.orelse, indent)
        if not node.handlers or any(self.keeps(inner) for inner in node.finalbody):
            lines += self.suite([(f"{indent}finally:", step)], node.finalbody, indent)
        return lines

    def matching(self, node: ast.Match, indent: str, step: int) -> list[Line]:
        lines = self.head(node, node.subject, indent, step)
        for case in node.cases:
            pattern: ast.AST = case.pattern
            line = self.raw[case.pattern.lineno - 1]
            start = (case.pattern.lineno, line.index(b"case"))
            head = self.head_from(start, case.guard or pattern, indent + INDENT, step, case.guard or pattern)
            lines += self.suite(head, case.body, indent + INDENT)
        return lines

    def suite(self, head: list[Line], nodes: Sequence[ast.stmt], indent: str) -> list[Line]:
        """A header and its body, which is `pass` where nothing of it is kept."""
        self.first = True
        inner = indent + INDENT
        body = self.body(nodes, self.indent_of(nodes, indent) or inner)
        self.first = False
        return [*head, *(body or [(f"{inner}pass", head[0][1])])]

    def indent_of(self, nodes: Sequence[ast.stmt], indent: str) -> str:
        """How a body is indented in the text, if it stands on lines of its own deeper than its header."""
        if not nodes:
            return ""
        line = self.raw[span_of(nodes[0]).line - 1][: span_of(nodes[0]).column].decode()
        return line if not line.strip() and len(line) > len(indent) else ""

    def head(self, node: ast.stmt, last: ast.AST, indent: str, step: int) -> list[Line]:
        """The text of a header, through its colon."""
        return self.head_from((node.lineno, node.col_offset), last, indent, step, last)

    def head_from(self, start: tuple[int, int], last: ast.AST, indent: str, step: int, until: ast.AST) -> list[Line]:
        end = (until.end_lineno, until.end_col_offset)  # type: ignore[attr-defined]  # it has a position
        if isinstance(until, ast.ExceptHandler):
            end = (until.type.end_lineno, until.type.end_col_offset) if until.type else (start[0], start[1] + 6)
        colon = self.colon_after(end)
        text = self.segment(start, (colon[0], colon[1] + 1)) + self.comment_after(colon[0], colon[1] + 1)
        first, *rest = text.split("\n")
        return [(indent + first, step), *[(line, step) for line in rest]]

    def colon_after(self, place: tuple[int, int]) -> tuple[int, int]:
        """Where the first colon stands behind a place, comments passed over."""
        line, column = place
        while line <= len(self.raw):
            text = self.raw[line - 1]
            rest = text[column:].split(b"#")[0]
            if b":" in rest:
                return line, column + rest.index(b":")
            line, column = line + 1, 0
        return place

    def text_at(self, node: ast.stmt) -> str:
        return self.raw[node.lineno - 1][node.col_offset :].decode()


def joined(lines: Iterable[Line]) -> str:
    """The text of some lines."""
    return "\n".join(line for line, _ in lines)
