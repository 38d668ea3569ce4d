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

INLINE = "matplotlib_inline"


class NotebookShell(InteractiveShell):
    """IPython without a terminal or a kernel around it; `leaving` is set once a cell asked to exit."""

    leaving = False

    def enable_gui(self, gui: Any = None) -> None:
        """Accept `%gui` and `%matplotlib`: there is no screen whose events could be served."""

    def ask_exit(self) -> None:
        """Remember that a cell called `exit`: no further cell is run."""
        self.leaving = True


def notebook_shell() -> NotebookShell:
    """Make the process's shell: no history on disk, no profile, no startup files, no colours."""
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
    config.InteractiveShell.autoindent = False
    shell: NotebookShell = NotebookShell.instance(config=config)
    return shell


def stand_like_a_kernel(notebook: Path, environ: MutableMapping[str, str]) -> None:
    """Put this process where Jupyter puts a kernel: folder, import path and plotting backend."""
    os.chdir(notebook.parent)
    sys.path[:1] = [""]
    sys.argv = [""]
    if not environ.get("MPLBACKEND") and importlib.util.find_spec(INLINE):
        environ["MPLBACKEND"] = f"module://{INLINE}.backend_inline"
