"""What a program runs on: packages by the modules they bring, and git's word, without running what a repository says."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.analysis.imports import imported_tops
from clew.archive.environment import Recorded, environment
from clew.archive.git import GitState, git_state
from clew.archive.packages import kept_packages, packages_of


@dataclass(frozen=True, slots=True)
class Imports:
    name: str
    code: str
    want: set[str]


IMPORTS = [
    Imports("plain ones", "import pandas as pd, numpy\nfrom sklearn.svm import SVC", {"pandas", "numpy", "sklearn"}),
    Imports("the standard library is none", "import os.path\nfrom __future__ import annotations", set()),
    Imports("in a function", "def f():\n    import torch.nn\n", {"torch"}),
    Imports(
        "by name",
        "import importlib\nm = importlib.import_module('polars.io')\n__import__('scipy')",
        {"polars", "scipy"},
    ),
    Imports(
        "beside a magic",
        "%matplotlib inline\nimport pandas, numpy as np\nfrom sklearn import svm",
        {"pandas", "numpy", "sklearn"},
    ),
    Imports("relative ones are the user's own", "from . import x\nfrom .y import z", set()),
    Imports("in a text", "s = 'import pandas'", set()),
]


@pytest.mark.parametrize("case", IMPORTS, ids=lambda case: case.name)
def test_imports(case: Imports) -> None:
    assert imported_tops([case.code]) == case.want


def test_packages_are_found_by_the_modules_they_bring() -> None:
    import PIL  # noqa: F401  # a package is found by a module only where that is loaded
    import sklearn  # noqa: F401  # the same

    names = [name.lower() for name, _ in packages_of(["sklearn", "numpy", "PIL", "nothing", "tests"])]
    assert names == ["numpy", "pillow", "scikit-learn"]


def test_of_some_packages_those_are_kept_that_code_imports() -> None:
    packages = (("numpy", "2"), ("pandas", "3"), ("scikit-learn", "1"), ("not-here", "1"))
    assert kept_packages(packages, ["sklearn", "pandas"]) == (("pandas", "3"), ("scikit-learn", "1"), ("not-here", "1"))


def git(folder: Path, *words: str) -> None:
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(("git", "-C", str(folder), *named, *words), check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed: apt-get install git")
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("a = 1\n")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_the_commit_is_known_and_whether_files_differ_from_it(repository: Path) -> None:
    clean = git_state(str(repository))
    assert (len(clean.commit), clean.dirty) == (40, False)
    (repository / "new.txt").write_text("not of the repository")
    assert git_state(str(repository)) == clean
    (repository / "a.py").write_text("a = 2\n")
    assert git_state(str(repository)) == GitState(clean.commit, dirty=True)


def test_nothing_is_known_without_a_repository_or_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_state(str(tmp_path)) == GitState()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(str(tmp_path)) == GitState()


@pytest.mark.parametrize("key", ["core.fsmonitor", "filter.evil.clean"])
def test_what_a_repository_would_run_is_not_run(repository: Path, key: str) -> None:
    trap = repository / "trap"
    (repository / ".gitattributes").write_text("*.py filter=evil\n")
    git(repository, "config", key, f"touch {trap}; cat")
    (repository / "a.py").write_text("a = 3\n")
    # Asked plainly, git does run it: otherwise this test would say nothing.
    assert git_state(str(repository)).dirty
    assert not trap.exists()
    git(repository, "status")
    assert trap.exists()


def test_people_and_machines_can_be_left_out() -> None:
    known = environment((), GitState(), Recorded())
    assert known.user
    assert known.host
    unnamed = environment((), GitState(), Recorded(user=False, host=False))
    assert (unnamed.user, unnamed.host) == ("", "")
