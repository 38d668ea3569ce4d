"""The one place where the parts are put together."""

from __future__ import annotations

import os
import sys
import time

from clew.capture.interpreter import interpreter
from clew.errors import BadSetting, FileMissing, NotCapturing, StoreError
from clew.model.data import dataclass
from clew.store.paths import VARIABLE, journal_in, journals_path, make_folders, store_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import NoReturn

    from clew.archive.archive import Making
    from clew.archive.opening import Open, Shelf
    from clew.archive.wishes import Wish
    from clew.checks.desk import Desk
    from clew.model.artifacts import ArtifactRecord, Origin
    from clew.model.events import Event
    from clew.store.database import Store
    from clew.store.paths import Address
    from clew.store.upkeep import Kept

    Pairs = tuple[tuple[str, str], ...]

NO_BLOBS = "set `blobs` under [tool.clew], or CLEW_BLOBS, to a folder or URL that all who use the store can reach"


NOTEBOOKS = "clew.ipython"
"""What runs notebooks, by its name: it stands above us."""


@dataclass(frozen=True, slots=True)
class Captured:
    """A program that was run: its session and events, its error text or None, how long it took, its exit status."""

    session: str
    events: tuple[Event, ...]
    error: str | None
    seconds: float
    status: int


def new_session() -> str:
    """A name for a session that sorts by time and that nobody else has."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(4).hex()}"


def ready_store(start: str, setting: str | None) -> Address:
    """Where the store is; its folder is made if it is not there. StoreError where nothing can be written."""
    address = store_address(start, setting)
    try:
        make_folders(address.folder)
    except OSError as error:
        raise StoreError(f"no store can be made at {address.folder}: {error.strerror}") from error
    if not os.access(journals_path(address.folder), os.W_OK | os.X_OK):  # a running program has no way to say it
        raise StoreError(f"nothing can be written to the store {address.folder}: permission denied")
    return address


def environment(start: str, setting: str | None) -> dict[str, str]:
    """The environment of a program that we start."""
    return {**os.environ, **told(start, setting)}


def told(start: str, setting: str | None) -> dict[str, str]:
    """What a program's environment says beyond ours: what it saves goes to the store that was asked for by a flag."""
    return {} if setting is None else {VARIABLE: store_address(start, setting).said}


def command_for(program: Sequence[str], session: str, store: Address, saves: Pairs = (), *, checked: bool) -> list[str]:
    """The command that runs a program watched; where it is not Python and `checked` is off, as Python would run it."""
    path = program[0]
    # Imported here: a run that is handed over must start quickly.
    from clew.capture.handover import Wishes, broken, hand_over, is_python

    wishes = Wishes(store.folder, store.said, "clew.session:save_variables", saves)
    plain = [*interpreter(), *program]
    try:
        handed = hand_over(path, session, wishes, tuple(plain))
    except FileNotFoundError:
        if checked:
            raise FileMissing(path) from None
        return plain
    except (SyntaxError, ValueError, RecursionError) as error:
        if checked:
            raise broken(path, error) from None
        if is_python(path):
            sys.stderr.write(
                f"clew: this program cannot be watched, so it just runs: {type(error).__name__}: {error}\n"
            )
        return plain  # what is no Python Python says itself
    return [*interpreter(), handed.program, *program[1:]]


def run_program(program: Sequence[str], store: str | None = None, saves: Pairs = ()) -> NoReturn:
    """Run a script as `python` would, watched; this process becomes the program's.

    `saves` are names of artifacts, and of the variables to save under them when the program is over.
    """
    if os.path.splitext(program[0])[1] == ".ipynb":
        raise SystemExit(run_notebook_here(program[0], store, saves))
    address, session = ready_store(os.getcwd(), store), new_session()
    command = command_for(program, session, address, saves, checked=bool(saves))
    sys.stdout.flush()
    if os.name == "nt" or saves:  # Windows has no exec that waits, and who saves wants to know how it went
        import subprocess  # it takes a third of the time that Python needs to start

        status = subprocess.call(command, env=environment(os.getcwd(), store))
        raise SystemExit(status or missing(session, saves, address))
    os.execve(command[0], command, environment(os.getcwd(), store))


def missing(session: str, saves: Pairs, address: Address) -> int:
    """The exit status of a run that was to save variables: 1 if not all of them are saved."""
    if not saves:
        return 0
    names = {name for name, _ in saves}
    with archive(address.said, complete=True) as found:
        return int(names != found.catalog.saved_by(session, names))


def run_notebook_here(path: str, store: str | None, saves: Pairs = ()) -> int:
    """Run a notebook's cells: in this process, which has done nothing else yet, unless their saves are to be checked."""
    start = os.path.dirname(os.path.realpath(path)) if os.path.exists(path) else os.getcwd()
    address, session = ready_store(start, store), new_session()
    words = notebook_words(path, session, address.folder, saves, allow_errors=False)
    if saves:
        import subprocess  # not part of starting a notebook

        done = subprocess.call([*interpreter(), "-m", NOTEBOOKS, *words], env=environment(start, store))
        return done or missing(session, saves, address)
    os.environ.update(told(start, store))
    status: int = __import__(f"{NOTEBOOKS}.__main__", fromlist=["main"]).main(words)
    return status


def notebook_words(path: str, session: str, store: str, saves: Pairs = (), *, allow_errors: bool) -> list[str]:
    """What `python -m clew.ipython` is told, that runs a notebook watched; see `run_program` about `saves`."""
    # Imported here: reading notebooks is not part of starting a script.
    from pathlib import Path

    from clew.analysis.notebooks import read_notebook

    read_notebook(Path(path))
    flags = [*(["--allow-errors"] if allow_errors else []), *[f"--save={name}={variable}" for name, variable in saves]]
    return [*flags, session, store, os.path.realpath(path)]


def capture(path: Path, argv: Sequence[str], *, allow_errors: bool, store: str | None, quiet: bool = False) -> Captured:
    """Run a script (in this folder) or notebook (in its own) in a child, watched; its output goes to our stderr."""
    import subprocess  # not part of handing a script over

    if not path.exists():
        raise FileMissing(str(path))
    session = new_session()
    address = ready_store(os.getcwd(), store)
    if path.suffix == ".ipynb":
        words = notebook_words(str(path), session, address.folder, allow_errors=allow_errors)
        command = [*interpreter(), "-m", NOTEBOOKS, *words]
    else:
        command = command_for([str(path), *argv], session, address, checked=True)
    started = time.perf_counter()
    out = subprocess.DEVNULL if quiet else sys.stderr.fileno()
    err = subprocess.DEVNULL if quiet else None
    done = subprocess.run(command, stdout=out, stderr=err, env=environment(os.getcwd(), store), check=False)
    seconds = time.perf_counter() - started
    events = recorded(address.folder, session)
    return Captured(session, events, error_of(events, done.returncode), seconds, done.returncode)


def recorded(folder: str, session: str) -> tuple[Event, ...]:
    """What a session recorded, straight from its journal."""
    # Imported here: only needed once a program has run.
    from clew.store.journal import read_journal

    path = journal_in(folder, session)
    return tuple(event for record in read_journal(path) for event in record) if os.path.exists(path) else ()


def error_of(events: Sequence[Event], status: int) -> str | None:
    """The error text of a session that failed, or None."""
    # Imported here for the same reason.
    from clew.model.events import SessionEnded

    said = next((event.error for event in events if isinstance(event, SessionEnded)), None)
    if said:
        return said
    if said is None:
        return f"the program ended early, with status {status}"
    return f"exit status {status}" if status else None


def open_store(setting: str | None = None) -> Store:
    """The store, with everything that was recorded so far taken in."""
    store = bare_store(setting)
    store.drain()
    return store


@dataclass(frozen=True, slots=True)
class LiveSession:
    """The session that is being watched in this process."""

    session: str
    events: tuple[Event, ...]
    namespace: dict[str, object]


def live() -> LiveSession:
    """The session that is being watched in this process; NotCapturing if none is."""
    from clew.capture import watching  # only a live session needs it

    found = watching.live()
    if found is None:
        raise NotCapturing
    return LiveSession(*found)


def save_point() -> Origin:
    """Where the value comes from that the user's code is keeping just now; a watched session notes it down."""
    from clew.capture.saving import origin_of_save  # only who keeps a value needs it

    return origin_of_save()


# ---- artifacts ----------------------------------------------------------------------------------------------


def archive(setting: str | None = None, *, drained: bool = True, complete: bool = False) -> Open:
    """The artifacts of a store, to be opened; `drained`: with all that was recorded; `complete`: their code cut."""
    # Imported here: nothing of it is part of starting a program.
    from clew.capture.watching import OwnLoading

    with OwnLoading():
        from clew.archive.opening import Open
        from clew.plugins import codecs, loaded

    def store() -> Store:
        return open_store(setting) if drained else bare_store(setting)

    return Open(store, blobs_of, lambda: codecs(loaded()), live_events, complete=complete)


def shelf(setting: str | None = None) -> Shelf:
    """Where the artifacts of a store are taken from, later too, wherever the program is by then."""
    from clew.archive.opening import Shelf  # as above

    address = address_of(setting)
    return Shelf(lambda drained: archive(address.said, drained=drained), address.where, lambda: desk(address.said))


def desk(setting: str | None = None) -> Desk:
    """Where the values of a store are made again."""
    from clew.checks.desk import Desk  # only who makes one again needs it

    return Desk(lambda: archive(setting))


def bare_store(setting: str | None = None) -> Store:
    """The store as it is."""
    # Imported here: SQLAlchemy takes longer to load than most commands take to run.
    from pathlib import Path

    from clew.store.database import Store

    address = address_of(setting)
    return Store.open(Path(address.folder), address.url)


def address_of(setting: str | None) -> Address:
    """Where a store is: where nobody says which, that of the session watched in this process, wherever it stands now."""
    watching = sys.modules.get("clew.capture.watching")  # not loaded where nothing is watched
    of_session: str | None = watching.store_of_session() if watching is not None else None
    return store_address(os.getcwd(), of_session if setting is None else setting)


def kept(setting: str | None, blobs: str | None = None, *, drained: bool = True) -> Kept:
    """A store and its blobs, at `blobs` or else where the setting says, for who looks after them."""
    # Imported here: nothing of it is part of starting a program.
    from clew.store.blobs import Blobs
    from clew.store.upkeep import Kept

    store = open_store(setting) if drained else bare_store(setting)
    try:
        return Kept(store, Blobs(blobs or blobs_of(store)))
    except BaseException:
        store.close()
        raise


def blobs_of(store: Store) -> str:
    """Where the values of a store's artifacts are: as the setting says, else within it."""
    from clew.store.settings import BLOBS, value_of  # only who keeps a value needs it

    said = value_of(BLOBS, os.getcwd())
    if said.value != BLOBS.default:
        return said.value
    if store.database.shared:
        raise BadSetting(f"the store {store.where} does not say where the values of its artifacts are ({NO_BLOBS})")
    return os.path.join(store.folder, "blobs")


def live_events(session: str) -> tuple[Event, ...] | None:
    """The events of a session if it is the one that is watched in this process."""
    from clew.capture import watching  # only a live session needs it

    found = watching.live()
    return found[1] if found is not None and found[0] == session else None


def save(value: object, name: str, wish: Wish, on_error: str | None, store: str | None) -> ArtifactRecord | None:
    """Keep a value as the next version of a name; where that fails, raise, or warn and give None, as the user chose."""
    # Imported here: only who keeps a value needs it.
    from clew.capture.watching import OwnLoading

    with OwnLoading():
        import warnings

        from clew.archive.ending import cut_when_over
        from clew.archive.telling import say_once
        from clew.store.settings import ON_ERROR, understood, value_of

    asked = value_of(ON_ERROR, os.getcwd()) if on_error is None else understood(ON_ERROR, on_error, "clew.save")
    chosen = asked.value
    try:
        with archive(store, drained=False) as found:
            record = found.save(value, name, wish, making, time.time())
    except Exception as error:
        if chosen == "raise":
            raise
        warnings.warn(f"{name} was not saved: {error or type(error).__name__}", stacklevel=3)  # who called `api.save`
        return None
    say_once(record, sys.stderr)
    address = address_of(store)
    cut_when_over(address.where, lambda: archive(address.said, drained=False))
    return record


def note_read(record: ArtifactRecord) -> None:
    """Have a watched program's step depend on an artifact that it asks for."""
    from clew.archive.names import SCHEME  # only who asks for an artifact needs it
    from clew.capture.watching import read_from_outside  # the same

    read_from_outside(f"{SCHEME}{record.name}@{record.version}")


def making(origin: Origin | None = None) -> Making:
    """What is known of the making of the value that the user's code is keeping just now, or of one of that origin."""
    # Imported here: only who keeps a value needs it.
    from clew.archive.environment import Recorded
    from clew.archive.provenance import Program, making_of
    from clew.capture.saving import program_of_save
    from clew.capture.watching import inputs
    from clew.store.settings import RECORD_HOST, RECORD_USER, is_on, value_of

    recorded = Recorded(*(is_on(value_of(each, os.getcwd())) for each in (RECORD_USER, RECORD_HOST)))
    return making_of(origin or save_point(), Program(*program_of_save()), inputs(), recorded)


def save_variables(session: str, saves: Pairs, namespace: Mapping[str, object]) -> None:
    """Save variables of a program that is over, each under its name; say how it went, for there is nobody to raise to."""
    for name, variable in saves:
        try:
            record = saved_variable(session, name, variable, namespace)
        except Exception as error:
            sys.stderr.write(f"clew: {variable} was not saved: {error or type(error).__name__}\n")
        else:
            sys.stderr.write(f"clew: {variable} is saved as {record.name}@{record.version}\n")


def saved_variable(session: str, name: str, variable: str, namespace: Mapping[str, object]) -> ArtifactRecord:
    """Save a variable as it stands at the end of a session."""
    # Imported here: only who keeps a value needs it.
    from clew.archive.sessions import AT_THE_END
    from clew.archive.wishes import Wish
    from clew.errors import UnknownVariable
    from clew.model.artifacts import Origin, Whence

    if variable not in namespace:
        raise UnknownVariable(variable, [each for each in namespace if not each.startswith("_")])
    origin = Origin(session, AT_THE_END, 0, variable, Whence.PENDING)
    with archive(drained=False) as found:
        return found.save(namespace[variable], name, Wish(), lambda: making(origin), time.time())
