"""What an artifact keeps of all that its session had read and imported, once its code is cut."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from clew.archive.completing import Cut, completed, places_read
from clew.archive.variables import described
from clew.model.artifacts import ArtifactRecord, Blob, Environment, Input, Origin, Value, Whence
from clew.model.effects import Bound, Changed, Deleted, Effect, Read
from clew.model.events import Step
from clew.model.resources import Ambient, File, Name

PENDING = ArtifactRecord(
    "m",
    1,
    2e9,
    Value("int", "json", Blob("a" * 64, 1)),
    Origin("s", 1, 0, "", Whence.PENDING),
    Environment("3.11", "Linux", (("numpy", "2"), ("pandas", "3"))),
)


def step(number: int, *effects: Effect) -> Step:
    return Step(number, 0, number, 1.0, 0.1, "", (), effects)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    steps: tuple[Step, ...]
    want: tuple[str, ...]


A, B = File("/a"), File("/b")
CASES = [
    Case("what was read", (step(0, Read(A)), step(1, Read(B))), ("/a", "/b")),
    Case("once", (step(0, Read(A)), step(1, Read(A))), ("/a",)),
    Case("not what was written before", (step(0, Bound(A)), step(1, Read(A))), ()),
    Case("what was read and then changed", (step(0, Read(A)), step(1, Changed(A))), ("/a",)),
    Case("not what was done away with", (step(0, Deleted(A)), step(1, Read(A))), ()),
    Case(
        "a URL and not the way to it",
        (step(0, Read(File("https://x.org/a")), Read(File("tcp://1.2.3.4:443"))),),
        ("https://x.org/a",),
    ),
    Case("a server of which no URL is known", (step(0, Read(File("tcp://1.2.3.4:443"))),), ("tcp://1.2.3.4:443",)),
    Case("files only", (step(0, Read(Name("a"))),), ()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_places_read(case: Case) -> None:
    assert places_read(case.steps) == case.want


def test_the_code_and_what_it_needs_are_filled_in(tmp_path: Path) -> None:
    used, unused = (Input("file", str(tmp_path / name), "xxh3:1", 1, 1.0) for name in ("used", "unused"))
    record = replace(PENDING, inputs=(unused, used))
    cut = Cut("import numpy as np\nm = 1\n", "m", (step(0, Read(File(used.place))),), "all of it")
    done = completed(record, cut)
    assert done.origin == Origin("s", 1, 0, "m", Whence.SLICE, cut.code, cut.whole)
    assert (done.inputs, done.environment.packages) == ((used,), (("numpy", "2"),))


def test_a_file_that_the_saving_step_itself_read_is_looked_at_now_if_nobody_touched_it_since(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("a,b\n")
    cut = Cut("m = 1\n", "m", (step(0, Read(File(str(path)))),))
    [found] = completed(PENDING, cut).inputs
    assert (found.kind, found.size) == ("file", 4)
    assert found.hash.startswith("xxh3:")
    os.utime(path, (2.1e9, 2.1e9))
    assert completed(PENDING, cut).inputs == (Input("file", str(path)),)


def test_databases_and_addresses_are_called_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    places = [str(path), "https://example.org/a.csv", "postgresql://host/db"]
    cut = Cut("m = 1\n", "m", (step(0, *(Read(File(place)) for place in places)),))
    assert [(each.kind, each.place) for each in completed(PENDING, cut).inputs] == [
        ("table", places[0]),
        ("url", places[1]),
        ("table", places[2]),
    ]


def test_where_a_module_of_the_users_has_changed_since_all_packages_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("import pandas\n")
    seen = path.stat()
    module = Input("file", str(path), "xxh3:1", seen.st_size, seen.st_mtime)
    cut = Cut("import mine\nm = 1\n", "m", (step(0, Read(File(str(path)))),))
    assert completed(replace(PENDING, inputs=(module,)), cut).environment.packages == (("pandas", "3"),)
    path.write_text("")
    assert completed(replace(PENDING, inputs=(module,)), cut).environment.packages == PENDING.environment.packages


def test_a_variable_of_the_environment_that_the_code_sets_itself_does_not_come_from_outside() -> None:
    stage, town = (described(name, "x") for name in ("STAGE", "TOWN"))
    cut = Cut("os.environ['STAGE'] = 'x'\nm = os.environ['STAGE'] + os.environ['TOWN']\n", "m", ())
    sets = replace(cut, steps=(step(0, Bound(Ambient("environ", "STAGE"))),))
    record = replace(PENDING, inputs=(stage, town))
    assert completed(record, cut).inputs == (stage, town)
    assert completed(record, sets).inputs == (town,)
