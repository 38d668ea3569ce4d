"""Where a value is kept from: the step of the watched session, or the program that nobody watches."""

from __future__ import annotations

import sys
from types import FrameType

from clew.capture import watching
from clew.model.artifacts import Origin, Whence
from clew.model.typed import Any


def origin_of_save() -> Origin:
    """Where the value comes from that the user's code is keeping: a step whose slice is cut later, or all the code.

    To be asked once for each value kept: a watched session notes it down.
    """
    frame = users_frame(sys._getframe(1))
    point = watching.keep(frame)
    if point is None:
        code = whole_code(frame)
        return Origin("", -1, 0, "", Whence.SOURCE, code, code)
    return Origin(*point, variable="", whence=Whence.PENDING)


def program_of_save() -> tuple[str, str]:
    """The file of the program that keeps a value, empty where it has none, and its code as far as it can be read."""
    frame = users_frame(sys._getframe(1))
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    return path if type(path) is str else "", whole_code(frame)


def users_frame(frame: FrameType) -> FrameType:
    """The innermost frame that is not clew's."""
    while is_ours(frame) and frame.f_back is not None:
        frame = frame.f_back
    return frame


def is_ours(frame: FrameType) -> bool:
    """Tell whether a frame runs clew's own code."""
    name = frame.f_globals.get("__name__")
    return type(name) is str and name.partition(".")[0] == "clew"


def whole_code(frame: FrameType) -> str:
    """All the code there is of an unwatched program: its cells so far, or its file."""
    cells = shells_cells()
    if cells:
        return "\n\n".join(cells) + "\n"
    path = getattr(sys.modules.get("__main__"), "__file__", None) or frame.f_code.co_filename
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return ""  # typed into an interpreter: nobody kept it


def shells_cells() -> tuple[str, ...]:
    """The cells that an IPython shell has run in this process."""
    shells: Any = sys.modules.get("IPython.core.interactiveshell")
    shell = shells.InteractiveShell._instance if shells is not None else None
    return () if shell is None else tuple(shell.history_manager.input_hist_raw[1:])
