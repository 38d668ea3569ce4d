"""A mutant of a slice is called the same only where its value is."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

from clew.model.verdicts import Same
from tests.mutants import Mutant, Said, judge_mutant, keep_value, mutants, trial, verify_mutant
from tests.programs.slices.all import CASES
from tests.programs.slices.case import Case, kept_text

SAMPLE = 60  # of so many mutants one is tried by default
LIBRARIES = ("numpy", "pandas", "pyarrow", "matplotlib.pyplot", "sklearn.linear_model", "sklearn.ensemble", "torch")


def is_here(case: Case) -> bool:
    """Tell whether a case can run here."""
    needs = {name.partition(".")[0] for name in case.needs}
    return sys.version_info >= case.since and all(importlib.util.find_spec(name) for name in needs)


def tried(every: int, cases: Sequence[Case] = CASES) -> Counter[str]:
    """Try mutants; fail where one is called the same that is not."""
    usable = [case for case in cases if is_here(case) and not case.draws_on_luck]
    outcomes, false = Counter[str](), list[tuple[str, str, Said]]()
    for case, mutant, said in trial(usable, every):
        outcomes[f"{said.finding}, in truth {said.equal}"] += 1
        if said.is_false:
            false.append((case.name, mutant.what, said))
    assert not false, false
    return outcomes


def test_a_sample_of_mutants_is_never_called_the_same_falsely() -> None:
    outcomes = tried(SAMPLE, [case for case in CASES if not case.needs])  # libraries take their time to load
    assert sum(outcomes.values()) > 20
    assert any(each.startswith(("differs", "missing")) for each in outcomes)


def test_mutants_are_verified_in_processes_of_their_own(tmp_path: Path) -> None:
    """The whole way that `clew verify` takes, where the sample above asks the judge alone."""
    case = next(case for case in CASES if case.name == "read from outside")
    codec = keep_value(case, tmp_path)
    right = Mutant("nothing", kept_text(case), case.files)
    found = {each.what: verify_mutant(case, each, codec, tmp_path) for each in (right, *mutants(case))}
    assert isinstance(found.pop("nothing"), Same)
    assert found
    same = [each for each in mutants(case) if isinstance(found[each.what], Same)]
    assert not [each.what for each in same if not judge_mutant(case, each, codec, tmp_path).equal]


@pytest.mark.slow
def test_no_mutant_is_called_the_same_falsely() -> None:
    for name in LIBRARIES:  # in this process, so that each fork has them
        if importlib.util.find_spec(name.partition(".")[0]):
            import_module(name)
    outcomes = tried(1)
    print(outcomes)
    assert sum(outcomes.values()) > 2000
