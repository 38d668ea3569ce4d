"""An artifact as people meet it: the value, its code, and all that is known of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from clew.analysis.secrets import masked
from clew.dataflow.functions import Asked, FunctionCode, function_name, function_of
from clew.model.artifacts import ArtifactRecord, Blob, Environment, Input, Whence
from clew.model.events import Step
from clew.model.graph import Graph
from clew.model.verdicts import Checked, Manner, Verdict
from clew.screen.calling import made
from clew.screen.columns import bytes_said, clock, shortened
from clew.screen.page import box, code_listing, notes_list, table
from clew.screen.verdicts import Looking, verdict_json, verdict_said, verdict_word

WHOLE = "nobody watched the program: this is all of its code"


class Shelf(Protocol):
    """Where an artifact was taken from: what is not in its record is asked for there."""

    def value(self, record: ArtifactRecord) -> object:
        """The value; DamagedBlob, UntrustedValue and the like if it cannot be had."""

    def completed(self, record: ArtifactRecord) -> ArtifactRecord:
        """The record with its code, cut if it has not been yet."""

    def steps(self, record: ArtifactRecord) -> tuple[Step, ...]:
        """The steps that the code repeats."""

    def graph(self, record: ArtifactRecord) -> Graph | None:
        """The dependence graph of the session; None where nobody watched."""

    def export(self, record: ArtifactRecord, path: Path) -> Path:
        """Write the value's file; say where."""

    def suffix(self, record: ArtifactRecord) -> str:
        """What the names of such files end in; empty where they end in nothing of their own."""

    def picture(self, record: ArtifactRecord) -> bytes:
        """A PNG or SVG of the value; empty where there is none."""

    def tagged(self, record: ArtifactRecord, tags: dict[str, str], remove: tuple[str, ...]) -> ArtifactRecord:
        """The record with tags put on and taken off."""

    def desk(self) -> Any:
        """Where its value is made again."""


class Artifact:
    """One version of a value that was kept under a name, with the code that made it.

    `record` holds the facts as they are stored; the value, and code that was not cut yet, are read when asked for.
    """

    __slots__ = ("_shelf", "_value", "record")

    def __init__(self, record: ArtifactRecord, shelf: Shelf) -> None:
        self.record = record
        self._shelf = shelf
        self._value: list[object] = []

    # ---- what it is ---------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What it is called."""
        return self.record.name

    @property
    def version(self) -> int:
        """Which version of that name it is, counted from 1."""
        return self.record.version

    @property
    def type(self) -> str:
        """The type of the value: `pandas.core.frame.DataFrame`."""
        return self.record.value.type

    @property
    def created(self) -> datetime:
        """When it was saved, in local time."""
        return datetime.fromtimestamp(self.record.created).astimezone()

    @property
    def tags(self) -> dict[str, str]:
        """Its tags; change them with `tag`."""
        return dict(self.record.tags)

    @property
    def note(self) -> str:
        """What whoever saved it said of it."""
        return self.record.note

    @property
    def size(self) -> int | None:
        """How many bytes the value takes in the store; None where another system keeps it."""
        kept = self.record.value.kept
        return kept.size if isinstance(kept, Blob) else None

    @property
    def suffix(self) -> str:
        """What the names of files of its format end in, with the dot; empty for files that were kept as they are."""
        return self._shelf.suffix(self.record)

    # ---- what was kept ------------------------------------------------------------------------------------

    @property
    def value(self) -> Any:
        """The value, read from the store the first time."""
        if not self._value:
            self._value.append(self._shelf.value(self.record))
        return self._value[0]

    @property
    def code(self) -> str:
        """The code that makes the value, and leaves it in the variable `variable`; all the program's if nobody watched."""
        return self._whole().origin.code

    @property
    def variable(self) -> str:
        """The variable in which the code leaves the value; empty where it has no name there."""
        return self._whole().origin.variable

    @property
    def session_code(self) -> str:
        """All the code of the session that made the value."""
        return self._whole().origin.session_code

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The files, tables and URLs that the code read, as they were then."""
        return self._whole().inputs

    @property
    def environment(self) -> Environment:
        """What it was made on: Python, packages, git's commit, user, host."""
        return self._whole().environment

    @property
    def steps(self) -> tuple[Step, ...]:
        """What ran to make the value, each with its time, calls and effects."""
        return self._shelf.steps(self._whole())

    @property
    def graph(self) -> Graph | None:
        """Everything that the session did, and who depends on whom; None where nobody watched."""
        return self._shelf.graph(self.record)

    @property
    def checked(self) -> Checked | None:
        """What came of verifying it last; None where nobody has."""
        return self.record.checked

    @property
    def verdicts(self) -> tuple[Checked, ...]:
        """What came of verifying it each time, oldest first."""
        found: tuple[Checked, ...] = self._shelf.desk().verdicts(self.record)
        return found

    # ---- what can be done with it -------------------------------------------------------------------------

    def verify(
        self,
        *,
        force: bool = False,
        tolerance: float = 0.0,
        in_place: bool = False,
        seconds: float = 600.0,
        memory: int = 0,
        same_packages: bool = False,
    ) -> Verdict:
        """Run its code in a clean process, and say whether that makes the same value; see `clew.verify`."""
        manner = Manner(force, tolerance, in_place, seconds, memory, same_packages=same_packages)
        verdict: Verdict
        self.record, verdict = self._shelf.desk().verify_one(self.record, manner, Looking())
        return verdict

    def replay(
        self,
        *,
        here: bool = False,
        force: bool = False,
        in_place: bool = False,
        seconds: float = 600.0,
        memory: int = 0,
    ) -> Any:
        """Make the value again, in a clean process or, with `here`, in this one; ReplayFailed where the code fails."""
        manner = Manner(force, 0.0, in_place, seconds, memory)
        return self._shelf.desk().replay(self.record, manner, Looking(), here=here)

    def function(
        self, params: Sequence[str] | None = None, *, name: str = "", imports_inside: bool = False
    ) -> Callable[..., Any]:
        """A plain function that makes the value, its text in its attribute `code`.

        `params` are the variables to be its parameters, with the literals they were given as defaults; every variable
        that is given a literal once, where none are named. CannotMakeFunction, UnknownParameter.
        """
        return made(self.function_code(params, name=name, imports_inside=imports_inside), str(self))

    def function_code(
        self, params: Sequence[str] | None = None, *, name: str = "", imports_inside: bool = False
    ) -> FunctionCode:
        """The text of such a function, its name, and its parameters."""
        session = self.record.origin.session
        source = f" in session {session}" if session else ""
        says = (f"Make `{self.name}`, as version {self.version} was made on {self.created:%Y-%m-%d}{source}.",)
        called = name or function_name(self.name)
        return function_of(self.code, Asked(self.variable, self.type, called, says, params, imports_inside))

    def export(self, path: str | Path) -> Path:
        """Write the value's file, as other tools read it, to a path; into a folder, under its own name."""
        return self._shelf.export(self.record, Path(path))

    def tag(self, tags: dict[str, str] | None = None, /, remove: tuple[str, ...] = (), **named: str) -> Artifact:
        """Put tags on it, and take those named in `remove` off."""
        self.record = self._shelf.tagged(self.record, {**(tags or {}), **named}, tuple(remove))
        return self

    def _whole(self) -> ArtifactRecord:
        """The record with its code: cut where it has not been yet, read where a listing left it out."""
        if self.record.origin.whence is Whence.PENDING or not self.record.origin.code:
            self.record = self._shelf.completed(self.record)
        return self.record

    # ---- how it looks -------------------------------------------------------------------------------------

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    def __repr__(self) -> str:
        return " · ".join([str(self), *filter(None, facts(self.record))])

    def _repr_html_(self) -> str:
        record = self.record if self.record.origin.whence is Whence.PENDING else self._whole()
        if record.origin.whence is Whence.PENDING:
            code = notes_list(["its code is cut when somebody asks for `.code`"])
        else:
            shown = masked(record.origin.code)
            notes = [WHOLE] if record.origin.whence is Whence.SOURCE else []
            notes += [f"line {each.line}: {each.name} looks like a credential; it is masked" for each in shown.secrets]
            code = code_listing(shown.code.rstrip("\n")) + notes_list(notes)
        return box(repr(self), picture_html(self._shelf.picture(record)), provenance(record), code)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude  # IPython drops what was not asked for
        return {"text/plain": repr(self), "text/html": self._repr_html_()}

    def as_json(self) -> dict[str, object]:
        """The JSON shape of an artifact."""
        return record_json(self.record)


def picture_html(picture: bytes) -> str:
    """A picture that the page brings along; nothing for none. In an image, nothing that an SVG says is run."""
    if not picture:
        return ""
    kind = "png" if picture.startswith(b"\x89PNG") else "svg+xml"
    return f'<img style="max-width:100%" src="data:image/{kind};base64,{b64encode(picture).decode()}">'


def facts(record: ArtifactRecord) -> tuple[str, ...]:
    """An artifact's type, size, time, tags and note, each in a few words."""
    kept = record.value.kept
    size = bytes_said(kept.size) if isinstance(kept, Blob) else kept.uri.partition("?")[0]
    deleted = "deleted" if record.deleted is not None else ""
    return (
        type_said(record.value.type),
        size,
        clock(record.created),
        tags_said(record),
        shortened(record.note, 60),
        "" if record.checked is None else verdict_word(record.checked),
        deleted,
    )


def type_said(name: str) -> str:
    """A type by its short name: `DataFrame`."""
    return name.rpartition(".")[2]


def tags_said(record: ArtifactRecord) -> str:
    """Tags in a line."""
    return ", ".join(f"{key}={value}" if value else key for key, value in record.tags)


def provenance(record: ArtifactRecord) -> str:
    """What is known of an artifact's making, as a table."""
    ran = record.environment
    git = f"{ran.commit[:12]}{' and changes not committed' if ran.dirty else ''}" if ran.commit else ""
    rows = [
        ("inputs", ", ".join(each.place for each in record.inputs)),
        ("packages", ", ".join(f"{name} {version}" for name, version in ran.packages)),
        ("on", " · ".join(filter(None, [f"Python {ran.python}", ran.platform, ran.host]))),
        ("by", ran.user),
        ("git", git),
        ("verdict", verdict_said(record.checked)),
        ("format", f"{record.value.codec}{', signed' if record.value.signature else ''}"),
    ]
    return table(("", ""), [row for row in rows if row[1]])


def record_json(record: ArtifactRecord) -> dict[str, object]:
    """An artifact's facts as plain data, but for its code."""
    value, origin, ran = record.value, record.origin, record.environment
    kept = (
        {"hash": value.kept.hash, "size": value.kept.size} if isinstance(value.kept, Blob) else {"uri": value.kept.uri}
    )
    return {
        "name": record.name,
        "version": record.version,
        "created": record.created,
        "deleted": record.deleted,
        "type": value.type,
        "format": value.codec,
        **kept,
        "tags": dict(record.tags),
        "note": record.note,
        "session": origin.session,
        "step": origin.step,
        "variable": origin.variable,
        "code_is": origin.whence.value,
        "verified": verdict_json(record.checked),
        "inputs": [input_json(each) for each in record.inputs],
        "environment": {
            "python": ran.python,
            "platform": ran.platform,
            "packages": dict(ran.packages),
            "commit": ran.commit,
            "dirty": ran.dirty,
            "user": ran.user,
            "host": ran.host,
        },
    }


def input_json(each: Input) -> dict[str, object]:
    """An input as plain data; what is not known is null."""
    known = {"hash": each.hash or None, "size": None if each.size < 0 else each.size, "modified": each.modified or None}
    return {"kind": each.kind, "place": each.place, **known}
