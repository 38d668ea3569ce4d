"""`python -m benchmarks`: a table of what clew costs, as ratios to plain Python in the same run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence

from benchmarks import statements, store
from benchmarks.cases import CASES, Case
from benchmarks.measure import CLEW, PLAIN, Run, Way, measured
from benchmarks.others import other_ways

MB = 1_000_000


def main() -> int:
    """Measure every case and print a line of each; the exit status is 1 where a program failed."""
    options = _options()
    if options.store:
        return store.main(quick=options.quick, url=options.url)
    if options.statements:
        return statements.main(options.only)
    ways = [PLAIN, *([] if options.plain else [CLEW]), *(other_ways() if options.others else ())]
    rounds = 1 if options.quick else options.rounds
    print(_head(ways))
    failed = False
    nothing: Mapping[str, Run] = {}
    for case in CASES:
        if options.only not in case.name:
            continue
        if not case.can_run():
            print(f"{case.name:28} needs {', '.join(case.needs)}")
            continue
        runs = measured(case.text(), ways, rounds)
        nothing = nothing or runs
        print(_line(case, ways, runs, nothing), flush=True)
        failed |= any(run.status for run in runs.values())
    return int(failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    parser.add_argument("--rounds", type=int, default=5, help="how often each program runs each way")
    parser.add_argument("--only", default="", help="a part of a case's name")
    parser.add_argument("--others", action="store_true", help="ipyflow and noWorkflow beside, where they install")
    parser.add_argument("--store", action="store_true", help="what questions to a big store cost, instead")
    parser.add_argument("--url", default="", help="with --store: an empty PostgreSQL database to make it in")
    parser.add_argument("--statements", action="store_true", help="what a cheap statement costs, by kind, instead")
    parser.add_argument("--plain", action="store_true", help="plain Python only")
    return parser.parse_args()


def _head(ways: Sequence[Way]) -> str:
    cells = [f"{'program':28} {'plain s':>8} {'MB':>6}"]
    cells += [f"{way.name:>11} {'cpu':>7} {'MB':>6}" for way in ways[1:]]
    return " ".join([*cells, f"{'bar':>6}"])


def _line(case: Case, ways: Sequence[Way], runs: Mapping[str, Run], nothing: Mapping[str, Run]) -> str:
    plain = runs[PLAIN.name]
    cells = [f"{case.name:28} {plain.seconds:8.2f} {plain.memory / MB:6.0f}"]
    cells += [_beside(runs[way.name], plain) for way in ways[1:]]
    bar = f"{case.bar:6.2f}" if case.bar < 10 else " " * 6
    return " ".join([*cells, bar, *_fixed_cost(case, runs, nothing)])


def _beside(run: Run, plain: Run) -> str:
    if run.status:
        return f"{'failed':>11} {'':14} {run.complaint[:60]}"
    # The ratio of CPU times says the same where other work on the machine makes wall times jump.
    cpu = run.cpu / max(plain.cpu, 0.001)
    return f"{run.seconds / plain.seconds:11.3f} {cpu:7.3f} {(run.memory - plain.memory) / MB:+6.0f}"


def _fixed_cost(case: Case, runs: Mapping[str, Run], nothing: Mapping[str, Run]) -> list[str]:
    """Say what one cheap statement costs, beyond what starting clew does."""
    if not case.statements or CLEW.name not in runs or case is CASES[0]:
        return []
    extra = runs[CLEW.name].cpu - runs[PLAIN.name].cpu
    start = nothing[CLEW.name].cpu - nothing[PLAIN.name].cpu
    return [f"({1e6 * (extra - start) / case.statements:.0f} us a statement)"]


if __name__ == "__main__":
    sys.exit(main())
