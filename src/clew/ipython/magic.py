"""The `%clew` line magic, and completion of what it takes."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from clew.capture.watching import OwnLoading
from clew.errors import ClewError, UsageError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from clew.screen.chains import ChainView
    from clew.screen.sessions import SessionsView
    from clew.screen.slices import SliceView
    from clew.screen.steps import SessionView

    Answer = SliceView | ChainView | SessionsView | SessionView | str

USAGE = """\
%clew slice NAME [--exact] [--keep-asserts] [--script]   the code that makes a variable
%clew explain NAME LINE                                  why a line is in that code
%clew show [SESSION]                                     what each statement did (this session, or another)
%clew sessions                                           what ran
%clew status                                             whether clew is watching, and what it has seen"""

OPTIONS = ("--exact", "--keep-asserts", "--script")
MAGIC = "clew"
SHELL_NAMES = frozenset({"In", "Out", "exit", "quit", "open", "get_ipython"})  # IPython puts these into every namespace
COMPLETION_KEY = f"%{MAGIC}"


class _Words(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (`%clew` alone shows what it takes)")


def answer(line: str) -> Answer:
    """Answer one `%clew` line; UsageError where it cannot be understood."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%clew {line}: {error}") from None
    if not words or words[0] in ("help", "-h", "--help"):
        return USAGE
    command, *rest = words
    if command not in COMMANDS:
        hint = nearest(command, tuple(COMMANDS)) or "`%clew` alone lists them"
        raise UsageError(f"no such command: %clew {command} ({hint})")
    return COMMANDS[command](rest)


def _slice(words: Sequence[str]) -> Answer:
    parser = _parser("slice")
    parser.add_argument("name")
    for option in OPTIONS:
        parser.add_argument(option, action="store_true")
    given = parser.parse_args(words)
    return asked("slice", given.name, exact=given.exact, keep_asserts=given.keep_asserts, script=given.script)


def _explain(words: Sequence[str]) -> Answer:
    parser = _parser("explain")
    parser.add_argument("name")
    parser.add_argument("line", type=int)
    parser.add_argument("--exact", action="store_true")
    parser.add_argument("--keep-asserts", action="store_true")
    given = parser.parse_args(words)
    return asked("explain", given.name, given.line, exact=given.exact, keep_asserts=given.keep_asserts)


def _show(words: Sequence[str]) -> Answer:
    parser = _parser("show")
    parser.add_argument("session", nargs="?")
    return asked("show", parser.parse_args(words).session)


def _sessions(words: Sequence[str]) -> Answer:
    _parser("sessions").parse_args(words)
    return asked("sessions")


def _status(words: Sequence[str]) -> Answer:
    _parser("status").parse_args(words)
    return asked("status")


def _parser(command: str) -> _Words:
    return _Words(prog=f"%clew {command}", add_help=False, allow_abbrev=False)


def asked(question: str, *words: Any, **options: Any) -> Answer:
    """Ask one of the functions of `clew.api`, which is loaded for the first: every notebook would start later for it."""
    with OwnLoading():
        from clew import api
    found: Answer = getattr(api, question)(*words, **options)
    return found


COMMANDS: dict[str, Callable[[Sequence[str]], Answer]] = {
    "slice": _slice,
    "explain": _explain,
    "show": _show,
    "sessions": _sessions,
    "status": _status,
}


def install(shell: Any) -> None:
    """Give a shell the magic and its completion."""
    shell.register_magic_function(_magic, "line", MAGIC)
    shell.set_hook("complete_command", _complete, str_key=COMPLETION_KEY)


def remove(shell: Any) -> None:
    """Take both away."""
    shell.magics_manager.magics["line"].pop(MAGIC, None)
    shell.strdispatchers["complete_command"].strs.pop(COMPLETION_KEY, None)


def _magic(line: str) -> Answer | None:
    # IPython's own UsageError is shown in one line, without a traceback.
    from IPython.core.error import UsageError as ShellUsageError

    try:
        said = answer(line)
    except ClewError as error:
        raise ShellUsageError(f"clew: {error}") from None
    if isinstance(said, str):
        print(said)  # noqa: T201  # a magic speaks on the cell's standard output
        return None
    return said


_magic.__doc__ = f"Ask clew about this session.\n\n{USAGE}"


def _complete(shell: Any, event: Any) -> list[str]:
    return completions(event.line, event.symbol, shell.user_ns)


def completions(line: str, symbol: str, namespace: dict[str, object]) -> list[str]:
    """What may come at the end of a `%clew` line, of which `symbol` is the beginning."""
    words = line.split()[1:]
    before = words[:-1] if symbol and words else words
    return [offer for offer in _offers(before, namespace) if offer.startswith(symbol)]


def _offers(before: Sequence[str], namespace: dict[str, object]) -> list[str]:
    """What may follow these words."""
    named = [word for word in before[1:] if not word.startswith("-")]
    match before[:1]:
        case []:
            return list(COMMANDS)
        case ["slice"] if named:
            return [option for option in OPTIONS if option not in before]
        case ["slice" | "explain"] if not named:
            return sorted(name for name in namespace if type(name) is str and _is_public(name))
        case _:
            return []


def _is_public(name: str) -> bool:
    return not name.startswith("_") and name not in SHELL_NAMES
