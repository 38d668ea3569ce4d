"""Hold slices against the program that they were cut from: runs in clean processes, without clew, that change no files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from clew.model.verdicts import CannotTell, Differs, Verdict
from clew.replay.clean import Account, Conditions, Program, run_alone
from clew.replay.portrait import Portrait, compare_portraits, from_plain
from clew.replay.process import Cells, Script, last_line

WITNESS = "clew.replay.witness:testify"
USUAL = Conditions()
CHANGING = CannotTell("run again, the program makes another value itself")


def verify(
    program: Script | Cells | Program, slices: Mapping[str, str], conditions: Conditions = USUAL
) -> dict[str, Verdict]:
    """Run the program, then each slice alone, and compare the variables that the slices are of.

    `slices` holds the code by variable. A slice that several variables share is run once.
    """
    names, whole = list(slices), as_program(program)
    said = run_alone(whole, conditions, WITNESS, {"names": names})
    if said.answer is None:
        why = last_line(said.stderr) or last_line(said.stdout) or "it ended early"
        return dict.fromkeys(names, CannotTell(f"run without clew, the program left nothing: {why}"))
    expected = portraits(said)
    sharing: dict[str, list[str]] = defaultdict(list)
    for name, code in slices.items():
        sharing[code].append(name)
    verdicts: dict[str, Verdict] = {}
    for code, group in sharing.items():
        alone = replace(whole, code=code, cells=())
        verdicts |= verdicts_on(alone, conditions, {name: expected.get(name) for name in group})
    if any(isinstance(verdict, Differs) for verdict in verdicts.values()):
        again = portraits(run_alone(whole, conditions, WITNESS, {"names": names}))
        verdicts |= {name: CHANGING for name in names if is_changing(name, verdicts[name], expected, again)}
    return {name: verdicts[name] for name in names}


def is_changing(name: str, verdict: Verdict, expected: Mapping[str, Portrait], again: Mapping[str, Portrait]) -> bool:
    """Tell whether a value that differs is another one each time that the program runs."""
    first, second = expected.get(name), again.get(name)
    return isinstance(verdict, Differs) and (first and first.digest) != (second and second.digest)


def as_program(program: Script | Cells | Program) -> Program:
    """Give a script or cells as a program to be run alone."""
    match program:
        case Script(path, folder, argv):
            return Program(path.read_text(encoding="utf-8"), folder, str(path.absolute()), (str(path), *argv))
        case Cells(cells, folder):
            return Program("", folder, shell=True, cells=cells)
        case Program():
            return program


def verdicts_on(alone: Program, conditions: Conditions, expected: Mapping[str, Portrait | None]) -> dict[str, Verdict]:
    """Run a slice, and compare the variables that it makes."""
    said = run_alone(alone, conditions, WITNESS, {"names": list(expected)})
    return {name: verdict_on(name, want, said, conditions) for name, want in expected.items()}


def verdict_on(name: str, expected: Portrait | None, said: Account, conditions: Conditions) -> Verdict:
    """Compare one variable with what a run of the slice says of it."""
    if expected is None:
        return CannotTell("run without clew, the program did not make it")
    if said.status is None:
        return CannotTell(f"not done after {conditions.seconds:.0f} s")
    found = portraits(said).get(name)
    if found is None:
        raised = said.answer["raised"] if said.answer is not None else None
        return Differs("", f"there is no such variable: {raised or last_line(said.stderr) or last_line(said.stdout)}")
    return compare_portraits(expected, found)


def portraits(said: Account) -> dict[str, Portrait]:
    """Give the portraits of the variables that a run left."""
    plain = said.answer["portraits"] if said.answer is not None else {}
    return {name: from_plain(each) for name, each in plain.items()}
