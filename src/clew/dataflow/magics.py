"""Notebook magics in a slice: as magics again, or put into plain Python."""

from __future__ import annotations

import ast

from clew.model.data import dataclass, field

SHOWING = frozenset("matplotlib config precision autosave xmode colors pylab load_ext reload_ext autoreload".split())
"""Line magics that change how things look, or the shell, not what is computed."""


@dataclass(frozen=True, slots=True)
class Said:
    """The lines of a statement with a magic in it, and what there is to say about them."""

    lines: list[str]
    notes: list[str] = field(default_factory=list)


def magic_text(node: ast.stmt, script: bool) -> Said | None:
    """Write a statement that is a magic as the user wrote it, or for a script in plain Python; None for any other."""
    call, target = _parts(node)
    if call is None:
        return None
    name, arguments = call
    prefix = f"{target} = " if target else ""
    return _plain(name, arguments, prefix) if script else _magic(name, arguments, prefix)


def only_shows(node: ast.stmt) -> bool:
    """Tell whether a statement is a magic that changes nothing that is computed."""
    call, _ = _parts(node)
    return call is not None and call[0] == "run_line_magic" and call[1][0] in SHOWING


def _parts(node: ast.stmt) -> tuple[tuple[str, list[str]] | None, str]:
    target = ""
    value: ast.expr | None = None
    if isinstance(node, ast.Expr):
        value = node.value
    elif isinstance(node, ast.Assign) and len(node.targets) == 1:
        value, target = node.value, ast.unparse(node.targets[0])
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=name), args=args):
            if all(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in args):
                return (name, [str(a.value) for a in args if isinstance(a, ast.Constant)]), target
    return None, ""


def _magic(name: str, arguments: list[str], prefix: str) -> Said | None:
    match name, arguments:
        case "run_line_magic", [magic, rest]:
            return Said([f"{prefix}%{magic} {rest}".rstrip()])
        case (("system" | "getoutput"), [command]) if "\n" not in command:
            return Said([f"{prefix}!{command}"])
        case _:
            return None


def _plain(name: str, arguments: list[str], prefix: str) -> Said | None:
    match name, arguments:
        case "run_line_magic", [magic, rest] if magic in SHOWING:
            return Said([], [f"left out: %{magic} {rest} (it changes what is shown, or the shell)"])
        case "run_line_magic", ["cd", folder]:
            return Said([f"__import__('os').chdir({folder!r})"])
        case "run_line_magic", ["env" | "set_env", setting] if "=" in setting:
            key, _, value = setting.partition("=")
            return Said([f"__import__('os').environ[{key.strip()!r}] = {value.strip()!r}"])
        case "run_line_magic", ["time", code]:
            return Said([prefix + code])
        case "run_line_magic", ["run", path]:
            return Said([f"globals().update(__import__('runpy').run_path({path.split()[0]!r}))"])
        case "system", [command]:
            return Said([f"__import__('os').system({command!r})"])
        case "getoutput", [command]:
            return Said([f"{prefix}__import__('subprocess').getoutput({command!r}).splitlines()"])
        case "run_cell_magic", [magic, _, code] if magic in ("time", "capture"):
            return Said(code.rstrip("\n").split("\n"))
        case "run_cell_magic", ["bash" | "sh", _, code]:
            return Said([f"__import__('subprocess').run({code!r}, shell=True, check=True)"])
        case _, [magic, *_]:
            return Said([], [f"left out: the magic {magic}, which has no plain Python"])
        case _:
            return None
