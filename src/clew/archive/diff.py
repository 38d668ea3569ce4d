"""How two artifacts differ: in value, code, inputs and environment, and which of the latter can be the cause."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence

from clew.archive.compare import compared
from clew.errors import ClewError
from clew.model.artifacts import ArtifactRecord, Blob, Environment, Input, Whence
from clew.model.differences import Difference, Finding, Part

Load = Callable[[ArtifactRecord], object]

UNEXPLAINED = "nothing that is recorded: chance, the clock, or something that clew does not see"


def difference(before: ArtifactRecord, after: ArtifactRecord, load: Load) -> Difference:
    """Compare two artifacts whose code has been cut; `load` gives the value of one."""
    value = values(before, after, load)
    code = codes(before, after)
    inputs = inputs_of(before.inputs, after.inputs)
    environment = environments(before.environment, after.environment)
    causes = causes_of(value, code, inputs, environment)
    return Difference(called(before), called(after), value, code, inputs, environment, causes)


def called(record: ArtifactRecord) -> str:
    """Name a version of an artifact."""
    return f"{record.name}@{record.version}"


def values(before: ArtifactRecord, after: ArtifactRecord, load: Load) -> Part:
    """Compare the values; those that are kept in the same bytes need not be read."""
    if isinstance(before.value.kept, Blob) and before.value.kept == after.value.kept:
        return Part(Finding.SAME)
    try:
        found = compared(load(before), load(after))
    except ClewError as error:
        return Part(Finding.UNKNOWN, (str(error),))
    except Exception as error:  # code of the values' own, run because somebody asked to compare them
        return Part(Finding.UNKNOWN, (f"{type(error).__name__}: {error}",))
    return part_of(found)


def codes(before: ArtifactRecord, after: ArtifactRecord) -> Part:
    """Compare the codes, line by line."""
    first, second = before.origin.code.splitlines(), after.origin.code.splitlines()
    lines = tuple(difflib.unified_diff(first, second, called(before), called(after), lineterm=""))
    if lines and before.origin.whence != after.origin.whence:
        wholes = " and ".join(called(each) for each in (before, after) if each.origin.whence is Whence.SOURCE)
        note = f"{wholes} keeps the whole program, for nobody watched it"
        return Part(Finding.UNKNOWN, (note, *lines))
    return part_of(lines)


def inputs_of(before: Sequence[Input], after: Sequence[Input]) -> Part:
    """Compare what was read, by content where that is known."""
    first, second = {(i.kind, i.place): i for i in before}, {(i.kind, i.place): i for i in after}
    lines, doubts = list[str](), list[str]()
    for key in dict.fromkeys((*first, *second)):
        old, new = first.get(key), second.get(key)
        if old is None or new is None:
            lines.append(f"{key[1]}: {'read by the second only' if old is None else 'read by the first only'}")
        elif old.hash and new.hash:
            lines += [f"{key[1]}: content changed ({sizes(old, new)})"] if old.hash != new.hash else []
        elif old.size != new.size:
            lines.append(f"{key[1]}: size changed ({sizes(old, new)})")
        else:
            doubts.append(f"{key[1]}: what it held is not known")
    return part_of(lines) if lines else Part(Finding.UNKNOWN if doubts else Finding.SAME, tuple(doubts))


def sizes(old: Input, new: Input) -> str:
    """Say how big an input was and is."""
    return f"{old.size} bytes" if old.size == new.size else f"{old.size} → {new.size} bytes"


def environments(before: Environment, after: Environment) -> Part:
    """Compare what the programs ran on. Whose machine it was and which commit are no cause: code is compared itself."""
    lines = [*of_fields(before, after), *of_packages(dict(before.packages), dict(after.packages))]
    return part_of(lines)


def of_fields(before: Environment, after: Environment) -> Iterator[str]:
    """Say what differs in Python and the platform."""
    for noun, old, new in (
        ("Python", before.python, after.python),
        ("platform", before.platform, after.platform),
    ):
        if old != new:
            yield f"{noun}: {old} → {new}"


def of_packages(before: dict[str, str], after: dict[str, str]) -> Iterator[str]:
    """Say which packages differ."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield f"{name}: {old or 'not imported'} → {new or 'not imported'}"


def causes_of(value: Part, code: Part, inputs: Part, environment: Part) -> tuple[str, ...]:
    """Name what can be why the values differ: what differs itself, or what nobody can tell of."""
    if value.finding is Finding.SAME:
        return ()
    parts = {"the code": code, "the inputs": inputs, "the environment": environment}
    found = [name for name, part in parts.items() if part.finding is Finding.DIFFERS]
    doubtful = [f"perhaps {name}" for name, part in parts.items() if part.finding is Finding.UNKNOWN]
    return tuple([*found, *doubtful] or [UNEXPLAINED])


def part_of(lines: Sequence[str]) -> Part:
    """Give what came of a comparison that found these differences."""
    return Part(Finding.DIFFERS if lines else Finding.SAME, tuple(lines))
