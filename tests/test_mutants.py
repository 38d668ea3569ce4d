"""A mutant of a slice is called the same only where its value is."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from importlib import import_module

import pytest

from tests.mutants import Said, trial
from tests.programs.slices.all import CASES
from tests.programs.slices.case import Case

SAMPLE = 60  # of so many mutants one is tried by default
LIBRARIES = ("numpy", "pandas", "pyarrow", "matplotlib.pyplot", "sklearn.linear_model", "sklearn.ensemble", "torch")


def is_here(case: Case) -> bool:
    """Tell whether a case can run here."""
    needs = {name.partition(".")[0] for name in case.needs}
    return sys.version_info >= case.since and all(importlib.util.find_spec(name) for name in needs)


def tried(every: int) -> Counter[str]:
    """Try mutants; fail where one is called the same that is not."""
    usable = [case for case in CASES if is_here(case) and not case.draws_on_luck]
    outcomes, false = Counter[str](), list[tuple[str, str, Said]]()
    for case, mutant, said in trial(usable, every):
        outcomes[f"{said.finding}, in truth {said.equal}"] += 1
        if said.is_false:
            false.append((case.name, mutant.what, said))
    assert not false, false
    return outcomes


def test_a_sample_of_mutants_is_never_called_the_same_falsely() -> None:
    outcomes = tried(SAMPLE)
    assert sum(outcomes.values()) > 20
    assert any(each.startswith(("differs", "missing")) for each in outcomes)


@pytest.mark.slow
def test_no_mutant_is_called_the_same_falsely() -> None:
    for name in LIBRARIES:  # in this process, so that each fork has them
        if importlib.util.find_spec(name.partition(".")[0]):
            import_module(name)
    outcomes = tried(1)
    print(outcomes)
    assert sum(outcomes.values()) > 2000
