"""`clew restore NAME`: what was deleted, brought back."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from clew import api
from clew.cli.words import STORE_HELP, say, words_of


def main(words: Sequence[str]) -> int:
    """Bring versions back, and say which."""
    parser = words_of(
        "restore", "Bring back a deleted version of an artifact (churn@2), or all that were deleted (churn)."
    )
    parser.add_argument("name", metavar="NAME", help="churn@2, or churn for all of its versions")
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    given = parser.parse_args(words)
    done = api.restore(given.name, store=given.store)
    for each in done:
        sys.stdout.write(f"{each} restored\n")
    if not done:
        say(f"nothing of {given.name} was deleted")
    return 0
