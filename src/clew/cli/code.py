"""`clew code NAME`: the code that makes an artifact."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from clew import api
from clew.analysis.secrets import Masked, masked
from clew.cli.words import NAME_HELP, add_store_and_json, check_json_path, say, say_code, words_of, write_json
from clew.errors import BadSetting, UsageError
from clew.model.artifacts import Whence
from clew.screen.artifact import WHOLE, Artifact
from clew.screen.notebook import notebook

DESCRIPTION = """\
Print the code that makes an artifact, and nothing else. What looks like a credential in it is masked."""


def main(words: Sequence[str]) -> int:
    """Print code, or write it as a notebook or JSON."""
    given = _parser().parse_args(words)
    check_json_path(given.json)
    found = api.get(given.name, store=given.store)
    if given.function and given.session:
        raise UsageError(
            "--function makes a function of what makes the value, --session asks for everything: one of them"
        )
    whole = _function(found, given) if given.function else found.session_code if given.session else found.code
    code = Masked(whole, ()) if given.secrets else masked(whole)
    _give(found, code.code, given)
    if found.record.origin.whence is Whence.SOURCE:
        say(f"note: {WHOLE}")
    for secret in code.secrets:
        say(f"line {secret.line}: {secret.name} looks like a credential; it is masked (--secrets shows it)")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = words_of("code", DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument("--notebook", metavar="PATH", help="write the code as a notebook instead")
    parser.add_argument("--session", action="store_true", help="all the code of its session")
    parser.add_argument("--function", action="store_true", help="as a function with parameters that returns the value")
    parser.add_argument(
        "--param",
        metavar="NAME",
        action="append",
        help="the function's parameter: this variable (default: each that is given a literal once); again for more",
    )
    parser.add_argument("--imports-inside", action="store_true", help="the function's imports stand within it")
    parser.add_argument("--secrets", action="store_true", help="mask nothing")
    add_store_and_json(parser)
    return parser


def _function(found: Artifact, given: argparse.Namespace) -> str:
    return found.function_code(given.param, imports_inside=given.imports_inside).code


def _give(found: Artifact, code: str, given: argparse.Namespace) -> None:
    """Print the code, or write it where that was asked for."""
    if given.notebook is not None:
        _write(given.notebook, notebook(repr(found), code))
    if given.json is not None:
        said = {"artifact": str(found), "code": code, "variable": found.variable}
        write_json({**said, "code_is": found.record.origin.whence.value}, given.json)
    elif given.notebook is None:
        say_code(code)


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadSetting(f"--notebook {path}: {error.strerror}") from None
