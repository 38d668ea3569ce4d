"""The programs of the corpus, and fresh copies of them to run."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clew.replay.process import Cells, Script
from corpus.packages import Package, unpacked

BIGGEST = 20_000_000  # bytes: a file beside a program that is larger is linked, not copied


@dataclass(frozen=True, slots=True)
class Program:
    """An example program or notebook: its name in reports, and where it lies."""

    name: str
    path: Path

    @property
    def is_notebook(self) -> bool:
        """Tell whether it is a notebook."""
        return self.path.suffix == ".ipynb"


def find_programs(packages: Iterable[Package], cache: Path) -> list[Program]:
    """List every program of these packages, in the order of their names."""
    found = []
    for package in packages:
        root = unpacked(package, cache)
        paths = {path for pattern in package.programs for path in root.glob(pattern)}
        found += [Program(f"{package.name}/{path.relative_to(root)}", path) for path in sorted(paths)]
    return [program for program in found if not program.path.name.startswith(("_", "conf"))]


@contextmanager
def scratch_copy(program: Program) -> Iterator[Path]:
    """Give the path of the program in a fresh copy of its folder, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="corpus-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch).resolve() / program.path.parent.name
        folder.mkdir()
        for item in program.path.parent.iterdir():
            _copy(item, folder / item.name)
        yield folder / program.path.name


def whole_program(program: Program, path: Path) -> Script | Cells:
    """Return what to run to run the program, at this path, as it is."""
    if program.is_notebook:
        return Cells(code_cells(path), path.parent)
    return Script(path, path.parent)


def slice_program(program: Program, path: Path, code: str) -> Script | Cells:
    """Return what to run to run a slice in the program's place. A script is written over the one at this path."""
    if program.is_notebook:
        return Cells((code,), path.parent)
    path.write_text(code, encoding="utf-8")
    return Script(path, path.parent)


def code_cells(path: Path) -> tuple[str, ...]:
    """Read the sources of a notebook's code cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return tuple(text for text in texts if text.strip())


def _copy(item: Path, target: Path) -> None:
    """Copy a file; of folders only those with data, not other examples."""
    if item.is_file():
        small = item.stat().st_size < BIGGEST
        shutil.copy2(item, target) if small else target.symlink_to(item)
    elif item.is_dir() and not any(item.rglob("*.py")):
        shutil.copytree(item, target)
