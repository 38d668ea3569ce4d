"""`clew diff A B`: how two artifacts differ."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import NAME_HELP, add_store_and_json, check_json_path, say_answer, words_of

DESCRIPTION = """\
Say how one artifact differs from another, in value, code, inputs and environment, and which of these can be the cause."""


def main(words: Sequence[str]) -> int:
    """Compare two artifacts."""
    parser = words_of("diff", DESCRIPTION)
    parser.add_argument("before", metavar="BEFORE", help=NAME_HELP)
    parser.add_argument("after", metavar="AFTER", help="the other one")
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    say_answer(api.diff(given.before, given.after, store=given.store), given.json)
    return 0
