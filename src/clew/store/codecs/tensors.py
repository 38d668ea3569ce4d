"""Safetensors for tensors of torch, and for dicts of them: the state of a module.

The format is a length, a table in JSON and the tensors' bytes, so we write it ourselves, a tensor at a time. What it has
no word for (a parameter, the order of the dict, where a tensor was) is in its metadata under `clew`.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import warnings
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from clew.errors import NotExact
from clew.store.codecs import plain
from clew.store.codecs.codec import Codec, is_a, library

LENGTH = struct.Struct("<Q")
ALONE = "tensor"  # the name of a tensor that is in no dict
PIECE = 1 << 24
DTYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint64": "U64",
    "uint32": "U32",
    "uint16": "U16",
    "uint8": "U8",
    "bool": "BOOL",
}


def fits(value: Any) -> bool:
    """Whether a value is a tensor, or a dict of tensors by name."""
    if type(value) is dict or type(value) is OrderedDict:
        return bool(value) and all(type(name) is str for name in value) and all(map(is_tensor, value.values()))
    return is_tensor(value)


def is_tensor(value: object) -> bool:
    """Whether a value is exactly a tensor or a parameter of torch."""
    return is_a(value, "torch", "Tensor") or is_a(value, "torch.nn", "Parameter")


def write(value: Any, file: BinaryIO) -> None:
    """Write tensors; NotExact if they share memory or are not laid out as the format has it."""
    tensors = tensors_of(value)
    check(tensors)
    table: dict[str, Any] = {"__metadata__": {"format": "pt", "clew": json.dumps(noted(value))}}
    end = 0
    for name in in_file(tensors):
        start, end = end, end + tensors[name].nbytes
        table[name] = {
            "dtype": DTYPES[dtype_name(tensors[name])],
            "shape": list(tensors[name].shape),
            "data_offsets": [start, end],
        }
    head = json.dumps(table, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    file.write(LENGTH.pack(len(head)) + head)
    for name in in_file(tensors):
        file.write(raw(tensors[name]))


def read(file: BinaryIO) -> Any:
    """Read tensors. One that was on a device which is not there comes to the processor's memory, with a warning."""
    torch = library("torch", "a tensor")
    table, start = table_of(file)
    note = json.loads(table.pop("__metadata__", {}).get("clew", "{}"))
    made = {}
    for name in sorted(table, key=lambda name: int(table[name]["data_offsets"][0])):
        made[name] = tensor(torch, file, start, table[name], note.get("tensors", {}).get(name, {}))
    if note.get("kind") == "tensor":
        return made[ALONE]
    found: Any = (OrderedDict if note.get("kind") == "OrderedDict" else dict)(
        (name, made[name]) for name in note.get("order", made)
    )
    if "state" in note:
        found._metadata = OrderedDict(plain.decoded(note["state"]))  # what torch hangs on the state of a module
    return found


def matches(value: Any, file: BinaryIO) -> bool:
    """Whether the file holds the tensors: compared piece by piece, so that no second tensor is needed."""
    tensors = tensors_of(value)
    table_of(file)
    pieces = (piece for name in in_file(tensors) for piece in cut(raw(tensors[name])))
    return all(bytes(piece) == file.read(len(piece)) for piece in pieces) and not file.read(1)


def tensors_of(value: Any) -> Mapping[str, Any]:
    """Give tensors by name."""
    return value if isinstance(value, dict) else {ALONE: value}


def in_file(tensors: Mapping[str, Any]) -> list[str]:
    """Give the names in the order of the file: wide types first, so that each begins where its type wants to."""
    return sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))


def dtype_name(tensor: Any) -> str:
    """Give the name of a tensor's type of number."""
    return str(tensor.dtype).removeprefix("torch.")


def check(tensors: Mapping[str, Any]) -> None:
    """Raise NotExact for what the format would not give back."""
    torch = sys.modules["torch"]
    memories = [each.untyped_storage().data_ptr() for each in tensors.values() if each.numel()]
    if len(set(memories)) < len(memories):
        raise NotExact("safetensors", "some of the tensors share their memory")
    for each in tensors.values():
        if each.layout is not torch.strided or not each.is_contiguous() or each.is_conj() or each.is_neg():
            raise NotExact("safetensors", "a tensor is laid out in another way")
        if not each.is_leaf or each.__dict__ or dtype_name(each) not in DTYPES:
            raise NotExact("safetensors", "there is more to a tensor than its numbers")


def noted(value: Any) -> dict[str, object]:
    """Give what the format has no word for; NotExact if it is not plain data."""
    tensors = tensors_of(value)
    note: dict[str, object] = {"kind": type(value).__name__ if isinstance(value, dict) else "tensor"}
    note["order"] = list(tensors)
    note["tensors"] = {name: said for name, each in tensors.items() if (said := said_of(each))}
    extra = dict(getattr(value, "__dict__", {})) if isinstance(value, dict) else {}
    if "_metadata" in extra:
        note["state"] = plain_state(extra.pop("_metadata"))
    if extra:
        raise NotExact("safetensors", "something hangs on the dict")
    return note


def plain_state(state: Any) -> object:
    """Give what torch notes about a module's state as plain data."""
    if type(state) is not OrderedDict:
        raise NotExact("safetensors", "something hangs on the dict")
    return plain.Encoding().encoded(dict(state))


def said_of(tensor: Any) -> dict[str, object]:
    """Give what there is to say of one tensor."""
    found = {
        "parameter": is_a(tensor, "torch.nn", "Parameter"),
        "requires_grad": tensor.requires_grad,
        "device": "" if tensor.device.type == "cpu" else str(tensor.device),
    }
    return {name: said for name, said in found.items() if said}


def raw(tensor: Any) -> memoryview:
    """Give the bytes of a tensor; not a copy of them if it is in the processor's memory."""
    flat = tensor.detach().cpu().reshape(-1).view(sys.modules["torch"].uint8)
    return memoryview(flat.numpy())


def cut(view: memoryview) -> Iterator[memoryview]:
    """Give bytes in pieces of moderate size."""
    return (view[start : start + PIECE] for start in range(0, len(view), PIECE))


def table_of(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """Read the table of a file; give it, and where the bytes begin."""
    [length] = LENGTH.unpack(file.read(LENGTH.size))
    table: dict[str, Any] = json.loads(file.read(length))
    return table, file.tell()


def tensor(torch: Any, file: BinaryIO, start: int, entry: dict[str, Any], said: dict[str, Any]) -> Any:
    """Read one tensor."""
    begin, end = entry["data_offsets"]
    kind = getattr(torch, next(name for name, word in DTYPES.items() if word == entry["dtype"]))
    file.seek(start + begin, os.SEEK_SET)
    held = bytearray(file.read(end - begin))
    made = torch.frombuffer(held, dtype=kind) if held else torch.empty(0, dtype=kind)
    made = placed(torch, made.reshape(entry["shape"]), said.get("device", ""))
    if said.get("parameter"):
        return torch.nn.Parameter(made, requires_grad=bool(said.get("requires_grad")))
    return made.requires_grad_(bool(said.get("requires_grad")))


def placed(torch: Any, made: Any, device: str) -> Any:
    """Bring a tensor to the device that it was on."""
    if not device:
        return made
    try:
        return made.to(device)
    except (RuntimeError, AssertionError):  # torch says it in either way
        warnings.warn(f"there is no device {device} here: the tensor is on the processor", stacklevel=2)
        return made


SAFETENSORS = Codec("safetensors", ".safetensors", True, fits, write, read, matches)
