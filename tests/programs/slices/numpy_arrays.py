"""NumPy: views, buffers and functions that write into what they are given."""

from __future__ import annotations

from tests.programs.slices.case import Case as _Case

N = ("numpy",)


def Case(name: str, program: str, criterion: str, keeps: tuple[int, ...], quick: bool = False, spare: tuple[int, ...] = ()) -> _Case:  # noqa: N802
    """Make a case whose first line imports NumPy."""
    return _Case(name, f"import numpy as np\n{program}", criterion, keeps=keeps, quick=quick, spare=spare, needs=N)


CASES = (
    Case("what an iterator over arrays gives is written to", "a = np.arange(4.0)\nit = np.nditer(a, op_flags=['readwrite'])\nz = 1\nfor v in it:\n    v[...] = v * 2\nr = a.sum()", "r", keeps=(1, 2, 3, 5, 6, 7)),
    Case("a view reaches its base", "a = np.zeros(3)\nv = a[1:]\nz = 1\nv[0] = 9", "a", keeps=(1, 2, 3, 5), quick=True),
    Case("a base reaches its view", "a = np.zeros(3)\nv = a[1:]\nz = 1\na[1] = 9", "v", keeps=(1, 2, 3, 5)),
    Case("a copy does not", "a = np.zeros(3)\nc = a.copy()\nf = a[[0, 1]]\nc[0] = 9\nf[0] = 8", "a", keeps=(1, 2), quick=True),
    Case("a view of a view", "a = np.zeros((2, 2))\nv = a.T\nw = v.reshape(2, 2)[0]\nz = 1\nw[:] = 5", "a", keeps=(1, 2, 3, 4, 6)),
    Case("ravel, reshape and transpose share", "a = np.arange(4)\nb = a.reshape(2, 2)\nc = b.ravel()\nc[0] = 7\nz = 1\nb.T[1, 1] = 8", "a", keeps=(1, 2, 3, 4, 5, 7)),
    Case("a diagonal view and a real part", "a = np.zeros(3, dtype=complex)\nre = a.real\nz = 1\nre[0] = 2", "a", keeps=(1, 2, 3, 5)),
    Case("a broadcast view is alive", "a = np.zeros(2)\nb = np.broadcast_to(a, (3, 2))\nz = 1\na[0] = 4\nr = b.sum()", "r", keeps=(1, 2, 3, 5, 6)),
    Case("asarray of an array is the array", "a = np.zeros(2)\nb = np.asarray(a)\nc = np.array(a)\nb[0] = 1\nc[1] = 1", "a", keeps=(1, 2, 3, 5)),
    Case("frombuffer over a bytearray", "buf = bytearray(4)\na = np.frombuffer(buf, dtype='u1')\nz = 1\na[0] = 65", "buf", keeps=(1, 2, 3, 5)),
    Case("sliding windows are views", "a = np.arange(5)\nw = np.lib.stride_tricks.sliding_window_view(a, 2)\nz = 1\na[0] = 9\nr = w.sum()", "r", keeps=(1, 2, 3, 5, 6)),
    Case("out", "a = np.ones(3)\nout = np.empty(3)\nz = np.empty(3)\nnp.add(a, 1, out=out)\nnp.add(a, 2, out=z)", "out", keeps=(1, 2, 3, 5)),
    Case("out as a positional argument", "a = np.ones(3)\nout = np.zeros(3)\nz = 1\nnp.negative(a, out)", "out", keeps=(1, 2, 3, 5)),
    Case("a method's sort and a function's sort", "a = np.array([3, 1])\nb = np.array([2, 1])\nnp.sort(a)\na.sort()\nb.sort()", "a", keeps=(1, 2, 5), quick=True),
    Case("sort of a view", "a = np.array([3, 1, 2])\nz = 1\na[::2].sort()", "a", keeps=(1, 2, 4)),
    Case("fill_diagonal", "m = np.zeros((2, 2))\nn = np.zeros((2, 2))\nnp.fill_diagonal(m, 5)\nnp.fill_diagonal(n, 6)", "m", keeps=(1, 2, 4)),
    Case("put, place, putmask and copyto", "a = np.arange(5)\nb = np.arange(5)\nnp.put(a, [0], 9)\nnp.place(a, a > 3, -1)\nnp.putmask(a, a < 0, 7)\nnp.copyto(b, 1)\nnp.copyto(a[1:2], 5)", "a", keeps=(1, 2, 4, 5, 6, 8)),
    Case("put_along_axis and add.at", "a = np.zeros((2, 2))\nb = np.zeros(3)\nnp.put_along_axis(a, np.array([[0], [1]]), 9, axis=1)\nnp.add.at(b, [0, 0], 1)\nz = 1", "b", keeps=(1, 3, 5)),
    Case("in-place operators through an alias", "a = np.ones(2)\nb = a\nz = 1\nb += 2\nb *= 3", "a", keeps=(1, 2, 3, 5, 6), quick=True),
    Case("operators make new arrays", "a = np.ones(2)\nb = a\nb = b + 2\nb *= 3", "a", keeps=(1, 2)),
    Case("fill, resize, partition and byteswap", "a = np.array([3, 1, 2])\nz = 1\na.partition(1)\nb = a.copy()\na.fill(0)", "b", keeps=(1, 2, 4, 5)),
    Case("shape and flags assigned", "a = np.arange(4)\nb = np.arange(4)\na.shape = (2, 2)\nb.shape = (4, 1)", "a", keeps=(1, 2, 4)),
    Case("setflags and the error it makes", "a = np.zeros(2)\nz = 1\na.setflags(write=False)\ntry:\n    a[0] = 1\nexcept ValueError:\n    a = None", "a", keeps=(1, 2, 4, 5, 6, 7, 8)),
    Case("reductions and looks do not change", "a = np.array([3.0, 1.0])\na.sum(); a.mean(); a.max()\nnp.unique(a)\nprint(a.shape, a.dtype, a.T)\nnp.linalg.norm(a)\na.argsort()\na[0] = 5", "a", keeps=(1, 2, 8)),
    Case("a boolean mask assigns", "a = np.arange(5)\nm = a > 2\nz = 1\na[m] = 0", "a", keeps=(1, 2, 3, 5)),
    Case("the mask is taken before", "a = np.arange(5)\nm = a > 2\na[0] = 9\nr = m.sum()", "r", keeps=(1, 2, 3, 5)),
    Case("an object array holds lists", "x = [1]\na = np.empty(1, dtype=object)\na[0] = x\nz = 1\nx.append(2)\nr = a[0]", "r", keeps=(1, 2, 3, 4, 6, 7)),
    Case("a list through an object array", "x = [1]\na = np.array([x, None], dtype=object)\nz = 1\na[0].append(2)", "x", keeps=(1, 2, 3, 5)),
    Case("a structured array's field", "a = np.zeros(2, dtype=[('x', 'i4'), ('y', 'f8')])\nz = 1\na['x'][0] = 5\nf = a['x']\nf[1] = 6", "a", keeps=(1, 2, 4, 5, 6)),
    Case("a record array's attribute", "r = np.rec.array([(1, 2.0)], dtype=[('x', 'i4'), ('y', 'f8')])\nz = 1\nr.x = 7\ns = r.x[0]", "s", keeps=(1, 2, 4, 5)),
    Case("a masked array", "a = np.ma.array([1, 2, 3])\nz = 1\na[1] = np.ma.masked\na.mask[0] = True\nr = a.count()", "r", keeps=(1, 2, 4, 5, 6)),
    Case("a matrix changed in a function", "def zero(m):\n    m[0] = 0\n\na = np.ones((2, 2))\nb = np.ones((2, 2))\nzero(a)\nzero(b)", "a", keeps=(1, 2, 3, 5, 7), quick=True),
    Case("a function that only looks", "def norm(m):\n    return (m ** 2).sum()\n\na = np.ones((2, 2))\nnorm(a)\nn = norm(a)\na[0] = 3", "a", keeps=(1, 5, 8)),
    Case("nditer writes", "a = np.arange(3)\nz = 1\nwith np.nditer(a, op_flags=['readwrite']) as it:\n    for x in it:\n        x[...] = 2 * x", "a", keeps=(1, 2, 4, 5, 6)),
    Case("flat assigns", "a = np.zeros((2, 2))\nz = 1\na.flat[0] = 3\na.flat[1:] = 7", "a", keeps=(1, 2, 4, 5)),
    Case("a loop of updates over rows", "m = np.zeros((3, 3))\nz = 1\nfor row in m:\n    row += np.arange(3)", "m", keeps=(1, 2, 4, 5)),
    Case("two halves of one buffer", "a = np.zeros(4)\nl, r = a[:2], a[2:]\nz = 1\nl[0] = 1\nr[0] = 2\ns = a.sum()", "s", keeps=(1, 2, 3, 5, 6, 7)),
    Case("a subclass of ndarray with an attribute", "class A(np.ndarray):\n    pass\n\na = np.zeros(2).view(A)\na.note = [1]\nz = 1\na.note.append(2)\nr = a.note", "r", keeps=(1, 2, 3, 5, 6, 8, 9)),
    Case("linalg and fft are pure", "a = np.eye(2)\nnp.linalg.inv(a)\nnp.fft.fft(a)\nb = np.linalg.solve(a, [1, 2])\nr = b.sum()", "r", keeps=(1, 2, 5, 6)),
    Case("poly1d holds coefficients", "p = np.poly1d([1, 2])\nz = 1\np[0] = 5\nr = p(2)", "r", keeps=(1, 2, 4, 5)),
    Case("vectorize over a function with effects", "seen = []\nz = 1\nf = np.vectorize(lambda x: seen.append(int(x)) or x, otypes=[float])\nout = f([1, 2])", "seen", keeps=(1, 2, 4, 5)),
    Case("a large array changed in the middle", "a = np.zeros(2_000_000)\nb = np.zeros(10)\na[1_234_567] = 1\nb[0] = 1\nr = a.sum()", "r", keeps=(1, 2, 4, 6)),
    Case("two maps of one file", "a = np.memmap('m', dtype='f4', mode='w+', shape=(3,))\nb = np.memmap('m', dtype='f4', mode='r', shape=(3,))\nc = np.zeros(3)\nc[1] = 1\na[1] = 3\nr = float(b.sum())", "r", keeps=(1, 2, 3, 6, 7)),
)
