"""State that nobody can see: of libraries, of Python itself, and what dying objects do."""

from __future__ import annotations

from tests.programs.slices.case import Case

CASES = (
    Case("a dialect of csv", "import csv, io\ncsv.register_dialect('semi', delimiter=';')\nz = 1\nr = list(csv.reader(io.StringIO('a;b'), dialect='semi'))", "r", keeps=(1, 2, 4), quick=True),
    Case("dialects registered in a loop", "import csv, io\nfor n in ('semi',):\n    csv.register_dialect(n, delimiter=';')\nz = 1\nr = list(csv.reader(io.StringIO('a;b'), dialect='semi'))", "r", keeps=(1, 2, 3, 5)),
    Case("dialects registered by a function", "import csv, io\n\ndef prepare(n):\n    csv.register_dialect(n, delimiter=';')\n\nprepare('semi')\nz = 1\nr = list(csv.reader(io.StringIO('a;b'), dialect='semi'))", "r", keeps=(1, 3, 4, 6, 8)),
    Case("a function that only prints is no setting", "import csv, io\n\ndef tell(rows):\n    print(rows)\n\nrows = list(csv.reader(io.StringIO('a,b')))\ntell(rows)\nr = list(csv.reader(io.StringIO('c,d')))", "r", keeps=(1, 8)),
    Case("a type added to mimetypes", "import mimetypes\nmimetypes.add_type('a/b', '.zzz')\nz = 1\nr = mimetypes.guess_type('q.zzz')", "r", keeps=(1, 2, 4)),
    Case("a name for a level of logging", "import logging\nlogging.addLevelName(25, 'NOTE')\nz = 1\nr = logging.getLevelName(25)", "r", keeps=(1, 2, 4)),
    Case("how logging is set up matters to logging alone", "import logging\nimport json\nlogging.basicConfig(level=logging.DEBUG)\nr = json.dumps([1])", "r", keeps=(2, 4)),
    Case("an adapter of SQLite", "import sqlite3\nclass P: pass\nsqlite3.register_adapter(P, lambda p: 'pp')\nz = 1\nc = sqlite3.connect(':memory:')\nr = c.execute('select ?', (P(),)).fetchall()", "r", keeps=(1, 2, 3, 5, 6)),
    Case("a virtual subclass of a library's class", "import numbers\nclass N: pass\nnumbers.Number.register(N)\nz = 1\nr = isinstance(N(), numbers.Number)", "r", keeps=(1, 2, 3, 5)),
    Case("how copies are made", "import copy, copyreg\nclass A: pass\ncopyreg.pickle(A, lambda a: (dict, ()))\nz = 1\nr = copy.copy(A())", "r", keeps=(1, 2, 3, 5)),
    Case("an encoding registered", "import codecs\ndef find(n):\n    return codecs.lookup('utf-8') if n == 'mine' else None\ncodecs.register(find)\nz = 1\nr = 'a'.encode('mine')", "r", keeps=(1, 2, 3, 4, 6)),
    Case("the time zone", "import os, time\nos.environ['TZ'] = 'Asia/Tokyo'\ntime.tzset()\nz = 1\nr = time.localtime(0).tm_hour", "r", keeps=(1, 2, 3, 5)),
    Case("the time zone of a datetime", "import datetime, os, time\nos.environ['TZ'] = 'America/New_York'\ntime.tzset()\nz = 1\nr = datetime.datetime.fromtimestamp(0).hour", "r", keeps=(1, 2, 3, 5)),
    Case("a finder of modules", "import sys, types\nfrom importlib.machinery import ModuleSpec\nclass F:\n    @staticmethod\n    def find_spec(n, p=None, t=None):\n        return ModuleSpec(n, F) if n == 'zork' else None\n    @staticmethod\n    def create_module(s):\n        return None\n    @staticmethod\n    def exec_module(m):\n        m.k = 7\nsys.meta_path.insert(0, F)\nz = 1\nimport zork\nr = zork.k", "r", keeps=(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16)),
    Case("whether there is a collector of garbage", "import gc\ngc.disable()\nz = 1\nr = gc.isenabled()", "r", keeps=(1, 2, 4)),
    Case("a colormap registered", "import matplotlib\nfrom matplotlib.colors import ListedColormap\nmatplotlib.colormaps.register(ListedColormap(['red'], name='mine'))\nz = 1\nr = matplotlib.colormaps['mine'](0.0)", "r", keeps=(1, 2, 3, 5), needs=("matplotlib",)),
    Case("the locale of a date in a text", "import datetime, locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')\nz = 1\nd = datetime.date(2020, 1, 1)\nr = f'{d:%A}'", "r", keeps=(1, 2, 4, 5)),
    Case("NumPy's options in an f-string", "import numpy as np\nnp.set_printoptions(precision=2)\nz = 1\na = np.array([1.23456])\nr = f'{a}'", "r", keeps=(1, 2, 4, 5), needs=("numpy",), quick=True),
    Case("NumPy's options in a text with %", "import numpy as np\nnp.set_printoptions(precision=2)\na = np.array([1.23456])\nr = '%s' % a", "r", keeps=(1, 2, 3, 4), needs=("numpy",)),
    Case("NumPy's options in a function's f-string", "import numpy as np\nnp.set_printoptions(precision=2)\n\ndef tell(a):\n    return f'{a}'\n\nz = 1\nr = tell(np.array([1.23456]))", "r", keeps=(1, 2, 4, 5, 8), needs=("numpy",)),
    Case("the display options of pandas in an f-string", "import pandas as pd\npd.set_option('display.precision', 2)\ndf = pd.DataFrame({'a': [1.23456]})\nr = f'{df}'", "r", keeps=(1, 2, 3, 4), needs=("pandas",)),
    Case("printing into an object in the place of standard output", "import sys, io\nbuffer = io.StringIO()\nold = sys.stdout\nsys.stdout = buffer\nprint('hi')\nsys.stdout = old\nz = 1\nr = buffer.getvalue()", "r", keeps=(1, 2, 3, 4, 5, 6, 8), quick=True, spare=(3, 6)),
    Case("what an object does when it dies", "out = []\nclass D:\n    def __del__(self):\n        out.append(1)\nd = D()\nz = 1\ndel d\nr = list(out)", "r", keeps=(1, 2, 3, 4, 5, 7, 8), quick=True),
    Case("an object that dies as its name is bound anew", "out = []\nclass D:\n    def __del__(self):\n        out.append(1)\nd = D()\nz = 1\nd = None\nr = list(out)", "r", keeps=(1, 2, 3, 4, 5, 7, 8)),
    Case("an object that dies as it is taken out of a list", "out = []\nclass D:\n    def __del__(self):\n        out.append(1)\nl = [D(), 2]\nz = 1\nl.reverse()\nl.pop()\nr = list(out)", "r", keeps=(1, 2, 3, 4, 5, 7, 8, 9)),
    Case("what a weak reference calls", "import weakref\nout = []\nclass D: pass\nd = D()\nw = weakref.ref(d, lambda q: out.append(2))\nz = 1\nd = 3\nr = list(out)", "r", keeps=(1, 2, 3, 4, 5, 7, 8)),
    Case("what a finalizer calls", "import weakref\nout = []\nclass D: pass\nd = D()\nweakref.finalize(d, out.append, 3)\nz = 1\nd = 3\nr = list(out)", "r", keeps=(1, 2, 3, 4, 5, 7, 8)),
    Case("what a library keeps in the environment", "import polars as pl\npl.Config.set_tbl_rows(2)\nz = 1\nr = str(pl.DataFrame({'a': [1, 2, 3, 4, 5]}))", "r", keeps=(1, 2, 4), needs=("polars",)),
    Case("an import that lets another in", "from sklearn.experimental import enable_iterative_imputer\nfrom sklearn.impute import IterativeImputer\nimport numpy as np\nz = 1\nr = IterativeImputer(random_state=0).fit_transform(np.array([[1, 2.0], [np.nan, 3], [4, 5]]))", "r", keeps=(1, 2, 3, 5), needs=("sklearn",)),
)
