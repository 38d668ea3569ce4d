"""`clew slice FILE VAR ...`: run a program and print the code that makes its variables."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import assert_never

from clew import api, proof
from clew.analysis.notebooks import is_notebook
from clew.cli.words import STORE_HELP, check_json_path, say, say_code, words_of, write_json
from clew.errors import FileMissing, UnknownSession, UnknownVariable, UsageError, nearest
from clew.model.data import dataclass
from clew.model.verdicts import CannotTell, Differs, Same, Verdict
from clew.screen.columns import listed
from clew.screen.slices import SliceView
from clew.store.sessions import State

DESCRIPTION = """\
Run a script or notebook and print the code that makes a variable, and nothing else.

A script runs in this folder, a notebook in its own, its cells in file order up to the first that fails. What the
program prints goes to standard error; the code alone is on standard output. In place of FILE, the number of a
session (`clew sessions`) cuts from what was recorded: nothing runs."""

EPILOG = "Everything after -- is handed to the program: clew slice train.py model -- --epochs 3"

PROGRAM_SUFFIXES = (".py", ".ipynb", ".pyw", ".ipy")


@dataclass(frozen=True, slots=True)
class Cuttable:
    """What slices are cut from: a program just `run`, or a session kept. `file` is as the user named it."""

    file: str
    session: str
    recording: api.Recording
    error: str | None
    seconds: float | None
    store: str | None
    run: bool


def main(words: Sequence[str]) -> int:
    """Print slices; exit status 1 where the program failed."""
    given, argv = _read(words)
    check_json_path(given.json)
    source = _source(given, argv)
    known = source.recording.variables()
    wanted = known if given.all else tuple(dict.fromkeys(given.variables))
    _ask_for_names(wanted, given.all, source, known)
    views = {name: _slice(source, name, given) for name in wanted if name in source.recording.graph.variables}
    _give(views, source, given.json)
    proven = not given.verify or _verify(views, source, argv)
    missing = [name for name in wanted if name not in views]
    for name in missing:
        say(_unknown(name, known, source))
    for why in source.recording.graph.faults if missing or not views else ():
        say(f"the record is incomplete: {why}")
    if (source.run and source.error is not None) or not proven:
        return 1
    return 2 if missing else 0


def _read(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Read the words before `--`; those after it are the program's."""
    own, argv = list(words), list[str]()
    if "--" in own:
        at = own.index("--")
        own, argv = own[:at], own[at + 1 :]
    return _parser().parse_intermixed_args(own), argv


def _parser() -> argparse.ArgumentParser:
    parser = words_of("slice", DESCRIPTION, EPILOG)
    parser.add_argument("file", metavar="FILE", help="a script, a notebook, or the number of a session")
    parser.add_argument("variables", metavar="VAR", nargs="*", help="the variables wanted")
    parser.add_argument("--all", action="store_true", help="every variable left at the end (no modules, no _names)")
    parser.add_argument("--exact", action="store_true", help="leave out branches that did not run")
    parser.add_argument("--allow-errors", action="store_true", help="go on to the next cell where one fails")
    parser.add_argument("--keep-asserts", action="store_true", help="keep asserts about what the variable needs")
    parser.add_argument("--script", action="store_true", help="put notebook magics into plain Python, or drop them")
    parser.add_argument("--verify", action="store_true", help="run program and slices without clew, and compare")
    parser.add_argument("--json", metavar="PATH", help="write the slices as JSON to PATH; - is standard output")
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    return parser


def _source(given: argparse.Namespace, argv: list[str]) -> Cuttable:
    """Run the program, or find the session: a file that exists is meant before a session of that name."""
    path = Path(given.file)
    if path.is_dir():
        raise UsageError(f"{given.file} is a folder, not a program")
    if path.exists() and not os.access(path, os.R_OK):
        raise UsageError(f"{given.file} may not be read")
    if path.exists():
        if argv and is_notebook(path):
            raise UsageError("a notebook takes no arguments after --")
        done = api.run(path, argv, allow_errors=given.allow_errors, store=given.store)
        return Cuttable(given.file, done.session, done.recording, done.error, done.seconds, given.store, run=True)
    if path.suffix in PROGRAM_SUFFIXES or len(path.parts) > 1:
        raise FileMissing(given.file)
    if argv:
        raise UsageError("a session runs nothing, so it takes no arguments after --")
    try:
        kept = api.recording(given.file, store=given.store)
    except UnknownSession as error:
        raise UsageError(f"no such file or session: {given.file} ({error.hint})") from None
    past = api.session_row(given.file, store=given.store)
    seconds = past.seconds if past.state is State.ENDED else None
    return Cuttable(past.file or past.kind, given.file, kept, past.error or None, seconds, given.store, run=False)


def _ask_for_names(wanted: Sequence[str], everything: bool, source: Cuttable, known: Sequence[str]) -> None:
    """Where no variable was named, say which there are and what to type."""
    if wanted or everything:
        return
    if not known:
        faults = "".join(f"; the record is incomplete: {why}" for why in source.recording.graph.faults)
        raise UsageError(f"{source.file} left no variables to slice{faults}")
    raise UsageError(f"which variable? {listed(known)} ({_again(source)})")


def _again(source: Cuttable) -> str:
    """Say how to ask again without running the program again."""
    return f"`clew slice {api.session_row(source.session, store=source.store).number} NAME` runs nothing again"


def _slice(source: Cuttable, name: str, given: argparse.Namespace) -> SliceView:
    return source.recording.slice(name, exact=given.exact, keep_asserts=given.keep_asserts, script=given.script)


def _give(views: dict[str, SliceView], source: Cuttable, json_path: str | None) -> None:
    """Print the code, or write the JSON; what else there is to say goes to standard error."""
    if json_path is not None:
        write_json(_as_json(views, source), json_path)
        return
    for name, view in views.items():
        if len(views) > 1:
            sys.stdout.write(f"# ---- {name}\n")
        say_code(view.code)
        for note in view.notes:
            say(f"note on {name}: {note}")
    if views and source.run:
        example = next(iter(views))
        say(f"to see why a line is there: clew explain {source.file} {example} LINE")


def _verify(views: dict[str, SliceView], source: Cuttable, argv: Sequence[str]) -> bool:
    """Say of each slice whether it makes the same value, run alone; tell whether none makes another."""
    if source.run:
        verdicts = api.verify_program(Path(source.file), argv, views)
    else:
        codes = {name: view.code for name, view in views.items()}
        verdicts = proof.verify_recorded(
            api.session_row(source.session, store=source.store), source.recording.graph, codes
        )
    for name, verdict in verdicts.items():
        say(f"{name}: {_said(verdict)}")
    return not any(isinstance(verdict, Differs) for verdict in verdicts.values())


def _said(verdict: Verdict) -> str:
    match verdict:
        case Same():
            return "the slice, run alone, makes the same value"
        case Differs(where, how):
            return (
                f"the slice, run alone, makes another value{f' at {where}' if where else ''}{f': {how}' if how else ''}"
            )
        case CannotTell(why):
            return f"cannot tell whether the slice makes the same value: {why}"
        case _:
            assert_never(verdict)


def _as_json(views: dict[str, SliceView], source: Cuttable) -> dict[str, object]:
    """The JSON shape that the documentation promises."""
    return {
        "file": source.file,
        "error": source.error,
        "seconds": source.seconds,
        "steps": len(source.recording.graph.steps),
        "variables": {name: view.as_json() for name, view in views.items()},
    }


def _unknown(name: str, known: Sequence[str], source: Cuttable) -> str:
    """Say that there is no such variable, which are near, and how to ask again."""
    hint = nearest(name, tuple(known)) or f"there are {listed(known)}" if known else "it left none"
    error = UnknownVariable(name, ())
    return f"{error} ({hint}; {_again(source)})"
