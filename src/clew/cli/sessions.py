"""`clew sessions`: what ran."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import add_store_and_json, check_json_path, say_answer, words_of


def main(words: Sequence[str]) -> int:
    """List the sessions of the store, oldest first."""
    parser = words_of("sessions", "List what ran, oldest first.")
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    say_answer(api.sessions(store=given.store), given.json)
    return 0
