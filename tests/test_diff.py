"""How two artifacts differ, and what can be the cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from clew.archive.diff import UNEXPLAINED, difference
from clew.errors import MissingBlob
from clew.model.artifacts import ArtifactRecord, Blob, Environment, Input, Origin, Value, Whence
from clew.model.differences import Finding
from clew.screen.differences import DiffView

CODE = "a = 1\nb = a\n"
DATA = Input("file", "/d.csv", "xxh3:1", 10, 1.0)
FIRST = ArtifactRecord(
    "m",
    1,
    1.0,
    Value("int", "json", Blob("a" * 64, 1)),
    Origin("s", 1, 0, "b", Whence.SLICE, CODE, CODE),
    Environment("3.11.7", "Linux", (("numpy", "2.0"),), "c0ffee", False, "ann", "here"),
    (DATA,),
)
OTHER = replace(FIRST, version=2, value=Value("int", "json", Blob("b" * 64, 1)))


def coded(code: str, whence: Whence = Whence.SLICE) -> ArtifactRecord:
    return replace(OTHER, origin=replace(OTHER.origin, code=code, whence=whence))


def on(**changes: object) -> ArtifactRecord:
    return replace(OTHER, environment=replace(OTHER.environment, **changes))  # type: ignore[arg-type]  # by name


def made_from(*inputs: Input) -> ArtifactRecord:
    return replace(OTHER, inputs=inputs)


@dataclass(frozen=True, slots=True)
class Case:
    """A second artifact, what comes of each part (s: same, d: differs, ?: cannot tell), the causes, and a line."""

    name: str
    after: ArtifactRecord
    want: str
    causes: tuple[str, ...] = ()
    line: str = ""


CASES = [
    Case("the same bytes", replace(FIRST, version=2), "ssss"),
    Case("nothing explains it", OTHER, "dsss", (UNEXPLAINED,), "1 → 2"),
    Case("a line of code", coded("a = 2\nb = a\n"), "ddss", ("the code",), "+a = 2"),
    Case(
        "a whole program against a slice",
        coded("a = 2\n", Whence.SOURCE),
        "d?ss",
        ("perhaps the code",),
        "m@2 keeps the whole program",
    ),
    Case(
        "another content",
        made_from(replace(DATA, hash="xxh3:2", size=11)),
        "dsds",
        ("the inputs",),
        "/d.csv: content changed (10 → 11 bytes)",
    ),
    Case("the same content, touched", made_from(replace(DATA, modified=9.0)), "dsss", (UNEXPLAINED,)),
    Case(
        "a content that is not known",
        made_from(replace(DATA, hash="")),
        "ds?s",
        ("perhaps the inputs",),
        "/d.csv: what it held is not known",
    ),
    Case(
        "another size, not hashed", made_from(replace(DATA, hash="", size=11)), "dsds", ("the inputs",), "size changed"
    ),
    Case(
        "another file",
        made_from(replace(DATA, place="/e.csv")),
        "dsds",
        ("the inputs",),
        "/e.csv: read by the second only",
    ),
    Case("a package", on(packages=(("numpy", "2.1"),)), "dssd", ("the environment",), "numpy: 2.0 → 2.1"),
    Case(
        "a package more",
        on(packages=(("numpy", "2.0"), ("scipy", "1"))),
        "dssd",
        ("the environment",),
        "scipy: not imported → 1",
    ),
    Case("Python", on(python="3.12.0"), "dssd", ("the environment",), "Python: 3.11.7 → 3.12.0"),
    Case(
        "who, where and which commit are no cause", on(user="ben", host="there", commit="beef"), "dsss", (UNEXPLAINED,)
    ),
    Case("two causes", replace(coded("a = 2\n"), inputs=()), "ddds", ("the code", "the inputs")),
]
SIGNS = {Finding.SAME: "s", Finding.DIFFERS: "d", Finding.UNKNOWN: "?"}
VALUES: Mapping[str, object] = {"a" * 64: 1, "b" * 64: 2}


def load(record: ArtifactRecord) -> object:
    assert isinstance(record.value.kept, Blob)
    return VALUES[record.value.kept.hash]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_says_how_they_differ(case: Case) -> None:
    found = difference(FIRST, case.after, load)
    parts = (found.value, found.code, found.inputs, found.environment)
    assert "".join(SIGNS[part.finding] for part in parts) == case.want
    assert found.causes == case.causes
    assert case.line in "\n".join(line for part in parts for line in part.lines)
    assert case.line in repr(DiffView(found))


def test_a_value_that_cannot_be_had_does_not_hide_the_rest() -> None:
    def missing(record: ArtifactRecord) -> object:
        raise MissingBlob("b" * 64, "there")

    found = difference(FIRST, coded("a = 2\n"), missing)
    assert (found.value.finding, found.causes) == (Finding.UNKNOWN, ("the code",))


def test_credentials_are_masked_in_what_is_shown() -> None:
    view = DiffView(difference(FIRST, coded("password = 'hunter2'\n"), load))
    shown = repr(view) + view._repr_html_() + str(view.as_json())
    assert "hunter2" not in shown
    assert "***" in shown
