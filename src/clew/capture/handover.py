"""How a program is handed to the interpreter that runs it.

The rewritten program is compiled under the user's own file name and saved as a `.pyc`, which Python runs as it runs
any program: the user's module is at the bottom of the stack, and nothing of ours is below it. A prelude in it calls
`boot.start`, which puts `__file__`, `sys.argv` and `sys.path` as they would be. Beside the `.pyc`, in a folder that
only this run has, are its orders.
"""

from __future__ import annotations

import marshal
import os

from clew.capture.orders import ORDERS
from clew.capture.programs import Program, keep, kept
from clew.errors import BrokenSource
from clew.model.data import dataclass
from clew.store.paths import journal_in


@dataclass(frozen=True, slots=True)
class Handover:
    """A folder with the compiled program in it."""

    program: str
    folder: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run is told beside its program: the store, and what to save when it is over; see `Orders`."""

    store: str
    address: str = ""
    keeper: str = ""
    saves: tuple[tuple[str, str], ...] = ()


def hand_over(path: str, session: str, wishes: Wishes, command: tuple[str, ...]) -> Handover:
    """Rewrite and compile a program, or take it as it was kept; SyntaxError and OSError are the caller's to handle."""
    where = os.path.abspath(path)
    with open(path, "rb") as file:
        data = file.read()
    program = kept(where, data) or compiled_and_kept(where, data)
    folder = new_folder()
    name, _ = os.path.splitext(os.path.basename(path))
    handed = os.path.join(folder, f"{name}.pyc")
    told = (wishes.address, wishes.keeper, wishes.saves)
    journal = journal_in(wishes.store, session)
    orders = (session, wishes.store, journal, program.plan, path, os.path.dirname(where), command, *told)
    write(handed, program.code)
    write(os.path.join(folder, ORDERS), marshal.dumps(orders))
    return Handover(handed, folder)


def compiled_and_kept(where: str, data: bytes) -> Program:
    """Rewrite and compile a program, and keep it unless Python warned of something in it: it must do so every time."""
    # Imported here: a program that was kept needs nothing that reads or writes Python.
    from clew.capture.compiling import compiled

    program, warned = compiled(where, data)
    if not warned:
        keep(where, data, program)
    return program


def new_folder() -> str:
    """Make a folder for temporary files, as `tempfile` does, which takes long to load."""
    asked = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    for place in (*filter(None, asked), "/tmp", "/var/tmp", "/usr/tmp", os.getcwd()):  # where tempfile looks
        folder = os.path.join(os.path.abspath(place), f"clew-{os.urandom(6).hex()}")
        try:
            os.mkdir(folder, 0o700)
        except OSError:
            continue
        return folder
    raise FileNotFoundError("no folder for temporary files")


def write(path: str, data: bytes) -> None:
    """Write a file."""
    with open(path, "wb") as file:
        file.write(data)


def is_python(path: str) -> bool:
    """Tell whether Python takes a program as it is."""
    try:
        with open(path, "rb") as file:
            compile(file.read(), path, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return False
    return True


def broken(path: str, error: SyntaxError | ValueError | RecursionError) -> BrokenSource:
    """A program that is not Python, in a line."""
    if isinstance(error, SyntaxError):
        return BrokenSource(path, error.lineno or 0, f"{type(error).__name__}: {error.msg}")
    return BrokenSource(path, 0, str(error))
