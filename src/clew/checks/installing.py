"""An environment of the Python and the packages that were recorded of an artifact, made by uv."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

from clew.archive.packages import installed
from clew.errors import MissingExtra, UsageError
from clew.model.artifacts import ArtifactRecord
from clew.store.codecs.codec import Codec

OURS = "clew"


def python_like(record: ArtifactRecord, codec: Codec | None, folder: Path) -> str:
    """Make an environment in a folder, if it is not there, and give its Python; MissingExtra where there is no uv."""
    uv = shutil.which("uv")
    if uv is None:
        raise MissingExtra("uv", "an environment of the packages that were recorded", "uv")
    wanted = requirements(record, codec)
    version = record.environment.python
    name = hashlib.sha256("\n".join([version, *wanted]).encode()).hexdigest()[:16]
    home = folder / name
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not home.exists():
        asked([uv, "venv", "--quiet", "--python", version, str(home)])
        asked([uv, "pip", "install", "--quiet", "--python", str(python), *wanted])
    return str(python)


def requirements(record: ArtifactRecord, codec: Codec | None) -> list[str]:
    """Say what is to be installed: what was recorded, what clew needs itself, and what reads the value."""
    recorded = {name: f"{name}=={version}" for name, version in record.environment.packages if name != OURS}
    reader = installed(codec.needs) if codec is not None and codec.needs else None
    further = [f"{codec.needs}=={reader.version}"] if codec is not None and reader is not None else []
    return [
        *sorted(recorded.values()),
        *own_needs(),
        *(each for each in further if codec and codec.needs not in recorded),
    ]


def own_needs() -> list[str]:
    """Say what clew itself needs, its extras left out."""
    try:
        said = metadata.requires(OURS) or []
    except metadata.PackageNotFoundError:  # run from its source
        return []
    return [each for each in said if "extra ==" not in each]


def asked(command: list[str]) -> None:
    """Run uv; UsageError, with what it says, where it fails."""
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise UsageError(f"the packages that were recorded cannot be installed: {said}")
