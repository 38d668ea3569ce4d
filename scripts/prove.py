"""Slices a variable out of a notebook, prints the code, runs it in a clean process and compares what it makes.

    python scripts/prove.py NOTEBOOK VARIABLE [EXPRESSION]

The value to compare with comes from a plain run of the whole notebook, without clew. EXPRESSION, evaluated at the end of
both, is shown for people. Exit status 0 where the values are the same.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from clew.analysis.notebooks import read_notebook
from clew.replay.portrait import Same
from clew.replay.process import Cells, Terms, Testimony, last_line, run_clean, verdict_on
from clew.screen.color import colored, wants_color

# A kernel has an answer to `%matplotlib inline`; IPython's plain shell, in which the cells are run here, has none.
NO_SCREEN = "get_ipython().enable_gui = lambda gui=None: None"


def main(notebook: Path, name: str, expression: str) -> int:
    """Print the slice and the proof."""
    cells = tuple(cell.text for cell in read_notebook(notebook))
    say(f"$ clew slice {notebook} {name}")
    code = slice_of(notebook, name)
    show(code)
    say(f"{lines_of(code)} lines of {sum(map(lines_of, cells))}. The proof, in clean processes without clew:")
    alone = run((code,), notebook.parent, name, expression)
    whole = run(cells, notebook.parent, name, expression)
    say(f"  the whole notebook  {whole.seconds:5.1f} s   {expression} = {last_line(whole.stdout)}")
    say(f"  the slice alone     {alone.seconds:5.1f} s   {expression} = {last_line(alone.stdout)}")
    if whole.portraits is None or name not in whole.portraits:
        say(f"the notebook does not make {name}: {last_line(whole.stderr) or last_line(whole.stdout)}")
        return 1
    verdict = verdict_on(name, whole.portraits[name], alone)
    say(f"{name} is the same, bit for bit." if verdict == Same() else f"{name}: {verdict}")
    return int(verdict != Same())


def slice_of(notebook: Path, name: str) -> str:
    """The slice, as a user would get it; what the notebook prints is left out here."""
    command = [sys.executable, "-m", "clew", "slice", str(notebook), name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def run(cells: tuple[str, ...], folder: Path, name: str, expression: str) -> Testimony:
    """Run cells in a clean process, and then show the expression."""
    shown = f"print(' '.join(str({expression}).split()))"
    return run_clean(Cells((NO_SCREEN, *cells, shown), folder), [name], Terms())


def lines_of(code: str) -> int:
    """Lines of code: the empty ones and comments left out."""
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in code.splitlines())


def show(code: str) -> None:
    """Print code between two rules, coloured where a terminal shows it."""
    rule = "─" * 80
    text = colored(code) if wants_color(sys.stdout, os.environ) else code
    say(f"{rule}\n{text.rstrip()}\n{rule}")


def say(text: str) -> None:
    """Print a line now, not when all is done."""
    print(text, flush=True)


if __name__ == "__main__":
    notebook, name, *expression = sys.argv[1:]
    sys.exit(main(Path(notebook), name, *(expression or [name])))
