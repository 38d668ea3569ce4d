"""Every exception that clew raises on purpose.

ClewError
├── UsageError              the caller asked for something that cannot be
│   ├── FileMissing         no such program or notebook
│   ├── BrokenNotebook      not a notebook, or one that cannot be read
│   ├── ForeignNotebook     a notebook of another language
│   ├── BrokenSource        a syntax error in a program or cell
│   ├── UnknownVariable     no such variable at the end of the session
│   ├── UnknownSession      no such session in the store
│   ├── UnknownArtifact     no such artifact in the store, or no such version of it
│   ├── UnknownExecution    no such execution in the store
│   ├── SessionRunning      the session must be over for what was asked
│   ├── UnknownSave         no such save in the session
│   ├── StoreNotEmpty       a store to copy into has something in it
│   ├── UnknownStep         no step at that line of the slice
│   ├── NotCapturing        asked about a live session where none is watched
│   ├── CannotExecute       what cannot be run again here
│   ├── NoValue             an execution has no such value
│   ├── CannotMakeFunction  code that would not do the same as a function
│   ├── CannotMinimize      code that does not make its value as a whole
│   ├── UnknownParameter    what cannot be a parameter of a function made of code
│   └── BadSetting          a setting that cannot be understood
├── StoreError              the store cannot be used
│   ├── NewerStore          written by a newer clew
│   ├── OlderStore          written by an older clew, and to be migrated on purpose
│   ├── ReadOnlyStore       it can be read, and nothing can be written to it
│   ├── MissingBlob         a value whose bytes are not in the store
│   ├── DamagedBlob         bytes that are not what their name says
│   ├── NotExact            a format from which a value does not come back as it was
│   ├── CannotKeep          a value that no format can hold
│   ├── CannotLoad          a value that does not load here: its class or library is another, or gone
│   ├── UnknownCodec        a value in a format that nobody here reads
│   ├── UntrustedValue      a value that would run code of somebody we do not trust
│   └── DamagedRecord       a record in the store or journal that cannot be read
├── ReplayFailed            the code of a value does not make it again
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


class UnknownArtifact(UsageError):
    """No artifact of that name, or no such version of it, is in the store."""

    def __init__(self, name: str, known: Iterable[str] = (), version: int | None = None, hint: str = "") -> None:
        super().__init__(
            f"no artifact {name!r}" if version is None else f"no version {version} of the artifact {name!r}"
        )
        self.name, self.known, self.version = name, tuple(known), version
        self.hint = hint or nearest(name, self.known) or "`clew artifacts` lists them"


class UnknownExecution(UsageError):
    """No execution of that number is in the store."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no execution {number} in this store")
        self.number = number


class SessionRunning(UsageError):
    """The session must be over for what was asked."""

    def __init__(self, session: str) -> None:
        super().__init__(f"session {session!r} is still running")
        self.session = session


class StoreNotEmpty(UsageError):
    """A store to copy into has something in it."""

    def __init__(self, where: str) -> None:
        super().__init__(f"the store {where} has something in it")
        self.where = where
        self.hint = "a store is copied into a new one"


class UnknownStep(UsageError):
    """The slice has no statement at that line."""

    def __init__(self, line: int, lines: Iterable[int]) -> None:
        super().__init__(f"line {line} is not in the slice")
        self.line, self.lines = line, tuple(lines)
        self.hint = f"its lines are {', '.join(map(str, self.lines))}"


class UnknownSave(UsageError):
    """The session's record says nothing of this save."""

    def __init__(self, step: int, nth: int) -> None:
        super().__init__(f"the session has no record of save {nth + 1} in step {step}")
        self.step, self.nth = step, nth


class NotCapturing(UsageError):
    """Asked about the running session, but none is being watched."""

    def __init__(self) -> None:
        super().__init__("clew is not watching this program")
        self.hint = "in a notebook: %load_ext clew; for a script: clew run FILE"


class CannotExecute(UsageError):
    """It cannot be run again here."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(f"this cannot be executed: {why}")
        self.why, self.hint = why, hint


class CannotMakeFunction(UsageError):
    """Code that would not do the same as a function."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no function can be made of this: {why}")
        self.why = why


class CannotMinimize(UsageError):
    """Code that does not make its value as a whole: no part of it can be told to."""

    def __init__(self, artifact: str, why: str) -> None:
        super().__init__(f"the code of {artifact} cannot be made smaller, for it does not make the value now: {why}")
        self.artifact, self.why = artifact, why


class UnknownParameter(UsageError):
    """A variable that cannot be a parameter of a function made of code."""

    def __init__(self, name: str, known: Iterable[str], why: str) -> None:
        super().__init__(f"{name!r} cannot be a parameter: {why}")
        self.name, self.known, self.why = name, tuple(known), why
        self.hint = f"these can: {', '.join(self.known)}" if self.known else "no variable is given a literal once"


class NoValue(UsageError):
    """An execution has no value for what was asked."""

    def __init__(self, of: str, why: str, known: Iterable[str] = ()) -> None:
        super().__init__(f"there is no value of {of}: {why}")
        self.of, self.why, self.known = of, why, tuple(known)
        self.hint = f"there are {', '.join(self.known)}" if self.known else ""


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


class OlderStore(StoreError):
    """The store was written by an older clew, and bringing it up to date has to be asked for."""

    def __init__(self, where: str, found: int, ours: int) -> None:
        super().__init__(f"the store {where} has schema {found}; this clew uses {ours}")
        self.where, self.found, self.ours = where, found, ours
        self.hint = "`clew store migrate` brings it up to date; older clews cannot open it then"


class ReadOnlyStore(StoreError):
    """Something was to be written to a store that this user can only read."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"nothing can be written to the store {where}: {why}")
        self.where, self.why = where, why


class DamagedRecord(StoreError):
    """A record in the store or journal that cannot be read."""


class MissingBlob(StoreError):
    """The bytes of a value are not in the store."""

    def __init__(self, hash: str, where: str) -> None:  # noqa: A002  # as a blob calls it
        super().__init__(f"the bytes {hash[:12]} are not in {where}")
        self.hash, self.where = hash, where
        self.hint = "`clew store check` lists all that is missing"


class DamagedBlob(StoreError):
    """Bytes of the store are not what their name says: the disk or somebody changed them."""

    def __init__(self, hash: str, where: str) -> None:  # noqa: A002  # as a blob calls it
        super().__init__(f"the bytes {hash[:12]} in {where} were changed since they were saved")
        self.hash, self.where = hash, where
        self.hint = "`clew store check` lists all that is damaged"


class NotExact(StoreError):
    """A value does not come back from a format as it was."""

    def __init__(self, codec: str, why: str = "it does not come back as it was") -> None:
        super().__init__(f"{codec} cannot keep the value: {why}")
        self.codec, self.why = codec, why


class CannotKeep(StoreError):
    """No format can hold the value."""

    def __init__(self, type: str, why: str) -> None:  # noqa: A002  # as a value calls it
        super().__init__(f"a {type} cannot be kept: {why}")
        self.type, self.why = type, why


class CannotLoad(StoreError):
    """The bytes are what was saved, but no value can be made of them here."""

    def __init__(self, type: str, codec: str, why: str) -> None:  # noqa: A002  # as a value calls it
        super().__init__(f"a {type} kept as {codec} cannot be loaded here: {why}")
        self.type, self.codec, self.why = type, codec, why
        self.hint = "is what it was made with installed, in the same version?"


class UnknownCodec(StoreError):
    """The value is in a format that nobody here reads."""

    def __init__(self, codec: str, known: Iterable[str]) -> None:
        super().__init__(f"nobody here reads the format {codec!r}")
        self.codec, self.known = codec, tuple(known)
        self.hint = "the plugin that wrote it is not installed"


class UntrustedValue(StoreError):
    """Loading the value would run code that was signed by nobody we trust."""

    def __init__(self, type: str, signer: str, why: str, hint: str) -> None:  # noqa: A002  # as a value calls it
        super().__init__(f"a {type} was not loaded, for it can run code and {why}")
        self.type, self.signer, self.why = type, signer, why
        self.hint = hint


class ReplayFailed(ClewError):
    """The code of a value does not make it again; `why` has the traceback and what it printed, where it was run."""

    def __init__(self, artifact: str, why: str) -> None:
        super().__init__(f"{artifact} was not made again: {why}")
        self.artifact, self.why = artifact, why


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
