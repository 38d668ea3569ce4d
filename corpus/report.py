"""Trials, summed up for a reader."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from corpus.trial import Trial


def summary(trials: Sequence[Trial], apart: Mapping[str, str], minimal: Mapping[str, tuple[int, int]]) -> str:
    """Write the figures of a run: behaviour, soundness, size, time, and what was counted apart."""
    ran = [trial for trial in trials if not trial.failed]
    checked, sound = _total(trial.checked for trial in ran), _total(trial.sound for trial in ran)
    unknown = _total(trial.unknown for trial in ran)
    lines = [
        f"programs         {len(trials)} run under capture, {len(trials) - len(ran)} of which clew failed",
        f"ran the same     {sum(not trial.differs for trial in ran)} of {len(ran)}",
        f"slices sound     {sound} of {checked - unknown} ({_percent(sound, checked - unknown)}), {unknown} cannot be told",
        f"size             {_sizes(ran)} of the program's statements (median slice)",
        f"against minimal  {_minimal(minimal)}",
        f"time             {_times(ran)} x plain Python",
        f"counted apart    {_apart(apart)}",
    ]
    return "\n".join(lines)


def details(trials: Iterable[Trial]) -> str:
    """Write what went wrong, program by program."""
    said = []
    for trial in trials:
        if trial.failed:
            said.append(f"FAILED  {trial.name}: {trial.failed}")
        if trial.differs:
            said.append(f"DIFFERS {trial.name}: {trial.differs}")
        said += [f"MISS    {trial.name}: {miss.variable}: {miss.where}" for miss in trial.misses]
    return "\n".join(f"    {line}" for line in said)


def _total(groups: Iterable[Sequence[str]]) -> int:
    return sum(len(group) for group in groups)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "none"


def _sizes(trials: Iterable[Trial]) -> str:
    ratios = [size / total for trial in trials for size, total in trial.sizes.values() if total]
    return f"{100 * statistics.median(ratios):.0f} %" if ratios else "none"


def _minimal(minimal: Mapping[str, tuple[int, int]]) -> str:
    ours, least = sum(pair[0] for pair in minimal.values()), sum(pair[1] for pair in minimal.values())
    return f"{ours} statements where {least} are enough ({len(minimal)} slices)" if least else "not measured"


def _times(trials: Iterable[Trial]) -> str:
    ratios = sorted(trial.seconds / trial.plain_seconds for trial in trials if trial.plain_seconds > 0)
    return f"median {statistics.median(ratios):.2f}, worst {ratios[-1]:.2f}" if ratios else "none"


def _apart(apart: Mapping[str, str]) -> str:
    counts = Counter(apart.values())
    return ", ".join(f"{why} {count}" for why, count in counts.most_common()) or "none"
