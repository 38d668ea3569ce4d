"""Imports of local files, also of ones that are named like modules that clew itself uses."""

from __future__ import annotations

from tests.programs.transparent.case import Case

# Modules that clew itself imports, or parts of clew: a program may have files of these names.
PLAIN = tuple("""queue json random string token ast copy pickle numbers platform secrets select uuid zlib struct textwrap difflib dataclasses
tomllib tempfile logging hashlib subprocess inspect symtable  model errors session capture store cli api observe""".split())

CASES = (
    Case("a local module", "import helper\nprint(helper.x, helper.__file__, helper.__name__)\n", files={"helper.py": "x = 5\n"}, quick=True),
    Case("a package with relative imports", "import pkg.sub\nfrom pkg import a, b as c\nprint(pkg.sub.value, a, c, pkg.__path__)\n", files={"pkg/__init__.py": "a = 1\nb = 2\n", "pkg/sub.py": "from . import a\nfrom .other import o\nvalue = a + o\n", "pkg/other.py": "o = 10\n"}),
    Case("a namespace package", "import ns.mod\nprint(ns.mod.x, list(ns.__path__))\n", files={"ns/mod.py": "x = 1\n"}),
    Case("a local module reloaded", "import importlib, helper\nprint(helper.x)\nopen('helper.py', 'w').write('x = 22222\\n')\nimportlib.reload(helper)\nprint(helper.x)\n", files={"helper.py": "x = 1\n"}),
    Case("a module written and imported", "open('made.py', 'w').write('y = 3\\n')\nimport made\nprint(made.y)\n"),
    Case("a circular import of main", "x = 1\nimport back\nprint(back.seen)\n", files={"back.py": "import __main__\nseen = __main__.x\n"}),
    Case("a module that imports the program by name", "import back\nprint(getattr(back, 'p', None), __name__)\n", files={"back.py": "import prog as p\n"}),
    Case("a relative import in main fails", "from . import x\n"),
    Case("sys.path changed by the program", "import sys\nsys.path.insert(0, 'lib')\nimport inlib\nprint(inlib.x)\nsys.path.append('lib2')\nimport inlib2\n", files={"lib/inlib.py": "x = 1\n"}),
    *(
        Case(f"a local file named {name}.py", f"import {name}\nprint({name}.mine)\nxs = [1]\nxs.append({name}.mine)\nprint(xs)\n", files={f"{name}.py": f"mine = 'local {name}'\n"}, quick=name in ("queue", "json", "ast", "model"))
        for name in PLAIN
    ),
    Case("a local file named like a module that nobody imports", "x = [1]\nx.append(2)\nprint(x)\n", files={"json.py": "print('LOCAL json WAS IMPORTED')\n", "queue.py": "print('LOCAL queue WAS IMPORTED')\n", "random.py": "1 / 0\n", "ast.py": "raise SystemExit(9)\n", "xxhash.py": "raise SystemExit(8)\n"}, quick=True),
    Case("a local usercustomize and sitecustomize", "print('run')\n", files={"sitecustomize.py": "print('site')\n", "usercustomize.py": "print('user')\n"}),
    Case("a program in another folder", "import sys\nimport side\nprint(side.x, sys.path[0], __file__)\n", files={"side.py": "x = 1\n"}),
    Case("what looking loads is not the program's", "import sys\nK = 1\ndef f(text):\n    return eval(text)\nxs = [f('K')]\nxs.append(2)\nprint([name for name in ('re', 're._parser', 'dis', 'opcode', 'enum', 'types', 'functools', 'fnmatch', 'contextvars') if name in sys.modules])\nimport re, enum\nprint(re._parser is sys.modules['re._parser'], re.search('b', 'abc'), enum.Enum)\n"),
)
