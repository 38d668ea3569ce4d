"""Running what a session ran once more, in a process of its own: the same as `running`, and nothing of it stays here.

Values go there and come back as pickles, in a folder that is this user's alone and is gone afterwards.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cloudpickle

from clew.capture.interpreter import interpreter
from clew.model.events import Event
from clew.replay.recorded import Recorded
from clew.replay.running import Done, Run, Wanted
from clew.replay.tracebacks import shown

ORDER, SAID = "order.pickle", "said.pickle"


@dataclass(frozen=True, slots=True)
class Heard:
    """What is told of a step that ran in another process: its number, the variables that it bound, and how long."""

    number: int
    names: tuple[str, ...]
    seconds: float
    raised: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """What came back: the events, values by step and by variable at the end, and the user's traceback if it failed.

    `lost` says of values that could not come back why.
    """

    status: int
    events: tuple[Event, ...] = ()
    kept: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run there: see `Wanted`. `keep` are the steps whose values are to come back, `names` variables."""

    recorded: Recorded
    chosen: frozenset[int] | None
    supplied: bytes
    keep: frozenset[int]
    names: tuple[str, ...] | None


def nobody(heard: Heard) -> None:
    """Hears, and does nothing."""


def run_away(
    recorded: Recorded,
    wanted: Wanted,
    *,
    keep: Collection[int] = (),
    names: Collection[str] | None = (),
    told: Callable[[Heard], None] = nobody,
) -> Away:
    """Run a session, or chosen steps of it, in a clean process; `told` hears of each step as soon as it is over there.

    The values of the steps in `keep` come back, and those of the variables `names` (None: of all) at the end. What the
    program prints goes where this process prints.
    """
    chosen = None if wanted.chosen is None else frozenset(wanted.chosen)
    supplied = cloudpickle.dumps(dict(wanted.supplied))
    order = Order(recorded, chosen, supplied, frozenset(keep), None if names is None else tuple(names))
    with tempfile.TemporaryDirectory(prefix="clew-away-") as scratch:
        Path(scratch, ORDER).write_bytes(pickle.dumps(order))
        status = listen(scratch, told)
        said = Path(scratch, SAID)
        return unpacked(status, pickle.loads(said.read_bytes())) if said.exists() else Away(status)


def listen(scratch: str, told: Callable[[Heard], None]) -> int:
    """Start the other process, hear what it says of its steps, and give its exit status."""
    hearing, saying = os.pipe()
    command = [*interpreter(), "-m", __name__, scratch, str(saying)]
    with subprocess.Popen(command, pass_fds=[saying], stdin=subprocess.DEVNULL) as child:
        os.close(saying)
        try:
            with open(hearing, encoding="utf-8") as lines:
                for line in lines:
                    number, bound, seconds, raised = json.loads(line)
                    told(Heard(number, tuple(bound), seconds, raised))
        except BaseException:
            child.kill()
            raise
    return child.returncode


def unpacked(status: int, said: dict[str, Any]) -> Away:
    """Take the values out of what came back; those that do not load here are lost."""
    lost = dict(said["lost"])
    kept = {step: loaded(held, lost) for step, held in said["kept"].items()}
    return Away(status, said["events"], kept, loaded(said["values"], lost), lost, said["failure"])


def loaded(held: Mapping[str, bytes], lost: dict[str, str]) -> dict[str, object]:
    """Load values, and note why one does not load."""
    found: dict[str, object] = {}
    for name, data in held.items():
        try:
            found[name] = pickle.loads(data)
        except Exception as error:  # whatever its library or class has against it
            lost[name] = f"{type(error).__name__}: {error}"
    return found


# ---- in the other process -----------------------------------------------------------------------------------


class There:
    """Runs an order, says on a pipe how far it is, and gathers what is to come back."""

    def __init__(self, order: Order, pipe: int) -> None:
        self.order, self.pipe = order, pipe
        self.kept: dict[int, dict[str, bytes]] = {}
        self.lost: dict[str, str] = {}
        supplied = pickle.loads(order.supplied)
        self.run = Run(order.recorded, Wanted(order.chosen, supplied, self.hear))

    def hear(self, done: Done) -> None:
        """A step is over."""
        if done.number in self.order.keep:
            self.kept[done.number] = self.packed(done.names)
        line = json.dumps((done.number, done.names, done.seconds, done.raised)) + "\n"
        os.write(self.pipe, line.encode())

    def packed(self, names: Collection[str]) -> dict[str, bytes]:
        """Pickle variables as they stand; note which cannot be."""
        found: dict[str, bytes] = {}
        for name in names:
            try:
                found[name] = cloudpickle.dumps(self.run.namespace[name])
            except Exception as error:  # whatever the value has against it
                self.lost[name] = f"{type(error).__name__}: {error}"
        return found

    def obey(self, said: Path) -> int:
        """Run, and write down what is to come back; the exit status is 1 if the user's code failed."""
        failure = ""
        try:
            self.run.to_end()
        except Exception as error:
            failure = shown(error)
        asked = self.order.names
        public = [name for name in self.run.namespace if not name.startswith("_")]
        with as_main(self.run):
            values = self.packed([name for name in public if asked is None or name in asked])
        back = {"events": self.run.events, "kept": self.kept, "lost": self.lost, "values": values, "failure": failure}
        said.write_bytes(pickle.dumps(back))
        return int(bool(failure))


@contextmanager
def as_main(run: Run) -> Iterator[None]:
    """Let the run's module be the main one: its classes and functions are found there."""
    with run.around:
        yield


def main() -> int:
    """Obey the order in a folder."""
    scratch, pipe = sys.argv[1:]
    order = pickle.loads(Path(scratch, ORDER).read_bytes())
    return There(order, int(pipe)).obey(Path(scratch, SAID))


if __name__ == "__main__":
    # By its name: what is pickled here must be found there.
    from clew.replay.away import main as start

    sys.exit(start())
