"""`clew inputs NAME`: what an artifact was made from."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import NAME_HELP, add_store_and_json, check_json_path, say_answer, words_of
from clew.screen.artifacts import InputsView


def main(words: Sequence[str]) -> int:
    """List the inputs of an artifact."""
    parser = words_of("inputs", "List the files, tables and URLs that the code of an artifact read, as they were then.")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    found = api.get(given.name, store=given.store)
    say_answer(InputsView(str(found), found.inputs), given.json)
    return 0
