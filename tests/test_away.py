"""What a session ran, run again in a process of its own."""

from __future__ import annotations

import os
from pathlib import Path

from clew.replay.away import Heard, run_away
from clew.replay.running import Run, Wanted
from tests.test_running import again, cells


def recorded_once(folder: Path, *texts: str) -> Run:
    run = Run(cells(folder, *texts))
    run.to_end()
    return run


def test_steps_are_told_as_they_are_done_and_values_come_back(tmp_path: Path) -> None:
    session = again(recorded_once(tmp_path, "import os\nx = [1]", "x.append(2)\ny = sum(x)", "pid = os.getpid()"))
    heard: list[Heard] = []
    said = run_away(session, Wanted(), keep=(1, 3), names=None, told=heard.append)
    assert (said.status, said.failure) == (0, "")
    assert [(each.number, each.names) for each in heard] == [
        (0, ("os",)),
        (1, ("x",)),
        (2, ()),
        (3, ("y",)),
        (4, ("pid",)),
    ]
    assert said.kept == {1: {"x": [1]}, 3: {"y": 3}}  # as they were then
    assert (said.values["x"], said.values["y"]) == ([1, 2], 3)
    assert said.values["pid"] != os.getpid()


def test_chosen_steps_run_there_on_values_from_here(tmp_path: Path) -> None:
    session = again(recorded_once(tmp_path, "x = 1", "y = x + 1"))
    said = run_away(session, Wanted({1}, {0: {"x": 41}}), names=["y"])
    assert said.values == {"y": 42}


def test_classes_of_the_program_come_back_with_their_values(tmp_path: Path) -> None:
    session = again(recorded_once(tmp_path, "class P:\n    n = 3\np = P()\nf = lambda: p.n"))
    said = run_away(session, Wanted(), names=["p", "f"])
    assert said.lost == {}
    assert said.values["f"]() == 3  # type: ignore[operator]  # it is a function


def test_the_users_error_comes_back_as_python_shows_it(tmp_path: Path) -> None:
    session = cells(tmp_path, "x = 1", "def f(): return 1 / 0\nf()")
    said = run_away(session, Wanted(), names=["x"])
    assert said.status == 1
    assert said.values == {"x": 1}
    assert said.failure.startswith(f'Traceback (most recent call last):\n  File "{tmp_path}/notebook, cell 2", line 2')
    assert said.failure.endswith("ZeroDivisionError: division by zero\n")


def test_a_value_that_cannot_be_pickled_is_lost_and_why_is_said(tmp_path: Path) -> None:
    said = run_away(cells(tmp_path, "x = (each for each in [])\ny = 1"), Wanted(), names=None)
    assert dict(said.values) == {"y": 1}
    assert "generator" in said.lost["x"]
