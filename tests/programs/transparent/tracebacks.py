"""Errors: the same frames, lines, carets and notes as without clew."""

from __future__ import annotations

from tests.programs.transparent.case import Case

CASES = (
    Case("a plain error at top level", "x = 1\ny = 0\nprint('before')\nz = x / y\nprint('after')\n", quick=True),
    Case("carets point into a long expression", "d = {'a': {'b': None}}\nvalue = (d['a']['b']['c'] + 1) * 2\n", quick=True),
    Case("an error in a call at top level", "def f(x):\n    return g(x) + 1\n\ndef g(x):\n    return x['k']\n\nresult = f([])\n"),
    Case("an error in an argument of a nested call", "print(max(len('abc'), int('x'), abs(-3)))\n"),
    Case(
        "an error in a method chain over several lines",
        """\
text = (
    "a b c"
    .upper()
    .split()
    .index("z")
)
""",
        quick=True,
    ),
    Case(
        "an error in a call whose arguments stand on lines of their own",
        """\
def add(a, b, c):
    return a + b + c

total = add(
    1,
    2,
    "3",
)
""",
    ),
    Case("an error in a for loop", "total = 0\nfor i in [1, 2, 'x']:\n    total += i\n"),
    Case("an error in the iterable of a for loop", "for i in len(5):\n    pass\n"),
    Case("an error in the test of a while loop", "n = 3\nwhile 1 / n:\n    n -= 1\n"),
    Case("an error in a list comprehension", "values = [1 / (i - 2) for i in range(5)]\n", quick=True),
    Case("an error in a nested generator expression", "print(sum(x for x in (10 // y for y in (2, 1, 0))))\n"),
    Case("an error in a dict comprehension over lines", "d = {\n    k: v.upper()\n    for k, v in [('a', 'x'), ('b', 2)]\n}\n"),
    Case("an error in a class body", "class A:\n    x = 1\n    y = x + 'a'\n"),
    Case("an error in a method", "class A:\n    def go(self):\n        return self.missing\n\na = A()\na.go()\n"),
    Case("an error in a property", "class A:\n    @property\n    def p(self):\n        raise KeyError('p')\n\nprint(A().p)\n"),
    Case("an error in __init__ called by a class call", "class A:\n    def __init__(self, n):\n        self.n = 1 / n\n\nfirst = A(1)\nsecond = A(0)\n"),
    Case("an error in __enter__", "class C:\n    def __enter__(self):\n        raise OSError('no')\n    def __exit__(self, *a):\n        print('exit')\n\nwith C() as c:\n    print('in')\n"),
    Case("an error in a with body", "import contextlib\n\n@contextlib.contextmanager\ndef ctx():\n    try:\n        yield 1\n    finally:\n        print('closed')\n\nwith ctx() as c:\n    print(c)\n    int('no')\n"),
    Case("an error in __exit__", "class C:\n    def __enter__(self):\n        return self\n    def __exit__(self, *a):\n        raise ValueError('exit') \n\nwith C():\n    raise KeyError('body')\n"),
    Case("an error in finally", "try:\n    print('try')\nfinally:\n    print('finally')\n    {}['x']\n"),
    Case("an error passes through finally", "try:\n    x = []\n    x[3]\nfinally:\n    print('cleanup')\n"),
    Case("an error in an except clause is chained", "try:\n    int('x')\nexcept ValueError:\n    {}['k']\n", quick=True),
    Case("an error raised from another", "try:\n    int('x')\nexcept ValueError as error:\n    raise RuntimeError('wrapped') from error\n"),
    Case("an error raised from None", "try:\n    int('x')\nexcept ValueError:\n    raise RuntimeError('alone') from None\n"),
    Case("an error in an else clause", "try:\n    x = 1\nexcept ValueError:\n    pass\nelse:\n    x.append(2)\n"),
    Case("a re-raise keeps its first place", "try:\n    int('x')\nexcept ValueError:\n    print('seen')\n    raise\n"),
    Case("a decorator fails", "def deco(f):\n    raise TypeError('no decorating ' + f.__name__)\n\n@deco\ndef g():\n    pass\n"),
    Case("a decorated function fails", "import functools\n\ndef deco(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n\n@deco\ndef g(n):\n    return 1 / n\n\ng(0)\n"),
    Case("a default argument fails", "def f(x=1 / 0):\n    return x\n"),
    Case("an annotation fails", "x: 1 / 0 = 3\n"),
    Case("a lambda fails", "f = lambda x: x + 1\nprint(f(1), f('a'))\n"),
    Case("an error in an f-string", "x = {}\nprint(f\"value {x['missing']!r:>10} end\")\n"),
    Case("an error in a subscript store", "x = (1, 2)\nx[0] = 5\n"),
    Case("an error in an attribute store", "x = 5\nx.real = 6\n"),
    Case("an error in an augmented assignment", "x = [1]\nx += 5\n"),
    Case("an error in unpacking", "a, b = 1, 2\na, b = [1, 2, 3]\n"),
    Case("an error in starred unpacking", "a, *b, c = [1]\n"),
    Case("an error in del", "x = {}\ndel x['k']\n"),
    Case("an unknown name", "print('a')\nprint(undefined_name)\n", quick=True),
    Case("an unknown name with a suggestion", "counter = 1\nprint(conter)\n"),
    Case("an unknown attribute with a suggestion", "import math\nmath.sqroot(2)\n"),
    Case("a deleted name", "x = 1\ndel x\nprint(x)\n"),
    Case("a failed assert with a message", "x = 3\nassert x == 4, f'x is {x}'\n"),
    Case("a failed assert without a message", "x = [1]\nassert not x\n"),
    Case("an import that fails", "import json\nimport no_such_module_here\n"),
    Case("a from-import that fails", "from json import no_such_name\n"),
    Case("an import from a local module that fails", "import broken\n", files={"broken.py": "def f():\n    return 1 / 0\n\nf()\n"}),
    Case("a local module with a syntax error", "import bad\n", files={"bad.py": "x = (1,\n\ny = = 2\n"}),
    Case("an error in a function of a local module", "import mod\n\nfor n in (1, 0):\n    print(mod.inv(n))\n", files={"mod.py": "def inv(n):\n    return 1 / n\n"}),
    Case("an exception group", "raise ExceptionGroup('many', [ValueError(1), TypeError('two')])\n", quick=True),
    Case(
        "a nested exception group partly handled",
        """\
def fail(e):
    raise e

errors = []
for e in (ValueError(1), KeyError('k')):
    try:
        fail(e)
    except Exception as caught:
        errors.append(caught)
try:
    raise ExceptionGroup('outer', [ExceptionGroup('inner', errors), OSError('disk')])
except* ValueError as group:
    print('handled', group.exceptions)
""",
    ),
    Case("except* that raises", "try:\n    raise ExceptionGroup('g', [ValueError(1)])\nexcept* ValueError:\n    raise KeyError('in handler')\n"),
    Case("an exception with notes", "e = ValueError('x')\ne.add_note('first note')\ne.add_note('second\\nnote')\nraise e\n"),
    Case("an exception of the user's own class", "class MyError(Exception):\n    def __str__(self):\n        return 'my ' + repr(self.args)\n\nraise MyError(1, 2)\n"),
    Case("an exception whose __str__ fails", "class E(Exception):\n    def __str__(self):\n        raise ValueError\n\nraise E\n"),
    Case("a SyntaxError out of eval", "x = 1\neval('x +* 2')\n"),
    Case("a SyntaxError out of compile with a name", "compile('def f(:\\n  pass', 'made-up.py', 'exec')\n"),
    Case("an error inside exec", "code = 'a = 1\\nb = a / 0\\n'\nexec(code)\n"),
    Case("an error inside exec of a compiled file", "code = compile('def f():\\n    return [][0]\\nf()', 'prog2.py', 'exec')\nexec(code, {})\n"),
    Case("an IndentationError out of exec", "exec('if True:\\nx = 1')\n"),
    Case("a recursion that never ends", "def f(n):\n    return f(n + 1) + 1\n\nf(0)\n"),
    Case("a recursion between two functions", "def odd(n):\n    return even(n - 1)\n\ndef even(n):\n    return odd(n - 1)\n\nodd(1)\n"),
    Case("an error in a generator at top level", "def gen():\n    yield 1\n    raise ValueError('gen')\n\ng = gen()\nprint(next(g))\nprint(next(g))\n"),
    Case("StopIteration out of next", "it = iter([1])\nnext(it)\nnext(it)\n"),
    Case("StopIteration inside a generator", "def gen():\n    yield next(iter([]))\n\nlist(gen())\n"),
    Case("an error in asyncio.run", "import asyncio\n\nasync def main():\n    await asyncio.sleep(0)\n    return 1 / 0\n\nasyncio.run(main())\n"),
    Case("an error in a sort key", "rows = [(1, 'a'), ('b', 2)]\nrows.sort(key=lambda r: -r[0])\n"),
    Case("an error in __repr__ while printing", "class A:\n    def __repr__(self):\n        return 1\n\nprint([A()])\n"),
    Case("an error in match", "class P:\n    __match_args__ = ('x',)\n    @property\n    def x(self):\n        raise ZeroDivisionError('x')\n\nmatch P():\n    case P(3):\n        print('three')\n"),
    Case("an error in a one-line compound statement", "for i in (2, 1, 0): print(i); print(1 / i)\n"),
    Case("an error on a line with two statements", "a = 1; b = a.nope; c = 3\n", quick=True),
    Case("an error in a line with wide characters", "größe = 'ü→漢字'; print(größe); größe['ключ']\n"),
    Case("an error in a very long line", "x = " + " + ".join(f"({i} * 1)" for i in range(120)) + " + None\n"),
    Case("a return value of traceback.format_exc", "import traceback\n\ndef f():\n    raise ValueError('v')\n\ntry:\n    f()\nexcept ValueError:\n    print(traceback.format_exc())\n"),
    Case("frames of a traceback", "import sys\n\ndef f():\n    1 / 0\n\ntry:\n    f()\nexcept ZeroDivisionError:\n    tb = sys.exc_info()[2]\n    while tb:\n        code = tb.tb_frame.f_code\n        print(code.co_name, tb.tb_lineno, tb.tb_lasti >= 0, code.co_filename == __file__)\n        tb = tb.tb_next\n", quick=True),
    Case("the traceback of a caught error", "import traceback\nerrors = []\nfor v in ('1', 'x'):\n    try:\n        errors.append(int(v))\n    except ValueError as e:\n        errors.append(e)\ntraceback.print_exception(errors[1])\nprint(errors[1].__traceback__.tb_next)\n"),
    Case("TracebackException with locals", "import traceback\n\ndef f(a):\n    b = a + 1\n    return b / 0\n\ntry:\n    f(2)\nexcept ZeroDivisionError as e:\n    print(''.join(traceback.TracebackException.from_exception(e, capture_locals=True).format()).replace(__file__, 'F')[-90:])\n"),
    Case("a user's excepthook", "import sys\n\ndef hook(kind, value, tb):\n    print('hook', kind.__name__, value, tb.tb_lineno, tb.tb_next)\n\nsys.excepthook = hook\nint('x')\n", quick=True),
    Case("an excepthook that fails", "import sys\n\ndef hook(kind, value, tb):\n    raise RuntimeError('hook')\n\nsys.excepthook = hook\nint('x')\n"),
    Case("an unraisable error", "import gc\n\nclass A:\n    def __del__(self):\n        raise ValueError('del')\n\na = A()\ndel a\ngc.collect()\nprint('on')\n"),
    Case("a user's unraisablehook", "import sys\n\nsys.unraisablehook = lambda u: print('unraisable', u.exc_value, u.err_msg)\n\nclass A:\n    def __del__(self):\n        raise ValueError('del')\n\na = A()\na = None\nprint('on')\n"),
    Case("an error in a thread", "import threading\n\ndef work():\n    raise ValueError('thread')\n\nt = threading.Thread(target=work, name='T')\nt.start()\nt.join()\nprint('main goes on')\n"),
    Case("an error in a callback of a C function", "import functools\nfunctools.reduce(lambda a, b: a / b, [1, 0])\n"),
    Case("the last error is in sys.last_value for nobody", "import sys\nprint(hasattr(sys, 'last_value'), sys.exc_info())\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    print(sys.exc_info()[0])\nprint(sys.exc_info())\n"),
    Case("the context of an exception", "try:\n    try:\n        int('a')\n    except ValueError:\n        [][1]\nexcept IndexError as e:\n    print(repr(e.__context__), e.__cause__, e.__suppress_context__)\n"),
)
