"""`clew show SESSION`: one session, statement by statement."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import add_store_and_json, check_json_path, say_answer, words_of


def main(words: Sequence[str]) -> int:
    """Show what each statement of a session did."""
    parser = words_of(
        "show", "Show a session: each statement, how often and how long it ran, what it changed and called."
    )
    parser.add_argument(
        "session", metavar="SESSION", help="its number in `clew sessions`, its name, or its file (the newest run)"
    )
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    say_answer(api.show(given.session, store=given.store), given.json)
    return 0
