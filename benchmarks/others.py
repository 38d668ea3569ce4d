"""ipyflow and noWorkflow beside clew, where they install: each in a virtual environment of its own, in the cache."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.measure import Way

LIBRARIES = ("numpy", "pandas", "scikit-learn", "matplotlib")
IPYFLOW = """
import sys
from ipyflow.shell.interactiveshell import IPyflowInteractiveShell as Shell
shell = Shell.instance()
sys.exit(not shell.run_cell(open(sys.argv[1]).read(), store_history=True).success)
"""


def other_ways() -> tuple[Way, ...]:
    """Return the ways of running a program under the others that could be installed."""
    ways = []
    if (python := _installed("ipyflow-core")) is not None:
        ways.append(Way("ipyflow", (str(python), "-c", IPYFLOW, "{file}")))
    if (python := _installed("noworkflow")) is not None:
        ways.append(Way("noWorkflow", (str(python), "-m", "noworkflow", "run", "{file}")))
    return tuple(ways)


def _installed(package: str) -> Path | None:
    """Return the Python of an environment with the package; None, and why on stderr, where it does not install."""
    folder = Path(os.environ.get("CLEW_BENCH", "~/.cache/clew-bench")).expanduser() / package
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    how = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package, *LIBRARIES]
    done = subprocess.run(how, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        print(f"{package} does not install: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return python
