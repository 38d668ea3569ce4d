"""Slices of what is kept where nobody can see it: behind objects of C, in handlers, in modules made by hand, by pyplot."""

from __future__ import annotations

from tests.programs.slices.case import Case

CASES = (
    Case("a function made for a database looks up a name late", "import sqlite3\ncon = sqlite3.connect(':memory:')\nK = 2\ncon.create_function('twice', 1, lambda x: K * x)\nz = 1\nK = 3\nr = con.execute('select twice(2)').fetchone()", "r", (1, 2, 3, 4, 6, 7)),
    Case("a database set up by a function", "import sqlite3\ndef double(x):\n    return 2 * x\ndef setup(con):\n    con.create_function('twice', 1, double)\ncon = sqlite3.connect(':memory:')\nz = 1\nsetup(con)\nprint(con.execute('select 1').fetchone())\nr = con.execute('select twice(2)').fetchone()", "r", (1, 2, 3, 4, 5, 6, 8, 10)),
    Case("functions made for a database in a loop", "import sqlite3\ncon = sqlite3.connect(':memory:')\nz = 1\nfor name, by in {'twice': 2, 'thrice': 3}.items():\n    con.create_function(name, 1, lambda x, by=by: by * x)\nr = con.execute('select thrice(2)').fetchone()", "r", (1, 2, 4, 5, 6)),
    Case("a database calls a method of a list", "import sqlite3\ncon = sqlite3.connect(':memory:')\nseen = []\nz = 1\ncon.set_trace_callback(seen.append)\ncon.execute('select 1')\nr = len(seen)", "r", (1, 2, 3, 5, 6, 7), quick=True),
    Case("a handler of a signal looks up a name late", "import os, signal\nseen = []\nK = 1\ndef handle(number, frame):\n    seen.append(K)\nsignal.signal(signal.SIGUSR1, handle)\nK = 2\nz = 1\nos.kill(os.getpid(), signal.SIGUSR1)\nK = 3\nr = list(seen)", "r", (1, 2, 3, 4, 5, 6, 7, 9, 11)),
    Case("a handler of a signal binds a name", "import signal\nstop = False\ndef handle(number, frame):\n    global stop\n    stop = True\nsignal.signal(signal.SIGUSR1, handle)\nz = 1\nsignal.raise_signal(signal.SIGUSR1)\nr = stop", "r", (1, 2, 3, 4, 5, 6, 8, 9), spare=(2,)),
    Case("a timer raises a signal", "import signal, time\nseen = []\nsignal.signal(signal.SIGALRM, lambda number, frame: seen.append(1))\nsignal.setitimer(signal.ITIMER_REAL, 0.02)\nz = 1\ntime.sleep(0.2)\nr = len(seen)", "r", (1, 2, 3, 4, 6, 7)),
    Case("an event that a timer sets", "import threading\ndone = threading.Event()\ntimer = threading.Timer(0.02, done.set)\ntimer.start()\nz = 1\ndone.wait(5)\nr = done.is_set()", "r", (1, 2, 3, 4, 6, 7), quick=True),
    Case("an event that is set and cleared", "import threading\ndone = threading.Event()\ndone.set()\nz = 1\ndone.clear()\nr = done.is_set()", "r", (1, 2, 3, 5, 6)),
    Case("code runs in a module made by hand", "import sys, types\nmade = types.ModuleType('made')\nexec('x = 1\\ndef f(): return x + 1', made.__dict__)\nz = 1\nsys.modules['made'] = made\nfrom made import f\nexec('x = 7', vars(made))\nr = f()", "r", (1, 2, 3, 5, 6, 7, 8)),
    Case("a module that no variable leads to", "import sys, types\nsys.modules['made'] = types.ModuleType('made')\nexec('x = 1', sys.modules['made'].__dict__)\nz = 1\nimport made\nr = made.x", "r", (1, 2, 3, 5, 6), quick=True),
    Case("a shelf gives what it keeps", "import shelve\nwith shelve.open('s') as d:\n    d['a'] = [1]\nd = shelve.open('s', writeback=True)\nx = d['a']\nz = 1\nx.append(4)\nd.sync()\nr = shelve.open('s')['a']", "r", (1, 2, 3, 4, 5, 7, 8, 9)),
    Case("a function draws on the current figure", "import matplotlib.pyplot as plt\nfig = plt.figure()\nplt.plot([1, 2])\ndef name():\n    plt.title('half')\nz = 1\nname()", "fig", (1, 2, 3, 4, 5, 7), needs=("matplotlib",)),
    Case("a transform goes by the limits of its axes", "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nt = ax.transData\nz = 1\nax.set_xlim(0, 50)\nax.set_title('t')\nr = t.transform((1, 1)).tolist()", "r", (1, 2, 3, 5, 6, 7), spare=(6,), needs=("matplotlib",)),
    Case("a list of a library's class is given a title", "import sys\nsys.path.insert(0, 'site-packages')\nfrom tables import Table\nt = Table([1, 2])\nz = 1\nt.name('b')\nt.width()\nr = t.title", "r", (1, 2, 3, 4, 6, 8), files={"site-packages/tables.py": "class Table(list):\n    title = 'a'\n    def name(self, title):\n        self.title = title\n    def width(self):\n        self._width_cache = len(self)\n        return self._width_cache\n"}),
    Case("exit handlers run after a program has failed", "import atexit\nr = [1]\natexit.register(r.clear)\nz = 1\nr.append(2)\nz = r.nope()", "r", (2, 5), draws_on_luck=True),
    Case("exit handlers run after an exit", "import atexit, sys\nr = [1]\natexit.register(r.clear)\nz = 1\nr.append(2)\ndef main():\n    sys.exit()\nmain()", "r", (2, 5), draws_on_luck=True),
    Case("a lambda that is made and called in a loop", "def residual(x): return x + 1\nz = 1\nfor k in (1, 2):\n    w = lambda: residual(k)\n    out = w()\nr = out", "r", (1, 3, 4, 5, 6), quick=True),
    Case("a grid that its layout moves", "import matplotlib.pyplot as plt\nfrom matplotlib.gridspec import GridSpec\nfig = plt.figure()\ngrid = GridSpec(2, 1)\nax = fig.add_subplot(grid[0])\nz = 1\ngrid.tight_layout(fig)\nr = round(float(grid.left), 3)", "r", (1, 2, 3, 4, 5, 7, 8), needs=("matplotlib",)),
    Case("borders that a figure is given", "import matplotlib.pyplot as plt\nfig = plt.figure()\nborders = fig.subplotpars\nz = 1\nfig.subplots_adjust(left=0.25)\nr = borders.left", "r", (1, 2, 3, 5, 6), needs=("matplotlib",)),
)
