"""torch: tensors by the bytes of their storage, modules by attribute, optimizers, random generators.

A tensor on the processor is fingerprinted by its memory, so that writes through `.data` and in place by an
optimizer are seen and a write of what was there already is none. Elsewhere, and where the memory is very large, the
version that torch counts up at each write in place stands for it.
"""

from __future__ import annotations

import sys

from clew.model.quick import cache
from clew.model.typed import Any, Iterator
from clew.observe.atoms import ATOMS, digest_of
from clew.observe.digests import of_bytes, of_plain, of_text
from clew.observe.kind import Digest, Kind, Opaque, Reach
from clew.observe.kinds.instances import attributes_of
from clew.observe.kinds.plain import ORDER
from clew.observe.kinds.raw import attribute, attributes, class_digest, loaded

LIMIT = 1 << 28  # bytes of a tensor on the processor that we are willing to read
DEVICE_LIMIT = 1 << 26  # bytes of a tensor on another device that we let it sum up
GRAPH_LIMIT = 20_000  # nodes of an autograd graph walked in search of its leaves
SAMPLES = 64


@cache
def _viewer() -> Any:
    """Python's function for looking at memory; a prototype of our own leaves the one that others use as it is."""
    ctypes = sys.modules["ctypes"]  # torch imports it
    kind = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int)
    return kind(("PyMemoryView_FromMemory", ctypes.pythonapi))


def _view(start: int, size: int) -> Any:
    return _viewer()(start, size, 0x100)  # PyBUF_READ


class _Quiet:
    """While it holds, torch's functions on a user's subclass of Tensor do not run that class's code."""

    def __init__(self, x: Any) -> None:
        exact = type(x).__module__ in ("torch", "torch.nn.parameter")
        guard = None if exact else loaded("torch._C", "DisableTorchFunctionSubclass")
        self._guard = guard() if guard is not None else None

    def __enter__(self) -> None:
        if self._guard is not None:
            self._guard.__enter__()

    def __exit__(self, *error: object) -> None:
        if self._guard is not None:
            self._guard.__exit__(*error)


def _get(x: Any, name: str) -> Any:
    """Read an attribute that torch's C code computes."""
    return _base().__dict__[name].__get__(x)


def _call(x: Any, name: str) -> Any:
    """Call a method of torch's C code that takes nothing."""
    return _base().__dict__[name](x)


def _base() -> Any:
    return sys.modules["torch"].Tensor.__mro__[1]


def tensor_reach(x: Any) -> Reach:
    """Lead from a tensor to what it is a view of, to its gradient, and to the leaves that its graph leads back to.

    `loss.backward()` names only the loss, and changes the gradients of those leaves.
    """
    with _Quiet(x):
        origin, graph = _get(x, "_base"), _get(x, "grad_fn")
        children = [] if origin is None else [origin]
        if graph is not None:
            children += [leaf for leaf in leaves(graph) if leaf is not x]
        gradient = _gradient(x)
        return Reach(children, {"grad": () if gradient is None else (gradient,)}, _storage(x))


def _gradient(x: Any) -> Any:
    """Return a tensor's gradient; torch warns when one asks others than leaves."""
    return _get(x, "grad") if _get(x, "is_leaf") or _get(x, "retains_grad") else None


def _storage(x: Any) -> tuple[object, ...]:
    """Return the storage, which torch keeps as one object for all the tensors that share it."""
    try:
        storage = _storage_of(x)
        where = int(storage.data_ptr())
        return (storage, where) if where else (storage,)  # an array may be a window on the same memory
    except (RuntimeError, NotImplementedError):  # sparse, functional or fake tensors have none
        return ()


def _storage_of(x: Any) -> Any:
    method = _base().__dict__.get("untyped_storage")
    return method(x) if method is not None else x.storage().untyped()  # before torch 2


def leaves(graph: Any) -> Iterator[Any]:
    """Yield the tensors whose gradients a backward pass from this node would change."""
    seen, todo = {graph}, [graph]
    while todo and len(seen) < GRAPH_LIMIT:
        node = todo.pop()
        leaf = getattr(node, "variable", None) if type(node).__name__ == "AccumulateGrad" else None
        if leaf is not None:
            yield leaf
        for following, _ in node.next_functions:
            if following is not None and following not in seen:
                seen.add(following)
                todo.append(following)


def tensor_digest(x: Any) -> Digest | Opaque:
    """Digest a tensor: its shape and type, its memory, whether it asks for a gradient and which it has."""
    with _Quiet(x):
        try:
            seen = (tuple(_get(x, "shape")), str(_get(x, "dtype")), _get(x, "requires_grad"), _memory(x))
        except (RuntimeError, NotImplementedError) as error:
            return Opaque(f"a tensor without memory of its own: {type(error).__name__}")
        return Digest(of_plain(seen), {"grad": digest_of([_gradient(x)])})


def _memory(x: Any) -> int:
    if _get(x, "layout") is not sys.modules["torch"].strided:
        return _parts_of_sparse(x)
    if not _get(x, "is_cpu"):
        return of_plain((_call(x, "data_ptr"), _get(x, "_version"), _sum_on_device(x)))
    start, size = _call(x, "data_ptr"), _call(x, "numel") * _call(x, "element_size")
    if not size:
        return 0
    if not _call(x, "is_contiguous"):
        storage = _storage_of(x)
        start, size = storage.data_ptr(), storage.nbytes()
    if size <= LIMIT:
        return of_bytes(_view(start, size))
    stride = size // SAMPLES
    samples = [of_bytes(_view(start + place * stride, 1 << 12)) for place in range(SAMPLES)]
    return of_plain((start, _get(x, "_version"), samples))


def _parts_of_sparse(x: Any) -> int:
    """Digest a sparse tensor by the tensors that it is made of."""
    found = (_base().__dict__.get(name) for name in ("_indices", "_values", "crow_indices", "col_indices", "values"))
    seen = []
    for method in found:
        try:
            seen.append(_memory(method(x)))
        except (RuntimeError, TypeError):  # each layout has its own
            continue
    return of_plain((_get(x, "_version"), seen))


def _sum_on_device(x: Any) -> int:
    """Sum a tensor's bits where it is; 0 where that would be slow or is not allowed."""
    torch = sys.modules["torch"]
    if _call(x, "numel") * _call(x, "element_size") > DEVICE_LIMIT or not _call(x, "is_contiguous"):
        return 0
    if not _get(x, "is_cuda") or torch.cuda.is_current_stream_capturing():
        return 0
    with torch.no_grad():
        bits = x.detach().reshape(-1).view(torch.uint8)
        whole = len(bits) // 8 * 8
        return int(bits[:whole].view(torch.int64).sum().item()) ^ int(bits[whole:].sum().item())


def module_reach(model: Any) -> Reach:
    """Lead from a module to its parameters, buffers, modules and other attributes, each by its name."""
    return Reach((), {name: () if type(held) in ATOMS else (held,) for name, held in members(model).items()})


def module_digest(model: Any) -> Digest:
    """Digest a module: which parameters, buffers and modules it has, its plain attributes, whether it trains."""
    held = members(model)
    parts = {name: digest_of([value]) for name, value in held.items()}
    return Digest(class_digest(model), parts | {ORDER: digest_of(held)})


def members(model: Any) -> dict[str, Any]:
    """Return a module's members by name; its registers for hooks only where somebody has hooked."""
    state = attributes(model)
    found = {name: held for name, held in attributes_of(model).items() if name not in MODULE_OWN}
    found |= {name: held for name, held in state.items() if name.endswith("_hooks") and held}
    for register in ("_parameters", "_buffers", "_modules"):
        found |= state.get(register) or {}
    return found


def optimizer_reach(optimizer: Any) -> Reach:
    """Lead from an optimizer to its groups of parameters and to what it remembers of each."""
    state = {name: held for name, held in attributes_of(optimizer).items() if name not in OPTIMIZER_OWN}
    return Reach((), {name: () if type(held) in ATOMS else (held,) for name, held in state.items()})


def optimizer_digest(optimizer: Any) -> Digest:
    """Digest an optimizer: which attributes it has, and the plain ones."""
    state = {name: held for name, held in attributes_of(optimizer).items() if name not in OPTIMIZER_OWN}
    parts = {name: digest_of([held]) for name, held in state.items()}
    return Digest(class_digest(optimizer), parts | {ORDER: digest_of(state)})


def nothing(_: Any) -> Reach:
    """Lead nowhere."""
    return Reach()


def generator_digest(x: Any) -> Digest | Opaque:
    """Digest the state of a random generator."""
    try:
        state = type(x).__dict__["get_state"](x)
    except RuntimeError as error:
        return Opaque(f"a random generator of a device: {error}")
    return Digest(of_bytes(_view(_call(state, "data_ptr"), _call(state, "numel"))))


def storage_digest(x: Any) -> Digest | Opaque:
    """Digest the bytes of a storage on the processor."""
    raw = attribute(x, "_untyped_storage") or x
    if raw.device.type != "cpu" or raw.nbytes() > LIMIT:
        return Opaque("a storage that is not on the processor, or very large")
    return Digest(of_bytes(_view(raw.data_ptr(), raw.nbytes())) if raw.nbytes() else 0)


def storage_reach(x: Any) -> Reach:
    """A storage is shared by the tensors that it is the memory of."""
    return Reach(keys=(attribute(x, "_untyped_storage") or x,))


def constant(x: Any) -> Digest:
    """Digest what cannot change by its name."""
    return Digest(of_text(str(x)))


MODULE_OWN = frozenset(
    {"_parameters", "_buffers", "_modules", "_non_persistent_buffers_set", "_is_full_backward_hook", "_backward_hooks",
     "_backward_pre_hooks", "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_hooks_always_called",
     "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_state_dict_hooks", "_state_dict_pre_hooks",
     "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks", "_compiled_call_impl", "_flat_weight_refs"}
)  # fmt: skip
OPTIMIZER_OWN = frozenset(
    {"_zero_grad_profile_name", "_warned_capturable_if_run_uncaptured", "_optimizer_step_pre_hooks",
     "_optimizer_step_post_hooks", "_optimizer_state_dict_pre_hooks", "_optimizer_state_dict_post_hooks",
     "_optimizer_load_state_dict_pre_hooks", "_optimizer_load_state_dict_post_hooks", "_patch_step_function",
     "_opt_called", "_step_count"}
)  # fmt: skip

KINDS = (
    Kind("tensor", ("torch.Tensor", "torch._C.TensorBase", "torch._C._TensorBase"), tensor_reach, tensor_digest,
         frozenset({"_is_param", "_backward_hooks"})),
    Kind("module", ("torch.nn.modules.module.Module",), module_reach, module_digest, MODULE_OWN),
    Kind("optimizer", ("torch.optim.optimizer.Optimizer",), optimizer_reach, optimizer_digest, OPTIMIZER_OWN),
    Kind("torch generator", ("torch._C.Generator",), nothing, generator_digest),
    Kind("torch storage", ("torch.storage.UntypedStorage", "torch.storage.TypedStorage"), storage_reach,
         storage_digest),
    Kind("torch constant", ("torch.dtype", "torch.device", "torch.layout", "torch.memory_format", "torch.Size"),
         nothing, constant),
)  # fmt: skip
