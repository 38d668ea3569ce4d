"""The packages whose examples are the corpus, fetched as source distributions by pip."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

# pip asks a source distribution's build backend for its metadata even when it is only to be downloaded. Building
# them would take compilers and an hour; what they would say is in PKG-INFO already, so this says it.
BACKEND = """
import pathlib

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    text = pathlib.Path("PKG-INFO").read_text(encoding="utf-8")
    lines = [line for line in text.split("\\n\\n")[0].splitlines() if ": " in line and line[0] != " "]
    said = dict(reversed([line.split(": ", 1) for line in lines]))
    name = f"{said['Name'].replace('-', '_')}-{said['Version']}.dist-info"
    folder = pathlib.Path(metadata_directory) / name
    folder.mkdir()
    (folder / "METADATA").write_text(text, encoding="utf-8")
    return name

__legacy__ = __import__(__name__, fromlist=["_"])
"""
BACKENDS = ("mesonpy", "setuptools/build_meta", "flit_core/buildapi", "hatchling/build", "poetry/core/masonry/api")


@dataclass(frozen=True, slots=True)
class Package:
    """A package and which of its files, as glob patterns in its source distribution, are programs to run."""

    name: str
    programs: tuple[str, ...]


PACKAGES = (
    Package("scikit-learn", ("examples/**/*.py",)),
    Package("matplotlib", ("galleries/examples/**/*.py", "galleries/tutorials/*.py", "galleries/users_explain/**/*.py")),
    Package("statsmodels", ("examples/notebooks/*.ipynb", "docs/source/plots/*.py")),
    Package("networkx", ("examples/**/*.py",)),
    Package("scikit-image", ("doc/examples/**/*.py",)),
    Package("seaborn", ("examples/*.py", "doc/_docstrings/*.ipynb", "doc/_tutorial/*.ipynb")),
    Package("lmfit", ("examples/*.py", "examples/*.ipynb")),
    Package("scipy", ("doc/source/tutorial/examples/**/*.py", "doc/source/tutorial/stats/plots/*.py")),
    Package("control", ("examples/*.py", "examples/*.ipynb")),
    Package("arch", ("examples/*.ipynb",)),
    Package("PyWavelets", ("demo/*.py", "doc/source/pyplots/*.py")),
    Package("imbalanced-learn", ("examples/**/*.py",)),
)  # fmt: skip


def unpacked(package: Package, cache: Path) -> Path:
    """Return the folder of a package's unpacked source distribution, fetched if the cache has none."""
    folder = cache / "sources" / package.name
    if not folder.exists():
        archive = _fetched(package.name, cache)
        part = folder.with_suffix(".part")
        with tarfile.open(archive) as tar:
            unpack(tar, part)
        next(part.iterdir()).rename(folder)
        part.rmdir()
    return folder


def unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Unpack an archive, nothing of it outside the folder."""
    if hasattr(tarfile, "data_filter"):
        tar.extractall(folder, filter="data")
    else:  # before Python 3.11.4
        tar.extractall(folder, members=[member for member in tar if is_harmless(member)])


def is_harmless(member: tarfile.TarInfo) -> bool:
    """Tell whether a member is a plain file or folder below the one it is unpacked to; links are not."""
    path = PurePosixPath(member.name)
    return (member.isfile() or member.isdir()) and not path.is_absolute() and ".." not in path.parts


def _fetched(name: str, cache: Path) -> Path:
    """Download a source distribution without building anything."""
    target, backends = cache / "sdists" / name, cache / "backends"
    if not list(target.glob("*.tar.gz")):
        _write_backends(backends)
        how = "--quiet --no-binary :all: --no-deps --no-build-isolation --disable-pip-version-check".split()
        argv = [sys.executable, "-m", "pip", "download", *how, "--dest", str(target), name]
        subprocess.run(argv, env={**os.environ, "PYTHONPATH": str(backends)}, check=True)
    return next(target.glob("*.tar.gz"))


def _write_backends(folder: Path) -> None:
    for module in BACKENDS:
        path = folder / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(BACKEND, encoding="utf-8")
        for parent in path.relative_to(folder).parents[:-1]:
            (folder / parent / "__init__.py").touch()
