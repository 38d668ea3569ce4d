"""The shell that notebook cells with magics need: IPython's, on the variables of the code that is run."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable
from types import ModuleType

from clew.errors import MissingExtra
from clew.model.places import Source

BUILTINS = ("display", "get_ipython", "__IPYTHON__")
"""The names that a shell puts where every program sees them."""


def needs_shell(sources: Iterable[Source]) -> bool:
    """Tell whether there are magics, or other words to the shell, in these cells."""
    return any(source.python.rstrip() != source.text.rstrip() or "get_ipython" in source.python for source in sources)


def make_shell(module: ModuleType) -> object:
    """Make a shell on the variables of a module, and leave the process as it was; MissingExtra without IPython."""
    try:
        # Imported here: only cells with magics need it, and it takes long to load.
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config
    except ImportError:
        raise MissingExtra("IPython", "running a notebook with magics", "ipython") from None
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.autoindent = False
    main, hooks = sys.modules["__main__"], (sys.displayhook, sys.excepthook)
    held = {name: vars(builtins)[name] for name in BUILTINS if name in vars(builtins)}
    try:
        # Not the process's one instance: there may be one, whose variables are somebody else's.
        shell = InteractiveShell(config=config, user_module=module)  # type: ignore[no-untyped-call]  # IPython has no types
        shell.enable_gui = no_screen  # type: ignore[method-assign]  # there is none whose events could be served
        return shell
    finally:
        sys.modules["__main__"] = main
        sys.displayhook, sys.excepthook = hooks
        for name in BUILTINS:
            vars(builtins).pop(name, None)
        vars(builtins).update(held)


def no_screen(gui: object = None) -> None:
    """Accept `%gui` and `%matplotlib`."""
