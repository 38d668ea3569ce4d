"""Run cells in one IPython shell and print everything that they show and leave.

Run as a script: `running.py CELLS.json plain|watched [CELLS BEFORE UNLOADING]`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from IPython import version_info
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


def fresh_shell() -> Any:
    """Make a shell without colours and without a history on disk."""
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
    return InteractiveShell.instance(config=config)


def run_cells(shell: Any, cells: list[str], unload: int | None, watched: bool) -> None:
    """Run the cells with their history; unload clew on the way where that is asked for."""
    for number, cell in enumerate(cells):
        if watched and number == unload:
            shell.extension_manager.unload_extension("clew")
        print(f"--- cell {number + 1}", flush=True)
        print("--- cell", number + 1, file=sys.stderr, flush=True)
        result = shell.run_cell(cell, store_history=True)
        print(f"result {result.result!r}, {result.error_before_exec!r}, {result.error_in_exec!r}", flush=True)


def show_what_is_left(shell: Any, unloaded: bool) -> None:
    """Print the shell's own record and the names that the user has."""
    print("In", shell.user_ns.get("In"), "\nOut", shell.user_ns.get("Out"), "\ncount", shell.execution_count)
    print("names", [name for name in shell.user_ns if not name.startswith("_i")])
    print("hidden", sorted(shell.user_ns_hidden))
    print("history", list(shell.history_manager.get_range()))
    if unloaded:
        print("transformers", [type(one).__name__ for one in shell.ast_transformers])
        print("callbacks", {event: [f.__qualname__ for f in calls] for event, calls in shell.events.callbacks.items()})
        print("magics", sorted(shell.magics_manager.magics["line"]), sorted(shell.magics_manager.magics["cell"]))
        print("loaded", sorted(shell.extension_manager.loaded))


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    watched, unload = sys.argv[2] == "watched", int(sys.argv[3]) if len(sys.argv) > 3 else None
    sys.argv[1:] = []
    sys.path[0] = ""
    shell = fresh_shell()
    if watched:
        shell.extension_manager.load_extension("clew")
    run_cells(shell, given, unload, watched)
    show_what_is_left(shell, unload is not None)
