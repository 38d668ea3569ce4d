"""Results of a corpus run that was interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.misses import is_new, known_misses
from corpus.report import summary
from corpus.results import Result, append_result, kept_results
from corpus.trial import Least, Miss, Trial

TRIAL = Trial(
    name="package/one.py",
    seconds=3.0,
    plain_seconds=2.0,
    checked=("a", "b"),
    sound=("a",),
    misses=(Miss("b", "[0]", "b = 1"),),
    sizes={"a": (1, 4), "b": (1, 4)},
    least=Least("a", 3, ("import math",)),
)
RESULTS = [
    Result("package/one.py", trial=TRIAL),
    Result("package/two.py", apart="network", because="URLError"),
    Result("package/three.py", trial=Trial("package/three.py", 0, 0, failed="no trial")),
]


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    for result in RESULTS:
        append_result(tmp_path / "results", result)
    assert kept_results(tmp_path / "results") == RESULTS


def test_a_line_cut_short_is_no_result(tmp_path: Path) -> None:
    path = tmp_path / "results"
    append_result(path, RESULTS[0])
    with path.open("a") as file:
        file.write('{"program": "package/two')
    assert kept_results(path) == RESULTS[:1]
    append_result(path, RESULTS[1])
    assert kept_results(path) == RESULTS[:2]


def test_no_results_yet(tmp_path: Path) -> None:
    assert kept_results(tmp_path / "results") == []


@pytest.mark.parametrize(
    "figure",
    [
        "| programs run under capture | 2, 1 of which clew failed |",
        "| variables with a sound slice | 1 of 2 (50.00 %) |",
        "| against the 1-minimal slice | 1.500 (3 statements where 2 are enough, 1 slices) |",
        "| CPU time, by plain Python's | median 1.50, worst 1.50 (1 programs) |",
        "| counted apart | network 1 |",
    ],
)
def test_the_figures(figure: str) -> None:
    assert figure in summary(RESULTS).splitlines()


def test_what_is_wrong_and_not_in_the_list_is_new() -> None:
    assert [is_new(TRIAL), is_new(RESULTS[2].trial or TRIAL)] == [True, True]
    known = (Trial(program, 1, 1, misses=(Miss(variable, "", ""),)) for program, variable in known_misses())
    assert not any(map(is_new, known))
    assert not is_new(Trial("package/four.py", 1, 1, sound=("a",)))
    assert is_new(Trial("package/four.py", 1, 1, sound=("a",), differs="stdout"))
