"""`clew tag NAME key=text key-`: tags put on an artifact and taken off."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from clew import api
from clew.cli.words import NAME_HELP, STORE_HELP, words_of
from clew.errors import UsageError
from clew.screen.artifact import tags_said


def main(words: Sequence[str]) -> int:
    """Change the tags of an artifact, and say which it has now."""
    parser = words_of("tag", "Put tags on an artifact (team=growth), and take others off (team-).")
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("tags", metavar="TAG", nargs="+", help="key=text puts a tag on, key- takes it off")
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    given = parser.parse_args(words)
    for word in given.tags:
        if "=" not in word and not word.endswith("-"):
            raise UsageError(f"{word!r}: {word}=TEXT puts a tag on, {word}- takes it off")
    put = dict(word.split("=", 1) for word in given.tags if "=" in word)
    off = [word[:-1] for word in given.tags if "=" not in word]
    found = api.tag(given.name, put, remove=off, store=given.store)
    sys.stdout.write(f"{found}: {tags_said(found.record) or 'no tags'}\n")
    return 0
