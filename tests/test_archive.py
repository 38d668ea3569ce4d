"""Artifacts as programs save them and people ask for them: each program is run by `clew run`, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import clew
from clew.cli import main
from clew.errors import BadSetting, ClewError, SessionRunning, UnknownArtifact, UsageError
from clew.model.artifacts import Whence
from clew.model.effects import Read
from clew.model.events import Step
from clew.model.resources import File as FilePlace
from clew.model.resources import Name
from clew.screen.artifact import Artifact
from clew.session import open_store
from clew.store.paths import Address

ROOT = Path(__file__).parents[1]
PEOPLE = "age,left\n31,1\n45,0\n27,1\n"
WORDS = "import numpy as np\n\ndef shout(text):\n    return text.upper()\n"
PROGRAM = """\
import csv
import os

import clew
import words

with open("people.csv") as file:
    people = list(csv.DictReader(file))
ages = [int(row["age"]) for row in people]
unused = 7
clew.save(ages, "ages", tags={"team": "growth"}, note="first")
ages.append(99)
clew.save(ages, "ages")
clew.save(ages, "same ages")
clew.save(value=max(ages) + 1, name="oldest")
for number in range(3):
    clew.save(number * 2, "in a loop")


def keep(text):
    clew.save(words.shout(text), "in a function")


keep("loud")
with open("out.csv", "w") as out:
    out.write(str(len(ages)))
clew.save(clew.file("out.csv"), "report")
clew.save(open("out.csv").read(), "read again")
clew.save((n for n in ages), "refused", on_error="warn")
os.mkdir("elsewhere")
os.chdir("elsewhere")
os.mkdir(".clew")
clew.save("still here", "moved")
text = clew.get("ages@1").value
clew.save(len(text), "from an artifact")
print("done", len(text))
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """A folder in which a program was run, and what it said."""

    folder: Path
    out: str
    err: str

    @property
    def store(self) -> str:
        return str(self.folder / ".clew")

    def get(self, name: str) -> Artifact:
        return clew.get(name, store=self.store)


def run(folder: Path, *words: str, clew: bool = True) -> subprocess.CompletedProcess[str]:
    # The store is the `.clew` of the folder: a program that moves away must not move its artifacts.
    own = {"PYTHONPATH": str(ROOT / "src"), "HOME": str(folder), "CLEW_CONFIG": str(folder / "config")}
    environ = {name: value for name, value in os.environ.items() if name != "CLEW_STORE"}
    command = [sys.executable, *(["-m", "clew"] if clew else []), *words]
    return subprocess.run(
        command, cwd=folder, env=environ | own, capture_output=True, encoding="utf-8", timeout=240, check=False
    )


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("project")
    (folder / ".clew").mkdir()
    for name, text in (("people.csv", PEOPLE), ("words.py", WORDS), ("program.py", PROGRAM)):
        (folder / name).write_text(text)
    done = run(folder, "run", "program.py")
    assert done.returncode == 0, done.stderr
    return Ran(folder, done.stdout, done.stderr)


READING = """\
import csv

with open("people.csv") as file:
    people = list(csv.DictReader(file))
ages = [int(row["age"]) for row in people]
"""


@dataclass(frozen=True, slots=True)
class Saved:
    """An artifact that the program saved: its value, and the code that is kept with it, where a test says what."""

    name: str
    value: object
    code: str = ""


SAVED = [
    Saved("ages@1", [31, 45, 27], READING),
    Saved("ages@2", [31, 45, 27, 99], READING + "ages.append(99)\n"),
    Saved("ages", [31, 45, 27, 99]),
    Saved("same ages", [31, 45, 27, 99], READING + "ages.append(99)\n"),
    Saved("oldest", 100, READING + "ages.append(99)\noldest = max(ages) + 1\n"),
    Saved("in a loop@1", 0),
    Saved("in a loop@3", 4),
    Saved("in a function", "LOUD"),
    Saved("read again", "4"),
    Saved("moved", "still here", 'moved = "still here"\n'),
]


def told(code: str) -> list[str]:
    return [line for line in code.splitlines() if line.strip()]


@pytest.mark.parametrize("case", SAVED, ids=lambda case: case.name)
def test_what_is_saved_comes_back_with_its_code(case: Saved, ran: Ran) -> None:
    art = ran.get(case.name)
    assert art.value == case.value
    if case.code:
        assert told(art.code) == told(case.code)
    # The code makes the value, whatever it looks like.
    space: dict[str, object] = {"__name__": "__main__"}
    before, path = os.getcwd(), list(sys.path)
    try:
        os.chdir(ran.folder)
        sys.path.insert(0, str(ran.folder))
        exec(compile(art.code, "<code>", "exec"), space)
    finally:
        os.chdir(before)
        sys.path[:] = path
        sys.modules.pop("words", None)
    assert space[art.variable] == case.value


def test_the_program_runs_as_it_would(ran: Ran) -> None:
    assert ran.out == "done 3\n"
    [line, _] = ran.err.splitlines()
    assert "program.py:29: UserWarning: refused was not saved: a generator cannot be kept" in line


def test_a_file_comes_back_under_its_name(ran: Ran) -> None:
    art = ran.get("report")
    with open(art.value) as file:
        assert (file.read(), art.value.name) == ("4", "out.csv")
    wrote = 'with open("out.csv", "w") as out:\n    out.write(str(len(ages)))\nreport = clew.file("out.csv")\n'
    assert told(art.code)[-3:] == told(wrote)


def test_what_a_value_was_made_from(ran: Ran) -> None:
    [people] = ran.get("ages").inputs
    assert (people.kind, people.place, people.size) == ("file", str(ran.folder / "people.csv"), len(PEOPLE))
    assert people.hash.startswith("xxh3:")
    assert people.modified == pytest.approx((ran.folder / "people.csv").stat().st_mtime)
    assert [each.place for each in ran.get("in a function").inputs] == [str(ran.folder / "words.py")]
    # The file that the program wrote itself is none of its inputs.
    assert [each.place for each in ran.get("read again").inputs] == [str(ran.folder / "people.csv")]
    assert ran.get("moved").inputs == ()
    assert [(each.kind, each.place) for each in ran.get("from an artifact").inputs] == [("artifact", "clew://ages@1")]


def test_packages_are_those_that_the_code_imports_itself_or_through_modules_of_the_users(ran: Ran) -> None:
    assert ran.get("ages").environment.packages == ()
    assert [name for name, _ in ran.get("in a function").environment.packages] == ["numpy"]


def test_steps_and_graph_are_those_of_the_code(ran: Ran) -> None:
    art = ran.get("ages@1")
    assert art.graph is not None
    assert 0 < len(art.steps) < len(art.graph.steps)
    assert {step.number for step in art.steps} <= {step.number for step in art.graph.steps}
    assert told(art.session_code) == told(PROGRAM)


def test_saving_is_no_doing_of_the_programs(ran: Ran) -> None:
    store = open_store(ran.store)
    steps = [each for each in store.events(store.sessions()[0].session) if isinstance(each, Step)]
    store.close()
    saves = [step for step in steps if any(call.callee in ("clew.save", "clew.api.save") for call in step.calls)]
    assert len(saves) >= 8
    changes = {each.resource for step in saves for each in step.effects if not isinstance(each, Read)}
    files = {each.resource.path for step in steps for each in step.effects if isinstance(each.resource, FilePlace)}
    assert changes <= {Name("__warningregistry__")}  # Python's own list of the warnings that a module was given
    ours = str(ran.folder / ".clew")
    assert not [path for path in files if path.startswith(ours) or "config" in path]


@dataclass(frozen=True, slots=True)
class Found:
    """A question, and the names of what fits it, newest first."""

    name: str
    asked: dict[str, object]
    want: list[str]


FOUND = [
    Found("by name", {"name": "ages"}, ["ages@2", "ages@1"]),
    Found("by a pattern", {"name": "*ages"}, ["same ages@1", "ages@2", "ages@1"]),
    Found("the newest of each", {"name": "*ages", "newest": True}, ["same ages@1", "ages@2"]),
    Found("by tag", {"tag": "team"}, ["ages@1"]),
    Found("by another tag", {"tag": "team=sales"}, []),
    Found("by type", {"type": "File"}, ["report@1"]),
    Found("by package", {"package": "numpy"}, ["in a function@1"]),
    Found("by input", {"input": "words.py"}, ["in a function@1"]),
    Found("by an artifact that it was made from", {"input": "ages@1"}, ["from an artifact@1"]),
    Found("a version", {"name": "ages@1"}, ["ages@1"]),
    Found("some", {"name": "*ages", "limit": 2}, ["same ages@1", "ages@2"]),
    Found("since a date", {"name": "ages", "since": "2020-01-01"}, ["ages@2", "ages@1"]),
    Found("until long ago", {"until": "400w"}, []),
]


@pytest.mark.parametrize("case", FOUND, ids=lambda case: case.name)
def test_artifacts_are_found(case: Found, ran: Ran) -> None:
    found = clew.artifacts(**case.asked, store=ran.store)  # type: ignore[arg-type]  # a table of questions
    assert [str(each) for each in found] == case.want


def test_uses_takes_a_path_as_one_types_it(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ran.folder)
    assert {each.name for each in clew.uses("people.csv", store=ran.store)} >= {"ages", "oldest"}
    assert [each.name for each in clew.uses(Path("words.py"), store=ran.store)] == ["in a function"]
    assert not clew.uses("nothing.csv", store=ran.store)


@dataclass(frozen=True, slots=True)
class Asked:
    """A command line: what its output holds, what it says beside it, its exit status."""

    words: str
    out: tuple[str, ...] = ()
    err: str = ""
    status: int = 0


ASKED = [
    Asked("artifacts ages", ("name  version", "team=growth", "first")),
    Asked("artifacts *ages --limit 1", ("and 2 more",)),
    Asked("get ages@1", ("[31, 45, 27]",)),
    Asked("get ages@1 -o copy.json", ("copy.json",)),
    Asked("get report -o -", ("4",)),
    Asked("get ages -o ages.csv", ("ages.csv",), "ages.csv holds json"),
    Asked("code oldest", ("oldest = max(ages) + 1",)),
    Asked("code oldest --session", ("unused = 7",)),
    Asked("inputs ages", ("people.csv", "xxh3:")),
    Asked("inputs moved", ("made from nothing outside its code",)),
    Asked("uses people.csv", ("ages",)),
    Asked(
        "diff ages@1 ages", ("value: differs", "3 → 4 elements", "+ages.append(99)", "what can be the cause: the code")
    ),
    Asked("tag oldest good=yes", ("oldest@1: good=yes",)),
    Asked("tag oldest good-", ("oldest@1: no tags",)),
    Asked("config", ("store", "record_host")),
    Asked("gc", ("0 versions and 0 blobs",)),
    Asked("get agse", err="did you mean ages", status=2),
    Asked("get ages@9", err="it has versions 1 to 2", status=2),
    Asked("get ages@x", err="a number from 1 on", status=2),
    Asked("tag oldest word", err="word=TEXT", status=2),
    Asked("restore oldest", err="nothing of oldest was deleted"),
]


@pytest.fixture
def here(ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in the program's folder, with its store."""
    monkeypatch.chdir(ran.folder)
    monkeypatch.delenv("CLEW_STORE", raising=False)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.words)
def test_commands(case: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(case.words.split(" "))
    out, err = capsys.readouterr()
    assert status == case.status, err
    assert all(part in out for part in case.out), out
    assert case.err in err


JSON = [
    ("artifacts ages", "artifacts"),
    ("get ages@1", "type"),
    ("code ages", "code"),
    ("diff ages@1 ages", "causes"),
    ("inputs ages", "inputs"),
    ("uses people.csv", "artifacts"),
    ("config", "store"),
]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("words", "key"), JSON)
def test_reading_commands_answer_in_json(words: str, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words.split(), "--json", "-"]) == 0
    assert key in json.loads(capsys.readouterr().out)


def test_code_as_a_notebook_is_masked(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    (tmp_path / "secret.py").write_text(
        "import clew\n\npassword = 'hunter2'\n\nsize = len(password)\nclew.save(size, 'size')\n"
    )
    assert run(tmp_path, "run", "secret.py").returncode == 0
    done = run(tmp_path, "code", "size", "--notebook", "out.ipynb")
    assert "`password` looks like a credential" in done.stderr
    book = json.loads((tmp_path / "out.ipynb").read_text())
    assert [cell["source"] for cell in book["cells"]][1:] == ['password = "***"', "size = len(password)"]
    assert "hunter2" in run(tmp_path, "code", "size", "--secrets").stdout
    assert "hunter2" not in clew.get("size", store=str(tmp_path / ".clew"))._repr_html_()


def test_a_program_that_nobody_watches_keeps_all_its_code_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    program = "import clew\nfor n in range(2):\n    clew.save(n, 'n')\n"
    (tmp_path / "plain.py").write_text(program)
    done = run(tmp_path, "plain.py", clew=False)
    assert done.stderr.count("nobody watches this program, so n@1 keeps all of plain.py") == 1
    art = clew.get("n", store=str(tmp_path / ".clew"))
    assert (art.value, art.code, art.record.origin.whence) == (1, program, Whence.SOURCE)
    assert (art.steps, art.graph) == ((), None)


def test_variables_are_saved_when_a_program_is_over(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    (tmp_path / "program.py").write_text("import sys\na = 1\nb = [a]\nb.append(2)\nc = 3\nsys.exit(int(sys.argv[1]))\n")
    done = run(tmp_path, "run", "--save", "kept=b", "--save=c=c", "program.py", "0")
    assert (done.returncode, done.stdout) == (0, "")
    art = clew.get("kept", store=str(tmp_path / ".clew"))
    assert (art.value, art.variable, told(art.code)) == ([1, 2], "b", ["a = 1", "b = [a]", "b.append(2)"])
    assert "holds no @" in run(tmp_path, "run", "--save", "a@1=b", "program.py", "0").stderr
    assert run(tmp_path, "run", "--save", "x=bb", "program.py", "0").returncode == 1
    assert run(tmp_path, "run", "--save", "kept=b", "program.py", "7").returncode == 7


def test_variables_of_a_notebook_are_saved(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    cells = ["a = 1", "b = [a]\nc = 2", "b.append(a)"]
    made = [{"cell_type": "code", "source": text, "outputs": [], "metadata": {}} for text in cells]
    (tmp_path / "book.ipynb").write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": made}))
    done = run(tmp_path, "run", "book.ipynb", "--save", "kept=b")
    assert done.returncode == 0, done.stderr
    art = clew.get("kept", store=str(tmp_path / ".clew"))
    assert (art.value, told(art.code)) == ([1, 1], ["a = 1", "b = [a]", "b.append(a)"])


CELLS = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="NoColor")
for cell in CELLS:
    shell.run_cell(cell, store_history=True).raise_error()
"""


def test_a_cell_run_twice_saves_two_versions_and_live_code_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    cells = [
        "%load_ext clew",
        "import clew\nx = 1",
        "x = x + 1\nart = clew.save(x, 'x')",
        "x = x + 1\nart = clew.save(x, 'x')",
        "print(art.version, art.code.split('\\n'), clew.get('x@1').value)\nhtml = art._repr_html_()",
        "try:\n    clew.save(x, 'y').code\nexcept Exception as error:\n    print(type(error).__name__)",
    ]
    (tmp_path / "cells.py").write_text(f"CELLS = {cells!r}\n{CELLS}")
    done = run(tmp_path, "cells.py", clew=False)
    assert done.stdout.splitlines() == [
        "2 ['x = 1', '', 'x = x + 1', '', 'x = x + 1', ''] 2",
        SessionRunning.__name__,
    ], done.stderr


def test_deleted_versions_come_back_until_they_are_collected(tmp_path: Path) -> None:
    store = str(tmp_path / ".clew")
    for number in range(3):
        clew.save(number, "n", store=store)
    clew.save(1, "twin", store=store)
    assert clew.delete("n@2", store=store) == ("n@2",)
    with pytest.raises(UnknownArtifact, match="was deleted"):
        clew.get("n@2", store=store)
    assert clew.restore("n", 2, store=store) == ("n@2",)
    assert clew.delete("n", store=store) == ("n@1", "n@2", "n@3")
    assert [str(each) for each in clew.artifacts(store=store)] == ["twin@1"]
    assert clew.gc(older_than=-1, store=store).versions == 3
    with pytest.raises(UnknownArtifact):
        clew.restore("n", store=store)
    # The twin has the bytes of n@2, and a number is never given again.
    assert clew.get("twin", store=store).value == 1
    again = clew.save(0, "n", store=store)
    assert again is not None
    assert again.version == 4


WRONG = [
    ("", "needs a name"),
    ("a@1", "holds no @"),
    ("a\nb", "cannot be a name"),
    (" a", "cannot be a name"),
    ("-a", "cannot be a name"),
    ("x" * 201, "cannot be a name"),
]


@pytest.mark.parametrize(("name", "why"), WRONG)
def test_names_that_cannot_be(name: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=why):
        clew.save(1, name, store=str(tmp_path))


def test_a_note_is_a_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a note is a text"):
        clew.save(1, "one", note=5, store=str(tmp_path))  # type: ignore[arg-type]  # so it is wrong


def test_artifacts_of_a_listing_have_their_code(ran: Ran) -> None:
    found = {each.name: each for each in clew.artifacts(newest=True, store=ran.store)}
    codes = {name: clew.get(name, store=ran.store).code for name in found}
    assert {name: each.code for name, each in found.items()} == codes
    assert all(codes.values())
    assert all(each.session_code for each in found.values())


def test_a_save_that_fails_raises_or_warns_as_one_chose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = str(tmp_path / ".clew")
    lock = __import__("threading").Lock()
    with pytest.raises(ClewError, match="lock"):
        clew.save(lock, "lock", store=store)
    with pytest.warns(UserWarning, match="lock was not saved"):
        assert clew.save(lock, "lock", on_error="warn", store=store) is None
    monkeypatch.setenv("CLEW_ON_ERROR", "warn")
    with pytest.warns(UserWarning, match="lock was not saved") as caught:
        assert clew.save(lock, "lock", store=store) is None
    assert caught[0].filename == __file__
    assert not clew.artifacts(store=store)


def test_who_saved_it_and_where_can_be_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = str(tmp_path / ".clew")
    clew.save(1, "with", store=store)
    monkeypatch.setenv("CLEW_RECORD_USER", "no")
    monkeypatch.setenv("CLEW_RECORD_HOST", "no")
    clew.save(1, "without", store=store)
    told_of, untold = (clew.get(name, store=store).environment for name in ("with", "without"))
    assert told_of.user
    assert told_of.host
    assert (untold.user, untold.host) == ("", "")


def test_a_team_saves_into_either_database(address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLEW_BLOBS", str(tmp_path / "blobs"))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    (tmp_path / "data.csv").write_text("a\n1\n")
    program = "import clew\ntext = open('data.csv').read()\nunused = 1\nclew.save(text, 'text')\n"
    (tmp_path / "program.py").write_text(program)
    done = run(tmp_path, "run", "--store", address.said, "--save", "more=unused", "program.py")
    assert done.returncode == 0, done.stderr
    [art] = clew.artifacts("text", store=address.said)
    assert (art.value, told(art.code)) == ("a\n1\n", ["text = open('data.csv').read()"])
    assert [Path(each.place).name for each in art.inputs] == ["data.csv"]
    assert clew.get("more", store=address.said).value == 1
    assert clew.delete("text", store=address.said) == ("text@1",)
    assert clew.restore("text", store=address.said) == ("text@1",)
    assert art.graph is not None


TRACES = """\
import os, threading, warnings, weakref
import clew
import numpy as np

class Own: pass

def state():
    return (len(os.listdir("/proc/self/fd")), threading.active_count(), os.getcwd(), dict(os.environ), len(warnings.filters))

clew.save(1, "warm")
before = state()
x, y = np.arange(10), Own()
dead = weakref.ref(x), weakref.ref(y)
clew.save(x, "x")
clew.save(y, "y")
clew.get("x").value
clew.save((n for n in x), "refused", on_error="warn")
del x, y
print([each() for each in dead], before == state())
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="only Linux says which files are open")
@pytest.mark.parametrize("words", [("run", "traces.py"), ("traces.py",)])
def test_saving_leaves_nothing_behind(words: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    (tmp_path / "traces.py").write_text(TRACES)
    done = run(tmp_path, *words, clew=len(words) == 2)
    assert done.stdout == "[None, None] True\n", done.stderr


LACKING = """import sys
sys.modules["skops"] = sys.modules["skops.io"] = None
import clew
from sklearn.linear_model import LinearRegression
for i in range(2):
    clew.save(LinearRegression(), "m")
"""


def test_a_doubt_about_a_value_is_said_once_at_the_users_line(tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    (tmp_path / ".clew").mkdir()
    (tmp_path / "lacking.py").write_text(LACKING)
    done = run(tmp_path, "run", "lacking.py")
    said = [line for line in done.stderr.splitlines() if "needs skops" in line]
    assert len(said) == 1, done.stderr
    assert "lacking.py:6: UserWarning" in said[0]


def test_a_wish_that_nobody_knows_is_said_as_it_was_made(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"on_error in clew.save is 'explode'"):
        clew.save(1, "x", on_error="explode", store=str(tmp_path))  # type: ignore[arg-type]  # a wrong word on purpose
