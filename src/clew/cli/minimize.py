"""`clew minimize NAME`: the smallest part of an artifact's code that still makes its value."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clew import proof
from clew.cli.verify import add_manner, manner_of
from clew.cli.words import NAME_HELP, add_store_and_json, check_json_path, say, say_code, words_of, write_json
from clew.errors import BadSetting

DESCRIPTION = """\
Print the smallest part of an artifact's code that still makes its value, found by running: each statement is left out
once, in clean processes, and stays out if the value is the same without it. What this data does not need goes: branches
that were not taken, and checks."""


def main(words: Sequence[str]) -> int:
    """Print the smallest code."""
    parser = words_of("minimize", DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("-o", "--output", metavar="FILE", help="write the code there")
    parser.add_argument("--jobs", metavar="N", type=int, default=0, help="run so many at once (default: one a core)")
    add_manner(parser)
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    manner = manner_of(given, jobs=given.jobs)
    found = proof.minimized(given.name, manner, store=given.store)
    if given.output is not None:
        _write(given.output, found.code)
    if given.json is not None:
        write_json(found.as_json(), given.json)
    elif given.output is None:
        say_code(found.code)
    say(found.said())
    return 0


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadSetting(f"--output {path}: {error.strerror}") from None
