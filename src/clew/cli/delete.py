"""`clew delete NAME`: an artifact, or a version of it, put aside."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from clew import api
from clew.cli.words import STORE_HELP, words_of

DESCRIPTION = "Delete a version of an artifact (churn@2), or all of its versions (churn). `clew restore` undoes it until `clew gc`."


def main(words: Sequence[str]) -> int:
    """Delete versions, and say which."""
    parser = words_of("delete", DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="churn@2, or churn for all of its versions")
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    given = parser.parse_args(words)
    for each in api.delete(given.name, store=given.store):
        sys.stdout.write(f"{each} deleted (`clew restore {each}` brings it back)\n")
    return 0
