"""The table of what is measured, and the programs that are easier to generate than to write."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).with_name("programs")


@dataclass(frozen=True, slots=True)
class Case:
    """A program, the most that its time under clew may be (a ratio), and the packages it needs.

    `text` makes the program's text; `statements` is how many cheap ones there are to share a fixed cost.
    """

    name: str
    text: Callable[[], str]
    bar: float
    needs: tuple[str, ...] = ()
    statements: int = 0

    def can_run(self) -> bool:
        """Tell whether the packages it needs are installed."""
        return all(importlib.util.find_spec(package) for package in self.needs)


def _file(name: str) -> Callable[[], str]:
    return PROGRAMS.joinpath(f"{name}.py").read_text


CHEAP = (
    "a{n} = {n}",
    "b{n} = a{n} + 1",
    "items.append(b{n})",
    "table['k{n}'] = len(items)",
    "text = f'{{a{n}}}-{{text[:9]}}'",
    "first, *rest = items",
    "pair = (a{n}, b{n}); point.x = pair[0]",
    "small[{n} % 10] += 1",
    "found = table.get('k{n}', 0)",
    "mean = frame['x'].iloc[0]",
)


def cheap_statements() -> str:
    """Write 300 statements that each take microseconds, among values like those of a notebook."""
    head = (
        "import numpy as np\nimport pandas as pd\n"
        "class Point: pass\n"
        "point, items, table, text = Point(), [0], {}, ''\n"
        "small = np.zeros(10)\n"
        "frame = pd.DataFrame({'x': range(1000), 'y': 'a'})\n"
        "big = np.zeros(1_000_000)\n"
    )
    lines = [line.format(n=number) for number in range(300 // len(CHEAP)) for line in CHEAP]
    return head + "\n".join(lines) + "\nprint(len(items))\n"


def list_of_dicts() -> str:
    """Write a program that changes a list of a million dictionaries once and reads it in 50 statements."""
    head = "rows = [{'id': n, 'name': f'n{n}', 'value': n * 0.5} for n in range(1_000_000)]\nrows[10]['value'] = 0.0\n"
    looks = (
        "r{n} = rows[{n} * 1000]['value']",
        "s{n} = sum(row['value'] for row in rows[: {n} * 1000])",
        "t{n} = max(rows, key=lambda row: row['value'])",
        "u{n} = len(rows)",
        "v{n} = [row['id'] for row in rows if row['id'] % 97 == {n}]",
    )
    return head + "\n".join(look.format(n=number) for number in range(10) for look in looks) + "\nprint(t9, u9)\n"


CASES = (
    Case("nothing at all", lambda: "pass\n", 99.0),
    Case("300 cheap statements", cheap_statements, 1.25, ("numpy", "pandas"), statements=300),
    Case("a loop at top level", _file("hot_loop"), 1.02),
    Case("calls of a small function", _file("small_function"), 1.02),
    Case("recursion", _file("recursion"), 1.02),
    Case("a frame of 1M rows", _file("frame_pipeline"), 1.05, ("numpy", "pandas")),
    Case("fits of scikit-learn", _file("model_fits"), 1.05, ("numpy", "sklearn")),
    Case("50 arrays of 8 MB in place", _file("arrays_in_place"), 1.05, ("numpy",)),
    Case("a list of 1M dicts", list_of_dicts, 1.05),
    Case("a figure with ten axes", _file("figure"), 1.05, ("numpy", "matplotlib")),
    Case("gradient descent, NumPy", _file("descent_numpy"), 1.05, ("numpy",)),
    Case("gradient descent, torch", _file("descent_torch"), 1.05, ("torch",)),
)
