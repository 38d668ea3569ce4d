"""Artifacts: named, versioned values with the code that made them, as plain facts.

What is kept of an artifact is an `ArtifactRecord`. The value's bytes are in blobs, named by what they contain; where an
MLflow server keeps them, `Elsewhere` says where.
"""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.typed import StrEnum
from clew.model.verdicts import Checked, Verdict


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes in the store: their SHA-256 in hexadecimal digits, and how many there are."""

    hash: str
    size: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A value that another system keeps, by its URI there (`models:/churn/3` of MLflow)."""

    uri: str


@dataclass(frozen=True, slots=True)
class Value:
    """How a value is kept: its type, the codec that wrote it, and its bytes.

    `signature` and `signer` are empty where the codec's format cannot run code when it is read. `preview` is a picture
    of the value (PNG or SVG), where there is one.
    """

    type: str  # "pandas.core.frame.DataFrame"
    codec: str  # "parquet", "npy", "json", "pickle" ...
    kept: Blob | Elsewhere
    preview: Blob | None = None
    signature: str = ""
    signer: str = ""


class Whence(StrEnum):
    """What the code of an artifact is."""

    SLICE = "slice"  # the minimal code that makes the value
    PENDING = "pending"  # a slice that has not been cut yet: the session's record is still to be taken in
    SOURCE = "source"  # the whole script or notebook: nobody watched it


@dataclass(frozen=True, slots=True)
class Origin:
    """What made a value: the step of a session (number, and how many saves the step had made before), and its code.

    Running `code` leaves the value in the variable `variable`. Without capture, `session` is empty and `step` is -1.
    """

    session: str
    step: int
    nth: int
    variable: str
    whence: Whence
    code: str = ""
    session_code: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """Something that the code read from outside: a file, table or URL.

    `hash`, `size` (bytes) and `modified` (seconds since the epoch) are as it was when it was read; empty, -1 and 0.0
    where that is not known.
    """

    kind: str  # "file", "table", "url" or "artifact"
    place: str
    hash: str = ""
    size: int = -1
    modified: float = 0.0


@dataclass(frozen=True, slots=True)
class Environment:
    """What an artifact was made on. `packages` are those that its code imports, with their versions.

    `commit` is that of the git repository the program stood in, empty outside of one; `user` and `host` are empty where
    they are not to be recorded.
    """

    python: str
    platform: str
    packages: tuple[tuple[str, str], ...] = ()
    commit: str = ""
    dirty: bool = False
    user: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class ArtifactRecord:
    """One version of an artifact. Versions count from 1; `created` and `deleted` are seconds since the epoch.

    `checked` is what came of the newest check of it, None where nobody has checked it.
    """

    name: str
    version: int
    created: float
    value: Value
    origin: Origin
    environment: Environment
    inputs: tuple[Input, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    note: str = ""
    deleted: float | None = None
    checked: Checked | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What came of verifying an artifact: `record` has the verdict as it was kept.

    `notes` are doubts in spite of which it was run; `output` is what the code printed, and how it failed, if it did.
    """

    record: ArtifactRecord
    verdict: Verdict
    notes: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest code that makes an artifact's value: its text, how many statements it has and had, what was not needed, and how often it was run."""

    record: ArtifactRecord
    code: str
    statements: int
    before: int
    deleted: tuple[str, ...]
    runs: int
