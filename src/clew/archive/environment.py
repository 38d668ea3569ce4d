"""What a program runs on: Python, the platform, packages, git, and who it is that runs it."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Iterable

from clew.archive.git import GitState
from clew.archive.packages import Package
from clew.model.artifacts import Environment
from clew.model.data import dataclass


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is written down of a person and a machine."""

    user: bool = True
    host: bool = True


def environment(packages: Iterable[Package], git: GitState, recorded: Recorded) -> Environment:
    """Describe what this process runs on."""
    return Environment(
        python=platform.python_version(),
        platform=f"{platform.system()}-{platform.release()}-{platform.machine()}",
        packages=tuple(packages),
        commit=git.commit,
        dirty=git.dirty,
        user=user_name() if recorded.user else "",
        host=platform.node() if recorded.host else "",
    )


def user_name() -> str:
    """Name who runs this process; empty where the system knows no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # Python before 3.13 raises what the system's lookup raised
        return ""
