"""One program on trial: run under capture, the slices of its variables replayed in clean processes."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from clew.model.verdicts import CannotTell, Differs, Same, Verdict
from corpus.capturing import Captured, capture, patience, plain_cpu, replay, replay_whole
from corpus.plain import Plain, is_steady
from corpus.programs import Program, code_cells
from corpus.smallest import smallest_slice, top_statements

QUICK = 2.0  # CPU seconds in plain Python: of programs that take longer, no minimal slice is looked for
MOST_STATEMENTS = 25  # of a slice whose minimal part is looked for: each costs a run
FAR_APART = 1.25  # times as long as in plain Python: from here on, measured again
CALLED_LATER = ("builtins.function", "builtins.type")  # what they call is needed, though not to make them


@dataclass(frozen=True, slots=True)
class Miss:
    """A variable whose slice did not make the same value."""

    variable: str
    where: str
    code: str


@dataclass(frozen=True, slots=True)
class Least:
    """How many statements a slice has, and which of them a 1-minimal part of it does without."""

    variable: str
    statements: int
    needless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one program. Seconds are of CPU; `sizes` are statements of a slice and of the whole, by variable."""

    name: str
    seconds: float
    plain_seconds: float
    differs: str = ""
    failed: str = ""
    checked: tuple[str, ...] = ()
    sound: tuple[str, ...] = ()
    misses: tuple[Miss, ...] = ()
    unknown: tuple[str, ...] = ()
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    least: Least | None = None


def try_program(program: Program, plain: Plain, slices: int, *, minimal: bool) -> Trial:
    """Capture a program and replay a sample of its slices: different texts, each with all the variables it makes.

    With `minimal`, one sound slice of a quick program is compared with the smallest part of it.
    """
    captured = capture(program, plain)
    if captured.failed:
        return Trial(program.name, captured.seconds, plain.seconds, failed=captured.failed)
    if captured.differs and not is_steady(program, plain, patience(plain.seconds)):
        captured = replace(captured, differs="")  # it differs from itself
    verdicts: dict[str, Verdict] = {}
    for code, names in _sample(program, captured, plain)[:slices]:
        verdicts |= replay(program, code, {name: plain.values[name] for name in names}, plain.seconds)
    verdicts = _without_chance(program, plain, verdicts)
    lost = [name for name in plain.values if name not in captured.slices]
    verdicts |= {name: Differs("", "clew lists no such variable") for name in lost}
    trial = _judged(program, captured, verdicts, _quicker(program, plain, captured))
    quick = trial.plain_seconds < QUICK
    return replace(trial, least=_least(program, plain, captured, trial)) if minimal and quick else trial


def statements(code: str) -> int:
    """Count the statements of some code, those inside others too."""
    try:
        tree = ast.parse(code)
    except SyntaxError:  # magics: count lines
        return sum(1 for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def _without_chance(program: Program, plain: Plain, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Where a slice made another value, run the whole program as the slice was: its value may hang on the hash seed."""
    missed = {name: plain.values[name] for name, verdict in verdicts.items() if isinstance(verdict, Differs)}
    whole = replay_whole(program, missed, plain.seconds) if missed else {}
    chance = {name: CannotTell("by chance") for name, verdict in whole.items() if not isinstance(verdict, Same)}
    return {**verdicts, **chance}


def _quicker(program: Program, plain: Plain, captured: Captured) -> tuple[float, float]:
    """CPU seconds under capture and without: where the first measurements are far apart, the lower of two each."""
    ours, theirs = captured.seconds, plain_cpu(program, plain)
    if ours > FAR_APART * theirs:
        return min(ours, capture(program, plain).seconds), min(theirs, plain_cpu(program, plain))
    return ours, theirs


def _least(program: Program, plain: Plain, captured: Captured, trial: Trial) -> Least | None:
    """Compare the first sound slice that is neither trivial nor long with the smallest part of it."""
    for name in trial.sound:
        code = captured.slices[name]
        if plain.values[name].kind in CALLED_LATER or trial.sizes[name][0] <= 2:
            continue
        kept = smallest_slice(program, code, name, plain, MOST_STATEMENTS)
        if kept is not None:
            parts = top_statements(code)
            return Least(name, len(parts), tuple((Counter(parts) - Counter(kept)).elements()))
    return None


def _sample(program: Program, captured: Captured, plain: Plain) -> list[tuple[str, list[str]]]:
    """Group the variables by the text of their slices, in an order that is random but always the same."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in plain.values:
        if name in captured.slices:
            groups[captured.slices[name]].append(name)
    return sorted(groups.items(), key=lambda group: hashlib.md5(f"{program.name}{group[1]}".encode()).digest())


def _judged(
    program: Program, captured: Captured, verdicts: Mapping[str, Verdict], seconds: tuple[float, float]
) -> Trial:
    misses = [
        Miss(name, f"{verdict.where} {verdict.how}".strip(), captured.slices.get(name, ""))
        for name, verdict in verdicts.items()
        if isinstance(verdict, Differs)
    ]
    text = "\n".join(code_cells(program.path)) if program.is_notebook else program.path.read_text(encoding="utf-8")
    total = statements(text)
    return Trial(
        name=program.name,
        seconds=seconds[0],
        plain_seconds=seconds[1],
        differs=captured.differs,
        checked=tuple(verdicts),
        sound=tuple(name for name, verdict in verdicts.items() if isinstance(verdict, Same)),
        misses=tuple(misses),
        unknown=tuple(name for name, verdict in verdicts.items() if isinstance(verdict, CannotTell)),
        sizes={name: (statements(captured.slices[name]), total) for name in verdicts if name in captured.slices},
    )
