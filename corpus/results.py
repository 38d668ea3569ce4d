"""Results, kept as they come: a line of JSON for each program, so that a run that was interrupted can go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.trial import Least, Miss, Trial


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one program: a trial, or why it is counted apart and the line of its own that says so."""

    program: str
    apart: str = ""
    because: str = ""
    trial: Trial | None = None


def append_result(path: Path, result: Result) -> None:
    """Write a result at the end of a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(result)) + "\n")


def kept_results(path: Path) -> list[Result]:
    """Read the results that an earlier run left; a line cut short when it was killed is no result."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    whole = [line for line in lines if line.endswith("}\n")]
    path.write_text("".join(whole), encoding="utf-8")
    return [_result(json.loads(line)) for line in whole]


def _result(said: Mapping[str, Any]) -> Result:
    return Result(**{**said, "trial": None if said["trial"] is None else _trial(said["trial"])})


def _trial(said: Mapping[str, Any]) -> Trial:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    fields["misses"] = tuple(Miss(**miss) for miss in said["misses"])
    fields["sizes"] = {name: (ours, total) for name, (ours, total) in said["sizes"].items()}
    if said["least"]:
        fields["least"] = Least(**{**said["least"], "needless": tuple(said["least"]["needless"])})
    return Trial(**fields)
