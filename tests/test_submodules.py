"""Which packages import their submodules themselves when they are asked for them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType

import pytest

from clew.capture.submodules import brings


@dataclass(frozen=True, slots=True)
class Case:
    """The code of a package, and whether it brings its submodule `sub`."""

    name: str
    code: str
    brings: bool


CASES = [
    Case("it imports it", "def __getattr__(name):\n    if name == 'sub':\n        import pack.sub as sub\n        return sub", True),
    Case("it imports what is in a list", "import importlib\nparts = ['sub']\ndef __getattr__(name):\n    if name in parts:\n        return importlib.import_module(f'pack.{name}')", True),
    Case("a function made for it does", "import importlib\ndef attach(parts):\n    def __getattr__(name):\n        if name in parts:\n            return importlib.import_module(f'pack.{name}')\n    return __getattr__\n__getattr__ = attach({'sub'})", True),
    Case("it imports others", "import importlib\nparts = ['other']\ndef __getattr__(name):\n    if name in parts:\n        return importlib.import_module(f'pack.{name}')", False),
    Case("it imports nothing", "parts = ['sub']\ndef __getattr__(name):\n    raise AttributeError(name in parts)", False),
    Case("it is asked for nothing", "parts = ['sub']", False),
    Case("what is asked is no function", "class Getter:\n    def __call__(self, name): pass\n__getattr__ = Getter()", False),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_submodules_that_packages_bring(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("pack")
    exec(case.code, package.__dict__)
    monkeypatch.setitem(sys.modules, "pack", package)
    assert brings("pack", "sub") is case.brings
