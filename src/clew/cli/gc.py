"""`clew gc`: what nobody needs any more, let go of."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from clew import api
from clew.archive.times import span
from clew.cli.words import STORE_HELP, words_of
from clew.screen.columns import bytes_said, counted

DESCRIPTION = """\
Let go for good of versions that were deleted some time ago, and of bytes that no artifact needs. Safe while others save:
bytes younger than a day stay."""


def main(words: Sequence[str]) -> int:
    """Collect, and say how much it was."""
    parser = words_of("gc", DESCRIPTION)
    parser.add_argument(
        "--older-than", metavar="TIME", default="30d", help="versions deleted so long ago: 30d (default), 12h, 0s"
    )
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    given = parser.parse_args(words)
    done = api.gc(older_than=span(given.older_than), store=given.store)
    size = bytes_said(sum(blob.size for blob in done.blobs))
    sys.stdout.write(f"{counted(done.versions, 'version')} and {counted(len(done.blobs), 'blob')} ({size}) are gone\n")
    return 0
