"""`scripts/corpus`: a sample of the corpus under capture, its slices replayed, and what came of it."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path

from clew.replay.process import last_line
from corpus.misses import is_new
from corpus.packages import PACKAGES
from corpus.plain import is_known_to_run, plain_result
from corpus.programs import Program, find_programs
from corpus.report import details, progress, summary
from corpus.results import Result, append_result, kept_results
from corpus.trial import Trial, try_program


def main() -> int:
    """Run the corpus; the exit status is 0 where all is as it should be but for the known misses, else 1."""
    options = _options()
    kept = Path(options.json) if options.json else None
    results = kept_results(kept) if kept and options.resume else []
    if kept and not options.resume:
        kept.unlink(missing_ok=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        for result in _results(options, pool, results):
            if kept:
                append_result(kept, result)
            results.append(result)
            _say(progress(results, options.sample), *details(result))
    _say("", summary(results))
    return int(any(is_new(result.trial) for result in results if result.trial))


def _say(*lines: str) -> None:
    """Write to standard output at once: a run takes long, and somebody may be reading along."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="corpus", description=__doc__)
    parser.add_argument("--sample", type=int, default=200, help="how many programs that run here")
    parser.add_argument("--seed", type=int, default=0, help="of the choice of programs")
    parser.add_argument("--skip", type=int, default=0, help="how many of the choice to leave out")
    parser.add_argument("--libs", default="", help="only these packages, with commas between")
    parser.add_argument("--only", default="", help="a file, or a part of a program's name")
    parser.add_argument("--json", default="", help="where to keep the results, a line each, as they come")
    parser.add_argument("--resume", action="store_true", help="go on with the run whose results --json names")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="programs at a time")
    parser.add_argument("--timeout", type=float, default=30, help="seconds for a program in plain Python")
    parser.add_argument("--slices", type=int, default=8, help="how many slices of each program to replay")
    parser.add_argument("--minimal", type=int, default=0, help="how many slices to compare with the 1-minimal one")
    parser.add_argument("--known", action="store_true", help="only programs that the cache knows to run here")
    parser.add_argument("--cache", default=os.environ.get("CLEW_CORPUS", "~/.cache/clew-corpus"))
    return parser.parse_args()


def _results(options: argparse.Namespace, pool: ThreadPoolExecutor, before: Sequence[Result]) -> Iterator[Result]:
    """Try programs, `jobs` at a time, until as many as asked for have been tried."""
    known = {result.program for result in before}
    programs = (program for program in _chosen(options) if program.name not in known)
    ran = sum(result.trial is not None for result in before)
    compared = sum(result.trial is not None and result.trial.least is not None for result in before)
    running: set[Future[Result]] = set()
    while True:
        for program in islice(programs, min(options.jobs, options.sample - ran) - len(running)):
            running.add(pool.submit(_tried, program, options, minimal=compared < options.minimal))
        if not running:
            return
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        for result in (future.result() for future in finished):
            ran += result.trial is not None
            compared += result.trial is not None and result.trial.least is not None
            yield result


def _tried(program: Program, options: argparse.Namespace, *, minimal: bool) -> Result:
    """Try a program. What goes wrong with the trial itself is a failed trial, not the end of the run."""
    try:
        plain = plain_result(program, Path(options.cache).expanduser(), options.timeout)
        if plain.apart:
            why = last_line((plain.stderr or plain.stdout or "").encode())
            return Result(program.name, plain.apart, why[:200])
        return Result(program.name, trial=try_program(program, plain, options.slices, minimal=minimal))
    except Exception as error:  # many things can go wrong with the programs of others; it is counted and shown
        return Result(program.name, trial=Trial(program.name, 0, 0, failed=f"no trial: {error!r}"))


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


if __name__ == "__main__":
    sys.exit(main())
