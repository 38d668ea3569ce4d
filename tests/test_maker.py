"""The name of who folds."""

from __future__ import annotations

import os
from pathlib import Path

from clew.dataflow.maker import FOLDERS, PACKAGE, maker, texts_in


def test_it_is_the_same_for_the_same_code() -> None:
    before = maker()
    maker.cache_clear()
    assert maker() == before


def test_it_sees_every_module_and_pack(tmp_path: Path) -> None:
    seen = [path for folder in FOLDERS for path in texts_in(os.path.join(PACKAGE, folder))]
    assert any(path.endswith(os.path.join("dataflow", "graph.py")) for path in seen)
    assert any(path.endswith(".toml") for path in seen)
    for path in ("b.py", "a/c.toml", "a/__pycache__/c.py", "readme.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert [os.path.relpath(path, tmp_path) for path in texts_in(str(tmp_path))] == [
        "b.py",
        os.path.join("a", "c.toml"),
    ]
