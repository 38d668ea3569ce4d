"""`clew uses PLACE`: what was made from a file, table or URL."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import add_store_and_json, check_json_path, say_answer, words_of


def main(words: Sequence[str]) -> int:
    """List the artifacts that were made from a place."""
    parser = words_of("uses", "List the artifacts whose code read a file, table or URL, newest first.")
    parser.add_argument("place", metavar="PLACE", help="its path or URL, or the end of it: data/raw.csv")
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    say_answer(api.uses(given.place, store=given.store), given.json)
    return 0
