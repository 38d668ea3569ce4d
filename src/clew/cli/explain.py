"""`clew explain SESSION VAR LINE`: why a line is in a slice."""

from __future__ import annotations

from collections.abc import Sequence

from clew import api
from clew.cli.words import add_store_and_json, check_json_path, say_answer, words_of


def main(words: Sequence[str]) -> int:
    """Print the chain of dependences from a variable to a line of its slice."""
    parser = words_of("explain", "Say why a line is in the slice of a variable: the chain of dependences between them.")
    parser.add_argument(
        "session", metavar="SESSION", help="its number in `clew sessions`, its name, or its file (the newest run)"
    )
    parser.add_argument("variable", metavar="VAR", help="the variable")
    parser.add_argument(
        "line", metavar="LINE", type=int, help="a line of its slice, as `clew slice SESSION VAR` prints it"
    )
    parser.add_argument("--exact", action="store_true", help="in the slice that `clew slice --exact` gives")
    parser.add_argument(
        "--keep-asserts", action="store_true", help="in the slice that `clew slice --keep-asserts` gives"
    )
    add_store_and_json(parser)
    given = parser.parse_args(words)
    check_json_path(given.json)
    chain = api.explain(
        given.variable,
        given.line,
        session=given.session,
        exact=given.exact,
        keep_asserts=given.keep_asserts,
        store=given.store,
    )
    say_answer(chain, given.json)
    return 0
