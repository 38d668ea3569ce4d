"""The text of a program: encodings, line ends, future imports, and files with next to nothing in them."""

from __future__ import annotations

from tests.programs.transparent.case import Case

CASES = (
    Case("an empty file", "", quick=True),
    Case("a file with only a comment", "# nothing here"),
    Case("a file with only blank lines", "\n\n\n"),
    Case("a file with only a docstring", '"""Doc."""'),
    Case("a file with only pass", "pass"),
    Case("no newline at the end", "print('x')", quick=True),
    Case("no newline at the end of an indented block", "if True:\n    print('x')\n    # end"),
    Case("CRLF", b"x = 1\r\nif x:\r\n    print('a')\r\n    y = '''one\r\ntwo'''\r\nprint(repr(y))\r\n1 / 0\r\n"),
    Case("lone CR", b"x = 1\rprint(x)\rprint(2)\r"),
    Case("a byte order mark", b"\xef\xbb\xbfx = 'h\xc3\xa9'\nprint(x)\n[][1]\n", quick=True),
    Case("a latin-1 cookie", b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\nprint(x, len(x))\nx['\xe9']\n", quick=True),
    Case("a cookie on the second line", b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\nprint('\x80')\nint('\x80')\n"),
    Case("a utf-8 cookie", b"# coding: utf-8\nprint('\xc3\xa9', __doc__)\n"),
    Case("a form feed", "x = 1\n\f\nprint(x)\n\fy = 2\nprint(y)\n1 / 0\n"),
    Case("a shebang", "#!/usr/bin/env python3\nprint(open(__file__).readline())\n"),
    Case("tabs", "if True:\n\tx = 1\n\tif x:\n\t\tprint('tabs')\n\t\tint('t')\n"),
    Case("annotations as text", "from __future__ import annotations\n\ndef f(x: int | undefined) -> 'y':\n    pass\n\nclass A:\n    z: undefined2\n\nw: also_undefined = 1\nprint(f.__annotations__, A.__annotations__, __annotations__)\n"),
    Case("several future imports", "'doc'\nfrom __future__ import division, print_function\nfrom __future__ import annotations as ann, generator_stop\nprint(ann.compiler_flag, 1 / 2, generator_stop, __doc__)\n"),
    Case("future flags reach eval and compile", "from __future__ import annotations\nns = {}\nexec('def f(x: nope): pass', ns)\nprint(ns['f'].__annotations__)\nprint(compile('x: int = 1', 'n', 'exec').co_flags & annotations.compiler_flag != 0)\n"),
    Case("without future flags eval and compile have none", "try:\n    exec('def f(x: nope): pass')\nexcept NameError as e:\n    print(e)\nimport __future__\nprint(compile('1', 'n', 'eval').co_flags & __future__.annotations.compiler_flag)\n", quick=True),
    Case("semicolons and comments", "x = 1;  # a\n# b\nprint(x)  ;  print(2)  # c\n    # indented comment\nif x:\n# odd comment\n    print(3)\n"),
    Case("null-like and odd characters in strings", "x = '\\x00\\ud800'\nprint(len(x), repr(x))\ny = '\u2028\x0b\x85'\nprint(repr(y))\nz = 1 / 0\n"),
    Case("a line separator in a string before an error", "y = 'a\u2028b\x1cc'\nz = [\n  y.nothing]\n"),
    Case("a very long line of text", "s = '" + "x" * 100000 + "'\nprint(len(s))\n"),
    Case("type comments and ignores", "x = []  # type: list[int]\ny = 1  # type: ignore\nprint(x, y)\n"),
    Case("cell marks of other editors", "# %% first\nx = 1\n# %% [markdown]\n# Text\n# %%\nprint(x)\n#%%\n1 / 0\n"),
)
