"""What a fingerprint of NumPy and SciPy objects sees, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from clew.observe.digests import of_array
from tests.looking import Look, act

np = pytest.importorskip("numpy")


@dataclass(frozen=True)
class Case:
    name: str
    make: str
    code: str
    changes: frozenset[str] = frozenset()


def case(name: str, make: str, code: str, *changes: str) -> Case:
    return Case(name, make, code, frozenset(changes))


GRID = "np.arange(6.).reshape(2, 3).copy()"
CASES = [
    case("an element set", GRID, "x[0, 0] = 9", "whole"),
    case("added to in place", GRID, "x += 1", "whole"),
    case("written through a view", GRID, "x[:, 1:][0] = 7", "whole"),
    case("written through a transposed view", GRID, "x.T[0] = 7", "whole"),
    case("an output argument", GRID, "np.sqrt(x, out=x)", "whole"),
    case("sorted", "np.array([3, 1, 2])", "x.sort()", "whole"),
    case("the diagonal filled", "np.ones((3, 3))", "np.fill_diagonal(x, 0)", "whole"),
    case("shuffled", "np.arange(100)", "np.random.RandomState(0).shuffle(x)", "whole"),
    case("reshaped in place", GRID, "x.shape = (3, 2)", "whole"),
    case("made read-only", GRID, "x.flags.writeable = False", "whole"),
    case("a copy written", GRID, "x.copy()[0] = 9"),
    case("read", GRID, "x.sum(); x @ x.T; x.mean(0); repr(x); x[x > 1]; np.sort(x); x.tolist(); x.T; x.base"),
    case("column-major memory", "np.asfortranarray(np.arange(6.).reshape(2, 3))", "x[1, 1] = 9", "whole"),
    case("memory in another order", "np.arange(24.).reshape(2, 3, 4).transpose(1, 0, 2).copy('K')", "x[0, 1, 2] = 9", "whole"),
    case("a view: the memory is its base's", "np.arange(6.)[2:]", "x[0] = 9", "<array>"),
    case("times", "np.array(['2020', '2021'], dtype='M8[D]')", "x[0] = '2019'", "whole"),
    case("texts", "np.array(['a', 'b'])", "x[0] = 'c'", "whole"),
    case("no dimensions", "np.array(1.0)", "x[...] = 2", "whole"),
    case("no elements", "np.zeros((0, 3))", "x.sum()"),
    case("fields", "np.array([('a', 1)], dtype=[('s', 'U3'), ('n', int)])", "x['n'] = 5", "whole"),
    case("a record is a view", "np.array([('a', 1)], dtype=[('s', 'U3'), ('n', int)])[0]", "x['n'] = 5", "whole", "<array>"),
    case("objects replaced", "np.array(['a', None, 1], dtype=object)", "x[0] = 'z'", "whole"),
    case("an object within changed", "np.array([[1], {}], dtype=object)", "x[1]['k'] = 1", "<dict>"),
    case("a matrix", "np.matrix([[1, 2]])", "x[0, 0] = 5", "<array>"),
    case("a masked array's data", "np.ma.array([1, 2, 3], mask=[0, 1, 0])", "x[0] = 9", "<array>"),
    case("a masked array's mask", "np.ma.array([1, 2, 3], mask=[0, 1, 0])", "x.mask[0] = True", "<array>"),
    case("a masked array read", "np.ma.array([1, 2, 3])", "x.sum(); x.fill_value; repr(x); x.filled(0); x[1:]; x.mask"),
    case("a generator draws", "np.random.default_rng(0)", "x.normal()", "<random bits>"),
    case("a generator spawns", "np.random.default_rng(0)", "x.spawn(2) if hasattr(x, 'spawn') else x.normal()", "<random bits>"),
    case("a legacy generator draws", "np.random.RandomState(0)", "x.rand()", "<random bits>"),
    case("a legacy generator keeps a Gaussian", "np.random.RandomState(0)", "x.randn()", "whole", "<random bits>"),
    case("a generator looked at", "np.random.default_rng(0)", "repr(x); x.bit_generator.state"),
    case("bits advanced", "np.random.PCG64(0)", "x.advance(5)", "whole"),
    case("a flat iterator", "np.arange(4.).flat", "next(x)", "whole"),
    case("written through a flat iterator", "np.arange(4.).flat", "x[1] = 7", "<array>"),
    case("memory of a bytearray", "np.frombuffer(bytearray(b'abcd'), dtype='u1')", "x.base", ),
]  # fmt: skip

SPARSE = [
    case("a stored element set", "sp.csr_matrix(np.eye(3))", "x[0, 0] = 5", "<array>"),
    case("data scaled", "sp.csr_matrix(np.eye(3))", "x.data *= 2", "<array>"),
    case("read", "sp.csr_matrix(np.eye(3))", "x @ x; x.sum(); x.T; repr(x); x.toarray(); x.has_sorted_indices; x.nnz"),
    case("a dictionary of keys", "sp.dok_matrix((3, 3))", "x[0, 1] = 3", "<dict>"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.filterwarnings("ignore")
def test_arrays(case: Case) -> None:
    x = eval(case.make)
    assert act(x, case.code, np=np) == case.changes


@pytest.mark.parametrize("case", SPARSE, ids=lambda case: case.name)
def test_sparse_matrices(case: Case) -> None:
    sp = pytest.importorskip("scipy.sparse")
    found = act(eval(case.make, {"sp": sp, "np": np}), case.code, np=np)
    # Before SciPy 1.11 a dictionary of keys is a dict itself.
    assert found == case.changes or found == {"whole"} == {"whole" for _ in case.changes & {"<dict>"}}


def test_aliases_share_a_key() -> None:
    x = np.arange(10)
    for view in (x[2:], x[::2].reshape(-1), x.view("u1"), x.T, np.ma.array(x, copy=False), memoryview(x)):
        seen = Look(np.asarray(view))
        assert seen.keys & Look(x).keys
    assert not Look(x.copy()).keys & Look(x).keys


def test_bytes_outside_are_seen() -> None:
    held = bytearray(b"abcd")
    x = np.frombuffer(held, dtype="u1")
    assert act(x, "held[0] = 0", held=held) == {"whole", "<bytes>"}


def test_a_mapped_file(tmp_path: Any) -> None:
    x = np.memmap(tmp_path / "m", dtype="f8", mode="w+", shape=(4,))
    assert act(x, "x[0] = 9") == {"whole"}
    assert act(x[1:], "x[0] = 9") == {"<mapped array>"}


def test_scalars_have_no_state() -> None:
    for x in (np.float64(1), np.int8(1), np.str_("a"), np.datetime64("2020"), np.dtype("f8"), np.add):
        assert [name for name, _ in Look(x).cells.values()] == ["scalar"]


@pytest.mark.parametrize("order", ["C", "F"])
def test_strided_memory_is_read_in_chunks_to_the_same_end(order: Any) -> None:
    x = np.asarray(np.random.RandomState(0).rand(3000, 200), order=order)
    assert of_array(x[:, ::2]) == of_array(x[:, ::2].copy("K"))


def test_a_subclass_of_the_users_runs_no_code() -> None:
    class Tripwire(np.ndarray):  # type: ignore[misc, name-defined]  # NumPy may be without types
        def __array_finalize__(self, origin: object) -> None:
            if armed:
                raise AssertionError

        def __getattribute__(self, name: str) -> Any:
            if armed:
                raise AssertionError(name)
            return super().__getattribute__(name)

    armed = False
    x = np.arange(3.0).view(Tripwire)
    armed = True
    Look(x)
