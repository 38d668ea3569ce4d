"""The text of a slice: the user's own comments, quotes, layout and blank lines."""

from __future__ import annotations

from tests.programs.slices.case import Case

CASES = (
    Case("quotes and spaces stay", "a  =  'x'   # keep me\nb = \"y\"\nc = a+'z'", "c", code="a  =  'x'   # keep me\nc = a+'z'\n", quick=True),
    Case("a comment above a kept statement stays", "# about a\n# more about a\na = 1\n# about b\nb = 2\nc = a", "c", code="# about a\n# more about a\na = 1\nc = a\n"),
    Case("a statement over lines stays as it is", "z = 1\nx = [\n    1,  # one\n\n    # two\n    2,\n]\ny = x", "y", code="x = [\n    1,  # one\n\n    # two\n    2,\n]\ny = x\n", quick=True),
    Case("a backslash continuation", "z = 1\nx = 1 + \\\n    2\ny = x", "y", code="x = 1 + \\\n    2\ny = x\n"),
    Case("a multi-line string keeps its inside", "z = 1\ns = '''a\n  b\n\n# not a comment\n'''\nt = s", "t", code="s = '''a\n  b\n\n# not a comment\n'''\nt = s\n"),
    Case("decorators and docstrings of functions", "import functools\n\n@functools.wraps(len)\n# why\ndef f(x):\n    '''Doc.'''\n\n    return x  # done\n\nz = 1\nr = f(3)", "r", code="import functools\n\n@functools.wraps(len)\n# why\ndef f(x):\n    '''Doc.'''\n\n    return x  # done\n\nr = f(3)\n"),
    Case("tabs stay", "z = 1\nif True:\n\tx = 1\n\tq = 2\ny = x", "y", code="if True:\n\tx = 1\ny = x\n"),
    Case("a future import stays first", "'''Doc.'''\nfrom __future__ import annotations\nz = 1\ndef f(x: nothing):\n    return x\nr = f(2)", "r", code="from __future__ import annotations\ndef f(x: nothing):\n    return x\nr = f(2)\n", quick=True),
    Case("unicode text and names", "z = 1\ngröße = 'ü→漢字'; n = 3\nr = größe + '!'", "r", code="größe = 'ü→漢字'\nr = größe + '!'\n"),
    Case("three statements on a line, the middle one", "a = 1; b = 2; c = 3\nr = b", "r", code="b = 2\nr = b\n"),
    Case("a semicolon inside a string", "a = ';'; b = 2\nr = a", "r", code="a = ';'\nr = a\n"),
    Case("all statements of a line stay", "a = 1; b = a\nz = 3\nr = b", "r", code="a = 1; b = a\nr = b\n"),
    Case("an else that is empty goes", "c = 1\nif c:\n    x = 1\nelse:\n    print('no')\nr = x", "r", code="c = 1\nif c:\n    x = 1\nr = x\n"),
    Case("a semicolon in a block", "if True:\n    a = 1; b = 2\n    c = b; d = a\nr = d", "r", code="if True:\n    a = 1\n    d = a\nr = d\n"),
    Case("a comment at the end of a block", "if True:\n    a = 1  # one\n    # about b\n    b = 2\nr = a", "r", code="if True:\n    a = 1  # one\nr = a\n"),
    Case("a class with comments inside", "z = 1\nclass A:\n    # about x\n    x = 1\n\n    def f(self):\n        return self.x  # here\nr = A().f()", "r", code="class A:\n    # about x\n    x = 1\n\n    def f(self):\n        return self.x  # here\nr = A().f()\n"),
    Case("CRLF text", "a = 1\r\nb = 2\r\nc = a\r\n", "c", code="a = 1\nc = a\n"),
    Case("type parameters", "z = 1\ndef first[T](xs: list[T]) -> T:\n    return xs[0]\nr = first([1])", "r", keeps=(2, 3, 4), since=(3, 12)),
    Case("a type alias", "z = 1\ntype Pair = tuple[int, int]\nr = Pair.__value__", "r", keeps=(2, 3), since=(3, 12)),
    Case("an f-string of 3.12", "z = 1\nd = {'a': 1}\nr = f'{d['a']} {f'{d['a']}'}'", "r", keeps=(2, 3), since=(3, 12)),
)
