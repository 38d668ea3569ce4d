"""When values die: finalizers, weak references and the collector, statement by statement."""

from __future__ import annotations

from tests.programs.transparent.case import Case

TRACKED = """\
class A:
    def __init__(self, n=0):
        self.n = n
    def __del__(self):
        print('del', self.n)

"""

CASES = (
    Case("del frees at once", TRACKED + "a = A(1)\nprint('before')\ndel a\nprint('after')\n", quick=True),
    Case("rebinding frees the old value", TRACKED + "a = A(1)\na = A(2)\nprint('rebound')\na = None\nprint('end')\n", quick=True),
    Case("a temporary dies within its statement", TRACKED + "A(1)\nprint('next')\nA(2).n\nprint('next')\nprint(A(3).n)\nprint('last')\n"),
    Case("an argument dies after the call", TRACKED + "def f(a):\n    print('in', a.n)\n\nf(A(1))\nprint('after')\nlen([A(2), A(3)])\nprint('end')\n"),
    Case("an unused result dies at once", TRACKED + "def make(n):\n    return A(n)\n\nmake(1)\nprint('x')\nmake(2), make(3)\nprint('y')\n"),
    Case("loop variables", TRACKED + "for i in range(3):\n    a = A(i)\n    print('body', i)\nprint('after loop')\n", quick=True),
    Case("loop over temporaries", TRACKED + "for a in [A(1), A(2)]:\n    print('body', a.n)\nprint('after')\ndel a\nprint('end')\n"),
    Case("loop over a generator of values", TRACKED + "for a in (A(i) for i in range(3)):\n    print('body', a.n)\n"),
    Case("a value popped from a list", TRACKED + "xs = [A(1), A(2), A(3)]\nxs.pop()\nprint('popped')\nx = xs.pop()\nprint('kept')\nxs.clear()\nprint('cleared')\ndel x\nprint('end')\n"),
    Case("a value replaced in a dict", TRACKED + "d = {'k': A(1)}\nd['k'] = A(2)\nprint('replaced')\ndel d['k']\nprint('deleted')\nd.update(k=A(3))\nd = {}\nprint('end')\n"),
    Case("an attribute replaced", TRACKED + "class B:\n    pass\n\nb = B()\nb.a = A(1)\nb.a = A(2)\nprint('x')\ndel b.a\nprint('y')\n"),
    Case("a bound method kept and dropped", TRACKED + "m = A(1).__init__\nprint('kept')\ndel m\nprint('end')\n"),
    Case("swap frees nothing", TRACKED + "a, b = A(1), A(2)\na, b = b, a\nprint(a.n, b.n)\na = b = None\nprint('end')\n"),
    Case("a with target", TRACKED + "import contextlib\nwith contextlib.nullcontext(A(1)):\n    print('in')\nprint('out')\nwith contextlib.nullcontext(A(2)) as a:\n    print('in')\nprint('out')\ndel a\nprint('end')\n"),
    Case("an exception's frame lets go", TRACKED + "def f():\n    a = A(1)\n    raise ValueError('x')\n\ntry:\n    f()\nexcept ValueError as e:\n    print('caught')\nprint('after')\n", quick=True),
    Case("a failing call at top level lets go", TRACKED + "def f(a):\n    raise ValueError\n\ntry:\n    f(A(1))\nexcept ValueError:\n    print('caught')\nprint('after')\n"),
    Case("a global of that name dies in its finalizer order", TRACKED + "def f():\n    global g\n    g = A(1)\n\nf()\nf()\nprint('twice')\ndel g\nprint('end')\n"),
    Case("a comprehension's temporaries", TRACKED + "n = [A(i).n for i in range(3)]\nprint(n)\nm = sum(A(i).n for i in range(2))\nprint(m)\n"),
    Case("the walrus keeps", TRACKED + "if (a := A(1)).n:\n    print('kept')\na = 0\nprint('end')\n"),
    Case("a cycle waits for the collector", TRACKED + "import gc\ngc.disable()\na = A(1)\na.me = a\ndel a\nprint('deleted')\nprint(gc.collect() > 0)\nprint('end')\n"),
    Case("collections come where the program makes objects", "import gc, sys\nstrange = set()\ndef note(phase, info):\n    if sys._getframe(1).f_code.co_filename != __file__:\n        strange.add(sys._getframe(1).f_code.co_name)\n\ngc.callbacks.append(note)\ngc.set_threshold(1)\nxs = {}\nxs['a'] = [1]\nxs.setdefault('b', []).append(2)\nys = sorted(xs.items())\nys.append(xs)\ngc.set_threshold(700)\nprint(strange, ys)\n", quick=True),
    Case("counts of the collector", "import gc\ngc.collect()\ngc.disable()\nclass B:\n    pass\n\nbs = []\nfor i in range(10):\n    b = B()\n    b.me = b\ndel b\nprint(gc.collect())\nprint(len([o for o in gc.get_objects() if type(o) is B]))\n"),
    Case("get_referrers of a fresh object", "import gc\nclass B:\n    pass\n\nb = B()\nprint(len(gc.get_referrers(b)))\nbox = [b]\nprint(sorted(type(r).__name__ for r in gc.get_referrers(b)))\n", quick=True),
    Case("reference counts", "import sys\nclass B:\n    pass\n\nb = B()\nprint(sys.getrefcount(b))\nc = b\nprint(sys.getrefcount(b))\nbox = [b, b]\nprint(sys.getrefcount(b))\ndel box, c\nprint(sys.getrefcount(b))\nxs = []\nprint(sys.getrefcount(xs))\nxs.append(1)\nprint(sys.getrefcount(xs))\n", quick=True),
    Case("reference counts of a list used by calls", "import sys\nxs = [3, 1, 2]\nxs.sort()\nys = sorted(xs)\nprint(sys.getrefcount(xs), sys.getrefcount(ys))\nf = xs.append\nf(4)\nprint(sys.getrefcount(xs))\n"),
    Case("a weak reference dies on time", "import weakref\nclass B:\n    pass\n\nb = B()\nr = weakref.ref(b, lambda r: print('gone'))\nprint(r() is b)\nb = None\nprint(r())\n"),
    Case("the number of weak references", "import weakref\nclass B:\n    pass\n\nb = B()\nb.x = [1]\nprint(weakref.getweakrefcount(b))\nr = weakref.ref(b)\nb.x.append(2)\nprint(weakref.getweakrefcount(b))\n", quick=True),
    Case("a WeakValueDictionary empties", "import weakref\nclass B:\n    pass\n\nd = weakref.WeakValueDictionary()\nb = B()\nd['b'] = b\nprint(len(d))\ndel b\nprint(len(d))\nd['c'] = B()\nprint(len(d))\n"),
    Case("a WeakKeyDictionary and WeakSet empty", "import weakref\nclass B:\n    pass\n\nk, s = weakref.WeakKeyDictionary(), weakref.WeakSet()\nb = B()\nk[b] = [1]\ns.add(b)\nprint(len(k), len(s))\nb = None\nprint(len(k), len(s))\n"),
    Case("a finalizer that resurrects", "class A:\n    def __del__(self):\n        global saved\n        saved = self\n        print('saved')\n\na = A()\ndel a\nprint(saved is not None)\n"),
    Case("a finalizer that adds globals", "class A:\n    def __del__(self):\n        globals()['n'] = 7\n\na = A()\na = None\nprint(n)\n"),
    Case("a generator closed when dropped", "def gen():\n    try:\n        yield 1\n        yield 2\n    finally:\n        print('closed')\n\ng = gen()\nprint(next(g))\ng = None\nprint('end')\nnext(gen())\nprint('last')\n", quick=True),
    Case("a suspended generator is left alone", "def gen():\n    n = 0\n    while True:\n        n += 1\n        print('step', n)\n        yield n\n\ng = gen()\nnext(g)\nx = [g]\nnext(x[0])\nprint(g.gi_frame.f_locals)\n"),
    Case("a file closed when dropped", "f = open('x.txt', 'w')\nf.write('abc')\nf = None\nprint(open('x.txt').read())\nopen('y.txt', 'w').write('y')\nprint(open('y.txt').read())\n"),
    Case("a lock in an object", "import threading\nclass B:\n    def __init__(self):\n        self.lock = threading.Lock()\n\nb = B()\nb.lock.acquire()\nprint(b.lock.locked())\nb.lock.release()\n"),
    Case("a memoryview over a bytearray can be resized when released", "b = bytearray(b'abc')\nm = memoryview(b)\nm[0] = 65\nm.release()\nb.extend(b'def')\nprint(b)\nx = [b]\nx[0].extend(b'!')\nprint(b)\n", quick=True),
    Case("an array.array can grow", "import array\na = array.array('i', [1, 2])\na.append(3)\nb = a\nb.extend([4])\nprint(a)\n"),
    Case("an mmap can close", "import mmap\nm = mmap.mmap(-1, 16)\nm[:2] = b'ab'\nx = [m]\nx[0][2:3] = b'c'\nm.resize(32)\nm.close()\nprint('closed')\n"),
    Case("a numpy array can be resized in place", "import numpy as np\na = np.arange(4)\na.resize(6)\nprint(a)\na[0] = 9\na.resize(3)\nprint(a)\n", needs=("numpy",), quick=True),
    Case("an ndarray's finalizer", "import numpy as np, weakref\na = np.zeros(5)\nr = weakref.ref(a)\nb = a[1:]\na = None\nprint(r() is None)\nb = None\nprint(r() is None)\n", needs=("numpy",)),
    Case("a frame is freed", "import pandas as pd, weakref\ndf = pd.DataFrame({'a': [1, 2]})\nr = weakref.ref(df)\ndf['b'] = df.a * 2\ng = df.groupby('a')\nm = g.b.mean()\ndel df, g\nimport gc; gc.collect()\nprint(r() is None)\n", needs=("pandas",)),
    Case("dict views and iterators are not advanced", "d = {1: 2, 3: 4}\nit = iter(d)\nnext(it)\nx = [it]\nprint(next(it), list(x[0]))\nz = zip('ab', [1, 2])\nb = z\nprint(next(b), list(z))\nm = map(print, [1, 2])\nprint('lazy')\nlist(m)\n"),
    Case("a lazy map is not run early", "log = []\n\ndef f(x):\n    log.append(x)\n    return x\n\nm = map(f, range(3))\nn = filter(f, m)\nprint(log)\nnext(n)\nprint(log)\n"),
)
