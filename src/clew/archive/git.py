"""The state of the git repository that a program stands in, asked of git itself.

A repository's own configuration may name programs for git to run (a file system monitor, filters of contents). We ask
nothing that runs the first; filters are run by `status` for files whose times have changed, so they are told to be
absent.
"""

from __future__ import annotations

import os
import subprocess

from clew.model.data import dataclass

PATIENCE = 5.0  # seconds: a repository on a slow disk shall not hold up a save
QUIET = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.untrackedCache=keep")
STATUS = ("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--ignore-submodules=all", "-z")
FILTERS = (
    "config",
    "--local",
    "--includes",
    "--name-only",
    "-z",
    "--get-regexp",
    r"^filter\..*\.(clean|process|smudge)$",
)


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit that is checked out (hexadecimal; empty where there is none), and whether files differ from it."""

    commit: str = ""
    dirty: bool = False


def git_state(folder: str) -> GitState:
    """Ask git about the repository around a folder; nothing is known where there is no git, or no repository."""
    filters = asked(folder, (*QUIET, *FILTERS))
    if filters is None:
        return GitState()
    off = [word for name in filters.split("\0") if name for word in ("-c", f"{name}=")]
    said = asked(folder, (*QUIET, *off, *STATUS))
    return GitState() if said is None else state_in(said)


def state_in(said: str) -> GitState:
    """Read what `git status` said."""
    lines = said.split("\0")
    commits = [line.removeprefix("# branch.oid ") for line in lines if line.startswith("# branch.oid ")]
    commit = commits[0] if commits and "(" not in commits[0] else ""  # "(initial)": nothing is committed yet
    return GitState(commit, any(line[:1] in ("1", "2", "u") for line in lines))


def asked(folder: str, words: tuple[str, ...]) -> str | None:
    """Give what git answers; None where it cannot be asked."""
    environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ("git", "-C", folder, *words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            timeout=PATIENCE,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    # `config` answers 1 where nothing is set.
    return done.stdout.decode(errors="replace") if done.returncode in (0, 1) else None
