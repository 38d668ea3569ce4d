"""The house rules: floors, circles, sizes, names, errors, packs, a light import, nothing of one machine."""

from __future__ import annotations

import ast
import json
import re
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "clew"

FLOORS = {
    "errors": 0,
    "model": 0,
    "analysis": 1,
    "knowledge": 1,
    "store": 1,
    "rewrite": 2,
    "observe": 2,
    "dataflow": 2,
    "capture": 3,
    "export": 3,
    "replay": 4,
    "archive": 4,  # not `artifacts`: that is a function, `clew.artifacts()`
    "plugins": 4,
    "screen": 4,
    "checks": 4.5,  # not `verify`: that is a function, `clew.verify()`
    "session": 5,
    "api": 6,
    "stores": 6,
    "reruns": 6,
    "proof": 6,
    "executor": 6,
    "cli": 7,
    "ipython": 7,
    "web": 7,
    "__main__": 8,
    "": 8,  # clew/__init__.py, what `import clew` shows
}
LONGEST_FUNCTION = 50
LONGEST_FILE = 400
TYPICAL_FUNCTION = 8
LIGHT_MILLISECONDS = 100
HEAVY = ("pandas", "numpy", "IPython", "sqlalchemy", "jinja2")


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the package: its dotted name, its text and its tree."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The part of the house it stands in: `capture` for clew.capture.clock."""
        return room(self.name)


def room(module: str) -> str:
    return module.removeprefix("clew").removeprefix(".").partition(".")[0]


@cache
def modules() -> tuple[Module, ...]:
    return tuple(read_module(path) for path in sorted(PACKAGE.rglob("*.py")))


def read_module(path: Path) -> Module:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    text = path.read_text(encoding="utf-8")
    return Module(".".join(parts).removesuffix(".__init__"), path, text, ast.parse(text))


@cache
def tracked() -> tuple[Path, ...]:
    """Every file of the project: what git would commit, and without git all but what a run leaves behind."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    said = subprocess.run(listed, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if said.returncode:
        return tuple(path for path in (ROOT / "src").rglob("*") if path.is_file() and path.suffix != ".pyc")
    return tuple(ROOT / name for name in said.stdout.split("\0") if name and (ROOT / name).is_file())


def python_files() -> tuple[Path, ...]:
    return tuple(path for path in tracked() if path.suffix == ".py")


def imports(module: Module) -> Iterator[str]:
    """Every module of clew that this one imports, wherever the import stands: type-only and lazy ones count.

    The version is a fact, not a floor.
    """
    known = {each.name for each in modules()}
    for node in ast.walk(module.tree):
        for name in imported(node):
            if name.split(".")[0] == "clew" and name != "clew.__version__":
                yield longest_known(name, known)


def imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            yield from (f"{module}.{alias.name}" for alias in names)
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
            yield name


def longest_known(name: str, known: set[str]) -> str:
    """The module that `name` stands in: `clew.model.places` for clew.model.places.Span."""
    while name not in known and "." in name:
        name = name.rpartition(".")[0]
    return name


def offends(importer: str, target: str) -> bool:
    same = room(importer) == room(target)
    return not same and FLOORS[room(importer)] <= FLOORS[room(target)]


def test_every_room_has_a_floor() -> None:
    assert {module.room for module in modules()} <= FLOORS.keys()


def test_imports_go_down() -> None:
    wrong = {f"{each.name} imports {name}" for each in modules() for name in imports(each) if offends(each.name, name)}
    assert not wrong


def test_imports_are_absolute() -> None:
    nodes = ((each.name, node) for each in modules() for node in ast.walk(each.tree))
    assert not {name for name, node in nodes if isinstance(node, ast.ImportFrom) and node.level}


def test_no_circle_of_imports() -> None:
    waiting = {each.name: set(imports(each)) - {each.name} for each in modules()}
    while free := {name for name, needs in waiting.items() if not needs & waiting.keys()}:
        waiting = {name: needs for name, needs in waiting.items() if name not in free}
    assert not waiting, "these import each other, or something that does"


Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[Module, Function]]:
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, Function):
                yield module, node


def length(node: Function) -> int:
    """Lines of a function, its docstring and decorators left out."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) else node.body
    return (node.end_lineno or node.lineno) - body[0].lineno + 2 if body else 1


def test_functions_fit_a_screen() -> None:
    assert not {f"{module.name}.{node.name}" for module, node in functions() if length(node) > LONGEST_FUNCTION}


def test_functions_are_short() -> None:
    assert statistics.median(length(node) for _, node in functions()) <= TYPICAL_FUNCTION


def test_files_are_short() -> None:
    assert not {each.name for each in modules() if each.text.count("\n") > LONGEST_FILE}


def public(node: ast.AST, inside: str) -> Iterator[tuple[str, ast.AST]]:
    """The public classes, functions and methods under `node`, by dotted name."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield f"{inside}.{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{inside}.{child.name}")


def is_overload(node: ast.AST) -> bool:
    return isinstance(node, Function) and any("overload" in ast.unparse(each) for each in node.decorator_list)


def test_every_public_name_is_documented() -> None:
    found = (pair for each in modules() for pair in [(each.name, each.tree), *public(each.tree, each.name)])
    silent = {
        name
        for name, node in found
        if not is_overload(node)
        and isinstance(node, Function | ast.ClassDef | ast.Module)
        and not ast.get_docstring(node)
    }
    assert not silent


def test_import_is_light() -> None:
    script = (
        "import sys, time; began = time.perf_counter(); import clew; took = time.perf_counter() - began;"
        f"print(took * 1000, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
        for _ in range(5)
    ]
    said = [run.stdout.split(" ", 1) for run in runs]
    assert {loaded.strip() for _, loaded in said} == {"[]"}
    assert min(float(took) for took, _ in said) <= LIGHT_MILLISECONDS


# Written in pieces, so that this file does not hold what it looks for.
MACHINE = re.compile(
    "|".join(
        ["/" + "home/[a-z]", "/" + "Users/[a-z]", "/" + "root/", "/" + "work/", "/" + "tmp/v3", r"[A-Z]:\\\\" + "Users"]
    )
)


def test_nothing_names_a_machine() -> None:
    texts = {path: text_of(path) for path in tracked()}
    assert not {str(path.relative_to(ROOT)) for path, text in texts.items() if MACHINE.search(text)}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


SILENCED = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?P<codes>[^#\n]*)(?P<rest>.*)")


def has_reason(line: str) -> bool:
    """A `noqa` or `type: ignore` names its rule and is followed by a comment that says why."""
    found = SILENCED.search(line)
    return found is None or bool(re.search(r"[\[:]\s*\w", found["codes"]) and re.search(r"#\s*\w+", found["rest"]))


def test_looking_raises_no_audit_events() -> None:
    """`id` does, and takes four times as long for it; addresses of memory that is read in place are its own."""
    looking = [m for m in modules() if m.name.split(".")[1:2] in (["observe"], ["capture"], ["knowledge"])]
    assert not [
        f"{module.name}:{node.lineno}"
        for module in looking
        if "from clew.observe.memory import" not in module.text and module.path.name != "memory.py"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id == "id" and isinstance(node.ctx, ast.Load)
    ], "use clew.knowledge.lines.identity"


def test_every_silenced_rule_has_a_reason() -> None:
    files = [path for path in python_files() if path != Path(__file__) and "programs" not in path.parts]
    lines = ((path, number, line) for path in files for number, line in enumerate(text_of(path).splitlines(), 1))
    assert not {f"{path.relative_to(ROOT)}:{number}" for path, number, line in lines if not has_reason(line)}


@pytest.mark.parametrize("line", ["x = 1  # noqa", "x = 1  # noqa: E501", "y = f()  # type: ignore[arg-type]"])
def test_a_bare_silencing_is_found(line: str) -> None:
    assert not has_reason(line)
    assert has_reason(line + ": A1  # the reason")


def test_packs_parse() -> None:
    packs = sorted((PACKAGE / "knowledge" / "packs").glob("*.toml"))
    assert packs
    assert all(tomllib.loads(pack.read_text(encoding="utf-8")) for pack in packs)


def drawn_tree(docstring: str) -> dict[str, str]:
    """Read the tree in the docstring of errors.py: class name to the name it is drawn under."""
    above: dict[int, str] = {}
    drawn = {}
    for line in docstring.splitlines():
        if found := re.match(r"[│├└─ ]*(?P<name>[A-Z]\w+)(?: {2,}|$)", line):
            depth = found.start("name")
            above[depth] = found["name"]
            drawn[found["name"]] = above[depth - 4] if depth else "Exception"
    return drawn


def test_the_tree_of_errors_is_the_classes() -> None:
    tree = next(each.tree for each in modules() if each.name == "clew.errors")
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert drawn_tree(ast.get_docstring(tree) or "") == {node.name: ast.unparse(node.bases[0]) for node in classes}


def test_errors_raised_on_purpose_have_one_tree() -> None:
    inside = {each.name: each.tree for each in modules() if each.name != "clew.errors"}
    nodes = ((name, node) for name, tree in inside.items() for node in ast.walk(tree))
    outside = {
        f"{name}.{node.name}"
        for name, node in nodes
        if isinstance(node, ast.ClassDef) and any("Error" in ast.unparse(each) for each in node.bases)
    }
    assert not outside


def test_tests_are_named_for_what_they_test() -> None:
    """The name of tests/test_X.py begins with a module or folder of the project, or is one of these."""
    whole = {"house", "docs", "example", "scripts", "transparent"}
    known = (
        {part for each in modules() for part in each.name.split(".")} | whole | {path.stem for path in python_files()}
    )
    names = {path.stem.removeprefix("test_") for path in (ROOT / "tests").rglob("test_*.py")}
    assert not {name for name in names if not known & {name, name.partition("_")[0]}}


def test_notebooks_are_well_formed() -> None:
    books = [path for path in tracked() if path.suffix == ".ipynb" and "tests" not in path.parts]
    assert books
    assert all(json.loads(text_of(book))["nbformat"] == 4 for book in books)


def test_the_house_is_judged_quickly() -> None:
    began = time.process_time()  # the machine may be busy with others
    modules.cache_clear()
    modules()
    assert time.process_time() - began < 5
