"""`clew artifacts`: what was saved."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import add_store_and_json, check_json_path, say_answer, words_of

DESCRIPTION = "List the artifacts that fit all that is asked, newest first."


def main(words: Sequence[str]) -> int:
    """List artifacts."""
    parser = words_of("artifacts", DESCRIPTION)
    parser.add_argument("name", metavar="NAME", nargs="?", default="", help="a name or a pattern: 'chu*'")
    parser.add_argument("--tag", metavar="TAG", default="", help="with this tag: team, or team=growth")
    parser.add_argument("--type", metavar="TYPE", default="", help="of this type: DataFrame")
    parser.add_argument("--input", metavar="PLACE", default="", help="made from this file, table or URL")
    parser.add_argument("--package", metavar="PACKAGE", default="", help="whose code imports this package: pandas")
    parser.add_argument("--since", metavar="TIME", help="saved since: 2026-11-01, 2026-11-01T12:30, 7d (days ago), 12h")
    parser.add_argument("--until", metavar="TIME", help="saved until then")
    parser.add_argument("--newest", action="store_true", help="the newest version of each name only")
    parser.add_argument("--deleted", action="store_true", help="deleted ones too")
    parser.add_argument(
        "--limit", metavar="N", type=int, default=api.MOST, help="so many at most; 0 for all (default: 100)"
    )
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    found = api.artifacts(
        given.name,
        tag=given.tag,
        type=given.type,
        input=given.input,
        package=given.package,
        since=given.since,
        until=given.until,
        newest=given.newest,
        deleted=given.deleted,
        limit=given.limit,
        store=given.store,
    )
    say_answer(found, given.json)
    return 0
