"""Tensors of torch come back as they were, from files that the library of safetensors reads as well."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from clew.model.artifacts import Blob
from clew.store.blobs import Blobs
from clew.store.codecs.alike import alike
from clew.store.keeping import fetch, keep
from clew.store.trust import Keys
from tests.test_codecs import CODECS, Case

torch = pytest.importorskip("torch")


def shared() -> dict[str, Any]:
    both = torch.arange(3)
    return {"a": both, "b": both}


def ones(kind: str) -> Any:
    return torch.ones(3).to(getattr(torch, kind))


def model() -> Any:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))


def with_note() -> Any:
    made = torch.zeros(2)
    made.unit = "m"
    return made


KINDS = (
    "float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool float8_e4m3fn float8_e5m2 uint16 uint32 uint64"
)

CASES = [
    *(Case(f"a tensor of {kind}", partial(ones, kind), "safetensors") for kind in KINDS.split()),
    Case("a tensor without a shape", lambda: torch.tensor(3.5), "safetensors"),
    Case("an empty tensor", lambda: torch.zeros(0, 3), "safetensors"),
    Case("no number and zero below zero", lambda: torch.tensor([float("nan"), -0.0]), "safetensors"),
    Case("a part of a bigger tensor", lambda: torch.arange(10)[3:5], "safetensors"),
    Case("a tensor that learns", lambda: torch.ones(3, requires_grad=True), "safetensors"),
    Case("a parameter", lambda: torch.nn.Parameter(torch.ones(3)), "safetensors"),
    Case(
        "a parameter that does not learn", lambda: torch.nn.Parameter(torch.ones(3), requires_grad=False), "safetensors"
    ),
    Case("the state of a module", lambda: model().state_dict(), "safetensors"),
    Case(
        "tensors by name, in their order",
        lambda: {"z": torch.ones(3, dtype=torch.uint8), "a": torch.ones(2)},
        "safetensors",
    ),
    Case("an ordered dict of tensors", lambda: OrderedDict(a=torch.ones(2)), "safetensors"),
    Case("tensors that share memory", shared, "pickle", once=False),
    Case("a tensor turned around", lambda: torch.zeros(2, 3).T, "pickle", once=False),
    Case("complex numbers", lambda: torch.tensor([1j]), "pickle", once=False),
    Case("a tensor with a note on it", with_note, "pickle", once=False),
    Case("a sparse tensor", lambda: torch.eye(3).to_sparse(), "pickle", once=False),
    Case("a module", model, "pickle", once=False),
    Case("a list of tensors", lambda: [torch.ones(2)], "pickle", once=False),
    Case("no tensors at all", dict, "json"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_tensor_comes_back_as_it_was(case: Case, tmp_path: Path) -> None:
    blobs, keys, value = Blobs(tmp_path / "blobs"), Keys(tmp_path / "config"), case.make()
    kept = keep(value, blobs, CODECS, keys)
    assert kept.codec == case.codec
    found = fetch(kept, blobs, CODECS, keys)
    assert type(found) is type(value)
    if case.codec == "safetensors":
        same(found, value)
        assert alike(found, value)
        assert as_others_read(kept.kept, blobs, value)
    if case.once:
        assert keep(case.make(), blobs, CODECS, keys).kept == kept.kept


def same(found: Any, value: Any) -> None:
    if isinstance(value, dict):
        assert list(found) == list(value)
        assert getattr(found, "_metadata", None) == getattr(value, "_metadata", None)
        for name in value:
            same(found[name], value[name])
        return
    torch.testing.assert_close(found, value, rtol=0, atol=0, equal_nan=True, check_stride=True)
    assert found.requires_grad == value.requires_grad


def as_others_read(blob: Any, blobs: Blobs, value: Any) -> bool:
    """Whether the library of the format reads the same numbers."""
    others = pytest.importorskip("safetensors.torch")
    assert isinstance(blob, Blob)
    with blobs.open(blob) as file:
        found = others.load(file.read())
    wanted = value if isinstance(value, dict) else {"tensor": value}
    pairs = [(found[name], each.detach()) for name, each in wanted.items()]
    return found.keys() == wanted.keys() and all(
        torch.equal(one.reshape(-1).view(torch.uint8), other.reshape(-1).view(torch.uint8)) for one, other in pairs
    )


def test_a_module_takes_its_state_back(tmp_path: Path) -> None:
    blobs, keys, made = Blobs(tmp_path / "blobs"), Keys(tmp_path / "config"), model()
    kept = keep(made.state_dict(), blobs, CODECS, keys)
    other = model()
    torch.nn.init.zeros_(other[0].weight)
    other.load_state_dict(fetch(kept, blobs, CODECS, keys))
    assert torch.equal(other[0].weight, made[0].weight)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_a_tensor_of_a_gpu_comes_back_there_or_to_the_processor(tmp_path: Path) -> None:
    blobs, keys = Blobs(tmp_path / "blobs"), Keys(tmp_path / "config")
    value = {"a": torch.arange(3.0, device="cuda"), "b": torch.ones(2)}
    kept = keep(value, blobs, CODECS, keys)
    found = fetch(kept, blobs, CODECS, keys)
    assert (kept.codec, found["a"].device, found["b"].device) == ("safetensors", value["a"].device, value["b"].device)
    assert torch.equal(found["a"], value["a"])
    assert isinstance(kept.kept, Blob)
    script = (
        "import sys, warnings; from clew.store.codecs import tensors\n"
        "with warnings.catch_warnings(record=True) as said:\n"
        "    warnings.simplefilter('always')\n"
        "    found = tensors.read(open(sys.argv[1], 'rb'))\n"
        "print(found['a'].device, found['a'].tolist(), [str(each.message) for each in said])"
    )
    path = str(tmp_path / "blobs" / kept.kept.hash[:2] / kept.kept.hash)
    environ = {"CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": ":".join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", script, path], env=environ, capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert said == "cpu [0.0, 1.0, 2.0] ['there is no device cuda:0 here: the tensor is on the processor']\n"


def test_nothing_is_warned_of_where_all_is_there(tmp_path: Path) -> None:
    blobs, keys = Blobs(tmp_path / "blobs"), Keys(tmp_path / "config")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fetch(keep(torch.ones(2), blobs, CODECS, keys), blobs, CODECS, keys)
