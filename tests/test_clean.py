"""Code run alone: as the session ran it, and the user's files stay as they are whatever it does."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from clew.checks.judge import JUDGE
from clew.replay.clean import Account, Conditions, Program, run_alone

ASKED = {"variable": "r", "stored": "", "codec": "", "tolerance": 0.0, "keep": True}


def alone(
    code: str, folder: Path, *, made: tuple[str, ...] = (), shell: bool = False, file: str = "", **conditions: object
) -> Account:
    """Run code alone and have its variable `r` handed out."""
    program = Program(code, folder, file, ("",), shell, made)
    return run_alone(program, Conditions(**conditions), JUDGE, ASKED)  # type: ignore[arg-type]  # as the test says


def value(code: str, folder: Path, **how: object) -> object:
    """Run code alone and give its variable `r`, a text."""
    scratch = folder / "scratch"
    scratch.mkdir()
    program = Program(code, folder, **how)  # type: ignore[arg-type]  # as the test says
    account = run_alone(program, Conditions(), JUDGE, ASKED, scratch=scratch)
    assert account.answer is not None, account.stderr
    assert account.answer["raised"] is None, account.answer
    return (scratch / "value").read_text()


@dataclass(frozen=True, slots=True)
class Case:
    """Code that does something to the user's files; `{here}` is their folder. `needs` is a library."""

    name: str
    code: str
    needs: str = ""


HARMLESS = [
    Case("a file is written over", "open('data.txt', 'w').write('gone')"),
    Case("a file is written over by its whole path", "open('{here}/data.txt', 'w').write('gone')"),
    Case("a file is added to", "open('data.txt', 'a').write('more')"),
    Case("a file is changed in place", "f = open('data.txt', 'r+b')\nf.seek(1)\nf.write(b'!')\nf.close()"),
    Case("a file is removed", "import os\nos.remove('data.txt')"),
    Case("a file is moved", "import os\nos.rename('data.txt', 'other.txt')"),
    Case("a file is moved into another folder", "import os\nos.replace('data.txt', 'sub/other.txt')"),
    Case("a file is cut", "import os\nos.truncate('data.txt', 0)"),
    Case("a file's mode is another", "import os\nos.chmod('data.txt', 0o600)"),
    Case("a file's time is another", "import os\nos.utime('data.txt', (1, 1))"),
    Case("a folder is removed with all in it", "import shutil\nshutil.rmtree('sub')"),
    Case("the working folder is removed", "import os, shutil\nshutil.rmtree(os.getcwd())"),
    Case("files are made", "import os\nos.makedirs('new/deep')\nopen('new/deep/x', 'w').write('1')"),
    Case("files are made above", "open('../beside.txt', 'w').write('1')"),
    Case("a file below is written", "open('sub/inner.txt', 'w').write('gone')"),
    Case(
        "a database is changed", "import sqlite3\nc = sqlite3.connect('x.db')\nc.execute('delete from t')\nc.commit()"
    ),
    Case("a link leads to a file", "import os\nos.symlink('data.txt', 'link')\nopen('link', 'w').write('gone')"),
    Case("a hard link leads to a file", "import os\nos.link('data.txt', 'link')\nopen('link', 'a').write('gone')"),
    Case(
        "a file is written through a descriptor", "import os\nf = os.open('data.txt', os.O_WRONLY)\nos.write(f, b'!')"
    ),
    Case(
        "a file is written in memory",
        "import mmap\nf = open('data.txt', 'r+b')\nm = mmap.mmap(f.fileno(), 0)\nm[0] = 1\nm.flush()",
    ),
    Case("a child writes", "import subprocess\nsubprocess.run('echo gone > data.txt; rm -r sub', shell=True)"),
    Case("a child of a child writes", "import os\nos.system('sh -c \"(echo gone > data.txt) &\"; sleep 0.2')"),
    Case("C writes", "import ctypes\nc = ctypes.CDLL(None)\nc.remove(b'data.txt')\nc.rename(b'sub', b'bus')"),
    Case(
        "the folder is left, and a file written", "import os\nos.chdir('/')\nopen('{here}/data.txt', 'w').write('gone')"
    ),
    Case("an exit handler writes", "import atexit\natexit.register(lambda: open('data.txt', 'w').write('gone'))"),
    Case(
        "a thread writes",
        "import threading\nt = threading.Thread(target=lambda: open('data.txt', 'w'))\nt.start()\nt.join()",
    ),
    Case(
        "C++ of pyarrow writes",
        "import pyarrow as pa, pyarrow.parquet as pq\npq.write_table(pa.table({{'a': [1]}}), 'data.txt')",
        "pyarrow",
    ),
    Case("Rust of polars writes", "import polars as pl\npl.DataFrame({{'a': [1]}}).write_csv('data.txt')", "polars"),
    Case("NumPy writes", "import numpy as np\nnp.arange(3).tofile('data.txt')", "numpy"),
    Case("pandas writes", "import pandas as pd\npd.DataFrame({{'a': [1]}}).to_csv('data.txt')", "pandas"),
    Case("torch writes", "import torch\ntorch.save(torch.ones(2), 'data.txt')", "torch"),
]


def snapshot(folder: Path) -> Mapping[str, object]:
    """All that there is in a folder: names, content, modes and times."""
    found = sorted(folder.rglob("*"))
    return {
        str(each): (each.lstat().st_mode, each.lstat().st_mtime_ns, each.is_file() and each.read_bytes())
        for each in found
    }


def furnished(folder: Path) -> Path:
    """A folder with the user's files."""
    here = folder / "here"
    (here / "sub").mkdir(parents=True)
    (here / "data.txt").write_text("as it was")
    (here / "sub" / "inner.txt").write_text("inside")
    with sqlite3.connect(here / "x.db") as database:
        database.execute("create table t (a)")
        database.execute("insert into t values (5)")
    database.close()
    return here


@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
def test_the_users_files_stay_as_they_are(case: Case, tmp_path: Path) -> None:
    if case.needs and importlib.util.find_spec(case.needs) is None:
        pytest.skip(f"needs {case.needs}")
    here = furnished(tmp_path)
    before = snapshot(tmp_path)
    account = alone(case.code.format(here=here) + "\nr = 'done'", here)
    assert account.answer is not None, account.stderr
    assert snapshot(tmp_path) == before
    if account.guard == "overlay":
        assert account.answer["raised"] is None, account.answer


@pytest.mark.slow
@pytest.mark.parametrize("case", HARMLESS, ids=lambda case: case.name)
@pytest.mark.parametrize("guard", ["landlock", "audit"])
def test_the_users_files_stay_where_the_system_has_no_layers(
    case: Case, guard: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing is refused then, by the kernel or by Python; C and children get past Python."""
    past_python = ("C writes", "C++", "Rust")  # whose code was seen to write is not run
    if guard == "audit" and case.name.startswith(past_python):
        pytest.skip("Python does not see it")
    if case.needs and importlib.util.find_spec(case.needs) is None:
        pytest.skip(f"needs {case.needs}")
    monkeypatch.setenv("CLEW_GUARD", guard)
    here = furnished(tmp_path)
    before = snapshot(tmp_path)
    account = alone(case.code.format(here=here) + "\nr = 'done'", here)
    if account.guard != guard:
        pytest.skip(f"this system knows no {guard}")
    assert account.answer is not None, account.stderr
    assert snapshot(tmp_path) == before


WRITES = "open('data.txt', 'a').write('!')\nr = open('data.txt').read()"


def test_what_the_code_writes_it_finds(tmp_path: Path) -> None:
    here = furnished(tmp_path)
    assert value(WRITES, here) == "as it was!"
    assert (here / "data.txt").read_text() == "as it was"


TRIES = """
import os, shutil, sqlite3
r = []
for work in (lambda: open('data.txt', 'w'), lambda: open('data.txt', 'a'), lambda: os.remove('data.txt'),
             lambda: os.rename('data.txt', 'x'), lambda: shutil.rmtree('sub'), lambda: os.mkdir('new'),
             lambda: sqlite3.connect('x.db').execute('delete from t').connection.commit()):
    try:
        work()
    except (PermissionError, sqlite3.OperationalError) as error:
        r.append('refused')
r = ' '.join(r)
"""


@pytest.mark.parametrize("guard", ["landlock", "audit"])
def test_writing_is_refused_where_the_system_has_no_layers(
    guard: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEW_GUARD", guard)
    here = furnished(tmp_path)
    before = snapshot(here)
    account = alone(TRIES, here)
    if account.guard != guard:
        pytest.skip(f"this system knows no {guard}")
    assert account.answer is not None, account.stderr
    assert snapshot(here) == before


def test_where_only_python_refuses_what_was_seen_to_write_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEW_GUARD", "audit")
    program = Program("r = 1", tmp_path, writes=True)
    account = run_alone(program, Conditions(), JUDGE, ASKED)
    assert account.answer is None
    assert b"cannot keep that apart" in account.stderr


def test_in_place_it_writes_where_it_likes(tmp_path: Path) -> None:
    here = furnished(tmp_path)
    assert alone(WRITES, here, in_place=True).guard == "none"
    assert (here / "data.txt").read_text() == "as it was!"


def test_what_the_session_made_is_not_there(tmp_path: Path) -> None:
    here = furnished(tmp_path)
    code = "import os\nos.mkdir('sub')\nr = str(sorted(os.listdir()))"
    made = (str(here / "sub" / "inner.txt"), str(here / "sub"), str(here / "data.txt"))
    account = alone(code, here, made=made)
    if account.guard != "overlay":
        pytest.skip("this system has no layers")
    assert value(code, here, made=made) == "['scratch', 'sub', 'x.db']"
    assert (here / "sub" / "inner.txt").exists()


# ---- as the session ran it ----------------------------------------------------------------------------------

AS_IT_RAN = """
import os, sys
r = repr((__name__, os.path.basename(__file__), sys.argv, sys.path[0], os.getcwd(),
          [m for m in sys.modules if m.startswith(('clew', 'ast', 'json', 'pandas', 'typing'))],
          [k for k in os.environ if 'CLEW' in k], sys.modules['__main__'].__dict__ is globals()))
"""


def test_a_script_is_alone_in_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEW_CONFIG", raising=False)
    file, arguments = str(tmp_path / "code" / "train.py"), ("train.py", "--epochs", "3")
    said = value(AS_IT_RAN, tmp_path, file=file, arguments=arguments)
    folder = str(tmp_path / "code")
    assert said == repr(("__main__", "train.py", list(arguments), folder, str(tmp_path), [], [], True))


def test_cells_run_in_a_shell_where_they_need_one(tmp_path: Path) -> None:
    assert value("x = 1\n%time x += 1\nr = f'{x} {get_ipython() is not None} {__name__}'", tmp_path, shell=True) == (
        "2 True __main__"
    )


def test_the_source_of_functions_can_be_read(tmp_path: Path) -> None:
    assert value("import inspect\n\ndef f():\n    return 1\n\nr = inspect.getsource(f)", tmp_path) == (
        "def f():\n    return 1\n"
    )


@pytest.mark.parametrize("shell", [False, True])
def test_a_failure_is_told_from_the_users_line_on(shell: bool, tmp_path: Path) -> None:
    account = alone("def f(x):\n    return 1 / x\n\nf(0)\n", tmp_path, shell=shell)
    assert account.answer is not None, account.stderr
    raised = account.answer["raised"]
    assert raised["text"] == "ZeroDivisionError: division by zero"
    assert [(line, name, text) for _, line, name, text in raised["frames"]] == [
        (4, "<module>", "f(0)"),
        (2, "f", "return 1 / x"),
    ]


def test_output_is_captured(tmp_path: Path) -> None:
    account = alone("import sys\nprint('out')\nprint('err', file=sys.stderr)\nr = 1", tmp_path)
    assert (account.stdout, account.stderr) == (b"out\n", b"err\n")


def test_limits_hold(tmp_path: Path) -> None:
    assert alone("while True: pass", tmp_path, seconds=1.0).status is None
    account = alone("r = bytearray(10**9)", tmp_path, memory=500_000_000)
    assert account.answer is not None, account.stderr
    assert account.answer["raised"]["type"] == "MemoryError"


def test_a_process_that_ends_itself_gives_no_answer(tmp_path: Path) -> None:
    account = alone("import os\nos._exit(3)", tmp_path)
    assert (account.status, account.answer) == (3, None)


def test_what_the_program_puts_into_modules_does_not_reach_the_answer(tmp_path: Path) -> None:
    patches = "import json, os\njson.dumps = os.replace = None\n"
    account = alone(patches + "r = 'done'", tmp_path)
    assert account.answer is not None, account.stderr


def test_a_fork_gives_no_answer_of_its_own(tmp_path: Path) -> None:
    assert value("import os\nr = 'child' if os.fork() == 0 else 'parent'", tmp_path) == "parent"


def test_an_exit_is_an_end(tmp_path: Path) -> None:
    account = alone("r = 1\nraise SystemExit(2)", tmp_path)
    assert account.answer is not None
    assert (account.answer["raised"], account.answer["missing"]) == (None, False)


def test_running_alone_costs_little(tmp_path: Path) -> None:
    took = []
    for _ in range(5):
        began = time.perf_counter()
        alone("r = 1", tmp_path)
        took.append(time.perf_counter() - began)
    assert min(took) < 1.0  # half a second on a machine that does nothing else


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr("tempfile.tempdir", None)
    alone("r = 1", tmp_path)
    assert os.listdir(tmp_path / "temporary") == []


def test_a_run_that_is_given_up_ends_at_once(tmp_path: Path) -> None:
    conditions = Conditions()
    conditions.given_up.set()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_alone(Program("import time\ntime.sleep(60)\n", tmp_path), conditions, JUDGE, {})
    assert time.monotonic() - started < 30
