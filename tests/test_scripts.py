"""The scripts: they are sound sh, and the environment is made once, with a clear word where it cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHELL = [*(path for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.suffix), ROOT / ".ci" / "run"]
TOOLS = ("sh", "dirname", "cmp", "cat", "pwd")


def first_line(path: Path) -> str:
    return path.read_text(encoding="utf-8").partition("\n")[0]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with scripts/environment and pyproject.toml, and a PATH's worth of tools without any Python."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "scripts" / "environment", tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def make_environment(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(project / "scripts" / "environment"), "test"],
        env={"PATH": str(project / "bin"), "HOME": str(project)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_scripts_are_executable_and_parse(script: Path) -> None:
    assert first_line(script).startswith("#!")
    assert os.access(script, os.X_OK)
    if first_line(script) == "#!/bin/sh":
        subprocess.run(["sh", "-n", str(script)], check=True)


def test_without_a_python_it_says_what_is_needed(project: Path) -> None:
    done = make_environment(project)
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


def test_an_environment_that_is_made_is_not_made_again(project: Path) -> None:
    (project / ".venv").mkdir()
    stamp = f"{project}\n{(project / 'pyproject.toml').read_text(encoding='utf-8')}"
    (project / ".venv" / "made-with-test").write_text(stamp, encoding="utf-8")
    assert make_environment(project).returncode == 0
    (project / "pyproject.toml").write_text("changed", encoding="utf-8")
    assert make_environment(project).returncode == 1
