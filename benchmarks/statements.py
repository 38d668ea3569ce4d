"""What capture adds to a cheap statement, by kind of statement: microseconds of CPU time beyond plain Python's.

The setting up of each kind is watched too, but not counted; each kind is measured in a process of its own.
"""

from __future__ import annotations

import ast
import io
import os
import sys
import tempfile
import time
import types
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from clew.capture.recorder import Recorder
from clew.capture.rewriting import rewritten
from clew.capture.watching import recorder_of
from clew.model.places import FilePlace, Source
from clew.store.journal import Journal

BAR = 40.0
"""Microseconds that a cheap statement may cost (design, section 8)."""

COUNT = 100
"""Statements of a kind that are watched at a time."""

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cheap statement: its text with `{n}` for a running number, and what comes before it."""

    name: str
    text: str
    before: str = ""
    needs: tuple[str, ...] = ()


MANY_NAMES = "\n".join(f"name{n} = [{n}]" for n in range(1000)) + "\n"
FRAME = "import numpy as np\nimport pandas as pd\n"
NARROW = FRAME + "frame = pd.DataFrame({'x': range(1000), 'y': 1.0})\n"
WIDE = FRAME + "frame = pd.DataFrame(np.zeros((100, 200)), columns=[f'c{i}' for i in range(200)])\n"
POINT = "class Point:\n    def __init__(self):\n        self.x = 0\n    def move(self):\n        self.x += 1\npoint = Point()\n"
METHODS = "class Many:\n    def __init__(self):\n        self.x = 0\n" + "".join(
    f"    def m{n}(self):\n        self.x += {n}\n" for n in range(50)
)
LIBRARIES = (
    "import math, os, random, json\nimport numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\n"
    "np.random.seed(0)\npd.set_option('display.width', 120)\nclass Own:\n    pass\n"
)
PANDAS = ("numpy", "pandas")

KINDS = (
    Kind("assign an int", "a{n} = {n}"),
    Kind("assign an int, 1000 names", "a{n} = {n}", MANY_NAMES),
    Kind("assign an int, libraries loaded", "a{n} = {n}", LIBRARIES, (*PANDAS, "matplotlib")),
    Kind("add two ints", "b = a + {n}", "a = 1\n"),
    Kind("augmented assignment", "total += {n}", "total = 0\n"),
    Kind("unpack a tuple", "p, q = {n}, {n}"),
    Kind("delete a name", "a = {n}\ndel a"),
    Kind("format a text", "text = f'{{a}}-{n}'", "a = 1\n"),
    Kind("print", "print({n})"),
    Kind("import of a loaded module", "import math"),
    Kind("call of a pure builtin", "size = len(items)", "items = [1, 2, 3]\n"),
    Kind("method of a text", "said = text.upper()", "text = 'a'\n"),
    Kind("list of ints", "items = [{n}, {n}]"),
    Kind("read an attribute", "x = point.x", POINT),
    Kind("read an item of a dict", "x = table['k']", "table = {'k': 1, 'l': 2}\n"),
    Kind("append to a list", "items.append({n})", "items = []\n"),
    Kind("append to a list of 1000", "items.append({n})", "items = list(range(1000))\n"),
    Kind("append to a list of 100k", "items.append({n})", "items = list(range(100_000))\n"),
    Kind("store into a list of 1000", "items[{n}] = {n}", "items = list(range(1000))\n"),
    Kind("store into a dict", "table['k{n}'] = {n}", "table = {}\n"),
    Kind("store into a dict of 1000", "table['k{n}'] = {n}", "table = {f'x{n}': n for n in range(1000)}\n"),
    Kind("store by a variable key", "table[key] = {n}", "key = 'x9'\ntable = {f'x{n}': n for n in range(1000)}\n"),
    Kind("add to an item of a dict", "table['k'] += {n}", "table = {'k': 0}\n"),
    Kind("append to a list in a dict", "table['k'].append({n})", "table = {'k': []}\n"),
    Kind("append to a list in an attribute", "point.held.append({n})", POINT + "point.held = []\n"),
    Kind("store into a dict in a dict", "table['k']['l'] = {n}", "table = {'k': {}}\n"),
    Kind("store a list into a dict of lists", "table['k{n}'] = [{n}]", "table = {f'x{n}': [n] for n in range(200)}\n"),
    Kind("add to a set", "found.add({n})", "found = set()\n"),
    Kind("store an attribute", "point.x = {n}", POINT),
    Kind("method of a user's class", "point.move()", POINT),
    Kind("an attribute of 50 methods' class", "many.x = {n}", METHODS + "many = Many()\n"),
    Kind("call of a user's function", "y = double({n})", "def double(x):\n    return x * 2\n"),
    Kind("call of a user's method, 1000 names", "point.move()", POINT + MANY_NAMES),
    Kind("append, 1000 names", "items.append({n})", "items = []\n" + MANY_NAMES),
    Kind("store into a small array", "small[{n} % 10] = {n}", "import numpy as np\nsmall = np.zeros(10)\n", ("numpy",)),
    Kind(
        "add to an item of an array", "small[{n} % 10] += 1", "import numpy as np\nsmall = np.zeros(10)\n", ("numpy",)
    ),
    Kind("mean of an array", "m = small.mean()", "import numpy as np\nsmall = np.zeros(10)\n", ("numpy",)),
    Kind("read a column", "x = frame['x']", NARROW, PANDAS),
    Kind("replace a column", "frame['y'] = {n}", NARROW, PANDAS),
    Kind("replace a column of 200", "frame['c7'] = {n}", WIDE, PANDAS),
    Kind("new column beside 200", "frame['d{n}'] = {n}", WIDE, PANDAS),
)


def main(only: str = "") -> int:
    """Print a line for each kind; the exit status is 1 where one was not measured."""
    print(f"{'statement':36} {'plain us':>9} {'clew adds':>10}")
    failed = False
    for kind in KINDS:
        if only in kind.name and all(map(find_spec, kind.needs)):
            found = in_a_child(kind)
            failed |= found is None
            print(line_of(kind, found), flush=True)
    return int(failed)


def line_of(kind: Kind, found: tuple[float, float] | None) -> str:
    """One line of the table; what is over the bar is marked."""
    if found is None:
        return f"{kind.name:36} failed"
    plain, added = found
    return f"{kind.name:36} {plain:9.1f} {added:10.1f}{' *' if added > BAR else ''}"


def in_a_child(kind: Kind) -> tuple[float, float] | None:
    """Measure a kind in a forked process; None where that failed."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        warnings.simplefilter("ignore")  # a frame of so many columns is fragmented, says pandas
        with redirect_stdout(io.StringIO()):
            plain, added = measured(kind)
        os.write(writer, f"{plain} {added}".encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        words = answer.read().split()
    os.waitpid(child, 0)
    return (float(words[0]), float(words[1])) if words else None


def measured(kind: Kind) -> tuple[float, float]:
    """Microseconds that a statement of this kind takes plain, and that watching it adds: the best of some rounds."""
    plain = best(kind, Plain())
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        watched = best(kind, Watched(Path(folder)))
    return plain, watched - plain


def best(kind: Kind, way: Plain | Watched) -> float:
    """The least time of a statement in some rounds, in microseconds."""
    way.run(kind.before)
    size = len(ast.parse(kind.text.format(n=0)).body) * COUNT
    return min(1e6 * way.run(text_of(kind, turn)) / size for turn in range(ROUNDS))


def text_of(kind: Kind, turn: int) -> str:
    """The program of one round."""
    return "".join(kind.text.format(n=turn * COUNT + number) + "\n" for number in range(COUNT))


def fresh() -> dict[str, object]:
    """The namespace of a new program."""
    main_module = types.ModuleType("__main__")
    sys.modules["__main__"] = main_module
    return main_module.__dict__


class Plain:
    """Runs sources as Python does."""

    def __init__(self) -> None:
        self.namespace = fresh()

    def run(self, text: str) -> float:
        """Run a source; the seconds that it took."""
        return timed(lambda: None, compile(text, "program.py", "exec"), self.namespace, lambda: None)


class Watched:
    """Runs sources under a recorder that writes a journal."""

    def __init__(self, folder: Path) -> None:
        self.namespace = fresh()
        os.environ["CLEW_STRICT"] = "1"  # a recorder that has given up would cost nothing
        self.journal = Journal(folder / "journal")
        self.recorder: Recorder = recorder_of(self.namespace, self.journal.append, str(folder))
        self.recorder.outside.install()

    def run(self, text: str) -> float:
        """Run a source; the seconds that it took, the end of its record included."""
        recorder = self.recorder
        source = Source(recorder.next_source(), FilePlace("program.py"), text, text)
        code = compile(rewritten(recorder, ast.parse(text), source.number), "program.py", "exec", dont_inherit=True)
        return timed(lambda: recorder.begin(source), code, self.namespace, recorder.finish)


def timed(
    begin: Callable[[], None], code: types.CodeType, namespace: dict[str, object], end: Callable[[], None]
) -> float:
    """Run code in a namespace; the seconds of CPU time that it took."""
    begin()
    started = time.thread_time()
    exec(code, namespace)  # our own programs
    end()
    return time.thread_time() - started
