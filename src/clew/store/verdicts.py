"""Verdicts on artifacts in the tables of the store: all are kept, the newest counts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from clew.model.differences import Finding
from clew.model.verdicts import Checked
from clew.store.schema import VERDICTS


def add_verdict(connection: Connection, artifact: int, checked: Checked) -> None:
    """Write what came of a check of the artifact of that number."""
    line = {
        "artifact": artifact,
        "finding": checked.finding.value,
        "said": checked.said,
        "time": checked.time,
        "seconds": checked.seconds,
        "python": checked.python,
        "packages": json.dumps(checked.packages),
        "tolerance": checked.tolerance,
    }
    connection.execute(insert(VERDICTS).values(line))


def newest_verdicts(connection: Connection, artifacts: Sequence[int]) -> Mapping[int, Checked]:
    """Give the newest verdict on each of some artifacts that have any."""
    newest = select(func.max(VERDICTS.c.number)).where(VERDICTS.c.artifact.in_(artifacts)).group_by(VERDICTS.c.artifact)
    lines = connection.execute(select(VERDICTS).where(VERDICTS.c.number.in_(newest)))
    return {line.artifact: checked_of(line) for line in lines}


def verdicts_on(connection: Connection, artifact: int) -> tuple[Checked, ...]:
    """Give all verdicts on an artifact, oldest first."""
    asked = select(VERDICTS).where(VERDICTS.c.artifact == artifact).order_by(VERDICTS.c.number)
    return tuple(map(checked_of, connection.execute(asked)))


def checked_of(line: Row[Any]) -> Checked:
    """Give the verdict of a row."""
    packages = tuple((name, version) for name, version in json.loads(line.packages))
    ran = (line.seconds, line.python, packages, line.tolerance)
    return Checked(Finding(line.finding), line.said, line.time, *ran)
