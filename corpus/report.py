"""Trials, summed up for a reader."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from corpus.results import Result
from corpus.trial import Trial

LONG = 2.0  # CPU seconds in plain Python from which on start-up is not what a ratio shows


def progress(results: Sequence[Result], wanted: int) -> str:
    """Write a line on the latest result, with how many programs have run."""
    ran, latest = sum(result.trial is not None for result in results), results[-1]
    return f"[{ran}/{wanted}] {_line(latest)}"


def details(result: Result) -> list[str]:
    """Write what went wrong with a program."""
    trial = result.trial
    if trial is None:
        return []
    said = [f"FAILED  {trial.failed}"] if trial.failed else []
    said += [f"DIFFERS {trial.differs}"] if trial.differs else []
    said += [f"MISS    {miss.variable}: {miss.where}" for miss in trial.misses]
    if trial.least:
        said += [f"NEEDLESS for {trial.least.variable}: {part[:100]!r}" for part in trial.least.needless]
    return [f"    {line}" for line in said]


def summary(results: Iterable[Result]) -> str:
    """Write the figures of a run as a table: behaviour, soundness, size, time, and what was counted apart."""
    results = list(results)
    trials = [result.trial for result in results if result.trial]
    ran = [trial for trial in trials if not trial.failed]
    checked, sound = _total(trial.checked for trial in ran), _total(trial.sound for trial in ran)
    unknown = _total(trial.unknown for trial in ran)
    rows = [
        ("programs run under capture", f"{len(trials)}, {len(trials) - len(ran)} of which clew failed"),
        ("of these", _counted(trial.name.partition("/")[0] for trial in trials)),
        ("ran the same", f"{sum(not trial.differs for trial in ran)} of {len(ran)}"),
        ("variables with a sound slice", f"{sound} of {checked - unknown} ({_percent(sound, checked - unknown)})"),
        ("variables that cannot be compared", f"{unknown}"),
        ("statements of a slice", f"{_sizes(ran)} of the program's (median)"),
        ("against the 1-minimal slice", _minimal(trials)),
        ("CPU time, by plain Python's", _times(ran)),
        (f"the same, programs of {LONG:.0f} s and more", _times(_long(ran))),
        ("counted apart", _counted(result.apart for result in results if result.apart)),
    ]
    return "\n".join(f"| {name} | {figure} |" for name, figure in [("what", "figure"), ("---", "---"), *rows])


def _line(result: Result) -> str:
    trial = result.trial
    if trial is None:
        return f"{result.program}: counted apart ({result.apart}) {result.because}"
    if trial.failed:
        return f"{trial.name}: failed"
    same = ", DIFFERS" if trial.differs else ""
    least = f", {trial.least.statements - len(trial.least.needless)} of " if trial.least else ""
    least += f"{trial.least.statements} statements needed" if trial.least else ""
    times = f"{trial.seconds:.2f} s for {trial.plain_seconds:.2f} s"
    return f"{trial.name}: {len(trial.sound)} of {len(trial.checked)} sound, {times}{same}{least}"


def _total(groups: Iterable[Sequence[str]]) -> int:
    return sum(len(group) for group in groups)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "none"


def _sizes(trials: Iterable[Trial]) -> str:
    ratios = [size / total for trial in trials for size, total in trial.sizes.values() if total]
    return f"{100 * statistics.median(ratios):.0f} %" if ratios else "none"


def _minimal(trials: Iterable[Trial]) -> str:
    found = [trial.least for trial in trials if trial.least]
    ours = sum(least.statements for least in found)
    enough = ours - sum(len(least.needless) for least in found)
    if not enough:
        return "not measured"
    return f"{ours / enough:.3f} ({ours} statements where {enough} are enough, {len(found)} slices)"


def _long(trials: Iterable[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.plain_seconds >= LONG]


def _times(trials: Iterable[Trial]) -> str:
    ratios = sorted(trial.seconds / trial.plain_seconds for trial in trials if trial.plain_seconds > 0)
    return (
        f"median {statistics.median(ratios):.2f}, worst {ratios[-1]:.2f} ({len(ratios)} programs)" if ratios else "none"
    )


def _counted(words: Iterable[str]) -> str:
    return ", ".join(f"{word} {count}" for word, count in Counter(words).most_common()) or "none"
