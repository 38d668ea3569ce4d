"""`scripts/corpus`: a sample of the corpus under capture, its slices replayed, and what came of it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from corpus.misses import known_misses
from corpus.packages import PACKAGES
from corpus.plain import Plain, is_known_to_run, plain_result
from corpus.programs import Program, find_programs
from corpus.report import details, summary
from corpus.smallest import smallest_slice, top_statements
from corpus.trial import Miss, Trial, capture, try_program

MOST_STATEMENTS = 25  # of a slice whose minimal part is looked for: each costs a run


def main() -> int:
    """Run the corpus; the exit status is 1 where a miss is not in the list of known ones."""
    options = _options()
    trials: list[Trial] = []
    apart: dict[str, str] = {}
    minimal: dict[str, tuple[int, int]] = {}
    with ThreadPoolExecutor(options.jobs) as pool:
        for program, plain, trial in _trials(options, pool):
            if trial is None:
                apart[program.name] = plain.apart
                continue
            trials.append(trial)
            _say(_line(trial), details([trial]))
            if len(minimal) < options.minimal and plain.seconds < 2:
                minimal |= _minimal(program, plain, trial, options.timeout)
    _say(summary(trials, apart, minimal))
    if options.json:
        said = {"trials": [dataclasses.asdict(trial) for trial in trials], "apart": apart, "minimal": minimal}
        Path(options.json).write_text(json.dumps(said, indent=1), encoding="utf-8")
    return int(any(_is_new(trial, miss) for trial in trials for miss in trial.misses))


def _say(*lines: str) -> None:
    """Write to standard output at once: a run takes long, and somebody may be reading along."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="corpus", description=__doc__)
    parser.add_argument("--sample", type=int, default=200, help="how many programs that run here")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of programs")
    parser.add_argument("--skip", type=int, default=0, help="how many of the choice to leave out, to go on from there")
    parser.add_argument("--libs", default="", help="only these packages, with commas between")
    parser.add_argument("--only", default="", help="a file, or a part of a program's name")
    parser.add_argument("--json", default="", help="where to write everything")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time")
    parser.add_argument("--timeout", type=float, default=30, help="seconds for a program in plain Python")
    parser.add_argument("--slices", type=int, default=8, help="how many slices of each program to replay")
    parser.add_argument("--minimal", type=int, default=0, help="how many slices to compare with the 1-minimal one")
    parser.add_argument("--known", action="store_true", help="only programs that the cache knows to run here")
    parser.add_argument("--plain", action="store_true", help="only run in plain Python, for the cache")
    parser.add_argument("--cache", default=os.environ.get("CLEW_CORPUS", "~/.cache/clew-corpus"))
    return parser.parse_args()


def _trials(options: argparse.Namespace, pool: ThreadPoolExecutor) -> Iterator[tuple[Program, Plain, Trial | None]]:
    """Try programs, `jobs` at a time, until as many as asked for have been tried."""
    programs = iter(_chosen(options))
    wanted = options.sample
    while wanted > 0:
        batch = [program for program, _ in zip(programs, range(min(wanted, 4 * options.jobs)), strict=False)]
        if not batch:
            return
        for done in as_completed([pool.submit(_tried, program, options) for program in batch]):
            wanted -= done.result()[2] is not None
            yield done.result()


def _tried(program: Program, options: argparse.Namespace) -> tuple[Program, Plain, Trial | None]:
    plain = plain_result(program, Path(options.cache).expanduser(), options.timeout)
    if plain.apart:
        return program, plain, None
    if options.plain:
        return program, plain, Trial(program.name, 0, plain.seconds, "", "not tried", (), (), (), (), {})
    return program, plain, try_program(program, plain, options.timeout, options.slices)


def _chosen(options: argparse.Namespace) -> list[Program]:
    if Path(options.only).is_file():
        return [Program(options.only, Path(options.only).resolve())]
    wanted = options.libs.split(",") if options.libs else [package.name for package in PACKAGES]
    found = find_programs([package for package in PACKAGES if package.name in wanted], Path(options.cache).expanduser())
    found = [program for program in found if options.only in program.name]
    if options.known:
        found = [program for program in found if is_known_to_run(program, Path(options.cache).expanduser())]
    random.Random(options.seed).shuffle(found)
    return found[options.skip :]


def _minimal(program: Program, plain: Plain, trial: Trial, limit: float) -> dict[str, tuple[int, int]]:
    """Compare the first sound slice that is neither trivial nor long with the smallest part of it.

    Functions and classes are passed over: what they call when they are called is needed, though not to make them.
    """
    slices = capture(program, plain, limit).slices
    for name in trial.sound:
        if plain.values[name].kind in ("builtins.function", "builtins.type"):
            continue
        if trial.sizes[name][0] > 2 and len(top_statements(slices[name])) <= MOST_STATEMENTS:
            least = smallest_slice(program, slices[name], name, plain.values[name], limit)
            if least is not None:
                _say(
                    f"minimal {program.name}: {name}",
                    *(f"    not needed: {part!r}" for part in top_statements(slices[name]) if part not in least),
                )
                return {f"{program.name}:{name}": (len(top_statements(slices[name])), len(least))}
    return {}


def _line(trial: Trial) -> str:
    if trial.failed:
        return f"{trial.name}: {trial.failed}"
    same = "" if not trial.differs else ", DIFFERS"
    ratio = trial.seconds / max(trial.plain_seconds, 0.01)
    return f"{trial.name}: {len(trial.sound)} of {len(trial.checked)} sound, {ratio:.2f} x{same}"


def _is_new(trial: Trial, miss: Miss) -> bool:
    return (trial.name, miss.variable) not in known_misses()


if __name__ == "__main__":
    sys.exit(main())
