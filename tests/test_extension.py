"""`%load_ext clew` in real shells: in one of our own process, and in a Jupyter kernel as `clew jupyter` starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clew.ipython.extension import program_of

ROOT = Path(__file__).parents[1]
SHELL = """
import builtins, sys
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.hist_file = ":memory:"
shell = InteractiveShell.instance(config=config)
shell.colors = "nocolor" if hasattr(shell, "theme_table") else shell.colors

def hooks():
    events = {name: list(callbacks) for name, callbacks in shell.events.callbacks.items()}
    completers = set(shell.strdispatchers["complete_command"].strs)
    return list(shell.ast_transformers), events, completers, set(shell.magics_manager.magics["line"]), set(vars(builtins))

before = hooks()
for cell in sys.stdin.read().split("# %%\\n"):
    shell.run_cell(cell, store_history=True)
print("as before" if hooks() == before else "not as before")
"""


def environment(home: Path) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if name not in ("MPLBACKEND", "JUPYTER_PATH")}
    own = {"PYTHONPATH": str(ROOT / "src"), "HOME": str(home), "IPYTHONDIR": str(home / ".ipython")}
    return plain | own | {"CLEW_STORE": str(home / ".clew"), "CLEW_STRICT": "1", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    cells: tuple[str, ...]
    prints: tuple[str, ...]
    silent: tuple[str, ...] = ()


LOAD = "%load_ext clew"
CASES = [
    Case("a slice", (LOAD, "a = 1\nb = 2", "c = a + 1", "print(get_ipython().run_line_magic('clew', 'slice c').code)"), ("a = 1\n\nc = a + 1\n",)),
    Case("a slice of this very cell", (LOAD, "import clew\na = 1\nb = 2\nprint('code', str(clew.slice('b')))"), ("code b = 2\n",)),
    Case("cells before are one unknown", ("a = 1", "b = 5", LOAD, "c = a", "%clew slice c"), ("a = 1\n\nb = 5\n\nc = a\n# note: cell 1, cell 2 ran before",)),
    Case("a failing cell before", ("a = [1]", "b = 5\n1 / 0\na = 0", LOAD, "c = a\nprint(get_ipython().run_line_magic('clew', 'slice c').code)"), ("b = 5\ntry:\n    1 / 0\nexcept Exception:\n    pass\n",)),
    Case("what needs none of them is free of them", ("a = 1", LOAD, "c = 3", "%clew slice c"), ("Out[4]: c = 3\n",)),
    Case("an unknown name", (LOAD, "total = 1", "%clew slice totl"), ("",), ("Traceback",)),
    Case("explain", (LOAD, "a = 1", "c = a", "%clew explain c 1"), ("why line 1 is in the slice of c:", "line 1   a = 1")),
    Case("show", (LOAD, "a = 1", "%clew show"), ("took", "a = 1")),
    Case("sessions", (LOAD, "a = 1", "%clew sessions"), ("running",)),
    Case("status", (LOAD, "a = 1", "%clew status"), ("clew is watching: session", "1 variable")),
    Case("help", (LOAD, "%clew"), ("%clew slice NAME",)),
    Case("a magic's answer is a value", (LOAD, "a = 1", "s = %clew slice a\nprint(len(s.steps))"), ("1\n",)),
    Case("everything is put back", (LOAD, "a = 1", "%unload_ext clew"), ("\nas before",)),
    Case("loaded twice, put back once", (LOAD, "%reload_ext clew", "a = 1", "%unload_ext clew"), ("\nas before",)),
    Case("loaded again after", (LOAD, "%unload_ext clew", LOAD, "a = 1", "%clew slice a", "%unload_ext clew"), ("Out[5]: a = 1", "\nas before")),
    Case("unloaded within a cell", (LOAD, "a = 1\n%unload_ext clew\nb = 2", "print(a + b)"), ("3\nas before",)),
    Case("a failing cell", (LOAD, "a = [1]\na.append(2)\n1 / 0\nb = 3", "c = a", "%clew slice c"), ("a = [1]\na.append(2)\n\nc = a\n",)),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_in_a_shell(case: Case, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHELL],
        input="# %%\n".join(f"{cell}\n" for cell in case.cells),
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert all(said in "\n" + done.stdout for said in case.prints), done.stdout + done.stderr
    assert not any(said in done.stdout for said in case.silent), done.stdout


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of a real kernel, started from the specs that `clew jupyter` would show Jupyter."""
    manager = pytest.importorskip("jupyter_client.manager")
    pytest.importorskip("ipykernel")
    home = tmp_path_factory.mktemp("home")
    script = "import os; from clew.cli.jupyter import jupyter_environ; print(jupyter_environ(None, {})['JUPYTER_PATH'])"
    environ = environment(home)
    path = subprocess.run(
        [sys.executable, "-c", script], cwd=home, env=environ, capture_output=True, encoding="utf-8", check=True
    ).stdout.strip()
    spec = manager.KernelManager(kernel_name="python3")
    spec.kernel_spec_manager.kernel_dirs.insert(0, str(Path(path) / "kernels"))
    spec.start_kernel(env=environ, cwd=str(home))
    client = spec.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    yield client
    client.stop_channels()
    spec.shutdown_kernel(now=True)


def run(client: Any, code: str) -> tuple[str, dict[str, Any]]:
    """What a cell prints, and what it shows."""
    printed: list[str] = []
    shown: dict[str, Any] = {}

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        printed.append(content.get("text", "") if message["msg_type"] == "stream" else "")
        printed.append("\n".join(content.get("traceback", [])))
        shown.update(content.get("data", {}) if message["msg_type"] == "execute_result" else {})

    client.execute_interactive(code, timeout=60, output_hook=hear, store_history=True)
    return "".join(printed), shown


def test_in_a_kernel(kernel: Any) -> None:
    run(kernel, "a = 1\nb = 2")
    assert run(kernel, "print(a + b)") == ("3\n", {})
    _, shown = run(kernel, "%clew slice b")
    assert shown["text/plain"] == "b = 2"
    assert "<table" in shown["text/html"]
    assert "clew is watching" in run(kernel, "%clew status")[0]
    assert "division" in run(kernel, "1 / 0")[0]
    assert run(kernel, "import asyncio\nprint(await asyncio.sleep(0, 'slept'))")[0] == "slept\n"
    said, _ = run(kernel, "%clew slice nothing")
    assert "no variable named 'nothing'" in said
    assert "Traceback" not in said


def test_completion_in_a_kernel(kernel: Any) -> None:
    run(kernel, "frames = 1\nfriends = 2")

    def offered(code: str) -> list[str]:
        matches: list[str] = kernel.complete(code, reply=True, timeout=60)["content"]["matches"]
        return matches

    assert {"frames", "friends"} <= set(offered("%clew slice fr"))
    assert "slice" in offered("%clew sl")


@pytest.mark.parametrize(
    ("environ", "kind"),
    [
        ({}, ("ipython", "")),
        ({"JPY_SESSION_NAME": "/books/a.ipynb"}, ("notebook", "/books/a.ipynb")),
        ({"JPY_SESSION_NAME": "console-1"}, ("ipython", "")),
    ],
)
def test_which_notebook_a_kernel_serves(environ: dict[str, str], kind: tuple[str, str]) -> None:
    assert program_of(environ) == kind
