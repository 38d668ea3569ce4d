"""How long questions to a store take that holds 100,000 versions of artifacts and 1,000,000 steps; and what steps cost.

The store is generated: a session that was really written and drained, and some artifacts that were really added, are
repeated by the database itself.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, insert, literal_column, select, text

from clew.dataflow.graph import fold, outline_of
from clew.dataflow.maker import maker
from clew.dataflow.slicing import cut
from clew.model.artifacts import ArtifactRecord, Blob, Environment, Input, Origin, Value, Whence
from clew.model.effects import Bound, Changed, Effect, Read, Reason
from clew.model.events import Call, Event, NamesSeen, SessionEnded, SessionStarted, SourceSeen, Step, Variable
from clew.model.filters import Filter
from clew.model.places import CellPlace, Source, Span
from clew.model.resources import Cell, Name
from clew.store.copying import count_on
from clew.store.database import Store
from clew.store.journal import Journal
from clew.store.location import journal_path
from clew.store.schema import ARTIFACTS, GRAPHS, INPUTS, NAMES, PACKAGES, PIECES, SESSIONS, TAGS

BAR = 0.1  # seconds that a question may take
ROUNDS = 15
NAMES_MADE = 100
IN_A_CELL = 10  # statements
PER_STEP = 1e-3, 500  # seconds and bytes that keeping a step may take


@dataclass(frozen=True, slots=True)
class Size:
    """How big the store is: versions of artifacts, sessions, and steps in each."""

    versions: int
    sessions: int
    steps: int


FULL, QUICK = Size(100_000, 5_000, 200), Size(2_000, 50, 200)


def main(*, quick: bool, url: str) -> int:
    """Make a store, ask it, and print a line a question; the exit status is 1 where one takes too long."""
    size = QUICK if quick else FULL
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder), url)
        cheap = say_cost(store, 1_000 if quick else 10_000)
        fill(store, size)
        print(f"{size.versions:,} versions, {size.sessions * size.steps:,} steps, {store.database.dialect}")
        slow = [name for name, seconds in asked(store) if seconds > BAR]
        store.close()
    return int(bool(slow) or not cheap)


# ---- what is in it ------------------------------------------------------------------------------------------


def session(name: str, steps: int) -> Iterator[Event]:
    """A session like those that people have: each statement reads some, calls one, binds or changes one."""
    yield SessionStarted(name, "notebook", f"/project/{name}.ipynb", (), "/project", "3.11.4", time.time())
    for number in range(steps):
        if number % IN_A_CELL == 0:
            yield SourceSeen(cell(number), time.time())
        yield one_step(number)
    names = [f"x{number}" for number in (*range(min(steps, 50)), steps - 3)]
    variables = tuple(Variable(name, "pandas.core.frame.DataFrame", (Name(name),)) for name in names)
    yield NamesSeen(steps - 1, variables, ())
    yield SessionEnded(time.time())


def cell(first: int) -> Source:
    """The cell that begins with a step."""
    lines = [f"x{number} = transform(x{max(0, number - 3)}, rows)" for number in range(first, first + IN_A_CELL)]
    text = "\n".join(lines)
    return Source(first // IN_A_CELL, CellPlace(first // IN_A_CELL + 1, first // IN_A_CELL), text, text)


def one_step(number: int) -> Step:
    """A step: two reads, a call, a binding or a change."""
    before = f"x{max(0, number - 3)}"
    reads = (Read(Name(before)), Read(Cell(number // 3, "price", before)), Read(Name("rows")))
    done: Effect = Bound(Name(f"x{number}"))
    if number % 3 == 0:
        done = Changed(Cell(1, "", "rows"), Reason.OBSERVED)
    call = Call("pandas.core.frame.DataFrame.assign", Span(number + 1, 0, number + 1, 30), 100.0 + number)
    return Step(number, number // IN_A_CELL, number % IN_A_CELL, 100.0 + number, 0.01, "", (call,), (*reads, done))


def artifact(number: int) -> ArtifactRecord:
    """The first version of an artifact."""
    kept = Blob(f"{number:064x}", 10_000)
    value = Value("pandas.core.frame.DataFrame" if number % 2 else "builtins.dict", "parquet", kept)
    code = f"# {number}\n" + "x = 1\n" * 30
    origin = Origin(f"s{number}", 5, 0, "x", Whence.SLICE, code, code * 3)
    packages = (("numpy", "2.1.0"), ("pandas", f"2.2.{number % 5}"), ("scikit-learn", "1.5"))
    environment = Environment("3.11.4", "Linux", packages, "c" * 40, False, "ann", "desk")
    read = tuple(Input("file", f"/data/{number % 40}/part-{part}.csv", "d" * 64, 10_000, 1.0) for part in range(2))
    tags = (("team", f"team{number % 7}"), ("stage", "final" if number % 10 == 0 else "draft"))
    return ArtifactRecord(f"model-{number:03}", 0, 1e9 + number, value, origin, environment, read, tags)


def fill(store: Store, size: Size) -> None:
    """Bring a store to its size."""
    write(store, "first", size.steps)
    for number in range(NAMES_MADE):
        store.catalog.add(artifact(number))
    with store.database.writing(alone=True) as connection:
        first = connection.execute(select(SESSIONS.c.number).where(SESSIONS.c.session == "first")).scalar_one()
        repeat_session(connection, first, size.sessions)
        repeat_artifacts(connection, size.versions // NAMES_MADE)
        count_on(connection)
        connection.exec_driver_sql("ANALYZE")


def write(store: Store, name: str, steps: int) -> None:
    """Write a session, a record a step, and take it in."""
    journal = Journal(journal_path(store.folder, name))
    for event in session(name, steps):
        journal.append([event])
    journal.close()
    store.drain()
    store.graph(name, fold, maker())


def repeat_session(connection: Connection, first: int, sessions: int) -> None:
    """Have more sessions like the first."""
    others = numbers(first + 1, first + sessions)
    copy_rows(
        connection,
        SESSIONS,
        others,
        {"number": "n", "session": "'s' || n", "started": "started + n"},
        f"number = {first}",
    )
    for table in (PIECES, GRAPHS):
        copy_rows(connection, table, others, {"session": "n"}, f"session = {first}")


def repeat_artifacts(connection: Connection, versions: int) -> None:
    """Have more versions of each artifact; one of them is pending, some are deleted."""
    others = numbers(1, versions - 1)
    number = f"number + n * {NAMES_MADE}"
    changed = {
        "number": number,
        "version": "version + n",
        "created": "created + n * 100",
        "deleted": "CASE WHEN n % 50 = 0 THEN created END",
    }
    copy_rows(connection, ARTIFACTS, others, changed, "version = 1")
    for table in (TAGS, INPUTS, PACKAGES):
        copy_rows(connection, table, others, {"artifact": f"artifact + n * {NAMES_MADE}"}, f"artifact <= {NAMES_MADE}")
    connection.execute(NAMES.update().values(latest=versions))


def numbers(first: int, last: int) -> str:
    """SQL for a table of numbers `n`."""
    return f"(WITH RECURSIVE c(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM c WHERE n < {last}) SELECT n FROM c) AS many"


def copy_rows(connection: Connection, table: Table, others: str, changed: dict[str, str], where: str) -> None:
    """Repeat rows of a table for each number, some columns changed."""
    columns: list[ColumnElement[object]] = [
        literal_column(changed.get(each.name, f'"{each.name}"')) for each in table.columns
    ]
    # The numbers first: SQLite goes through them in the outer loop, and so writes at the end of its tables.
    asked = select(*columns).select_from(text(f'{others} CROSS JOIN "{table.name}"')).where(text(where))
    connection.execute(insert(table).from_select(table.columns.keys(), asked))


# ---- what is asked ------------------------------------------------------------------------------------------


def questions(store: Store) -> dict[str, Callable[[], object]]:
    """What people ask of a store, by name."""
    catalog, last = store.catalog, f"model-{NAMES_MADE - 1:03}"
    middle = catalog.find(limit=1, wanted=Filter(until=catalog.find(limit=1)[0].created / 2 + 5e8))[0]
    return {
        "list: the newest 100": lambda: catalog.find(limit=100),
        "list: 100 from the middle": lambda: catalog.find(limit=100, after=(middle.name, middle.version)),
        "list: the newest of each name": lambda: catalog.find(Filter(newest=True), limit=100),
        "list: by name": lambda: catalog.find(Filter(name=last), limit=100),
        "list: by pattern": lambda: catalog.find(Filter(name="*-00[1-3]"), limit=100),
        "list: by tag": lambda: catalog.find(Filter(tag="team=team3"), limit=100),
        "list: by type": lambda: catalog.find(Filter(type="DataFrame"), limit=100),
        "list: by input": lambda: catalog.find(Filter(input="7/part-1.csv"), limit=100),
        "list: by package": lambda: catalog.find(Filter(package="pandas==2.2.3"), limit=100),
        "list: by time": lambda: catalog.find(Filter(since=middle.created, until=middle.created + 50), limit=100),
        "list: nothing fits": lambda: catalog.find(Filter(name="no-*", tag="none", package="none"), limit=100),
        "count": catalog.count,
        "get: the newest": lambda: catalog.get(last),
        "get: a version": lambda: catalog.get(last, 3),
        "what is pending": catalog.pending,
        "names": catalog.names,
        "sessions: find one": lambda: store.find("7"),
        "sessions: list": store.sessions,
        "slice: a variable of a session": lambda: sliced(store, "s7", "x49"),
        "slice: of 10,000 steps": lambda: sliced(store, "long", "x49"),
    }


def sliced(store: Store, name: str, variable: str) -> str:
    """The code of a variable of a session, from the store alone."""
    outline_of.cache_clear()
    return cut(store.graph(name, fold, maker()), variable).code


def asked(store: Store) -> Iterator[tuple[str, float]]:
    """Ask each question some times; print and give the median."""
    print(f"{'milliseconds':34} {'median':>8} {'best':>8} {'our cpu':>8}")
    for name, question in questions(store).items():
        walls, busy = [], []
        for _ in range(ROUNDS):
            began, began_busy = time.perf_counter(), time.process_time()
            question()
            walls.append(time.perf_counter() - began)
            busy.append(time.process_time() - began_busy)
        middle = statistics.median(walls)
        said = " ".join(f"{seconds * 1000:8.1f}" for seconds in (middle, min(walls), statistics.median(busy)))
        print(f"{name:34} {said}{'   TOO SLOW' if middle > BAR else ''}", flush=True)
        yield name, middle


def say_cost(store: Store, steps: int) -> bool:
    """Print what keeping a step costs; tell whether it is little enough."""
    before = room(store)
    began = time.process_time()
    write(store, "long", steps)
    seconds, size = (time.process_time() - began) / steps, (room(store) - before) / steps
    print(f"a step of {steps:,} is kept in {seconds * 1000:.3f} ms of this process and {size:.0f} bytes", flush=True)
    return seconds <= PER_STEP[0] and size <= PER_STEP[1]


def room(store: Store) -> int:
    """How many bytes the database takes."""
    size = {"sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"}
    with store.database.reading() as connection:
        asked = size.get(store.database.dialect, "SELECT pg_database_size(current_database())")
        return int(connection.exec_driver_sql(asked).scalar_one())
