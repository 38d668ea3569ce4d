"""Kernel specs with clew on: which are ours, what they become, and that the user's own stay as they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clew.cli.kernels import WATCHED, KernelSpec, put_watched_kernels, watched_spec

PYTHON = "/opt/science/bin/python"
IPYKERNEL = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    argv: list[str]
    watched: bool


CASES = [
    Case("Jupyter's own kernel", ["python", *IPYKERNEL], watched=True),
    Case("one installed for this Python", [PYTHON, *IPYKERNEL], watched=True),
    Case("one of another Python", ["/opt/other/bin/python", *IPYKERNEL], watched=False),
    Case(
        "one of another language",
        ["julia", "-i", "--startup-file=yes", "kernel.jl", "{connection_file}"],
        watched=False,
    ),
    Case("another Python kernel", ["python", "-m", "bash_kernel", "-f", "{connection_file}"], watched=False),
    Case("a spec with nothing to start", [], watched=False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_which_kernels_are_watched(case: Case) -> None:
    spec = {"argv": case.argv, "display_name": "A kernel", "env": {"A": "1"}}
    made = watched_spec(spec, PYTHON)
    assert made == ({**spec, "argv": [PYTHON, *case.argv[1:], WATCHED]} if case.watched else None)


def test_specs_are_copied_and_the_users_stay(tmp_path: Path) -> None:
    own, ours = tmp_path / "own", tmp_path / "ours"
    own.mkdir()
    (own / "logo-64x64.png").write_bytes(b"png")
    spec: dict[str, Any] = {"argv": ["python", *IPYKERNEL], "display_name": "Python 3"}
    (own / "kernel.json").write_text(json.dumps(spec))
    kernels = [KernelSpec("python3", own, spec), KernelSpec("ir", own, {"argv": ["R"]})]
    assert put_watched_kernels(kernels, ours, PYTHON) == ("ir",)
    assert put_watched_kernels(kernels, ours, PYTHON) == ("ir",)  # again, over what is there
    assert json.loads((ours / "kernels/python3/kernel.json").read_text())["argv"][-1] == WATCHED
    assert (ours / "kernels/python3/logo-64x64.png").read_bytes() == b"png"
    assert json.loads((own / "kernel.json").read_text()) == spec
