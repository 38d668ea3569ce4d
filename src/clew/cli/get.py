"""`clew get NAME`: the value of an artifact, or its file."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from clew import api
from clew.cli.words import NAME_HELP, STORE_HELP, check_json_path, say, words_of, write_json
from clew.screen.artifact import Artifact

DESCRIPTION = """\
Show the value of an artifact, or hand out its file as other tools read it: JSON for plain data, Parquet for tables,
and so on."""


def main(words: Sequence[str]) -> int:
    """Show a value, or write its file."""
    parser = words_of("get", DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help=NAME_HELP)
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write the file there, or into that folder; - is standard output"
    )
    parser.add_argument(
        "--json", metavar="PATH", help="write what is known of the artifact as JSON to PATH; - is standard output"
    )
    parser.add_argument("--store", metavar="STORE", help=STORE_HELP)
    given = parser.parse_args(words)
    check_json_path(given.json)
    found = api.get(given.name, store=given.store)
    if given.json is not None:
        write_json(found.as_json(), given.json)
    if given.output is not None:
        hand_out(found, given.output)
    elif given.json is None:
        sys.stdout.write(f"{found.value!r}\n")
    return 0


def hand_out(found: Artifact, output: str) -> None:
    """Write the file of a value, and say where it is."""
    if output == "-":
        with tempfile.TemporaryDirectory(prefix="clew-") as folder, open(found.export(folder), "rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        return
    written = found.export(output)
    sys.stdout.write(f"{written}\n")
    own = found.suffix
    if own and written.is_file() and Path(written).suffix != own:
        say(f"note: {written} holds {found.record.value.codec}, whose files are called *{own}")
