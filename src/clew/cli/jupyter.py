"""`clew jupyter ...`: Jupyter with clew on in its notebooks."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from clew.cli.kernels import KernelSpec, put_watched_kernels
from clew.cli.words import exec_program, say, split_store
from clew.errors import MissingExtra
from clew.store.location import VARIABLE, make_store, store_address

HELP = """\
usage: clew jupyter [--store STORE] [JUPYTER'S OWN WORDS ...]

Start Jupyter with clew on in every notebook whose kernel is this Python: `clew jupyter lab`,
`clew jupyter notebook`, `clew jupyter execute book.ipynb`. Your Jupyter settings and kernels stay as they are: only
what is started here is watched.

  --store STORE  the folder that sessions are kept in (default: the nearest .clew/, else your data folder)

In a notebook: `%clew slice NAME`, `clew.slice("NAME")`, `%clew status`.
"""


def main(words: list[str]) -> int:
    """Hand this process over to Jupyter."""
    store, own = split_store(words)
    if own[:1] in (["-h"], ["--help"]):
        sys.stdout.write(HELP)
        return 0
    environ = jupyter_environ(store, os.environ)
    return exec_program(_jupyter() + own, environ)


def jupyter_environ(store: str | None, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment in which Jupyter finds our kernels first, and these find the store."""
    address = store_address(os.getcwd(), store)
    folder = Path(address.folder)
    make_store(folder)
    left = put_watched_kernels(_kernels(), folder / "jupyter", sys.executable)
    if left:
        say(f"not watched, since they do not run IPython with this Python: {', '.join(left)}")
    path = os.pathsep.join(filter(None, [str(folder / "jupyter"), environ.get("JUPYTER_PATH", "")]))
    # Kernels run in the folders of their notebooks: a store that was asked for here is theirs too.
    asked = {VARIABLE: address.said} if store is not None else {}
    return {**environ, **asked, "JUPYTER_PATH": path}


def _kernels() -> list[KernelSpec]:
    """The kernels that Jupyter offers."""
    # jupyter_client comes with Jupyter, which is an extra.
    if not (importlib.util.find_spec("jupyter_client") and importlib.util.find_spec("ipykernel")):
        raise MissingExtra("ipykernel", "clew jupyter", "'clew[jupyter]'")
    from jupyter_client.kernelspec import KernelSpecManager

    found = KernelSpecManager().get_all_specs()
    return [KernelSpec(name, Path(each["resource_dir"]), each["spec"]) for name, each in found.items()]


def _jupyter() -> list[str]:
    """The command that starts Jupyter: the one beside this Python, else the first on PATH."""
    if importlib.util.find_spec("jupyter_core"):
        return [sys.executable, "-m", "jupyter"]
    found = shutil.which("jupyter")
    if found is None:
        raise MissingExtra("jupyter", "clew jupyter", "'clew[jupyter]'")
    return [found]
