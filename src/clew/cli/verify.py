"""`clew verify NAME ...`: whether the code of artifacts makes their values again."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from clew import proof
from clew.cli.words import NAME_HELP, STORE_HELP, check_json_path, say, words_of, write_json
from clew.errors import UsageError
from clew.model.artifacts import Found
from clew.model.differences import Finding
from clew.model.verdicts import Manner
from clew.screen.verdicts import VerdictsView, called, verdict_word

DESCRIPTION = """\
Run the code of artifacts, each in a clean process, and compare what it makes with what was kept. The verdict is kept
with the artifact: verified, differs, or not checkable. Files that the code writes go to a layer of its own, which is
gone when it ends. The exit status is 1 where something differs."""

SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kKmMgGtT]?)i?[bB]?")
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


def main(words: Sequence[str]) -> int:
    """Verify artifacts."""
    given = _parser().parse_args(words)
    check_json_path(given.json)
    if given.all and given.names:
        raise UsageError("either names or --all")
    manner = manner_of(given, given.tolerance, given.jobs, same_packages=given.same_packages)
    found = proof.verified(given.names, manner, everything=given.all, store=given.store)
    if given.json is not None:
        write_json(found.as_json(), given.json)
    else:
        sys.stdout.write(f"{found!r}\n")
    for each in found.found:
        _say_output(each)
    return int(any(findings(found)))


def _parser() -> argparse.ArgumentParser:
    parser = words_of("verify", DESCRIPTION)
    parser.add_argument("names", metavar="NAME", nargs="*", help=NAME_HELP)
    parser.add_argument("--all", action="store_true", help="the newest version of every artifact")
    parser.add_argument(
        "--tolerance", metavar="SHARE", type=float, default=0.0, help="let numbers differ so much: 1e-9"
    )
    parser.add_argument("--jobs", metavar="N", type=int, default=0, help="run so many at once (default: one a core)")
    parser.add_argument(
        "--same-packages", action="store_true", help="run with the packages that were recorded, which uv installs"
    )
    add_manner(parser)
    parser.add_argument("--json", metavar="PATH", help="write the verdicts as JSON to PATH; - is standard output")
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    return parser


def add_manner(parser: argparse.ArgumentParser) -> None:
    """The options that everything has that makes values again."""
    parser.add_argument("--force", action="store_true", help="run though an input or a package is not what it was")
    parser.add_argument("--in-place", action="store_true", help="let the code write to your files, as it did")
    parser.add_argument("--seconds", metavar="N", type=float, default=600.0, help="give up after that (default: 600)")
    parser.add_argument("--memory", metavar="SIZE", default="", help="allow so much memory: 4GB (default: all)")


def manner_of(
    given: argparse.Namespace, tolerance: float = 0.0, jobs: int = 0, *, same_packages: bool = False
) -> Manner:
    """Read how values are to be made again."""
    if given.seconds <= 0 or jobs < 0 or tolerance < 0:
        raise UsageError("--seconds, --jobs and --tolerance are numbers above 0")
    return Manner(given.force, tolerance, given.in_place, given.seconds, size_of(given.memory), jobs, same_packages)


def size_of(text: str) -> int:
    """Read a size: `4GB`, `500M`; 0 for nothing."""
    if not text:
        return 0
    found = SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--memory {text}: a size is a number and a unit, like 4GB")
    return int(float(found["number"]) * UNITS[found["unit"].lower()])


def findings(found: VerdictsView) -> list[bool]:
    """Tell of each artifact whether it differs."""
    checks = [each.record.checked for each in found.found]
    return [check is not None and check.finding is Finding.DIFFERS for check in checks]


def _say_output(found: Found) -> None:
    """Show what code that failed printed, and how it failed."""
    if found.output and verdict_word(found.record.checked) != "verified":
        say(f"{called(found.record)} failed:\n{found.output}")
