"""Cells run one after the other in a live shell, edited, again and out of order: the slice runs as one cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    """Runs of cells, a variable that they leave, and the text of the smallest right slice (blank lines aside).

    No `code` where the slice must be in other words than the cells': then its value alone is held against theirs.

    `before` of the cells run before `%load_ext clew`: they are one unknown. `book` cases also run as a notebook file,
    with `options`; the others repeat cells, as only a live shell can.
    """

    name: str
    cells: tuple[str, ...]
    criterion: str
    code: str
    before: int = 0
    book: bool = True
    options: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    quick: bool = False


CASES = (
    Case("cells in order", ("a = 1\nb = 2", "print(b)", "c = a + 1", "c"), "c", "a = 1\nc = a + 1", quick=True),
    Case("a cell run twice", ("xs = []", "xs.append(1)", "xs.append(1)", "n = len(xs)"), "n", "xs = []\nxs.append(1)\nxs.append(1)\nn = len(xs)"),
    Case("a cell edited and run again", ("k = 1", "r = k + 1", "k = 5", "r = k + 1"), "r", "k = 5\nr = k + 1", quick=True),
    Case("a function edited after its use", ("def f():\n    return 1", "r = f()", "def f():\n    return 2"), "r", "def f():\n    return 1\nr = f()"),
    Case("a function edited before its use again", ("def f():\n    return K", "K = 1", "r = f()", "def f():\n    return K * 2", "r = f()"), "r", "K = 1\ndef f():\n    return K * 2\nr = f()"),
    Case("a class run again", ("class A:\n    n = 0", "a = A()", "class A:\n    n = 5", "b = A()\nr = b.n"), "r", "class A:\n    n = 5\nb = A()\nr = b.n"),
    Case("out of order", ("d = {}", "d['b'] = 2", "d['a'] = 1", "d['b'] = 3", "r = list(d.items())"), "r", "d = {}\nd['b'] = 2\nd['a'] = 1\nd['b'] = 3\nr = list(d.items())"),
    Case("a cell that counts, run thrice", ("n = 0\nz = 1", "n += 1\nz += 1", "n += 1\nz += 1", "n += 1\nz += 1", "r = n"), "r", "n = 0\nn += 1\nn += 1\nn += 1\nr = n"),
    Case("a cell that sets anew makes earlier runs moot", ("import random", "random.seed(1)\nx = random.random()", "y = x * 2", "random.seed(1)\nx = random.random()", "z = x"), "z", "import random\nrandom.seed(1)\nx = random.random()\nz = x"),
    Case("a cell whose name was deleted", ("a = [1]", "b = a", "del a", "a = 9", "b.append(2)"), "b", "a = [1]\nb = a\nb.append(2)"),
    Case("a failing cell is left out", ("a = 1", "b = undefined_thing", "c = a"), "c", "a = 1\nc = a", options=("--allow-errors",), quick=True),
    Case("a cell failing halfway changed something", ("xs = []", "xs.append(1)\nint('no')\nxs.append(2)", "n = list(xs)"), "n", "xs = []\nxs.append(1)\nn = list(xs)", options=("--allow-errors",)),
    Case("a failing statement that changed something", ("xs = []\ndef f():\n    xs.append(1)\n    raise ValueError('x')", "f()", "n = list(xs)"), "n", "xs = []\ndef f():\n    xs.append(1)\n    raise ValueError('x')\ntry:\n    f()\nexcept Exception:\n    pass\nn = list(xs)", options=("--allow-errors",)),
    Case("a cell that fails and is mended", ("data = [1, 2]", "total = sum(dat)", "total = sum(data)"), "total", "data = [1, 2]\ntotal = sum(data)", options=("--allow-errors",)),
    Case("a cell that is not Python and is mended", ("x = (1", "x = (1)", "y = x"), "y", "x = (1)\ny = x", book=False),
    Case("the run stops at the first failing cell", ("a = [1]", "a.append(2)\n1 / 0", "a.append(3)"), "a", "a = [1]\na.append(2)", book=True, quick=True) ,
    Case("looking at results in between", ("xs = [3, 1]", "xs", "sorted(xs)", "len(xs);", "xs.sort()", "xs"), "xs", "xs = [3, 1]\nxs.sort()"),
    Case("the last result", ("3 + 4", "x = _ * 2", "y = 5"), "x", "_ = 3 + 4\nx = _ * 2"),
    Case("a result by number", ("[1]", "y = 2", "Out[1].append(5)", "x = _1"), "x", "Out[1] = _1 = [1]\nOut[1].append(5)\nx = _1"),
    Case("the last of many results", ("a = 1; a", "b = 2; b", "c = _ + 1"), "c", "b = 2\n_ = b\nc = _ + 1"),
    Case("a result that is not asked for", ("xs = [1]", "xs.append(2)", "xs.pop()", "n = len(xs)"), "n", "xs = [1]\nxs.append(2)\nxs.pop()\nn = len(xs)"),
    Case("a shell command's output", ("w = 'hi'\nv = 'no'", "out = !echo $w", "r = out[0]"), "r", "w = 'hi'\nout = !echo $w\nr = out[0]", quick=True),
    Case("a shell command that writes a file", ("!echo one > a.txt", "!echo two > b.txt", "r = open('a.txt').read()"), "r", "!echo one > a.txt\nr = open('a.txt').read()"),
    Case("a shell command that only shows goes", ("x = [1]", "!ls", "%pwd\n", "x.append(2)"), "x", "x = [1]\nx.append(2)"),
    Case("%%time of a cell", ("a = 1", "%%time\nb = a + 1\nprint(b)", "c = b"), "c", "a = 1\nb = a + 1\nc = b", quick=True),
    Case("%time of a line", ("a = [3, 1]", "%time b = sorted(a)", "%time len(a)", "c = b"), "c", "a = [3, 1]\n%time b = sorted(a)\nc = b"),
    Case("%timeit goes", ("a = [3, 1]", "%timeit -n 1 -r 1 sorted(a)", "a.append(2)"), "a", "a = [3, 1]\na.append(2)"),
    Case("%%capture", ("a = [1]", "%%capture out\nprint('hi')\na.append(2)", "r = list(a)"), "r", "", book=False),
    Case("%matplotlib and %config stay out of numbers", ("%config InteractiveShell.ast_node_interactivity = 'last'", "x = 1", "y = x"), "y", "x = 1\ny = x"),
    Case("%run of a file", ("z = 1", "%run prog.py", "r = x + 1"), "r", "%run prog.py\nr = x + 1", files={"prog.py": "x = 10\nw = 3\n"}),
    Case("%env", ("%env WORD=hi", "z = 1", "import os\nr = os.environ['WORD']"), "r", "%env WORD=hi\nimport os\nr = os.environ['WORD']"),
    Case("%cd", ("%cd -q sub", "z = 1", "r = open('a.txt').read()"), "r", "%cd -q sub\nr = open('a.txt').read()", files={"sub/a.txt": "here"}),
    Case("%%writefile and import", ("%%writefile made.py\nk = 5", "z = 1", "import made\nr = made.k"), "r", "", book=False),
    Case("top-level await", ("import asyncio\nlog = []", "async def f(n):\n    log.append(n)\n    return n * 2", "z = 1", "r = await f(3)", "s = list(log)"), "s", "log = []\nasync def f(n):\n    log.append(n)\n    return n * 2\nr = await f(3)\ns = list(log)", quick=True) ,
    Case("async for at top level", ("async def g():\n    for i in range(3):\n        yield i", "xs = []", "async for i in g():\n    xs.append(i)", "z = 1"), "xs", "async def g():\n    for i in range(3):\n        yield i\nxs = []\nasync for i in g():\n    xs.append(i)"),
    Case("globals written by a cell magic of the user", ("from IPython.core.magic import register_line_magic\nz = 1", "@register_line_magic\ndef put(line):\n    get_ipython().user_ns['made'] = [line]", "%put abc", "r = made[0]"), "r", "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef put(line):\n    get_ipython().user_ns['made'] = [line]\n%put abc\nr = made[0]"),
    Case("cells run before clew was loaded", ("a = 1\nb = 2", "c = a + 1", "d = c + 1", "e = 5"), "d", "a = 1\nb = 2\nc = a + 1\nd = c + 1", before=2, book=False),
    Case("a frame across cells", ("import pandas as pd", "df = pd.DataFrame({'a': [1, 2, None]})", "df.head()", "df.dropna(inplace=True)", "df['b'] = df.a * 2", "df.describe()", "r = df['b'].sum()"), "r", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2, None]})\ndf.dropna(inplace=True)\ndf['b'] = df.a * 2\nr = df['b'].sum()", needs=("pandas",)),
    Case("a cell that adds a column, run twice", ("import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})", "df['a'] = df['a'] + 1", "df['a'] = df['a'] + 1", "r = df['a'].sum()"), "r", "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})\ndf['a'] = df['a'] + 1\ndf['a'] = df['a'] + 1\nr = df['a'].sum()", needs=("pandas",)),
    Case("statements of a cell after its display", ("x = [1]\nx\nx.append(2)\nprint(x);\ny = 5", "x"), "x", "x = [1]\nx.append(2)"),
    Case("a branch in a cell", ("flag = True\nk = 3", "if flag:\n    r = k\n    s = 1\nelse:\n    r = 0", "print(r)"), "r", "flag = True\nk = 3\nif flag:\n    r = k\nelse:\n    r = 0"),
    Case("comments of cells stay with their statements", ("# the numbers\nxs = [1, 2]  # two\n\n# unrelated\nzs = 3", "# the sum\ntotal = sum(xs)"), "total", "# the numbers\nxs = [1, 2]  # two\n# the sum\ntotal = sum(xs)"),
)
