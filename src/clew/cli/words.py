"""What the commands have in common: reading the words given, and saying what came of them."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import NoReturn, Protocol

from clew.errors import BadSetting, UsageError
from clew.screen.color import colored, wants_color

STORE_HELP = "the folder that sessions are kept in (default: the nearest .clew/, else your data folder)"
NAME_HELP = "the artifact: churn for its newest version, churn@3 for the third"
JSON_HELP = "write the answer as JSON to PATH; - is standard output"


class Answer(Protocol):
    """What a reading command answers with: text by `repr`, or JSON."""

    def as_json(self) -> dict[str, object]:
        """The answer as plain data."""


class Words(argparse.ArgumentParser):
    """A parser whose complaints are one line, like all of ours."""

    def error(self, message: str) -> NoReturn:
        """Raise the complaint; the command line says it."""
        raise UsageError(f"{message} (`{self.prog} --help` says more)")


def words_of(command: str, description: str, epilog: str = "") -> Words:
    """A parser for one command."""
    return Words(
        prog=f"clew {command}",
        description=description,
        epilog=epilog,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_store_and_json(words: Words) -> None:
    """The options that every reading command has."""
    words.add_argument("--json", metavar="PATH", help=JSON_HELP)
    words.add_argument("--store", metavar="STORE", help=STORE_HELP)


def say_answer(answer: Answer, json_path: str | None) -> None:
    """Print an answer as text, or write it as JSON where that was asked for."""
    if json_path is None:
        sys.stdout.write(f"{answer!r}\n")
    else:
        write_json(answer.as_json(), json_path)


def say_code(code: str) -> None:
    """Print code, coloured where a terminal shows it."""
    text = code if code.endswith("\n") else f"{code}\n"
    sys.stdout.write(colored(text) if wants_color(sys.stdout, os.environ) else text)


def say(text: str) -> None:
    """Say something about the answer, beside it: on standard error."""
    sys.stdout.flush()
    sys.stderr.write(f"clew: {text}\n")


def check_json_path(path: str | None) -> None:
    """Refuse a place that cannot be written before the work is done, not after."""
    if path is None or path == "-":
        return
    if Path(path).is_dir():
        raise BadSetting(f"--json {path}: that is a folder")
    if not Path(path).absolute().parent.is_dir():
        raise BadSetting(f"--json {path}: no such folder")


def write_json(said: dict[str, object], path: str) -> None:
    """Write JSON to a file, or to standard output for `-`."""
    text = json.dumps(said, indent=2, ensure_ascii=False) + "\n"
    if path == "-":
        sys.stdout.write(text)
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadSetting(f"--json {path}: {error.strerror}") from None


def split_store(words: list[str]) -> tuple[str | None, list[str]]:
    """Tell `--store STORE` in front from another program's words."""
    match words:
        case ["--store", store, *others]:
            return store, others
        case [first, *others] if first.startswith("--store="):
            return first.partition("=")[2], others
        case ["--store"]:
            raise UsageError("--store needs a folder")
    return None, words


def exec_program(argv: list[str], environ: dict[str, str]) -> NoReturn:
    """Become another program."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(argv[0], argv, environ)
