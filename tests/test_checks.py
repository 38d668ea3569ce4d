"""Kept values made again: each program is run by `clew run`, its artifacts are verified as a user would."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

import clew
from clew.checks.causes import cause_of
from clew.checks.doubts import doubts, hopeless
from clew.checks.programs import Lines
from clew.cli import main
from clew.errors import MissingExtra, ReplayFailed, UsageError
from clew.model.artifacts import Input, Whence
from clew.model.differences import Finding
from clew.model.verdicts import CannotTell, Differs, Same, Verdict
from clew.replay.clean import Account
from clew.store.codecs.pickles import PICKLE
from clew.store.trust import config_folder
from tests.test_catalog import record

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that a program saves, the verdict on it, and what that says (a pattern)."""

    name: str
    code: str
    verdict: type
    says: str = ""
    session: Mapping[str, str] = field(default_factory=dict)


DAY = "day = os.environ.get('D' + 'AY') or str(datetime.date.today())"
KEPT = [
    Kept("an unseeded generator", "n = random.random()\nv = [n]", CannotTell, r"program.py, line \d+: `n = random"),
    Kept("plain data", "v = {'a': [1, 2.5, None], 'b': (1, b'x')}", Same),
    Kept("an array with nothing in a place", "v = np.array([1.0, np.nan])", Same),
    Kept("a frame", "v = pd.DataFrame({'a': [1, 2]}, index=['x', 'y'])", Same),
    Kept("a seeded generator", "g0 = random.Random(3)\nv = g0.random()", Same),
    Kept("a seeded generator of NumPy", "v = np.random.default_rng(3).normal(size=3)", Same),
    Kept("a class of its own", "class Point:\n    x = 1\np = Point()\np.y = [2]\nv = p", Same),
    Kept("a function of its own", "def double(x):\n    return 2 * x\nv = double", Same),
    Kept("a file that was there", "v = open('in.txt').read()", Same),
    Kept("a file that it writes itself", "open('out.txt', 'w').write('x')\nv = open('out.txt').read()", Same),
    Kept("a file that it adds to", "open('out2.txt', 'a').write('x')\nv = open('out2.txt').read()", Same),
    Kept("a folder that it makes", "os.mkdir('made')\nv = os.listdir('made')", Same),
    Kept("a folder that it makes and removes", "os.mkdir('m2')\nos.rmdir('m2')\nv = os.path.exists('m2')", Same),
    Kept("a file as a value", "open('f.bin', 'wb').write(b'12')\nv = clew.file('f.bin')", Same),
    Kept("an argument of the program", "v = sys.argv[1:]", Same),
    Kept("where it runs", "v = os.getcwd(), os.path.basename(__file__)", Same),
    Kept("one of NumPy", "g = np.random.default_rng()\nv = g.random()", CannotTell, r"`g = np.random.default_rng\(\)`"),
    Kept(
        "a name of chance", "u = str(uuid.uuid4())\nv = u.upper()", CannotTell, r"`u = str\(uuid.uuid4\(\)\)`.*chance"
    ),
    Kept("bytes of chance", "b = os.urandom(4)\nv = b", CannotTell, r"`b = os.urandom\(4\)`.*chance"),
    Kept("a secret", "t = secrets.token_hex(4)\nv = t", CannotTell, r"`t = secrets.token_hex\(4\)`.*chance"),
    Kept("the time", "t = time.time()\nv = t", CannotTell, r"`t = time.time\(\)`.*the clock"),
    Kept("now", "n = datetime.datetime.now()\nv = str(n)", CannotTell, r"`n = datetime.*the clock"),
    Kept("today", f"{DAY}\nv = day", CannotTell, r"`day = .*the clock", {"DAY": "1999-12-31"}),
    Kept("an address", "a = id([])\no = object()\nv = str(o)", CannotTell, "another one each time"),
    Kept("the order of a set", "s = list({str(n) for n in range(50)})\nv = s", CannotTell, r"`s = list"),
    Kept("a hash", "h = hash('text')\nv = h", CannotTell, r"`h = hash\('text'\)`"),
    Kept("the number of a process", "p = os.getpid()\nv = p", CannotTell, r"`p = os.getpid\(\)`.*the process"),
    Kept(
        "chance in a function",
        "dice = random.Random()\ndef roll():\n    return dice.random()\nv = roll()",
        CannotTell,
        r"`dice = random.Random",
    ),
    Kept(
        "a variable of the environment",
        "v = os.environ.get('RIVER', '')",
        CannotTell,
        "the variable RIVER",
        {"RIVER": "Iller"},
    ),
    Kept(
        "code that fails",
        "v = os.environ['TO' + 'WN']",
        Differs,
        r"the code fails: KeyError: 'TOWN' \(program.py",
        {"TOWN": ""},
    ),
]
IMPORTS = (
    "import datetime, os, random, secrets, sys, time, uuid\nimport numpy as np\nimport pandas as pd\nimport clew\n"
)


def program(kept: Kept) -> str:
    return f"{kept.code}\nclew.save(v, {kept.name!r})\n"


def ran(folder: Path, text: str, environ: Mapping[str, str] | None = None, *words: str) -> None:
    """Run a program by `clew run`, in a folder with a store of its own."""
    (folder / ".clew").mkdir(exist_ok=True)
    (folder / "program.py").write_text(text)
    command = [sys.executable, "-m", "clew", "run", "program.py", *words]
    env = {name: value for name, value in os.environ.items() if name != "CLEW_STORE"} | dict(environ or {})
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all of KEPT was saved by one session."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "in.txt").write_text("inside")
    environ = {name: value for kept in KEPT for name, value in kept.session.items()}
    ran(folder, IMPORTS + "\n".join(map(program, KEPT)), environ, "--epochs", "3")
    return folder


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("CLEW_STORE", raising=False)
    monkeypatch.chdir(project)
    return project


@pytest.fixture(scope="module")
def verdicts(project: Path) -> Mapping[str, Verdict]:
    """What came of verifying all of KEPT, side by side."""
    before = Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CLEW_STORE", raising=False)
        os.chdir(project)
        try:
            found = clew.verify(*(kept.name for kept in KEPT))
        finally:
            os.chdir(before)
    return dict(zip((kept.name for kept in KEPT), found, strict=True))


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_verdicts(kept: Kept, verdicts: Mapping[str, Verdict]) -> None:
    verdict = verdicts[kept.name]
    assert type(verdict) is kept.verdict, verdict
    assert re.search(kept.says, str(verdict)), verdict


def test_a_verdict_is_kept_with_its_history(inside: Path) -> None:
    before = len(clew.get("plain data").verdicts)
    art = clew.get("plain data")
    assert isinstance(art.verify(), Same)
    assert len(art.verdicts) == before + 1
    assert art.checked is not None
    assert (art.checked.finding, art.checked.python) == (Finding.SAME, art.environment.python)
    assert clew.get("plain data").checked == art.checked
    assert "verified" in repr(art)
    assert "verified" in art._repr_html_()
    assert art.as_json()["verified"] is not None


def test_a_comparison_says_what_was_verified(inside: Path) -> None:
    clew.verify("plain data")
    found = clew.diff("plain data", "where it runs")
    assert "plain data@1: verified" in repr(found)
    assert found.as_json()["verified"][0]["verdict"] == "verified"  # type: ignore[index]  # a list


def test_several_are_verified_side_by_side(inside: Path) -> None:
    found = clew.verify("plain data", "a frame@1", "the time")
    assert [type(each) for each in found] == [Same, Same, CannotTell]
    assert "3 artifacts: 2 verified, 1 not checkable" in found._repr_html_()


def test_the_command_says_how_it_went(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "plain data", "--json", "-"]) == 0
    [said] = json.loads(capsys.readouterr().out)["artifacts"]
    assert (said["name"], said["version"], said["verdict"], said["said"]) == ("plain data", 1, "verified", "")
    assert main(["verify", "code that fails"]) == 1
    shown = capsys.readouterr()
    assert "differs" in shown.out
    assert 'File "program.py", line' in shown.err
    assert main(["verify"]) == 2
    assert main(["verify", "--all", "plain data"]) == 2
    assert main(["verify", "plain data", "--memory", "lots"]) == 2


def test_limits_are_said(inside: Path) -> None:
    slow = clew.verify("a frame", seconds=0.05)
    assert slow == CannotTell("not done after 0 s")
    small = clew.verify("a frame", memory=30_000_000)
    assert isinstance(small, CannotTell)
    assert "30,000,000 bytes of memory" in small.why


def test_a_value_is_made_again(inside: Path, capsys: pytest.CaptureFixture[str]) -> None:
    art = clew.get("a frame")
    assert art.replay().equals(art.value)
    assert art.replay(here=True).equals(art.value)
    assert clew.get("a file as a value").replay().name
    with pytest.raises(ReplayFailed, match=r"KeyError: 'TOWN'") as failed:
        clew.get("code that fails").replay()
    assert "program.py" in str(failed.value)
    with pytest.raises(ReplayFailed, match=r"KeyError: 'TOWN'"):
        clew.get("code that fails").replay(here=True)
    assert Path.cwd() == inside
    assert main(["replay", "plain data", "-o", str(inside / "again.json")]) == 0
    assert (inside / "again.json").exists()
    (inside / "again.json").unlink()


def test_a_value_whose_class_is_found_beside_the_program_only_is_said_not_to_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CLEW_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_baskets.py").write_text("class Basket:\n    pass\n")
    ran(tmp_path, "import clew\nfrom own_baskets import Basket\nb = Basket()\nclew.save(b, 'basket')\n")
    assert main(["replay", "basket"]) == 2
    assert "cannot be loaded here: ModuleNotFoundError: No module named 'own_baskets'" in capsys.readouterr().err


# ---- before anything is run ---------------------------------------------------------------------------------


def test_a_changed_input_is_said_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data.txt"
    data.write_text("1 2 3")
    ran(tmp_path, "import clew\nn = [int(w) for w in open('data.txt').read().split()]\nclew.save(sum(n), 'sum')\n")
    stamp = data.stat()
    data.write_text("1 2 4")
    os.utime(data, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert clew.verify("sum") == CannotTell(f"the input {data} was changed since")
    assert isinstance(clew.verify("sum", force=True), Differs)
    data.unlink()
    assert clew.verify("sum") == CannotTell(f"the input {data} is missing")
    data.write_text("1 2 3")
    assert clew.verify("sum") == Same()


def test_a_pickle_of_nobody_we_trust_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    text = "import clew\n\ndef double(x):\n    return 2 * x\n\nclew.save(double, 'double')\n"
    ran(tmp_path, text, {"CLEW_CONFIG": str(tmp_path / "somebody")})
    assert not PICKLE.safe
    verdict = clew.verify("double")
    assert isinstance(verdict, CannotTell)
    assert "its signer is not one you trust" in verdict.why
    assert config_folder() != tmp_path / "somebody"


def test_a_program_that_nobody_watched_has_no_code_of_its_own() -> None:
    made = record()
    assert hopeless(made) == ""
    assert "nobody watched" in hopeless(replace(made, origin=replace(made.origin, whence=Whence.SOURCE)))
    assert "in no variable" in hopeless(replace(made, origin=replace(made.origin, variable="")))


def test_what_it_was_made_on_is_compared(tmp_path: Path) -> None:
    here = replace(record().environment, python="3.1.4", packages=(("pytest", "0.1"), ("no-such-thing", "1")))
    made = replace(
        record(), environment=here, inputs=(Input("url", "http://there/x"), Input("file", str(tmp_path / "x")))
    )
    said = doubts(made)
    assert [line.partition(", and")[0] for line in said] == [
        f"the input {tmp_path / 'x'} is missing",
        "it was made on Python 3.1.4",
        "it was made with pytest 0.1",
        "no-such-thing 1 is not installed",
    ]
    assert doubts(made, same_packages=True) == said[:1]


def test_without_uv_nothing_can_be_installed(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(inside))
    with pytest.raises(MissingExtra, match="needs uv, which is not installed"):
        clew.verify("plain data", same_packages=True)


@pytest.mark.slow
def test_the_packages_that_were_recorded_are_installed(inside: Path) -> None:
    if shutil.which("uv") is None:
        pytest.skip("needs uv")
    assert clew.verify("a frame", same_packages=True) == Same()


def test_an_unknown_name_is_said(inside: Path) -> None:
    with pytest.raises(UsageError, match="no artifact 'plain dat'"):
        clew.verify("plain dat")
    with pytest.raises(UsageError, match="which artifact"):
        clew.verify()


# ---- a tolerance --------------------------------------------------------------------------------------------


def test_numbers_may_differ_where_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    text = "import os\nimport clew\nv = {'a': [1.0 + float(os.environ.get('MO' + 'RE', '0'))]}\nclew.save(v, 'v')\n"
    ran(tmp_path, text, {"MORE": "0.001"})
    assert clew.verify("v") == Differs("['a'][0]", "builtins.float")
    assert clew.verify("v", tolerance=0.01) == Same()
    assert isinstance(clew.verify("v", tolerance=1e-6), Differs)
    checked = clew.get("v").verdicts
    assert [each.tolerance for each in checked] == [0.0, 0.01, 1e-6]


# ---- notebooks ----------------------------------------------------------------------------------------------

CELLS = ["import clew\nx = 1", "%time y = [x, 2]", "clew.save(y, 'y')\nbad = {}", "z = bad\nclew.save(z, 'z')"]


def test_cells_with_magics_are_run_by_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_STORE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".clew").mkdir()
    cells: list[object] = [
        {"cell_type": "code", "source": text, "metadata": {}, "outputs": [], "execution_count": None} for text in CELLS
    ]
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (tmp_path / "book.ipynb").write_text(json.dumps(book))
    done = subprocess.run([sys.executable, "-m", "clew", "run", "book.ipynb"], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert list(clew.verify("y", "z")) == [Same(), Same()]


# ---- whose line it is, and why ------------------------------------------------------------------------------


@pytest.mark.usefixtures("verdicts")
def test_lines_lead_to_the_users_own(inside: Path) -> None:
    checked = clew.get("now").checked or pytest.fail("it was verified above")
    lines = (inside / "program.py").read_text().splitlines()
    assert f"program.py, line {lines.index('n = datetime.datetime.now()') + 1}: " in checked.said
    assert Lines("a = 1").said(1) == "the slice, line 1"


def told(steps: list[tuple[int, dict[str, str]]], heard: list[tuple[int, str, str]]) -> Account:
    return Account(0, b"", b"", 1.0, "overlay", {"steps": steps, "heard": heard})


LINES = Lines("a = f()\nb = a\nc = g()")


@dataclass(frozen=True, slots=True)
class Cause:
    name: str
    runs: Callable[[], list[Account]]
    said: str
    agreed: bool = False


CAUSES = [
    Cause(
        "the first line after which runs differ",
        lambda: [told([(1, {"a": "x"}), (2, {"b": "y"})], []), told([(1, {"a": "x"}), (2, {"b": "z"})], [])],
        "the slice, line 2: `b = a` makes another value each time",
    ),
    Cause(
        "what was asked for there",
        lambda: [told([(1, {"a": at})], [(1, "time.time", "the clock"), (3, "builtins.id", "x")]) for at in "xy"],
        "the slice, line 1: `a = f()` depends on the clock (time.time)",
    ),
    Cause(
        "a run that ends earlier",
        lambda: [told([(1, {"a": "x"}), (3, {"c": "y"})], []), told([(1, {"a": "x"})], [])],
        "the slice, line 3: `c = g()` makes another value each time",
    ),
    Cause("nothing", lambda: [told([(1, {"a": "x"})], [])] * 2, "", agreed=True),
    Cause(
        "what was asked for though runs agree",
        lambda: [told([(1, {"a": "x"})], [(1, "date.today", "the clock")])] * 2,
        "the slice, line 1: `a = f()` depends on the clock (date.today)",
        agreed=True,
    ),
]


@pytest.mark.parametrize("case", CAUSES, ids=lambda case: case.name)
def test_a_cause_is_named(case: Cause) -> None:
    assert cause_of(case.runs(), LINES, agreed=case.agreed) == case.said


SLOW = """import time
import clew
def f():
    time.sleep(4)
    return 3
slow = f()
clew.save(slow, "slow")
"""


def test_a_verification_that_is_told_to_end_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    (tmp_path / "tmp").mkdir()
    (tmp_path / "slow.py").write_text(SLOW)
    assert subprocess.run([sys.executable, "-m", "clew", "run", "slow.py"], cwd=tmp_path, check=False).returncode == 0
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    clew_verify = [sys.executable, "-m", "clew", "verify", "slow"]
    with subprocess.Popen(clew_verify, cwd=tmp_path, env=environment) as process:
        deadline = time.monotonic() + 30
        while not list((tmp_path / "tmp").glob("clew-alone*")) and time.monotonic() < deadline:
            time.sleep(0.05)
        process.terminate()
        assert process.wait(3) == 130
    assert os.listdir(tmp_path / "tmp") == []


def test_what_saving_gave_is_another_one_by_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".clew").mkdir()
    program = "import clew\nart = clew.save(1, 'm')\nv = art.version\nclew.save({'v': v}, 'of')\n"
    (tmp_path / "again.py").write_text(program)
    monkeypatch.chdir(tmp_path)
    assert subprocess.run([sys.executable, "-m", "clew", "run", "again.py"], check=False).returncode == 0
    verdict = clew.verify("of")
    assert isinstance(verdict, CannotTell)
    assert "line 2: `art = clew.save(1, 'm')` depends on what is in the store by now" in verdict.why
