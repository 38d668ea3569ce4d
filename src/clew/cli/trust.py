"""`clew trust`: whose pickles are loaded."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence

from clew.cli.words import JSON_HELP, Words, check_json_path, say_answer, words_of
from clew.screen.keys import MeView, TrustView
from clew.store.trust import Keys

ABOUT = """\
A pickle runs code when it is loaded. clew signs each with the key of who saved it, and loads it only if it was signed by
you or by somebody on your list."""

EPILOG = """\
To load what a colleague saves: they run `clew trust export` and send you the line; you make sure that it is from them,
and run it."""


def main(words: Sequence[str]) -> int:
    """Show and change whom the user trusts."""
    parser = words_of("trust", ABOUT, EPILOG)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add_command(commands, show_list, "list", "list the keys that you trust", json=True)
    added = add_command(commands, add, "add", "trust a key")
    added.add_argument("key", metavar="KEY", help="the public key, as `clew trust me` shows it to its owner")
    added.add_argument("name", metavar="NAME", help="whose it is")
    removed = add_command(commands, remove, "remove", "trust a key no more")
    removed.add_argument("wanted", metavar="NAME", help="its name, or the key itself")
    add_command(commands, show_me, "me", "show your own key, which is made if there is none", json=True)
    add_command(commands, export, "export", "print the line by which others trust you")
    given = parser.parse_args(words)
    act: Callable[[Keys, argparse.Namespace], None] = given.act
    act(Keys(), given)
    return 0


def add_command(
    commands: argparse._SubParsersAction[Words],
    act: Callable[[Keys, argparse.Namespace], None],
    name: str,
    about: str,
    json: bool = False,
) -> Words:
    """Add a command of `clew trust`, and what it does."""
    command = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
    command.set_defaults(act=act)
    if json:
        command.add_argument("--json", metavar="PATH", help=JSON_HELP)
    return command


def show_list(keys: Keys, given: argparse.Namespace) -> None:
    """List the keys that the user trusts."""
    check_json_path(given.json)
    say_answer(TrustView(keys.trusted()), given.json)


def show_me(keys: Keys, given: argparse.Namespace) -> None:
    """Show the user's own key."""
    check_json_path(given.json)
    say_answer(MeView(keys.me(), str(keys.folder / "key")), given.json)


def add(keys: Keys, given: argparse.Namespace) -> None:
    """Trust a key."""
    keys.add(given.key, given.name)
    sys.stdout.write(f"trusted: {given.name}\n")


def remove(keys: Keys, given: argparse.Namespace) -> None:
    """Trust a key no more."""
    sys.stdout.write(f"no longer trusted: {keys.remove(given.wanted).name}\n")


def export(keys: Keys, given: argparse.Namespace) -> None:
    """Print the line by which others trust the user."""
    sys.stdout.write(f"clew trust add {keys.me()} {getpass.getuser()}\n")
