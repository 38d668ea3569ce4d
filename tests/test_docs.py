"""The documentation under test: every example runs, and prints what the page shows.

In README.md and docs/*.md, a fence's info string says what to do with a block, in one folder a page, in order:

- ```` ```python file=NAME ````  is written there as NAME (any language);
- ```` ```console run ````       is run line by line (`$ ` before each command); standard output is compared,
  and where a command fails, both streams and the exit status;
- ```` ```python cells ````      is run as notebook cells (`# %%` between them) in one IPython shell; a ```` ```text ````
  block right after it is what they print.

`...` in the shown output stands for anything, within a line or over many; empty lines do not count.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(?P<info>[^`\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
CELLS = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="NoColor")
for cell in sys.stdin.read().split("# %%\\n"):
    shell.run_cell(cell, store_history=True).raise_error()
"""


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, the words after it, its text, and the line where it stands."""

    language: str
    words: tuple[str, ...]
    body: str
    line: int

    @property
    def file(self) -> str | None:
        """The file that this block is the text of."""
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), None)


def blocks(page: str) -> tuple[Block, ...]:
    return tuple(
        Block(*info_of(found["info"]), body=found["body"], line=page.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(page)
    )


def info_of(info: str) -> tuple[str, tuple[str, ...]]:
    language, *words = info.split() or [""]
    return language, tuple(words)


def run_page(page: str, folder: Path) -> Iterator[tuple[Block, str, str]]:
    """Do what each block says; yield it with the output it shows and the output it had."""
    all_blocks = blocks(page)
    for block, following in zip_longest(all_blocks, all_blocks[1:]):
        if block.file:
            (folder / block.file).write_text(block.body, encoding="utf-8")
        elif "run" in block.words:
            for command, shown in commands(block.body):
                yield block, shown, run(command, folder)
        elif "cells" in block.words:
            assert following is not None, "cells are followed by a block that shows what they print"
            yield block, following.body, run_cells(block.body, folder)


def commands(body: str) -> Iterator[tuple[str, str]]:
    """Split a console block into each command and the output shown below it."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def run(command: str, folder: Path) -> str:
    """What the command answers: its standard output; where it fails, what it says on both streams, and the status."""
    names = {"clew": f"{shlex.quote(sys.executable)} -m clew", "python": shlex.quote(sys.executable)}
    line = re.sub(r"^((?:\w+=\S+ )*)(clew|python)\b", lambda found: found[1] + names[found[2]], command)
    done = child(["sh", "-c", line], folder)
    failure = f"{done.stderr}(exit status {done.returncode})\n" if done.returncode else ""
    return done.stdout + failure


def run_cells(body: str, folder: Path) -> str:
    done = child([sys.executable, "-c", CELLS], folder, body)
    return done.stdout + (done.stderr if done.returncode else "")


def child(argv: list[str], folder: Path, said: str = "") -> subprocess.CompletedProcess[str]:
    own = environment(folder)
    return subprocess.run(
        argv, input=said, cwd=folder, env=own, capture_output=True, encoding="utf-8", timeout=300, check=False
    )


def environment(folder: Path) -> dict[str, str]:
    """A home and a store of the page's own; MPLBACKEND, because a page is read where there is no display.

    PATH, so that a script which a page writes finds the `clew` that stands beside this Python.
    """
    source = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    own = {"HOME": str(folder), "IPYTHONDIR": str(folder / ".ipython"), "CLEW_STORE": str(folder / ".clew")}
    return (
        os.environ
        | own
        | {"PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])}
        | {"PYTHONPATH": source, "MPLBACKEND": "agg", "PYTHONUNBUFFERED": "1", "NO_COLOR": "1", "COLUMNS": "100"}
    )


def agrees(shown: str, had: str) -> bool:
    """Tell whether the output shown is the output had; `...` stands for anything."""
    pattern = ".*?".join(map(re.escape, tidy(shown).split("...")))
    return re.fullmatch(pattern, tidy(had), re.DOTALL) is not None


def tidy(text: str) -> str:
    """The text without spaces at the ends of lines and without empty lines."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_print_what_the_page_shows(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block, shown, had in run_page(text, tmp_path):
        place = f"{page.name}, line {block.line}"
        assert agrees(shown, had), f"{place} shows\n\n{tidy(shown)}\n\nbut it prints\n\n{tidy(had)}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"(?:\]\(|src=\"|href=\")(?!https?:|#)([^)#\"\s]+)", page.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    page = "```python file=a.py\nprint(1)\n```\n```console run\n$ python a.py\n2\n```\n"
    [(_, shown, had)] = run_page(page, tmp_path)
    assert (shown, had) == ("2\n", "1\n")
    assert not agrees(shown, had)


def test_every_command_and_option_is_documented() -> None:
    said = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    top = asked("--help")
    commands = re.findall(r"^  (\w+) {2,}\w", top, re.MULTILINE)
    assert {"slice", "run"} <= set(commands)
    assert not [name for name in commands if f"`clew {name}" not in said]
    helps = "".join([top, *(asked(name, "--help") for name in commands)])
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", helps)) - {"--epochs"}
    assert not [option for option in options if f"`{option}" not in said]


def asked(*words: str) -> str:
    """What the command line says, at the width of a page."""
    argv = [sys.executable, "-m", "clew", *words]
    return subprocess.run(argv, env=environment(ROOT), stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout


def test_every_magic_is_documented() -> None:
    from clew.ipython.magic import COMMANDS  # here, so that the pages can be judged where the magics are broken

    said = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if f"`%clew {name}" not in said]
