"""Run cells in one IPython shell, in the clean process only; at the end, portray the shell's variables.

Takes the path of an order: `{"cells": [...], "names": [...] or null, "out": path}`. Stops at the
first cell that fails, with exit status 1.
"""

import json
import sys
from pathlib import Path


def _run(order: dict) -> int:  # type: ignore[type-arg]  # typing is not loaded just for this
    from IPython.core.interactiveshell import InteractiveShell  # it may not be installed where only scripts run

    sys.path[0] = ""  # as in a kernel: the working directory, not where this file is
    sys.argv[:] = [""]
    shell = InteractiveShell.instance(config=_plain_looks())
    shell.enable_gui = lambda gui=None: None  # type: ignore[method-assign]  # there is no screen whose events could be served
    results = (shell.run_cell(cell, store_history=True) for cell in order["cells"])  # type: ignore[no-untyped-call]  # IPython has no types here
    failed = any(not result.success for result in results)
    variables = {key: item for key, item in shell.user_ns.items() if key not in shell.user_ns_hidden}
    sys.path.insert(0, str(Path(__file__).parents[3]))
    from clew.replay.witness import bear_witness  # only now: until here the cells were alone in their process

    bear_witness(variables, order["names"], order["out"])
    return int(failed)


def _plain_looks() -> object:
    """No colours, no history on disk."""
    from IPython import version_info  # see above
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
    return config


if __name__ == "__main__":
    sys.exit(_run(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
