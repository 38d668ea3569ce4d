"""Kernels with clew on: copies of the kernel specs there are, seen only by the processes that we start.

Jupyter looks for kernels first in the folders that JUPYTER_PATH names. We put a copy of each spec there that starts
IPython with this Python, with one argument more. Nothing of the user's own set-up is touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clew.model.data import dataclass

WATCHED = "--IPKernelApp.extra_extensions=clew"
LAUNCHERS = frozenset({"ipykernel_launcher", "ipykernel", "ipykernel.kernelapp"})
OWN_PYTHON = frozenset({"python", "python3"})  # Jupyter takes these for the Python that it runs in itself


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """A kernel that Jupyter offers: its name, the folder of its icons, and what its kernel.json says."""

    name: str
    folder: Path
    spec: Mapping[str, Any]


def watched_spec(spec: Mapping[str, Any], python: str) -> dict[str, Any] | None:
    """The spec with clew on, or None if it does not start IPython with this Python."""
    argv: Sequence[str] = spec.get("argv") or ()
    if len(argv) < 3 or argv[1] != "-m" or argv[2] not in LAUNCHERS or not _is_ours(argv[0], python):
        return None
    return {**spec, "argv": [python, *argv[1:], WATCHED]}


def _is_ours(command: str, python: str) -> bool:
    return command in OWN_PYTHON or Path(command).absolute() == Path(python).absolute()


def put_watched_kernels(kernels: Sequence[KernelSpec], folder: Path, python: str) -> tuple[str, ...]:
    """Write the specs with clew on under `folder`, for JUPYTER_PATH; give the names of those left as they are."""
    left = []
    for kernel in kernels:
        spec = watched_spec(kernel.spec, python)
        if spec is None:
            left.append(kernel.name)
        else:
            _put(kernel, spec, folder / "kernels" / kernel.name)
    return tuple(left)


def _put(kernel: KernelSpec, spec: Mapping[str, Any], place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for icon in kernel.folder.glob("logo-*"):
        shutil.copyfile(icon, place / icon.name)
    (place / "kernel.json").write_text(json.dumps(spec, indent=1), encoding="utf-8")
