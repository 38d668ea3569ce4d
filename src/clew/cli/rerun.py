"""`clew rerun SESSION`: a session run again with something changed, only what depends on it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from clew.cli.words import add_store_and_json, check_json_path, words_of, write_json
from clew.errors import UsageError
from clew.model.reruns import Decision
from clew.reruns import rerun
from clew.screen.columns import duration, shortened

DESCRIPTION = """\
Run a session again with something changed: only the statements that depend on the change, in a clean process. For the
rest stand values that were kept (`clew run --keep SIZE`), or else what makes them is run too. Without --set and --edit,
what counts is what has changed outside: input files, modules beside the program, versions of packages. The exit status
is 1 if the program fails."""


def main(words: Sequence[str]) -> int:
    """Run a session again."""
    parser = words_of("rerun", DESCRIPTION)
    parser.add_argument("session", metavar="SESSION", help="its number, as `clew sessions` lists it")
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[], dest="changed", help="give a variable another value"
    )
    parser.add_argument("--edit", metavar="FILE", help="the program as it is to be")
    parser.add_argument("--dry-run", action="store_true", help="only say which statements would run, and why each")
    parser.add_argument("--save", action="store_true", help="let the program save new versions of artifacts")
    parser.add_argument("--keep", metavar="SIZE", help="keep so much of what is made on the way (default: 500 MB)")
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    changed = dict(read(word) for word in given.changed)
    told = progress if not given.dry_run and sys.stderr.isatty() else None
    found = rerun(
        given.session,
        changed,
        edit=given.edit,
        values=(),
        dry_run=given.dry_run,
        saves=given.save,
        keep=given.keep,
        told=told,
        store=given.store,
    )
    if given.json is not None:
        write_json(found.as_json(), given.json)
    else:
        sys.stdout.write(f"{found!r}\n")
    return 0 if found.ok else 1


def read(word: str) -> tuple[str, object]:
    """Read NAME=VALUE: a Python literal, or else a text."""
    name, given, value = word.partition("=")
    if not given or not name.isidentifier():
        raise UsageError(f"--set {word}: it is --set NAME=VALUE")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value


def progress(decision: Decision, total: int) -> None:
    """Say which statement is done."""
    said = f"{decision.place}: {shortened(decision.text, 50)} ({duration(decision.seconds)})"
    sys.stderr.write(f"clew: {said}, one of {total}\n")
