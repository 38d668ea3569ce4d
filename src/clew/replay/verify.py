"""Hold slices against the program that they were cut from: plain runs in clean processes, without clew."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from clew.model.verdicts import CannotTell, Verdict
from clew.replay.portrait import Portrait
from clew.replay.process import Cells, Script, Terms, last_line, run_clean, verdict_on

# A kernel has an answer to `%matplotlib inline`; IPython's plain shell, in which the cells are run, has none.
NO_SCREEN = "get_ipython().enable_gui = lambda gui=None: None"

USUAL = Terms()


def verify(program: Script | Cells, slices: Mapping[str, str], terms: Terms = USUAL) -> dict[str, Verdict]:
    """Run the program, then each slice alone, and compare the variables that the slices are of.

    `slices` holds the code by variable. A slice that several variables share is run once.
    """
    names = list(slices)
    whole = run_clean(_ready(program), names, terms)
    if whole.portraits is None:
        why = last_line(whole.stderr) or last_line(whole.stdout) or "it ended early"
        return dict.fromkeys(names, CannotTell(f"run without clew, the program left nothing: {why}"))
    sharing: dict[str, list[str]] = defaultdict(list)
    for name, code in slices.items():
        sharing[code].append(name)
    verdicts: dict[str, Verdict] = {}
    for code, group in sharing.items():
        verdicts |= _verdicts(program, code, {name: whole.portraits.get(name) for name in group}, terms)
    return {name: verdicts[name] for name in names}


def _verdicts(
    program: Script | Cells, code: str, expected: Mapping[str, Portrait | None], terms: Terms
) -> dict[str, Verdict]:
    with tempfile.TemporaryDirectory(prefix="clew-verify-") as scratch:
        alone, changed = _alone(program, code, Path(scratch), terms)
        said = run_clean(alone, list(expected), changed)
    absent = CannotTell("run without clew, the program did not make it")
    return {name: absent if want is None else verdict_on(name, want, said) for name, want in expected.items()}


def _ready(program: Script | Cells) -> Script | Cells:
    match program:
        case Cells(cells, folder):
            return Cells((NO_SCREEN, *cells), folder)
        case Script():
            return program


def _alone(program: Script | Cells, code: str, scratch: Path, terms: Terms) -> tuple[Script | Cells, Terms]:
    """The slice as a program of its own, which finds what it imports where the whole program found it."""
    match program:
        case Cells(_, folder):
            return _ready(Cells((code,), folder)), terms
        case Script(path, folder, argv):
            file = scratch / path.name
            file.write_text(code, encoding="utf-8")
            theirs = {**os.environ, **terms.environment}.get("PYTHONPATH")
            found = os.pathsep.join([str(path.absolute().parent), *([theirs] if theirs else [])])
            environment = {**terms.environment, "PYTHONPATH": found}
            return Script(file, folder, argv), Terms(terms.python, environment, terms.seconds)
