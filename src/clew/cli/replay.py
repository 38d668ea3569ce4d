"""`clew replay NAME`: the value of an artifact, made again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from clew import proof
from clew.cli.verify import add_manner, manner_of
from clew.cli.words import NAME_HELP, STORE_HELP, words_of

DESCRIPTION = """\
Run the code of an artifact in a clean process, and print the value that it makes; with -o, write it to a file in the
format in which the artifact is kept."""


def main(words: Sequence[str]) -> int:
    """Make a value again."""
    parser = words_of("replay", DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("-o", "--output", metavar="FILE", help="write the value's file there")
    add_manner(parser)
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    given = parser.parse_args(words)
    value = proof.replay(given.name, manner_of(given), to=given.output, store=given.store)
    sys.stdout.write(f"{Path(given.output)}\n" if given.output is not None else f"{value!r}\n")
    return 0
