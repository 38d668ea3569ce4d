"""NumPy and SciPy: arrays and their views, scalars, random generators, sparse matrices.

A view leads to the array that owns its memory, and that one's digest is of the memory; so a write through any of
them is seen by all.
"""

from __future__ import annotations

import sys

from clew.knowledge.lines import identity
from clew.model.typed import Any
from clew.observe.digests import of_array, of_bytes, of_items, of_mapping, of_plain, of_text
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.raw import attribute, attributes, class_digest, lively, loaded, state_digest, state_reach
from clew.observe.stamps import plain_path

MAPPED_LIMIT = 1 << 28  # bytes of a file mapped into memory that we are willing to read
LEADING = frozenset({"bytearray", "array", "Tensor", "Parameter"})  # owners of memory with kinds of their own
VIEWS = frozenset({"memoryview", "_memoryviewslice"})  # Python's, and those that every Cython module brings along


def owner(x: Any) -> tuple[Any, Any]:
    """Return the array at the end of the chain of bases, and the foreign object that owns its memory, or None."""
    ndarray = sys.modules["numpy"].ndarray
    base_of = ndarray.__dict__["base"].__get__
    base = base_of(x)
    while base is not None:
        if type(base) is not ndarray and not issubclass(type(base := _seen_through(base)), ndarray):
            break
        x, base = base, base_of(base)
    return x, base


def _seen_through(base: Any) -> Any:
    while type(base).__name__ in VIEWS:
        base = base.obj if type(base) is memoryview else attribute(base, "base")
    return base


def array_reach(x: Any) -> Reach:
    """Lead from an array to the owner of its memory, and from an owner to the objects that it holds."""
    whose, foreign = owner(x)
    children: list[object] = [] if whose is x else [whose]
    if foreign is None:
        if whose is x and _plain(x).dtype.hasobject:
            children += array_items(_plain(x))
        return Reach(children, keys=(whose, address(whose)))
    if type(foreign).__name__ in LEADING:
        children.append(foreign)
    return Reach(children, keys=(whose, foreign, address(whose)))


def _get(x: Any, name: str) -> Any:
    """Read what every array has, past whatever a subclass does."""
    return sys.modules["numpy"].ndarray.__dict__[name].__get__(x)


def _plain(x: Any) -> Any:
    """View an array of a subclass as a plain one, of which everything can be asked without running that class."""
    ndarray = sys.modules["numpy"].ndarray
    return x if type(x) is ndarray else ndarray.view(x, ndarray)


def address(x: Any) -> int:
    """Return where an array's memory begins: others than NumPy may hold the same memory (a tensor, a strided view)."""
    where: int = sys.modules["numpy"].ndarray.__dict__["__array_interface__"].__get__(x)["data"][0]
    return where


def array_items(x: Any) -> list[object]:
    """Return the objects with state of their own in a plain array of objects."""
    if x.dtype.kind != "O":
        return []
    plain = x.reshape(-1)
    infer = loaded("pandas._libs.lib", "infer_dtype")
    # A third of the time of looking at each type; it knows the plain types by a check in C.
    if infer is not None and plain.size > 100 and infer(plain, skipna=True) in _PLAIN_CONTENT:
        return []
    return lively(plain.tolist())


_PLAIN_CONTENT = frozenset({"string", "bytes", "floating", "integer", "boolean", "datetime64", "datetime", "date"})


def array_digest(x: Any) -> Digest | Opaque:
    """Digest how an array sees its memory and, where it owns it, the memory."""
    plain, dtype = _plain(x), _get(x, "dtype")
    kind = dtype.str if dtype.names is None else repr(dtype)
    shape = of_plain((plain.shape, plain.strides, kind, _get(x, "flags").writeable))
    return Digest(shape) if owner(x)[0] is not x else Digest(of_plain((shape, of_array(plain))))


def mapped_reach(x: Any) -> Reach:
    """Lead from an array mapped from a file to what any array leads to; all maps of the file share its content."""
    found = array_reach(x)
    path = plain_path(attributes(x).get("filename"))
    return Reach(found.children, keys=(*found.keys, of_text(path))) if path else found


def mapped_digest(x: Any) -> Digest | Opaque:
    """Digest a memory-mapped array, unless reading the file would take long."""
    if _get(x, "nbytes") > MAPPED_LIMIT:
        return Opaque("a large file mapped into memory")
    return array_digest(x)


def masked_reach(x: Any) -> Reach:
    """Lead from a masked array to its data's owner and to its mask."""
    found = array_reach(x)
    mask = attributes(x).get("_mask")
    if mask is None or not issubclass(type(mask), sys.modules["numpy"].ndarray):
        return found
    return Reach([*found.children, mask], keys=found.keys)


def masked_digest(x: Any) -> Digest | Opaque:
    """Digest a masked array; the fill value as it will be, which the library sets on the first look at it."""
    state = attributes(x)
    fill = state.get("_fill_value")
    if fill is None:
        fill = sys.modules["numpy.ma"].default_fill_value(_get(x, "dtype"))
    mask = state.get("_mask")
    masked = identity(mask) if issubclass(type(mask), sys.modules["numpy"].ndarray) else 0
    data = array_digest(x)
    if isinstance(data, Opaque):
        return data
    filled = repr(attribute(fill, "tolist", lambda: fill)())
    return Digest(of_plain((data.whole, masked, filled, bool(state.get("_hardmask")))))


def void_reach(x: Any) -> Reach:
    """Lead from a structured scalar to the array that it is a view of."""
    base = sys.modules["numpy"].void.__dict__["base"].__get__(x)
    return Reach() if base is None else Reach((base,), keys=(owner(base)[0],))


def void_digest(x: Any) -> Digest:
    """Digest the bytes of a structured scalar."""
    return Digest(of_bytes(bytes(sys.modules["numpy"].void.tobytes(x))))


def nothing(_: Any) -> Reach:
    """Lead nowhere."""
    return Reach()


def constant(x: Any) -> Digest:
    """Digest an object that cannot change: by its class alone."""
    return Digest(class_digest(x))


def walker_reach(x: Any) -> Reach:
    """Lead from a flat iterator to its array."""
    return Reach((attribute(x, "base"),))


def walker_digest(x: Any) -> Digest:
    """Digest how far a flat iterator has come."""
    return Digest(of_plain(attribute(x, "index")))


def walkers_reach(x: Any) -> Reach:
    """Lead from an iterator over several arrays to these: what it gives may be written to."""
    try:
        return Reach(attribute(x, "operands"))
    except ValueError:  # it is closed
        return Reach()


def nditer_digest(_: Any) -> Opaque:
    """Refuse: where an iterator over several arrays stands is hidden."""
    return Opaque("an iterator over arrays")


def generator_reach(x: Any) -> Reach:
    """Lead from a random generator to its source of bits."""
    bits = attribute(x, "_bit_generator")
    return Reach((attribute(x, "bit_generator") if bits is None else bits,))


def legacy_digest(x: Any) -> Digest:
    """Digest the Gaussian that a legacy generator keeps for later; the bits are a cell of their own."""
    state = sys.modules["numpy.random"].RandomState.get_state(x, legacy=False)
    return Digest(of_plain((state.get("has_gauss"), state.get("gauss"))))


def bits_digest(x: Any) -> Digest:
    """Digest the state of a source of random bits."""
    seed = attribute(x, "seed_seq") or attribute(x, "_seed_seq")
    spawned = attribute(seed, "n_children_spawned", 0)
    return Digest(of_plain((spawned, _state_digests(attribute(x, "state")))))


def _state_digests(value: Any) -> Any:
    if type(value) is dict:
        return [(key, _state_digests(inner)) for key, inner in value.items()]
    return of_array(value) if type(value) is sys.modules["numpy"].ndarray else value


def seeds_digest(x: Any) -> Digest:
    """Digest a seed sequence: what it was made of and how many children it has."""
    return Digest(of_items([attribute(x, name) for name in ("n_children_spawned", "pool_size")]))


def vectorized_reach(x: Any) -> Reach:
    """Lead from a vectorized function to the function."""
    return Reach((attributes(x).get("pyfunc"),))


def sparse_reach(x: Any) -> Reach:
    """Lead from a sparse matrix to its arrays."""
    return state_reach(_sparse_state(x))


def sparse_digest(x: Any) -> Digest:
    """Digest a sparse matrix: which arrays it is made of, and its shape; the content of a dictionary of keys."""
    found = state_digest(x, _sparse_state(x))
    if not issubclass(type(x), dict):
        return found
    return Digest(of_plain((found.whole, of_mapping(dict.items(x)))), found.parts)


def _sparse_state(x: Any) -> list[tuple[str, Any]]:
    pairs = [(name, value) for name, value in attributes(x).items() if name not in SPARSE_CACHES]
    return [(name, of_plain(value) if name == "_shape" else value) for name, value in pairs]


SPARSE_CACHES = frozenset({"_has_sorted_indices", "_has_canonical_format", "maxprint"})
MASKED_OWN = frozenset(
    {"_mask", "_fill_value", "_hardmask", "_sharedmask", "_isfield", "_baseclass", "_optinfo", "_basedict"}
)

KINDS = (
    Kind("array", ("numpy.ndarray",), array_reach, array_digest),
    Kind("mapped array", ("numpy.memmap", "numpy.core.memmap.memmap"), mapped_reach, mapped_digest,
         frozenset({"_mmap", "filename", "offset", "mode"})),
    Kind("masked array", ("numpy.ma.MaskedArray", "numpy.ma.core.MaskedArray"), masked_reach, masked_digest,
         MASKED_OWN),
    Kind("structured scalar", ("numpy.void",), void_reach, void_digest),
    Kind("scalar", ("numpy.generic", "numpy.str_", "numpy.bytes_", "numpy.dtype", "numpy.ufunc"), nothing, constant),
    Kind("array walker", ("numpy.flatiter",), walker_reach, walker_digest),
    Kind("arrays walker", ("numpy.nditer",), walkers_reach, nditer_digest),
    Kind("vectorized function", ("numpy.vectorize", "numpy.lib.function_base.vectorize"), vectorized_reach, constant,
         frozenset({"_ufunc", "excluded", "cache", "signature", "otypes", "pyfunc", "_in_and_out_core_dims"})),
    Kind("random generator", ("numpy.random._generator.Generator",), generator_reach, constant),
    Kind("legacy random generator", ("numpy.random.mtrand.RandomState",), generator_reach, legacy_digest),
    Kind("random bits", ("numpy.random.bit_generator.BitGenerator",), nothing, bits_digest),
    Kind("seed sequence", ("numpy.random.bit_generator.SeedSequence",), nothing, seeds_digest),
    Kind("sparse matrix", ("scipy.sparse._base._spbase", "scipy.sparse._base.spmatrix", "scipy.sparse.base.spmatrix"),
         sparse_reach, sparse_digest, SPARSE_CACHES),
)  # fmt: skip
