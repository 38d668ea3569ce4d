"""The packs against the libraries: what they name exists, and what they call pure changes nothing when it is called."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import itertools
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clew.knowledge.facts import CalleeFacts
from clew.knowledge.lines import PACKS
from clew.knowledge.patterns import is_wild, matches
from clew.knowledge.registry import Knowledge, pack_at
from clew.knowledge.schema import Entry
from tests.callables import (
    MODULES,
    PLAIN,
    PLAIN_ARGUMENTS,
    Sample,
    functions_in,
    methods_of,
    modules_of,
    names_in,
    snapshot,
)

QUICK = ("builtins", "numpy", "stdlib")


def library(name: str) -> Any:
    """A parameter: the slow libraries are marked so."""
    return pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)


def need(name: str) -> None:
    if name not in ("builtins", "stdlib") and importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")


# What is named exists ----------------------------------------------------------------------------------------------


def test_every_pack_is_held_against_its_library() -> None:
    assert {path.stem for path in Path(PACKS).glob("*.toml")} == set(MODULES)


@pytest.mark.parametrize("name", [library(name) for name in MODULES])
def test_what_packs_name_exists(name: str) -> None:
    """Every last part of an entry's names, and every class or module before it, is met with; or it says `version`."""
    need(name)
    by_last = defaultdict(list)
    for known in names_in(modules_of(name)):
        by_last[known.rsplit(".", 1)[-1]].append(known.split("."))
    entries = pack_at(Path(PACKS) / f"{name}.toml").entries
    strangers = [stranger for entry in entries if not entry.version for stranger in unmet(entry, by_last)]
    assert not strangers


def unmet(entry: Entry, by_last: dict[str, list[list[str]]]) -> Iterator[str]:
    """The parts of an entry's names that no callable has."""
    met: dict[str, bool] = {}
    for name in entry.names:
        head, _, last = name.rpartition(".")
        pool = itertools.chain.from_iterable(by_last.values()) if is_wild(last) else by_last.get(last, [])
        found = any(matches(name.split("."), known) for known in pool)
        met[head] = met.get(head, False) or found
        met[f".{last}"] = met.get(f".{last}", False) or found
    return (part for part, found in met.items() if not found)


# What is called pure is pure ---------------------------------------------------------------------------------------

# Pure of memory, but they wait, ask, go on for ever, or work on files.
LEFT_OUT = frozenset(
    """
    input open sleep remove removedirs rename replace rmdir unlink mkdir makedirs mkdtemp mkstemp NamedTemporaryFile
    TemporaryDirectory copy copy2 copyfile connect symlink_to hardlink_to touch chmod move copytree cycle count repeat
    write_text write_bytes
    """.split()
)


@dataclass
class Tally:
    """Which callables were called, which could not be with what we have, and which changed something."""

    called: set[str] = field(default_factory=set)
    uncalled: set[str] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)


def is_safe(names: tuple[str, ...]) -> bool:
    first, last = names[0].partition(".")[0], names[0].rpartition(".")[2]
    return last not in LEFT_OUT or first in ("numpy", "pandas", "sklearn", "builtins")


def held_against(samples: Iterable[Sample], arguments: list[Callable[[], tuple[Any, ...]]]) -> Tally:
    """Call everything that is called pure with every argument it takes, and compare before and after."""
    knowledge, tally = Knowledge(), Tally()
    for sample in samples:
        facts = knowledge.about_first(sample.names)
        if facts is not None and (facts.pure or facts.pure_if_inert) and is_safe(sample.names):
            outcomes = list(itertools.islice(calls(sample, facts, arguments), 5))
            (tally.called if outcomes else tally.uncalled).add(sample.names[0])
            tally.changed += [f"{sample.names[0]}{given}" for given, same in outcomes if not same]
    return tally


def calls(
    sample: Sample, facts: CalleeFacts, arguments: list[Callable[[], tuple[Any, ...]]]
) -> Iterator[tuple[str, bool]]:
    """Make the calls that work; give the arguments, and whether all is as it was."""
    for make in arguments:
        given = make()
        stepped = facts.iterates and any(hasattr(each, "__next__") for each in given)
        if facts.hold(len(given), ()) and not stepped:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                try:
                    owner, callee = sample.get()
                    before = snapshot((owner, given))
                    callee(*given)
                except Exception:  # not arguments for it
                    continue
            yield repr(given), snapshot((owner, given)) == before


def test_the_check_finds_what_changes() -> None:
    (append,) = [sample for sample in methods_of(lambda: [1]) if sample.names == ("builtins.list.append",)]
    assert [same for _, same in calls(append, CalleeFacts(pure=True), [lambda: (2,)])] == [False]
    (index,) = [sample for sample in methods_of(lambda: [2]) if sample.names == ("builtins.list.index",)]
    assert [same for _, same in calls(index, CalleeFacts(pure=True), [lambda: (2,)])] == [True]


@pytest.mark.parametrize(("name", "least"), [("builtins", 330), ("stdlib", 300)], ids=["builtins", "stdlib"])
def test_what_python_brings_is_as_pure_as_we_say(name: str, least: int, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    methods = itertools.chain.from_iterable(map(methods_of, PLAIN))
    tally = held_against([*functions_in(modules_of(name)), *methods], PLAIN_ARGUMENTS)
    assert not tally.changed
    assert len(tally.called) >= least


def test_arrays_are_left_as_they_were() -> None:
    need("numpy")
    from tests.data_callables import ARRAY_ARGUMENTS, ARRAYS  # the tests of the rest run without NumPy

    methods = itertools.chain.from_iterable(map(methods_of, ARRAYS))
    tally = held_against([*functions_in(modules_of("numpy")), *methods], ARRAY_ARGUMENTS)
    assert not tally.changed
    assert len(tally.called) >= 500


@pytest.mark.slow
def test_frames_are_left_as_they_were() -> None:
    need("pandas")
    from tests.data_callables import FRAME_ARGUMENTS, FRAMES  # the same

    methods = itertools.chain.from_iterable(map(methods_of, FRAMES))
    tally = held_against([*functions_in(modules_of("pandas")), *methods], FRAME_ARGUMENTS)
    assert not tally.changed
    assert len(tally.called) >= 900


@pytest.mark.slow
def test_estimators_are_left_as_they_were() -> None:
    need("sklearn")
    from tests.data_callables import ESTIMATOR_ARGUMENTS, estimators  # the same

    modules = modules_of("sklearn")
    methods = itertools.chain.from_iterable(map(methods_of, estimators()))
    tally = held_against([*functions_in(modules), *methods], ESTIMATOR_ARGUMENTS)
    assert not tally.changed
    assert len(tally.called) >= 1000
