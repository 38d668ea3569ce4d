"""`%load_ext clew` and `%unload_ext clew`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clew.ipython import magic
from clew.ipython.live import About, ShellSession
from clew.session import new_session
from clew.store.location import store_address

KEY = "clew"  # IPython's `shell.meta` is the place where extensions keep what is theirs


def load_ipython_extension(shell: Any) -> None:
    """Watch this shell from its next cell on, and give it the `%clew` magic; once is enough."""
    if KEY in shell.meta:
        return
    address = store_address(os.getcwd(), None)
    kind, file = program_of(os.environ)
    session = ShellSession(shell, About(new_session(), kind, file, Path(address.folder), address.said))
    session.start()
    magic.install(shell)
    shell.meta[KEY] = session


def unload_ipython_extension(shell: Any) -> None:
    """Put everything back; the session stays in the store."""
    session: ShellSession | None = shell.meta.pop(KEY, None)
    if session is not None:
        session.stop()
        magic.remove(shell)


def program_of(environ: Mapping[str, str]) -> tuple[str, str]:
    """The kind of a shell's session and its notebook: Jupyter's server tells its kernels which they serve."""
    path = environ.get("JPY_SESSION_NAME", "")
    if path.endswith(".ipynb"):
        return "notebook", str(Path(path).absolute())
    return "ipython", ""
