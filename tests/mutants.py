"""Mutants of right slices, each run in a fork: what clew's judge says of the value, and whether that is true.

A slice is run whole, and its value kept in a format of the store. Then a statement goes, a constant or a file is
another one, and what the mutant makes is held against what was kept: by the judge that verification asks, and
independently of it, by plain comparisons and by the descriptions that the tests of slices go by.
"""

from __future__ import annotations

import ast
import copy
import json
import os
import shutil
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clew.checks.judge import judged, kept
from clew.checks.programs import Lines
from clew.checks.verifying import Task, verified
from clew.model.artifacts import ArtifactRecord, Blob, Environment, Origin, Value, Whence
from clew.model.verdicts import Manner, Verdict
from clew.replay.clean import Conditions, Program
from tests.programs.describing import describe
from tests.programs.running import write_files
from tests.programs.slices.case import Case, kept_text

LIMIT = 20  # seconds for one run
ABSENT = "no such variable"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A slice with one thing changed: what, the code, and the files that it finds."""

    what: str
    code: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a mutant: the judge's finding, and whether the value is the same in truth (None: unknown)."""

    finding: str
    equal: bool | None
    why: str = ""

    @property
    def is_false(self) -> bool:
        """Whether the judge calls a value the same that is not."""
        return self.finding == "same" and self.equal is False


# ---- making mutants -----------------------------------------------------------------------------------------


def mutants(case: Case) -> Iterator[Mutant]:
    """Give the mutants of a case's slice."""
    code = kept_text(case)
    tree = ast.parse(code)
    for number, node in enumerate(statements(tree)):
        yield Mutant(f"without line {node.lineno}", without(tree, number), case.files)
    for number, constant in enumerate(constants(tree)):
        changed = with_constant(tree, number)
        if changed is not None:
            yield Mutant(f"another {constant.value!r} in line {constant.lineno}", changed, case.files)
    for name, text in case.files.items():
        yield Mutant(f"another {name}", code, {**case.files, name: changed_text(text)})


def statements(tree: ast.Module) -> list[ast.stmt]:
    """Give all statements of a program."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]


def constants(tree: ast.Module) -> list[ast.Constant]:
    """Give all constants of a program."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]


def without(tree: ast.Module, number: int) -> str:
    """Give the program with a statement replaced by one that does nothing."""
    changed = copy.deepcopy(tree)
    gone = statements(changed)[number]

    class Gone(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return ast.copy_location(ast.Pass(), node) if node is gone else self.generic_visit(node)

    return ast.unparse(Gone().visit(changed))


def with_constant(tree: ast.Module, number: int) -> str | None:
    """Give the program with a constant that is another one; None where that is no program."""
    changed = copy.deepcopy(tree)
    node = constants(changed)[number]
    match node.value:
        case bool():
            node.value = not node.value
        case int() | float():
            node.value = node.value + 1
        case str():
            node.value += "x"
        case bytes():
            node.value += b"x"
        case _:
            return None
    try:
        return ast.unparse(changed)
    except ValueError:  # a text within an f-string
        return None


def changed_text(text: str) -> str:
    """Give the text of a file with a digit, or else a letter, that is another one."""
    for number, letter in enumerate(text):
        if letter.isdecimal():
            return f"{text[:number]}{(int(letter) + 1) % 10}{text[number + 1 :]}"
    return text + "x"


# ---- running them -------------------------------------------------------------------------------------------


def in_fork(work: Callable[[], Any]) -> Any:
    """Do something in a fork, and give what it gives; None where it died or took too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        signal.alarm(LIMIT)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        try:
            said = json.dumps(work())
        except BaseException as error:
            said = json.dumps({"failed": repr(error)})
        os.write(writing, said.encode()) if len(said) < 60_000 else None
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        found = file.read()
    os.waitpid(child, 0)
    try:
        return json.loads(found)
    except ValueError:  # nothing, or what a fork of the fork said too
        return None


def ran(code: str, folder: Path) -> dict[str, Any]:
    """Run code as the main program in a folder, and give its variables, whatever it raises."""
    os.chdir(folder)
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=str(folder / "prog.py"), __builtins__=__builtins__)
    sys.modules["__main__"], sys.argv = main, ["prog.py"]
    sys.path.insert(0, str(folder))
    try:
        exec(compile(code, "prog.py", "exec", dont_inherit=True), main.__dict__)
    except BaseException as error:
        main.__dict__["__raised__"] = repr(error)
    return main.__dict__


def keep_value(case: Case, home: Path) -> str:
    """Run a case's slice whole and keep its value; give the format's name, empty where none holds it."""
    write_files(home / "work", case.files)

    def work() -> str:
        left = ran(kept_text(case), home / "work")
        if case.criterion not in left:
            return ""
        (home / "described").write_text(describe(left[case.criterion]), "utf-8", "surrogatepass")
        return kept(left[case.criterion], home / "value")

    found = in_fork(work)
    return found if isinstance(found, str) else ""


def judge_mutant(case: Case, mutant: Mutant, codec: str, home: Path) -> Said:
    """Run a mutant, and have its value judged, and compared in truth."""
    write_files(home / "work", mutant.files)

    def work() -> list[Any]:
        left = ran(mutant.code, home / "work")
        if case.criterion not in left:
            return ["missing", None, left.get("__raised__", "")]
        found = left[case.criterion]
        told = in_truth(found, codec, home)
        order = {"stored": str(home / "value"), "codec": codec, "tolerance": 0.0, "keep": False}
        said = judged(order, found)
        return [said["finding"], told, said.get("how", "")]

    found = in_fork(work)
    return Said(*found) if isinstance(found, list) else Said("died", None, str(found))


def verify_mutant(case: Case, mutant: Mutant, codec: str, home: Path) -> Verdict:
    """Verify a mutant as if it were the code of the value that was kept: in a clean process, and again if it differs."""
    write_files(home / "work", mutant.files)
    kept_as = Value("", codec, Blob("", 0))
    origin = Origin("", -1, 0, case.criterion, Whence.SLICE, mutant.code)
    record = ArtifactRecord(case.name, 1, 0.0, kept_as, origin, Environment("", ""))
    program = Program(mutant.code, home / "work", str(home / "work" / "prog.py"), ("prog.py",))
    task = Task(record, program, Conditions(seconds=60.0), Lines(mutant.code), str(home / "value"))
    return verified(task, Manner()).verdict


def in_truth(found: Any, codec: str, home: Path) -> bool | None:
    """Tell whether a value is the one that was kept, without asking any of clew's comparisons."""
    from clew.plugins import codecs, loaded

    with open(home / "value", "rb") as file:
        expected = next(each for each in codecs(loaded()) if each.name == codec).read(file)
    plain = plainly_equal(expected, found)
    text = (home / "described").read_text("utf-8", "surrogatepass")
    return plain if plain is not None else describe(found) == text


def plainly_equal(expected: Any, found: Any) -> bool | None:
    """Compare by what Python and the libraries offer; None for what none of them compares."""
    if type(expected).__qualname__ != type(found).__qualname__:
        return False
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if pandas is not None and isinstance(expected, pandas.DataFrame | pandas.Series | pandas.Index):
        return pandas_equal(pandas, expected, found)
    if numpy is not None and isinstance(expected, numpy.ndarray):
        return bool(
            expected.dtype == found.dtype
            and expected.shape == found.shape
            and numpy.array_equal(expected, found, equal_nan=expected.dtype.kind in "fc")
        )
    if type(expected) in (int, str, bytes, bool, float, complex, type(None)):
        return bool(expected == found or (expected != expected and found != found))
    return None


def pandas_equal(pandas: Any, expected: Any, found: Any) -> bool:
    """Compare with the assertions that pandas has for it."""
    kind = next(kind for kind in ("DataFrame", "Series", "Index") if isinstance(expected, getattr(pandas, kind)))
    check = getattr(pandas.testing, {"DataFrame": "assert_frame_equal"}.get(kind, f"assert_{kind.lower()}_equal"))
    try:
        check(expected, found, check_exact=True)
    except AssertionError:
        return False
    return True


def trial(cases: Sequence[Case], every: int = 1) -> Iterator[tuple[Case, Mutant, Said]]:
    """Judge mutants of cases, each `every`th of them."""
    count = 0
    for case in cases:
        home = Path(tempfile.mkdtemp(prefix="clew-mutants-"))
        try:
            codec = ""
            for mutant in mutants(case):
                count += 1
                if count % every:
                    continue
                codec = codec or keep_value(case, home)
                if not codec:
                    break
                yield case, mutant, judge_mutant(case, mutant, codec, home)
        finally:
            shutil.rmtree(home, ignore_errors=True)
