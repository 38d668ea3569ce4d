"""IPython with clew and without: the same cells print the same, and leave the same behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHELL = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.hist_file = ":memory:"
shell = InteractiveShell.instance(config=config)
if sys.argv[1] == "watched":
    from clew.ipython.extension import load_ipython_extension
    load_ipython_extension(shell)
for cell in sys.stdin.read().split("# %%\\n"):
    result = shell.run_cell(cell, store_history=True)
    print("=>", type(result.result).__name__, type(result.error_in_exec).__name__, shell.execution_count)
"""
CHANGING = re.compile(
    r"0x[0-9a-f]+|\d+(\.\d+)?(e\+\d+)? ?(ns|[µμ]s|ms|s)\b|\d+ loops? each|<ipython-input-\S+>|^Compiler *:.*\n",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    cells: tuple[str, ...]


CASES = [
    Case("results", ("1 + 1", "_ + 1", "__, _2, Out[1]", "'quiet';", "None")),
    Case("inputs", ("x = 1", "print(In, _i, _ii)", "%history")),
    Case("names", ("a = 1\nb = 'two'\ndef f(): pass\nimport os", "%who", "%whos", "who_ls = %who_ls\nprint(who_ls)")),
    Case("help", ("def f(x):\n    'Does something.'\n    return x", "f?", "f??", "?f")),
    Case("the system", ("x = 'word'\nnames = ['a']", "!echo $x {names[0]} $$HOME", "files = !echo one; echo two\nfiles, files.n", "!exit 3", "_exit_code")),
    Case("a cell of the system", ("%%bash\necho $((1+1))", "%%sh --out said\necho quiet", "said")),
    Case("time", ("%time x = sum(range(10))", "%%time\ny = 5\nprint(y)", "x, y", "t = %timeit -o -n1 -r1 -q x\ntype(t).__name__")),
    Case("an error under time", ("%%time\ndef f():\n    1 / 0\nf()\nx = 1", "x", "%%time\nx = = 1")),
    Case("results under time", ("%%time\nx = 5\nx", "_", "%%time\n\n\n# words\nx += 1\nx;", "%%capture\nx = 9\nprint(x)\nx", "x")),
    Case("capture", ("%%capture out\nprint('hidden')\n5", "out.stdout, out.outputs", "print('seen')")),
    Case("a magic within a loop", ("for i in range(2):\n    %time j = i\n    !echo $i", "j")),
    Case("errors", ("def f(x):\n    return 1 / x", "f(0)", "try:\n    f(0)\nexcept ZeroDivisionError as error:\n    print(error)", "%tb", "%xmode Plain", "f(0)", "x = [1, 2\n", "nothing", "raise SystemExit(2)")),
    Case("errors in several statements", ("a = 1\nb = a / 0\nc = 3", "a", "c")),
    Case("multi-line errors", ("x = dict(\n    a=1,\n    b=1 / 0,\n)",)),
    Case("an error below a call", ("import json\njson.loads('{')",)),
    Case("run a file", ("%%writefile part.py\nz = 5\nprint(__name__, z)", "%run part.py", "z", "%run -i part.py\nz + 1")),
    Case("reset", ("x = 1", "%reset -f", "x", "y = 2\ny")),
    Case("delete", ("x = y = [1]", "%xdel x", "y")),
    Case("autoreload", ("%load_ext autoreload\n%autoreload 2", "%%writefile mine.py\nn = 1", "import mine\nmine.n")),
    Case("await", ("import asyncio\nasync def g():\n    await asyncio.sleep(0)\n    return 7", "await g()", "async with asyncio.Lock() as lock:\n    print(lock)", "v = [await g() for _ in range(2)]\nv")),
    Case("source", ("import inspect\ndef f():\n    return 'text'  # kept", "print(inspect.getsource(f))", "f.__module__, f.__code__.co_firstlineno, f.__code__.co_filename.startswith('<')")),
    Case("pickling", ("import pickle\nclass A:\n    def __init__(self): self.x = 5", "pickle.loads(pickle.dumps(A())).x")),
    Case("namespaces", ("x = 1\nsorted(n for n in globals() if 'clew' in n), __name__, locals() is globals()", "import builtins\n[n for n in dir() if 'clew' in n]")),
    Case("interactivity", ("x = 3\nx\nx + 1", "%config InteractiveShell.ast_node_interactivity = 'all'", "x\nx + 1", "if x:\n    x\nx;", "y = 5\n[1]")),
    Case("the last expression assigns", ("%config InteractiveShell.ast_node_interactivity = 'last_expr_or_assign'", "x = 5", "x = y = [1]", "x += [2]")),
    Case("a cell in a cell", ("get_ipython().run_cell('x = 5\\nx')\nx + 1", "%rerun 1", "In[-1]")),
    Case("macros and aliases", ("x = 1", "%macro m 1", "m", "%alias say echo said", "say it", "x")),
    Case("the user's transformers", ("import ast\nclass Double(ast.NodeTransformer):\n    def visit_Constant(self, node):\n        return ast.copy_location(ast.Constant(node.value * 2), node)\nget_ipython().ast_transformers.append(Double())", "21", "get_ipython().ast_transformers.clear()", "21")),
    Case("the user's events", ("get_ipython().events.register('post_run_cell', lambda r: print('ran', r.success))", "x = 1", "1 / 0")),
    Case("warnings", ("import warnings\nwarnings.warn('careful')", "def f():\n    warnings.warn('below', stacklevel=2)\nf()")),
    Case("display", ("from IPython.display import display, HTML\ndisplay(1, HTML('<b>'))", "HTML('<i>')", "class R:\n    def _repr_pretty_(self, p, cycle): p.text('pretty')\nR()")),
    Case("lives of objects", ("import weakref, gc\nclass A: pass\na = A()\nw = weakref.ref(a, lambda r: print('gone'))", "del a", "a = A()\nw = weakref.finalize(a, print, 'final')\na = None", "print('end')")),
    Case("defining and deleting", ("x = [1]", "x.append(2); y = x", "del x", "y", "x")),
    Case("empty cells", ("", "# only words", "x = 1", "  ", "x")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ipython_is_as_without_clew(case: Case, tmp_path: Path) -> None:
    plain, watched = (ran(case, tmp_path / way, way) for way in ("plain", "watched"))
    assert watched == plain


def ran(case: Case, folder: Path, way: str) -> tuple[str, str]:
    folder.mkdir()
    own = {"PYTHONPATH": str(ROOT / "src"), "HOME": str(folder), "IPYTHONDIR": str(folder / ".ipython")}
    done = subprocess.run(
        [sys.executable, "-c", SHELL, way],
        input="# %%\n".join(f"{cell}\n" for cell in case.cells),
        cwd=folder,
        env=os.environ | own | {"CLEW_STORE": str(folder / ".clew"), "CLEW_STRICT": "1", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return tuple(CHANGING.sub("~", text).replace(str(folder), "FOLDER") for text in (done.stdout, done.stderr))  # type: ignore[return-value]  # of two
