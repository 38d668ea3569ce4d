"""What people see: text, HTML and JSON of each view."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from clew.model.effects import Bound, Changed, Deleted, Read, Reason
from clew.model.events import Call, Event, SessionEnded, SessionStarted, SourceSeen, Step
from clew.model.graph import Dependence, Slice, Via
from clew.model.places import CellPlace, FilePlace, Source, Span
from clew.model.resources import Cell, Name
from clew.screen.chains import chain_view
from clew.screen.color import colored, wants_color
from clew.screen.columns import columns, duration, shortened
from clew.screen.history import history
from clew.screen.sessions import SessionsView
from clew.screen.slices import SliceView, slice_view
from clew.screen.steps import SessionView
from clew.store.sessions import SessionRow, State

EVIL = '<script>alert("&")</script>'


class Text(HTMLParser):
    """The text of a page, its tags, and everything it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags, self.loads = "", list[str](), list[str]()
        self.feed(page)
        self.close()

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href")]


def test_a_slice_is_its_code() -> None:
    view = slice_view(Slice("x", "a = 1\nx = a\n", (0, 2), {1: 0, 2: 2}, ("a note",)))
    assert (str(view), view.steps, view.notes) == ("a = 1\nx = a\n", (0, 2), ("a note",))
    assert repr(view) == "a = 1\nx = a\n# note: a note"
    assert view.as_json() == {"code": "a = 1\nx = a\n", "steps": 2}
    assert set(view._repr_mimebundle_()) == {"text/plain", "text/html"}


@pytest.mark.parametrize(
    "code", [f"x = '{EVIL}'\ny = 1\n", "", "\n\n\nx = 1", "x = = broken <b>", "%time x = '<b>'", "s = '''a\n\n<b>\n'''"]
)
def test_a_listing_shows_the_code_and_nothing_else_runs(code: str) -> None:
    page = Text(SliceView(EVIL, code, (1,), (EVIL,))._repr_html_())
    assert code.rstrip("\n") in page.text
    assert page.text.count(EVIL) >= 2
    assert not {"script", "b", "link", "img"} & set(page.tags)
    assert page.loads == []


def test_a_listing_numbers_its_lines() -> None:
    page = SliceView("x", "a = 1\n\nx = '''\n'''\n", (1,))._repr_html_()
    assert ">1\n2\n3\n4</pre>" in page


def test_colour_is_for_terminals_that_want_it() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert wants_color(Terminal(), {})
    assert not wants_color(Terminal(), {"NO_COLOR": "1"})
    assert not wants_color(Terminal(), {"TERM": "dumb"})
    assert not wants_color(io.StringIO(), {})


@pytest.mark.parametrize("code", ["x = 1\n", "\n\nx = 1\n", "x = = 1\n", "# é\nx = '…'\n"])
def test_colour_changes_no_letter(code: str) -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored(code)) == code


@dataclass(frozen=True, slots=True)
class Said:
    name: str
    had: str
    want: str


SAID = [
    Said("a short line stays", shortened("x = 1", 10), "x = 1"),
    Said("a long line is cut", shortened("x = 1234567890", 10), "x = 12345…"),
    Said("more lines are hinted at", shortened("for i in x:\n    pass", 20), "for i in x: …"),
    Said("nothing is nothing", shortened("", 5), ""),
    Said("microseconds", duration(0.00002), "20 µs"),
    Said("milliseconds", duration(0.0123), "12.3 ms"),
    Said("seconds", duration(3.14159), "3.14 s"),
    Said("minutes", duration(600), "10.0 min"),
    Said("columns", columns(("n", "what"), [("1", "a"), ("10", "b")], frozenset({0})), " n  what\n 1  a\n10  b"),
    Said("columns without rows", columns(("n", "what"), []), "n  what"),
]


@pytest.mark.parametrize("case", SAID, ids=lambda case: case.name)
def test_says(case: Said) -> None:
    assert case.had == case.want


PROGRAM = "import math\nx = [math.pi]\nif x:\n    x.append(1)\nelse:\n    del x\n"
EVENTS: tuple[Event, ...] = (
    SessionStarted("abc", "script", "/somewhere/a.py", (), "/somewhere", "3.11", 1000.0),
    SourceSeen(Source(0, FilePlace("/somewhere/a.py"), PROGRAM, PROGRAM), 1000.0),
    Step(0, 0, 0, 1000.1, 0.5, effects=(Bound(Name("math")),)),
    Step(1, 0, 1, 1000.6, 0.25, effects=(Read(Name("math")), Bound(Name("x")))),
    Step(2, 0, 2, 1000.9, 0.0, effects=(Read(Name("x")),)),
    Step(
        3,
        0,
        3,
        1000.9,
        0.1,
        calls=(Call("builtins.list.append", Span(4, 4, 4, 15), 1000.9),),
        effects=(Changed(Cell(0, label="x")), Changed(Cell(1)), Deleted(Name("y"))),
    ),
    SessionEnded(1001.0, ""),
)


def test_history_tells_every_statement() -> None:
    told = history(EVENTS)
    assert (told.session, told.seconds, told.error) == ("abc", 1.0, "")
    [source] = told.sources
    rows = [(s.line, s.times, s.seconds, s.changes, s.calls) for s in source.statements]
    assert rows == [
        (1, 1, 0.5, ("math",), ()),
        (2, 1, 0.25, ("x",), ()),
        (3, 1, 0.0, (), ()),
        (4, 1, 0.1, ("x", "an object", "deletes y"), ("builtins.list.append",)),
        (6, 0, 0.0, (), ()),
    ]


def test_history_of_a_cell_is_in_the_users_words() -> None:
    text, python = "%matplotlib inline\nx = 1", "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1\n"
    events = (SourceSeen(Source(0, CellPlace(3), text, python), 1.0), Step(0, 0, 0, 1.0, 0.1))
    [source] = history(events).sources
    assert (source.place, [s.code for s in source.statements]) == ("cell 3", ["%matplotlib inline", "x = 1"])


def test_a_session_killed_in_its_first_moment_has_a_history() -> None:
    assert repr(SessionView(history(EVENTS[:1]))).startswith("session abc")
    assert history(()).sources == ()


def test_a_session_is_shown() -> None:
    view = SessionView(history(EVENTS))
    assert "x.append(1)" in repr(view)
    assert "x.append(1)" in Text(view._repr_html_()).text
    assert json.loads(json.dumps(view.as_json()))["sources"][0]["statements"][1]["code"] == "x = [math.pi]"


def row(**facts: object) -> SessionRow:
    usual: dict[str, object] = {
        "number": 1,
        "session": "abc",
        "kind": "script",
        "file": "/somewhere/a.py",
        "argv": ("--fast",),
        "folder": "/somewhere",
        "python": "3.11",
        "started": 1000.0,
        "seconds": 2.0,
        "steps": 3,
        "error": "",
        "state": State.ENDED,
    }
    return SessionRow(**(usual | facts))  # type: ignore[arg-type]  # the types are those of the table above


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, "a.py --fast  ok"),
        ({"argv": ("a.py", "-v")}, "  a.py -v  ok"),
        ({"state": State.RUNNING}, "running"),
        ({"state": State.INTERRUPTED}, "interrupted"),
        ({"error": "Traceback\nValueError: no"}, "ValueError: no"),
        ({"file": "", "argv": (), "kind": "ipython"}, "ipython  ok"),
    ],
)
def test_sessions_say_how_they_ended(facts: dict[str, object], says: str) -> None:
    view = SessionsView((row(**facts),), "/store")
    assert says in repr(view)
    assert json.loads(json.dumps(view.as_json()))["sessions"][0]["number"] == 1
    assert Text(view._repr_html_()).loads == []


def test_sessions_are_a_sequence() -> None:
    view = SessionsView((row(), row(number=2)), "/store")
    assert (len(view), view[1].number, [each.number for each in view]) == (2, 2, [1, 2])
    assert "no sessions in /store" in repr(SessionsView((), "/store"))


def test_a_chain_is_told_in_lines_of_the_slice() -> None:
    chain = (
        Dependence(-1, 9, Via.DATA, Name("model"), Reason.OBSERVED),
        Dependence(9, 4, Via.DATA, Cell(3, label="df"), Reason.ASSUMED),
        Dependence(4, 2, Via.CONTROL, None, Reason.OBSERVED),
    )
    code = "if fast:\n    df = clean(df)\nmodel = fit(df)\n"
    view = chain_view("model", 1, chain, {1: 2, 2: 4, 3: 9}, code)
    assert [(hop.line, hop.on, hop.code) for hop in view.hops] == [
        (0, 3, "model = fit(df)"),
        (3, 2, "df = clean(df)"),
        (2, 1, "if fast:"),
    ]
    assert "line 3 uses df" in repr(view)
    assert "assumed" in repr(view)
    assert json.loads(json.dumps(view.as_json()))["chain"][2]["via"] == "control"
