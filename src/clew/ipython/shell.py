"""A shell that runs the cells of a notebook file, as a kernel would without a screen."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from IPython import version_info
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from clew.model.data import dataclass

INLINE = "matplotlib_inline"


@dataclass(slots=True)
class Kernel:
    """What a notebook's kernel has besides its shell: the wish to leave, once a cell called `exit`."""

    shell: Any  # IPython's InteractiveShell, whose attributes are not all typed
    leaving: bool = False

    def leave(self) -> None:
        """Run no further cell."""
        self.leaving = True


def notebook_kernel() -> Kernel:
    """Make the process's shell: no history on disk, no profile, no startup files, no colours."""
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
    config.InteractiveShell.autoindent = False
    kernel = Kernel(InteractiveShell.instance(config=config))
    # Set on the shell rather than in a subclass: it stays a class of IPython's, which nobody takes for the user's.
    kernel.shell.ask_exit = kernel.leave
    kernel.shell.enable_gui = _no_screen
    return kernel


def _no_screen(gui: Any = None) -> None:
    """Accept `%gui` and `%matplotlib`: there is no screen whose events could be served."""


def stand_like_a_kernel(notebook: Path, environ: MutableMapping[str, str]) -> None:
    """Put this process where Jupyter puts a kernel: folder, import path and plotting backend."""
    os.chdir(notebook.parent)
    sys.path[:1] = [""]
    sys.argv = [""]
    if not environ.get("MPLBACKEND") and importlib.util.find_spec(INLINE):
        environ["MPLBACKEND"] = f"module://{INLINE}.backend_inline"
