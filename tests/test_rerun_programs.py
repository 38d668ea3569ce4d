"""Reruns of the programs of the slice tables, each with a random edit: no variable is other than a full run makes it."""

from __future__ import annotations

import ast
import random
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from clew import session as parts
from clew.dataflow.graph import fold
from clew.replay.editing import edited
from clew.replay.portrait import Portrait
from clew.replay.process import Script, Testimony, run_clean
from clew.replay.process import Terms as Clean
from clew.replay.recorded import recorded
from clew.replay.rerun import Terms, prepare, rerun_prepared
from tests.programs.slices.all import CASES
from tests.programs.slices.case import Case
from tests.test_rerun import BUDGET, known

EVERY = 15
UNLIKE = ("builtins.module", "matplotlib", "logging")
"""Kinds that are not the same in two processes: what else is loaded shows, and pyplot closes its figures at the end."""


def edit(program: str, chance: random.Random) -> str:
    """Change a constant, or move, double or take out a statement."""
    tree = ast.parse(program)
    body, place = tree.body, chance.randrange(len(tree.body))
    constants = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) in (int, float)]
    match chance.randrange(4 if constants else 3):
        case 0:
            body.insert(chance.randrange(place, len(body) + 1), body[place])
        case 1 if len(body) > 1:
            del body[place]
        case 2:
            body.insert(chance.randrange(len(body)), body.pop(place))
        case _ if constants:
            constant = chance.choice(constants)
            constant.value += 1  # type: ignore[operator]  # it is a number
    return ast.unparse(tree)


def put(case: Case, folder: Path) -> None:
    for name, text in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def differing(one: Testimony, other: Testimony, found: dict[str, Portrait]) -> set[str]:
    """The variables that two full runs agree about, and the rerun does not."""
    first, second = one.portraits or {}, other.portraits or {}
    names = {name for name in first.keys() | found.keys() if first.get(name) == second.get(name)}
    kinds = {name: (first.get(name) or found[name]).kind for name in names}
    alike = {name for name in names if not kinds[name].startswith(UNLIKE)}
    return {
        name
        for name in alike
        if (name in first) != (name in found)
        # A library's function goes by its name while its module has it: what patched the module is no variable.
        or (name in first and first[name].kind != "builtins.function" and first[name].digest != found[name].digest)
    }


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES[::EVERY], ids=lambda case: case.name)
def test_a_rerun_makes_what_a_full_run_makes(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if any(find_spec(name.partition(".")[0]) is None for name in case.needs):
        pytest.skip("it needs what is not installed")
    monkeypatch.setenv("CLEW_KEEP", "100 MB")
    folder, store, program = tmp_path / "w", str(tmp_path / "store"), tmp_path / "w" / "program.py"
    folder.mkdir()
    Path(store).mkdir()
    monkeypatch.chdir(folder)
    put(case, folder)
    program.write_text(case.program, encoding="utf-8")
    done = parts.capture(program, [], allow_errors=True, store=store, quiet=True)
    if done.error:
        pytest.skip("it fails")
    shutil.copytree(folder, tmp_path / "after", symlinks=True)
    if full(program, tmp_path / "after").status:
        pytest.skip("it cannot be run twice in its folder: a rerun leaves out what made it")
    program.write_text(edit(case.program, random.Random(case.name)), encoding="utf-8")
    session = known(store, done.session)
    sources = edited(recorded(session.events), program)
    names = frozenset(fold(done.events).variables).union(*(s.binds for s in prepare(session, sources).work.statements))
    names = frozenset(name for name in names if not name.startswith("_"))
    terms = Terms(f"{store}/blobs", BUDGET, tuple(sorted(names)))
    outcome, _ = rerun_prepared(prepare(session, sources, names), terms)
    runs = (full(program, tmp_path / "after"), full(program, tmp_path / "after"))
    if runs[0].status:
        assert outcome.error
    elif not outcome.error or not all(run.status for run in runs):
        assert not outcome.error, outcome.trace
        assert not differing(*runs, dict(outcome.portraits))


def full(program: Path, state: Path) -> Testimony:
    """Run the changed program in full, in the folder as the session had left it."""
    text = program.read_text(encoding="utf-8")
    for path in program.parent.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(state, program.parent, symlinks=True, dirs_exist_ok=True)
    program.write_text(text, encoding="utf-8")
    return run_clean(Script(program, program.parent), None, Clean())
