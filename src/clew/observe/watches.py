"""Files that may change without an event: databases, and what the program holds open for writing."""

from __future__ import annotations

from clew.model.data import dataclass
from clew.model.typed import Iterator, Set
from clew.observe.databases import database_stamps
from clew.observe.descriptors import holders, target
from clew.observe.files import Deed, Touch
from clew.observe.stamps import Stamp, stamp

MOST = 16  # of each kind, looked at after every step


@dataclass(slots=True)
class Watched:
    """A file as it was after the last step; `descriptor` is what holds it open, empty for a database."""

    seen: Stamp | None
    logs: object = None
    descriptor: str = ""


class Watches:
    """The files to look at after every step."""

    __slots__ = ("_files",)

    def __init__(self) -> None:
        self._files: dict[str, Watched] = {}

    def __bool__(self) -> bool:
        return bool(self._files)

    def database(self, path: str) -> None:
        """A database is about to be opened: from now on what is written to it is seen."""
        if len(self._files) < 2 * MOST:
            self._files.setdefault(path, Watched(stamp(path), database_stamps(path)))

    def changes(self) -> Iterator[Touch]:
        """What was written since the last look, whoever wrote it."""
        for path, one in self._files.items():
            now, logs = stamp(path), None if one.descriptor else database_stamps(path)
            if now != one.seen or logs != one.logs:
                yield Touch(Deed.CHANGE, path, one.seen)
                one.seen, one.logs = now, logs

    def renew(self, written: Set[str]) -> None:
        """Keep an eye on those of the files just written that are still open; forget those closed since."""
        for path, descriptor in list(holders(written).items() if written else ())[:MOST]:
            self._files[path] = Watched(stamp(path), descriptor=descriptor)
        closed = [path for path, one in self._files.items() if one.descriptor and target(one.descriptor) != path]
        for path in closed:
            del self._files[path]
