"""A session run again with something changed: what runs is what depends on the change, and all is as in a full run."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Mapping
from contextlib import closing, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clew import session as parts
from clew.dataflow.graph import fold
from clew.errors import BadSetting, CannotExecute
from clew.replay.editing import edited
from clew.replay.kept import take_in
from clew.replay.process import Script, run_clean
from clew.replay.process import Terms as Clean
from clew.replay.recorded import recorded
from clew.replay.rerun import Prepared, Session, Terms, note_of, prepare, rerun_prepared
from clew.replay.rerunorders import Outcome
from clew.reruns import rerun
from clew.store.kept import KeptValues

BUDGET = 10**8


@dataclass(frozen=True, slots=True)
class Case:
    """A program and an edit of it: the statements that run (by their beginnings), and what of kept values is loaded."""

    name: str
    program: str
    edit: tuple[str, str]
    runs: tuple[str, ...]
    loads: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)  # files changed after the session


SLOW = "import time\ndef slow(x):\n    time.sleep(0.1)\n    return x\n"

CASES = [
    Case(
        "what does not depend on the change does not run",
        SLOW + "a = slow([1])\nb = slow([2])\nc = a + [3]\nd = b + [4]",
        ("[3]", "[5]"),
        ("c = a",),
        ("a",),
    ),
    Case(
        "equal values hold nobody up",
        "a = [3, 1, 2]\nb = sorted(a)\nc = sum(b)",
        ("sorted(a)", "sorted(a, reverse=False)"),
        ("a = ", "b = "),
    ),
    Case(
        "a comment, a docstring and a renamed local change nothing",
        "def f(x):\n    y = x\n    return y\na = f(2)",
        ("    y = x\n    return y", "    '''Same.'''\n    z = x  # as it is\n    return z"),
        (),
    ),
    Case(
        "a helper's helper counts",
        "def h(x): return x + 1\ndef g(x): return h(x)\na = g(1)\nb = 5",
        ("x + 1", "x + 2"),
        ("def h", "def g", "a = "),
    ),
    Case(
        "a change of a value that is in memory is made there too",
        "a = [1]\nb = {'a': a, 'v': 1}\na.append(2)\nn = len(b['a'])",
        ("'v': 1", "'v': 2"),
        ("a = ", "b = ", "a.append", "n = "),
    ),
    Case(
        "two names of one list are one list again",
        SLOW + "a = slow([1])\nb = a\nc = slow(3)\nb.append(4)\nn = len(a)",
        ("append(4)", "append(5)"),
        ("b = a", "b.append", "n = "),
        ("a",),
    ),
    Case(
        "a value is loaded as it was at that moment",
        SLOW + "a = slow([1])\nn = len(a)\na.append(2)\nm = len(a)",
        ("n = len(a)", "n = len(a) + 10"),
        ("n = ",),
        ("a",),
    ),
    Case(
        "a variable is not there before it is bound, though its group is loaded",
        SLOW + "a = slow([1])\nn = 'b' in globals()\nb = a\nb = slow(b)",
        ("n = 'b'", "n = len(a), 'b'"),
        ("import time", "def slow", "n = "),
        ("a",),
    ),
    Case(
        "a view is made again on the array that was kept",
        SLOW + "import numpy as np\na = slow(np.zeros(3))\nv = a[1:]\nk = 7\nv[0] = k\ns = float(a.sum())",
        ("k = 7", "k = 8"),
        ("v = ", "k = ", "v[0]", "s = "),
        ("a",),
    ),
    Case(
        "draws of one generator come in their order",
        "import random\nrandom.seed(1)\na = random.random()\nb = random.random()\nc = 1",
        ("b = random.random()", "b = random.random() + 1"),
        ("import random", "random.seed", "a = ", "b = "),
    ),
    Case(
        "a new draw comes after those before it, and before those after it",
        "import random\nrandom.seed(1)\na = random.random()\nb = random.random()",
        ("b = ", "n = random.random()\nb = "),
        ("import random", "random.seed", "a = ", "n = ", "b = "),
    ),
    Case(
        "another seed draws other numbers",
        "import random\nrandom.seed(1)\na = random.random()\nb = 2",
        ("seed(1)", "seed(2)"),
        ("import random", "random.seed", "a = "),
    ),
    Case(
        "a branch that is taken now binds what is read later",
        "k = 1\nx = 0\nif k > 1:\n    x = 5\ny = x + 1",
        ("k = 1", "k = 2"),
        ("k = ", "if k", "y = "),
    ),
    Case("a statement that is gone takes what it did with it", "a = [1]\na.append(2)\nn = len(a)\nz = 1", ("a.append(2)\n", ""), ("a = ", "n = ")),
    Case("a new statement changes what others read", "a = [1]\nb = [a]\nn = len(b[0])\nz = 1", ("b = [a]", "b = [a]\na.append(3)"), ("a = ", "b = ", "a.append", "n = ")),
    Case(
        "an input file that was changed is read again",
        "text = open('data.txt').read()\nn = len(text)\nz = 1",
        ("z = 1", "z = 1"),
        ("text = ", "n = "),
        files={"data.txt": "one"},
        outside={"data.txt": "three"},
    ),
    Case(
        "an input file with the same content is not",
        "text = open('data.txt').read()\nn = len(text)",
        ("n", "n"),
        (),
        files={"data.txt": "one"},
        outside={"data.txt": "one"},
    ),
    Case(
        "a module beside the program was edited",
        "import helpers\na = helpers.twice(2)\nb = helpers.once(2)",
        ("a = ", "a = "),
        ("import helpers", "a = "),
        files={"helpers.py": "def twice(x): return 2 * x\ndef once(x): return x"},
        outside={"helpers.py": "def twice(x): return 3 * x\ndef once(x): return x"},
    ),
    Case(
        "an instance whose class was edited is made again",
        "class C:\n    def __init__(self, k): self.k = k\n    def get(self): return self.k\nc = C(2)\nr = c.get()\nz = 1",
        ("return self.k", "return -self.k"),
        ("class C", "c = ", "r = "),
    ),
    Case(
        "a file that is written anew is read anew",
        "k = 'one'\nwith open('out.txt', 'w') as f:\n    n = f.write(k)\nt = open('out.txt').read()\nz = 1",
        ("'one'", "'two'"),
        ("k = ", "with open", "t = "),
    ),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attempt:
    """A rerun, held against a full run of the changed program; `differing` are variables that are not the same."""

    prepared: Prepared
    outcome: Outcome
    differing: frozenset[str]


def known(store: str, session: str) -> Session:
    with closing(parts.open_store(store)) as opened:
        kept = KeptValues(opened.database)
        take_in(kept, store, BUDGET)
        return Session(opened.events(session), kept.of([session]), note_of(kept.noted(session)))


def attempt(case: Case, folder: Path, *, everything: bool) -> Attempt:
    """Run a case's program, change it, and run it again: for all variables, or only what has to run.

    Where no kept value is to be loaded, there is no room for any: on a busy machine all takes long.
    """
    os.environ["CLEW_KEEP"] = "100 MB" if case.loads else "1 B"
    program, store = folder / "program.py", str(folder / "store")
    Path(store).mkdir(exist_ok=True)
    for name, text in {**case.files, program.name: case.program}.items():
        (folder / name).write_text(text, encoding="utf-8")
    done = parts.capture(program, [], allow_errors=True, store=store, quiet=True)
    assert done.error is None
    session = known(store, done.session)
    for name, text in {**case.outside, program.name: case.program.replace(*case.edit)}.items():
        (folder / name).write_text(text, encoding="utf-8")
    sources = edited(recorded(session.events), program)
    prepared = prepare(session, sources)
    names = frozenset(fold(done.events).variables).union(*(each.binds for each in prepared.work.statements))
    if everything:
        prepared = prepare(session, sources, names)
    outcome, _ = rerun_prepared(prepared, Terms(f"{store}/blobs", BUDGET, tuple(sorted(names))))
    full = run_clean(Script(program, folder), None, Clean()).portraits or {}
    found = {name: portrait for name, portrait in outcome.portraits.items() if name in full}
    held = full if everything else found
    return Attempt(prepared, outcome, frozenset(n for n in held if n not in found or found[n].digest != full[n].digest))


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CLEW_KEEP", "100 MB")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_depends_on_the_change_runs_and_nothing_else(case: Case, tmp_path: Path) -> None:
    tried = attempt(case, tmp_path, everything=False)
    assert not tried.outcome.error
    ran = tuple(tried.prepared.texts[each.number] for each in tried.outcome.ran)
    assert len(ran) == len(case.runs), ran
    assert all(text.startswith(begun) for text, begun in zip(ran, case.runs, strict=True)), ran
    assert {name for _, names in tried.outcome.loaded for name in names} >= set(case.loads)
    assert not tried.differing


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.slow
def test_every_variable_is_what_a_full_run_makes_it(case: Case, tmp_path: Path) -> None:
    tried = attempt(case, tmp_path, everything=True)
    assert not tried.outcome.error
    assert not tried.differing


def ready(folder: Path, program: str) -> str:
    (folder / ".clew").mkdir()
    (folder / "program.py").write_text(program, encoding="utf-8")
    done = parts.capture(folder / "program.py", [], allow_errors=True, store=None, quiet=True)
    return done.session


def test_a_rerun_is_recorded_and_gives_what_differs(tmp_path: Path) -> None:
    session = ready(tmp_path, "url = 'a'\nn = len(url)\nz = 3")
    found = rerun(session, changed={"url": "abc"})
    assert found.ok
    assert [each.text for each in found.ran] == ["url = 'abc'", "n = len(url)"]
    assert found.value("n") == 3
    assert found.record.execution > 0
    assert json.loads(json.dumps(found.as_json()))["error"] == ""


def test_an_output_that_is_no_file_is_no_hindrance(tmp_path: Path) -> None:
    session = ready(tmp_path, "k = 1\nn = k + 1")
    with redirect_stderr(io.StringIO()):
        assert rerun(session, changed={"k": 2}).value("n") == 3


def test_an_artifact_gets_a_new_version_only_if_that_is_asked_for(tmp_path: Path) -> None:
    import clew

    session = ready(tmp_path, "import clew\nk = 1\nart = clew.save(k, 'kept')")
    assert rerun(session, changed={"k": 2}).ok
    assert clew.get("kept").value == 1
    assert rerun(session, changed={"k": 2}, saves=True).ok
    assert clew.get("kept").value == 2


def test_a_failure_is_in_the_answer_with_the_users_own_lines(tmp_path: Path) -> None:
    session = ready(tmp_path, "k = 1\nr = 1 / k\nz = 2")
    found = rerun(session, changed={"k": 0})
    assert not found.ok
    assert found.record.error == "ZeroDivisionError: division by zero"
    assert 'program.py", line 2' in found.record.trace


def test_a_dry_run_runs_nothing(tmp_path: Path) -> None:
    session = ready(tmp_path, "k = 1\nopen('seen.txt', 'a').write('.')\nr = k + 1")
    found = rerun(session, changed={"k": 2}, dry_run=True)
    assert [each.why for each in found.ran] == ["it was edited", "k is changed by line 1"]
    assert (tmp_path / "seen.txt").read_text(encoding="utf-8") == "."


def test_a_name_that_is_not_given_once_is_refused(tmp_path: Path) -> None:
    session = ready(tmp_path, "k = 1\nk = 2")
    with pytest.raises(BadSetting, match="k is given more than once"):
        rerun(session, changed={"k": 3})
    with pytest.raises(BadSetting, match="q is not given"):
        rerun(session, changed={"q": 3})


def test_an_incomplete_record_is_refused(tmp_path: Path) -> None:
    session = ready(tmp_path, "import sys\nsys.setprofile(lambda *a: None)\nsys.setprofile(None)\nk = 1")
    with pytest.raises(CannotExecute, match="incomplete"):
        rerun(session, changed={"k": 3})


def test_one_line_of_two_hundred_is_decided_on_quickly_and_only_its_dependents_run(tmp_path: Path) -> None:
    lines = ["v0 = [0]", *(f"v{n} = [*v{n - 1 if n % 10 else 0}, {n}]" for n in range(1, 200))]
    session = ready(tmp_path, "\n".join(lines))
    Path("edited.py").write_text("\n".join(lines).replace(", 95]", ", 0]"), encoding="utf-8")
    started = time.process_time()
    found = rerun(session, edit="edited.py", dry_run=True)
    assert (time.process_time() - started) / 200 < 0.005
    affected = [each.text.partition(" ")[0] for each in found.ran if each.why.startswith(("it was", "v"))]
    assert affected == [f"v{n}" for n in range(95, 100)]
