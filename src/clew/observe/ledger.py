"""What became of each file in a step: touches in, effects out, and what the session wrote so far."""

from __future__ import annotations

import os

from clew.model.data import dataclass
from clew.model.effects import Bound, Changed, Deleted, Effect, Read, Reason
from clew.model.resources import Ambient, File
from clew.model.typed import Collection, Container, Iterable, Iterator
from clew.observe.files import Deed, Touch
from clew.observe.inputs import Inputs
from clew.observe.stamps import Stamp, same, stamp, within

CERTAINTY = (Reason.OBSERVED, Reason.KNOWN, Reason.ASSUMED)
CWD = Ambient("cwd")
MANY = (
    200  # files: beyond this, what one step writes to a folder is said as a whole, and reads from outside are not said
)


@dataclass(slots=True)
class Account:
    """What one step did to one path: how it read it, and the sum of its writes."""

    path: str
    read: Reason | None = None
    listed: Reason | None = None
    write: Deed | None = None
    reason: Reason = Reason.OBSERVED
    before: Stamp | None = None

    def enter(self, touch: Touch) -> None:
        """Add one deed. What a step reads after writing it is its own, and does not count."""
        match touch.deed:
            case Deed.READ if self.write is None:
                self.read = surest(self.read, touch.reason)
            case Deed.LIST if self.write is None:
                self.listed = surest(self.listed, touch.reason)
            case Deed.SWEEP:
                self._enter_write(touch._replace(deed=Deed.DELETE), swept=True)
            case Deed.BIND | Deed.CHANGE | Deed.DELETE:
                self._enter_write(touch)

    def _enter_write(self, touch: Touch, *, swept: bool = False) -> None:
        first = self.write is None
        if first:
            self.before, self.reason = touch.before, touch.reason
            if touch.deed is Deed.DELETE and touch.before is not None and not swept:
                self.read = surest(self.read, touch.reason)
        self.reason = surest(self.reason, touch.reason)
        if touch.deed is not Deed.CHANGE or first:
            self.write = touch.deed
        elif self.write is Deed.DELETE:
            self.write = Deed.BIND


class Ledger:
    """The files that a session wrote, as it last left them, and what its steps did to files."""

    __slots__ = ("_aliases", "_born", "_crowded", "folders", "inputs", "moved", "written")

    def __init__(self) -> None:
        self.written: dict[str, Stamp | None] = {}  # None: deleted
        self.folders: dict[str, bool] = {}  # made, removed or moved by the session: whether they are there
        self._born: set[str] = set()  # files and folders that were not there before the session made them
        self._crowded: dict[str, frozenset[str]] = {}  # folders told as a whole -> the files in them told apart before
        self.moved = False  # the session changed its working directory
        self.inputs = Inputs()
        self._aliases: dict[tuple[int, int], str] = {}  # device and inode -> the path by which it was written

    def settle(self, touches: Iterable[Touch]) -> tuple[Effect, ...]:
        """Sum up the touches of a step that just ended; reads come first."""
        accounts: dict[str, Account] = {}
        relative = False
        for touch in self._spread(touches):
            relative |= touch.relative
            accounts.setdefault(touch.path, Account(touch.path)).enter(touch)
        self._crowd(accounts.values())
        reads: dict[File | Ambient, Reason] = {CWD: Reason.OBSERVED} if relative and self.moved else {}
        writes: dict[File, Effect] = {}
        for account in sorted(accounts.values(), key=lambda one: one.write is not Deed.DELETE):
            self._post(account, accounts, reads, writes)
        return *(Read(resource, reason) for resource, reason in reads.items()), *writes.values()

    def knows(self, path: str) -> bool:
        """Tell whether the session wrote, made or deleted this path."""
        return path in self.written or path in self.folders

    def concerns(self, path: str) -> bool:
        """Tell whether the session may have had to do with the path, or with a folder above it."""
        return self.knows(path) or any(parents(path, self.folders))

    def below(self, folder: str) -> Iterator[str]:
        """The files that the session wrote under a folder and did not delete."""
        start = within(folder)
        return (path for path, seen in self.written.items() if seen is not None and path.startswith(start))

    def _crowd(self, accounts: Collection[Account]) -> None:
        """Find the folders to which a step writes so many files that they are told as a whole from now on."""
        if len(accounts) <= MANY:
            return
        counts: dict[str, int] = {}
        for folder in [os.path.dirname(account.path) for account in accounts if account.write is not None]:
            counts[folder] = counts.get(folder, 0) + 1
        for folder, count in counts.items():
            if count > MANY and folder not in self._crowded:
                self._crowded[folder] = frozenset(path for path in self.written if os.path.dirname(path) == folder)

    def _told(self, path: str) -> Iterator[File]:
        """The resources that stand for a file."""
        folder = os.path.dirname(path)
        if folder in self._crowded:
            yield File(os.path.join(folder, "*"))
        if path in self._crowded.get(folder, (path,)):
            yield File(path)

    def _spread(self, touches: Iterable[Touch]) -> Iterator[Touch]:
        """Turn deeds on whole folders into deeds on the files in them that we know."""
        for touch in touches:
            match touch.deed:
                case Deed.MOVE:
                    yield from self._moving(touch)
                case Deed.CLEAR:
                    self.folders[touch.path] = False
                    yield Touch(Deed.DELETE, touch.path, touch.before, relative=touch.relative)
                    yield from (Touch(Deed.SWEEP, path, self.written[path]) for path in self.below(touch.path))
                case _:
                    yield touch

    def _moving(self, touch: Touch) -> Iterator[Touch]:
        self.folders |= {touch.path: False, touch.onto: True}
        for path in tuple(self.below(touch.path)):
            yield Touch(Deed.DELETE, path, self.written[path])
            yield Touch(Deed.BIND, touch.onto + path[len(touch.path) :])

    def _post(
        self,
        account: Account,
        accounts: dict[str, Account],
        reads: dict[File | Ambient, Reason],
        writes: dict[File, Effect],
    ) -> None:
        path, after = account.path, stamp(account.path)
        write = self._outcome(account, after)
        if write is None and account.write is not None and account.before is None and after is None:
            return  # it came and went within the step
        strange = len(reads) > MANY and not self.concerns(path)  # it is among the inputs all the same
        for resource, reason in self._reads(account, after, write):
            if not strange:
                reads[resource] = surest(reads.get(resource), reason)
        for above in parents(path, self.folders) if self.folders else ():
            if above not in accounts or accounts[above].write is None:
                reads.setdefault(File(above), Reason.OBSERVED)
        for effect in self._writes(account, after, write):
            writes[effect.resource] = effect  # type: ignore[index]  # what is written here is a file
        if write is not None:
            self._remember(account, after)

    def _outcome(self, account: Account, after: Stamp | None) -> Deed | None:
        """What the writes of a step came to, seen from its end."""
        match account.write, account.before, after:
            case (None, _, _) | (_, None, None):
                return None
            case Deed.CHANGE, Stamp(folder=True), Stamp(folder=True) if self.folders.get(account.path):
                return None  # it is there because this session made it
            case _, _, None:
                return Deed.DELETE
            case Deed.DELETE, before, _ if same(account.path, before, after):
                return None  # it was not allowed to
            case (Deed.DELETE, _, _) | (Deed.CHANGE, None, _):
                return Deed.BIND
        return account.write

    def _reads(self, account: Account, after: Stamp | None, write: Deed | None) -> Iterator[tuple[File, Reason]]:
        path = account.path
        if account.listed is not None:
            yield from ((file, account.listed) for one in self._listed(path) for file in self._told(one))
        if account.read is None or self._strange(account, after, write):
            return
        yield from ((file, account.read) for file in self._told(path))
        if not self.knows(path) and write is None:
            self.inputs.note(path, after)
        if (alias := self._alias(path, after)) is not None:
            yield File(alias), account.read

    def _strange(self, account: Account, after: Stamp | None, write: Deed | None) -> bool:
        """Tell whether no earlier step can have had a part in what was read: that there is nothing, or a folder."""
        absent = after is None if write is None else account.before is None
        if not absent and (after is None or not after.folder):
            return False
        # What the session made and did away with is as it was before the session.
        pristine = write is not None and account.path in self._born
        return pristine or not self.concerns(account.path)

    def _listed(self, folder: str) -> Iterator[str]:
        """What a listing shows of the session's doing: the folder, what came into it, and what is missing from it."""
        if folder in self.folders:
            yield folder
        there = {path: seen is not None for path, seen in self.written.items()} | self.folders
        yield from (p for p, alive in there.items() if alive == (p in self._born) and os.path.dirname(p) == folder)

    def _writes(self, account: Account, after: Stamp | None, write: Deed | None) -> Iterator[Effect]:
        if write is None:
            return
        make = Bound if write is Deed.BIND else Changed if write is Deed.CHANGE else Deleted
        crowded = os.path.dirname(account.path) in self._crowded
        for file in self._told(account.path):
            yield Changed(file, account.reason) if crowded else make(file, account.reason)
        # What came into being in this step can be another name only as a new link, which writes nothing.
        if account.before is not None and (alias := self._alias(account.path, after)) is not None:
            yield make(File(alias), account.reason)

    def _alias(self, path: str, seen: Stamp | None) -> str | None:
        known = self._aliases.get((seen.device, seen.inode)) if seen is not None else None
        return known if known != path else None

    def _remember(self, account: Account, after: Stamp | None) -> None:
        path, seen = account.path, after or account.before
        if account.before is None and not self.knows(path):
            self._born.add(path)
        if seen is not None and seen.folder:
            self.folders[path] = after is not None
            return
        old = self.written.get(path) or account.before
        if old is not None and self._aliases.get((old.device, old.inode)) == path:
            del self._aliases[old.device, old.inode]
        self.written[path] = after
        if after is not None:
            self._aliases.setdefault((after.device, after.inode), path)


def surest(first: Reason | None, second: Reason) -> Reason:
    """The better of two reasons: observed beats known beats assumed."""
    return second if first is None else min(first, second, key=CERTAINTY.index)


def parents(path: str, among: Container[str]) -> Iterator[str]:
    """The folders above a path that are in a set."""
    while (above := os.path.dirname(path)) != path:
        path = above
        if path in among:
            yield path
