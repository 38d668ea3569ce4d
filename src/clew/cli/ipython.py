"""`clew ipython ...`: IPython with clew on."""

from __future__ import annotations

import os
import sys

from clew.cli.words import exec_program, split_store
from clew.store.location import VARIABLE, store_address

HELP = """\
usage: clew ipython [--store STORE] [IPYTHON'S OWN WORDS ...]

Start IPython with clew on, as `%load_ext clew` would turn it on.

  --store STORE  the folder that sessions are kept in (default: the nearest .clew/, else your data folder)

Then: `%clew slice NAME`, `clew.slice("NAME")`, `%clew status`.
"""


def main(words: list[str]) -> int:
    """Hand this process over to IPython."""
    store, own = split_store(words)
    if own[:1] in (["-h"], ["--help"]):
        sys.stdout.write(HELP)
        return 0
    asked = {VARIABLE: store_address(os.getcwd(), store).said} if store is not None else {}
    watched = "--InteractiveShellApp.extra_extensions=clew"
    return exec_program([sys.executable, "-m", "IPython", watched, *own], {**os.environ, **asked})
