"""Code that makes a value, written as a function: literals become parameters, and the value is what it returns.

Imports and definitions that need nothing of the rest stand before the function; the rest is its body, in the user's own
words. What would mean something else in a function is said (CannotMakeFunction), never written.
"""

from __future__ import annotations

import ast
import builtins
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from keyword import iskeyword

from clew.analysis.freenames import free_names
from clew.analysis.imports import of_node
from clew.analysis.names import names_of
from clew.analysis.parameters import Parameter, bound_by, parameters_of
from clew.dataflow.plainly import plain_python
from clew.errors import CannotMakeFunction, UnknownParameter
from clew.model.data import dataclass

INDENT = "    "
LONGEST_LINE = 100  # characters of a signature on one line
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
WHOLE_NAMESPACE = frozenset({"globals", "exec", "get_ipython", "__file__"})
"""Words of code that asks for the namespace it runs in, or the file it is in: a function's is another."""

OWN_NAMESPACE = frozenset({"locals", "vars", "dir"})
"""Functions that give the namespace they are called in, where they are given nothing."""

SETS_UP = re.compile(r"\b(sys\.path|sys\.modules|sys\.meta_path|os\.environ|os\.putenv|os\.chdir|\.use\(|site\.)")
"""Text of what may matter to imports that come after it."""

ALIASES = {"pandas": ("DataFrame", "Series"), "polars": ("DataFrame", "Series"), "numpy": ("ndarray",)}


@dataclass(frozen=True, slots=True)
class FunctionCode:
    """A module with one function that makes a value: its text, the function's name, its parameters with their defaults."""

    code: str
    name: str
    parameters: dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a function is to be like: the value it returns and its type, its name, what its docstring says.

    `parameters` are the variables to be parameters, every literal that is assigned once where it is None;
    `inside` has its imports within it.
    """

    result: str
    type: str
    name: str
    says: tuple[str, ...]
    parameters: Sequence[str] | None = None
    inside: bool = False


def function_of(code: str, asked: Asked) -> FunctionCode:
    """Write code as a function; CannotMakeFunction, UnknownParameter."""
    code = plain_python(code)
    tree = ast.parse(code)
    if not asked.result:
        raise CannotMakeFunction("its code leaves the value in no variable")
    refuse(tree)
    return _Writing(code, tree.body, asked).written()


def refuse(tree: ast.Module) -> None:
    """Raise CannotMakeFunction for code that would not do the same in a function."""
    at_top = {id(node) for node in outside(tree.body)}
    for node in ast.walk(tree):
        match node:
            case ast.Name(name) if name in WHOLE_NAMESPACE:
                raise asks_for(name, node.lineno)
            case ast.Call(ast.Name(name), [], []) if name in OWN_NAMESPACE:
                raise asks_for(f"{name}()", node.lineno)
            case ast.Name("eval") if id(node) not in at_top:
                raise asks_for("eval", node.lineno)


def asks_for(word: str, line: int) -> CannotMakeFunction:
    """The error for code that asks for the variables around it."""
    return CannotMakeFunction(f"line {line} of its code asks by `{word}` for variables that a function has not")


class _Writing:
    """One function in the making: which statements stand before it, which are parameters, which its body."""

    def __init__(self, code: str, body: list[ast.stmt], asked: Asked) -> None:
        self.code, self.lines, self.body, self.asked = code, code.splitlines(), body, asked
        self.times = Counter(name for node in body for name in bound_by(node))
        self.asynchronous = any(isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for node in outside(body))
        self.before = self.hoisted()
        self.parameters = self.chosen()

    # ---- what goes where --------------------------------------------------------------------------------

    def hoisted(self) -> list[ast.stmt]:
        """The imports and definitions that stand before the function: they need nothing of its body."""
        found: list[ast.stmt] = []
        ready = set(dir(builtins))
        freely = early = True  # nothing that matters to imports has come yet; nothing that does anything has
        for node in self.body:
            alone = all(self.times[name] == 1 for name in names_of([node]).binds)
            if isinstance(node, IMPORTS):
                at_top = is_top_only(node)
                alone = alone and (early or all(map(is_installed, of_node(node))))
                if at_top and not (freely and alone):
                    raise CannotMakeFunction(
                        f"line {node.lineno} of its code imports all of a module, after setting it up"
                    )
                if freely and alone and (at_top or not self.asked.inside):
                    found.append(node)
                    ready |= names_of([node]).binds
            elif isinstance(node, DEFINITIONS) and alone and free_names(node) <= ready:
                found.append(node)
                ready.add(node.name)
            else:
                freely = freely and not SETS_UP.search(ast.unparse(node))
                early = early and not any(isinstance(each, (ast.Call, ast.With)) for each in ast.walk(node))
        return found

    def chosen(self) -> dict[str, Parameter]:
        """The parameters asked for, in their order; UnknownParameter for what cannot be one."""
        bound = {name for node in self.before for name in names_of([node]).binds}
        known = {
            name: each
            for name, each in parameters_of(self.code, self.body).items()
            if name != self.asked.result and names_of([ast.parse(each.default, mode="eval")]).reads.keys() <= bound
        }
        short = [name for name, each in known.items() if "\n" not in each.default]
        wanted = short if self.asked.parameters is None else self.asked.parameters
        for name in wanted:
            if name not in known:
                raise UnknownParameter(name, tuple(known), self.why_not(name))
        return {name: known[name] for name in wanted}

    def why_not(self, name: str) -> str:
        """Say why a variable cannot be a parameter."""
        if not self.times[name]:
            return "the code binds no such variable"
        if name == self.asked.result:
            return "it is what the function returns"
        return "it is bound more than once" if self.times[name] > 1 else "it is not given a literal"

    # ---- the text ---------------------------------------------------------------------------------------

    def written(self) -> FunctionCode:
        """The whole text."""
        result = self.result_type()
        imports = [each for each in self.before if isinstance(each, IMPORTS)]
        futures = [each for each in imports if is_future(each)]
        head = [self.text(each) for each in [*futures, *(each for each in imports if each not in futures)]]
        if result == "Any":
            head.insert(len(futures), "from typing import Any")
        definitions = [self.text(each, comments=True) for each in self.before if each not in imports]
        parts = ["\n".join(head), *definitions, self.function(result)]
        code = "\n\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"
        ast.parse(code)  # what is not Python is a fault of ours, to be seen here
        return FunctionCode(code, self.asked.name, {name: each.default for name, each in self.parameters.items()})

    def function(self, result: str) -> str:
        """The function itself."""
        fresh = {id(each.statement): each for each in self.parameters.values() if each.fresh}
        given = {id(each.statement) for each in self.parameters.values()} - fresh.keys()
        left = [each for each in self.body if each not in self.before and id(each) not in given]
        local = {name for node in left for name in names_of([node]).binds} | self.parameters.keys()
        body = [*self.prelude(left, local)]
        for node in left:
            text = self.text(node, comments=True)
            if (parameter := fresh.get(id(node))) is not None:
                text = f"if {parameter.name} is None:\n{INDENT}{text.strip()}"
            elif isinstance(node, ast.Global):
                continue
            body.append(at_home(text, node, local))
        body = [body[0].lstrip("\n"), *body[1:]] if body else body
        body.append(f"return {self.asked.result}")
        said = [f'"""{self.asked.says[0]}', *self.asked.says[1:]]
        closing = ['"""'] if len(said) > 1 else []
        said = [*said, *closing] if closing else [said[0] + '"""']
        return "\n".join([self.signature(result), *indented("\n".join(said)), *indented("\n".join(body))])

    def signature(self, result: str) -> str:
        """The line with the function's name and parameters, or several where it is long."""
        word = "async def" if self.asynchronous else "def"
        given = [
            f"{each.name}: {each.annotation} | None = None"
            if each.fresh
            else f"{each.name}: {each.annotation} = {each.default}"
            for each in self.parameters.values()
        ]
        line = f"{word} {self.asked.name}({', '.join(given)}) -> {result}:"
        if len(line) <= LONGEST_LINE and "\n" not in line:
            return line
        return "\n".join([f"{word} {self.asked.name}(", *(f"{INDENT}{each}," for each in given), f") -> {result}:"])

    def prelude(self, left: Iterable[ast.stmt], local: Collection[str]) -> list[str]:
        """Lines for names that mean something else in a function: `__name__`, and builtins that the code shadows."""
        reads = {name for node in left for name in names_of([node]).reads}
        lines = ['__name__ = "__main__"'] if "__name__" in reads else []
        shadowed = sorted(name for name in reads & set(dir(builtins)) & set(local) if name not in self.parameters)
        return [*lines, *(["import builtins"] if shadowed else []), *(f"{name} = builtins.{name}" for name in shadowed)]

    def result_type(self) -> str:
        """How the type of the value is written with what is imported; `Any` where it cannot be."""
        module, _, word = self.asked.type.rpartition(".")
        if module in ("", "builtins"):
            return "None" if word == "NoneType" else word if hasattr(builtins, word) else "Any"
        for node in self.before:
            match node:
                case ast.ImportFrom(names=names) if word in {each.asname or each.name for each in names}:
                    return word
                case ast.ClassDef(name) if name == word:
                    return word
                case ast.Import(names):
                    for each in names:
                        if word in ALIASES.get(each.name, ()) and module.partition(".")[0] == each.name:
                            return f"{each.asname or each.name}.{word}"
        return "Any"

    def text(self, node: ast.stmt, *, comments: bool = False) -> str:
        """A statement as the user wrote it; with the comments and empty lines right before it."""
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
        alone = not any(
            o is not node and o.lineno <= (node.end_lineno or 0) and (o.end_lineno or 0) >= first for o in self.body
        )
        if not alone:
            return ast.get_source_segment(self.code, node) or ast.unparse(node)
        start = first - 1
        while comments and start and (not self.lines[start - 1].strip() or self.lines[start - 1].startswith("#")):
            start -= 1
        return "\n".join(self.lines[start : node.end_lineno])


def outside(body: Iterable[ast.stmt]) -> Iterable[ast.AST]:
    """Walk the code that is in no function."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            todo.extend(ast.iter_child_nodes(node))


@cache
def is_installed(module: str) -> bool:
    """Tell whether a module is of Python or installed: not one that the code may have written itself."""
    if module.partition(".")[0] in sys.stdlib_module_names:
        return True
    try:
        spec = find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        return False
    return spec is not None and any(name in (spec.origin or "") for name in ("site-packages", "dist-packages"))


def is_future(node: ast.stmt) -> bool:
    """Tell whether a statement is an import from `__future__`."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def is_top_only(node: ast.stmt) -> bool:
    """Tell whether an import may stand at the top of a module only."""
    return is_future(node) or (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")


def at_home(text: str, node: ast.stmt, local: Collection[str]) -> str:
    """The text of a statement with `global` written `nonlocal` for what are variables of the function now."""
    declared = {name for each in ast.walk(node) if isinstance(each, ast.Global) for name in each.names}
    if declared.isdisjoint(local):
        return text

    def said(found: re.Match[str]) -> str:
        names = [name.strip() for name in found[2].split(",")]
        own, others = [n for n in names if n in local], [n for n in names if n not in local]
        words = [f"nonlocal {', '.join(own)}"] if own else []
        return found[1] + "; ".join([*words, *([f"global {', '.join(others)}"] if others else [])])

    return re.sub(r"(^[ \t]*|;[ \t]*)global[ \t]+([\w, \t]+)", said, text, flags=re.MULTILINE)


def indented(text: str) -> list[str]:
    """The lines of a text, indented, those within texts of several lines left as they are."""
    within = lines_within_texts(text)
    lines = enumerate(text.splitlines(), 1)
    return [line if number in within or not line.strip() else INDENT + line for number, line in lines]


def lines_within_texts(text: str) -> set[int]:
    """The lines, from 1, that begin within a text in quotes."""
    found: set[int] = set()
    began: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            name = tokenize.tok_name[token.type]
            if name == "STRING" and not began:
                found |= set(range(token.start[0] + 1, token.end[0] + 1))
            elif name == "FSTRING_START":
                began.append(token.start[0])
            elif name == "FSTRING_END":
                found |= set(range(began.pop() + 1, token.end[0] + 1))
    except tokenize.TokenError:  # a piece of a statement
        return found
    return found


def function_name(artifact: str) -> str:
    """A name for the function that makes an artifact: `make_churn`."""
    word = re.sub(r"\W+", "_", artifact).strip("_").lower() or "value"
    return f"make_{word}" if not iskeyword(word) else f"make_{word}_"
