"""`clew store`: making a store, looking after it, moving it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from clew import stores
from clew.cli.words import STORE_HELP, Words, add_store_and_json, check_json_path, say_answer, words_of
from clew.errors import UsageError
from clew.screen.stores import copied_said, migrated_said

DESCRIPTION = "Make a store, say what is in it, check all of it, bring it up to date, copy it."
EPILOG = """\
STORE is a folder, or a database: postgresql://USER@HOST/NAME. Keep the password out of what you type, in ~/.pgpass."""


def main(words: Sequence[str]) -> int:
    """Do one of the five."""
    parser = words_of("store", DESCRIPTION, EPILOG)
    kinds = parser.add_subparsers(metavar="init|info|check|migrate|copy", dest="what", parser_class=Words)
    add_init(kinds.add_parser("init", help="make a store: .clew in this folder, or where it is said"))
    add_store_and_json(kinds.add_parser("info", help="what is in the store"))
    add_store_and_json(kinds.add_parser("check", help="read everything, and say what is missing, damaged or left over"))
    add_store(kinds.add_parser("migrate", help="bring the store of an older clew up to date"))
    add_copy(kinds.add_parser("copy", help="copy the store into an empty one"))
    given = parser.parse_args(words)
    if given.what is None:
        raise UsageError("say which: init, info, check, migrate or copy (`clew store --help` says more)")
    return DO[given.what](given)


def add_store(parser: argparse.ArgumentParser) -> None:
    """The option that says which store."""
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)


def add_init(parser: argparse.ArgumentParser) -> None:
    """What `init` is told."""
    parser.add_argument("where", metavar="STORE", nargs="?", default=".clew", help="a folder or a database's URL")


def add_copy(parser: argparse.ArgumentParser) -> None:
    """What `copy` is told."""
    parser.add_argument("target", metavar="STORE", help="the new store: a folder or a database's URL")
    parser.add_argument(
        "--blobs", metavar="WHERE", help="where the new store's values are: a folder or URL (default: in its folder)"
    )
    add_store(parser)


def init(given: argparse.Namespace) -> int:
    """Make a store."""
    sys.stdout.write(f"{migrated_said(stores.migrate(store=given.where))}\n")
    return 0


def info(given: argparse.Namespace) -> int:
    """Say what is in the store."""
    check_json_path(given.json)
    say_answer(stores.info(store=given.store), given.json)
    return 0


def check(given: argparse.Namespace) -> int:
    """Check everything; the exit status is 1 where something is wrong."""
    check_json_path(given.json)
    found = stores.check(store=given.store)
    say_answer(found, given.json)
    return 0 if found.health.sound else 1


def migrate(given: argparse.Namespace) -> int:
    """Bring the store up to date."""
    sys.stdout.write(f"{migrated_said(stores.migrate(store=given.store))}\n")
    return 0


def copy(given: argparse.Namespace) -> int:
    """Copy the store."""
    sys.stdout.write(f"{copied_said(stores.copy(given.target, blobs=given.blobs, store=given.store))}\n")
    return 0


DO = {"init": init, "info": info, "check": check, "migrate": migrate, "copy": copy}
