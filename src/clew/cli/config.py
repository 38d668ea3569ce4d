"""`clew config`: settings, and who said what they are."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import add_store_and_json, check_json_path, say_answer, words_of


def main(words: Sequence[str]) -> int:
    """List the settings."""
    parser = words_of("config", "List each setting as it is for a program in this folder, and where that was said.")
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    say_answer(api.config(store=given.store), given.json)
    return 0
