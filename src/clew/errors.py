"""Every exception that clew raises on purpose.

ClewError
├── UsageError              the caller asked for something that cannot be
│   ├── FileMissing         no such program or notebook
│   ├── BrokenNotebook      not a notebook, or one that cannot be read
│   ├── ForeignNotebook     a notebook of another language
│   ├── BrokenSource        a syntax error in a program or cell
│   ├── UnknownVariable     no such variable at the end of the session
│   ├── UnknownSession      no such session in the store
│   ├── SessionRunning      the session must be over for what was asked
│   ├── UnknownStep         no step at that line of the slice
│   ├── NotCapturing        asked about a live session where none is watched
│   └── BadSetting          a setting that cannot be understood
├── StoreError              the store cannot be used
│   ├── NewerStore          written by a newer clew
│   └── DamagedRecord       a record in the store or journal that cannot be read
├── BadPack                 a knowledge pack that says something we do not understand
└── MissingExtra            a package that an optional part needs is not installed
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class ClewError(Exception):
    """The root: everything that clew raises on purpose."""

    hint: str = ""

    def __str__(self) -> str:
        said = super().__str__()
        return f"{said} ({self.hint})" if self.hint else said


class UsageError(ClewError):
    """The caller asked for something that cannot be."""


class FileMissing(UsageError):
    """No such program or notebook."""

    def __init__(self, path: str) -> None:
        super().__init__(f"no such file: {path}")
        self.path = path


class BrokenNotebook(UsageError):
    """The file is not a notebook, or one that cannot be read."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} is not a notebook that clew can read: {why}")
        self.path, self.why = path, why


class ForeignNotebook(UsageError):
    """The notebook is written in another language than Python."""

    def __init__(self, path: str, language: str) -> None:
        super().__init__(f"{path} is a notebook in {language}; clew runs Python notebooks")
        self.path, self.language = path, language


class BrokenSource(UsageError):
    """The program, or a cell of it, is not Python."""

    def __init__(self, where: str, line: int, why: str) -> None:
        super().__init__(f"{where}, line {line}: {why}")
        self.where, self.line, self.why = where, line, why


class UnknownVariable(UsageError):
    """No variable of that name was left at the end of the session."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"no variable named {name!r}")
        self.name, self.known = name, tuple(known)
        self.hint = nearest(name, self.known)


class UnknownSession(UsageError):
    """No session of that number or name is in the store."""

    def __init__(self, session: str, known: Iterable[str] = ()) -> None:
        super().__init__(f"no session {session!r} in this store")
        self.session = session
        self.hint = nearest(session, tuple(known)) or "`clew sessions` lists them"


class SessionRunning(UsageError):
    """The session must be over for what was asked."""

    def __init__(self, session: str) -> None:
        super().__init__(f"session {session!r} is still running")
        self.session = session


class UnknownStep(UsageError):
    """The slice has no statement at that line."""

    def __init__(self, line: int, lines: Iterable[int]) -> None:
        super().__init__(f"line {line} is not in the slice")
        self.line, self.lines = line, tuple(lines)
        self.hint = f"its lines are {', '.join(map(str, self.lines))}"


class NotCapturing(UsageError):
    """Asked about the running session, but none is being watched."""

    def __init__(self) -> None:
        super().__init__("clew is not watching this program")
        self.hint = "in a notebook: %load_ext clew; for a script: clew run FILE"


class BadSetting(UsageError):
    """A setting that cannot be understood."""


class StoreError(ClewError):
    """The store cannot be used."""


class NewerStore(StoreError):
    """The store was written by a newer clew than this one."""

    def __init__(self, where: str, found: int, ours: int) -> None:
        super().__init__(f"the store {where} has schema {found}; this clew reads up to {ours}")
        self.where, self.found, self.ours = where, found, ours
        self.hint = "upgrade clew to open it"


class DamagedRecord(StoreError):
    """A record in the store or journal that cannot be read."""


class BadPack(ClewError):
    """A knowledge pack says something that we do not understand."""

    def __init__(self, pack: str, why: str) -> None:
        super().__init__(f"pack {pack}: {why}")
        self.pack, self.why = pack, why


class MissingExtra(ClewError):
    """A package that an optional part needs is not installed."""

    def __init__(self, package: str, purpose: str, install: str) -> None:
        super().__init__(f"{purpose} needs {package}, which is not installed")
        self.package, self.purpose = package, purpose
        self.hint = f"pip install {install}"


def nearest(name: str, known: tuple[str, ...]) -> str:
    """Say which known names are closest to a name that is not known."""
    import difflib  # only mistakes need it, and every start would pay for it

    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(close)}?" if close else ""
