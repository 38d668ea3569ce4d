"""Code with what looks like a credential masked: passwords by the names they are given, keys by their shapes.

What is masked is masked on the safe side of readable: a line too many costs a reader a glance, a password that was
handed on costs more. Only literals are masked; code that asks somebody for a password is what one hopes to see.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

from clew.model.data import dataclass

MASK = '"***"'
BARE = "***"

WORDS = frozenset("password passwd passphrase passcode pwd secret credential credentials apikey".split())
PAIRS = frozenset(
    ("api key", "access key", "private key", "secret key", "auth key", "account key", "signing key", "encryption key")
)
TOKENS = frozenset("pad sep eos bos unk cls mask special stop start end next first last word".split())
SHORTEST_TOKEN = 8  # characters: shorter ones are words of a text

SHAPES = re.compile(
    r"""
    (?P<aws>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)
    |(?P<github>\b(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}))
    |(?P<gitlab>\bglpat-[A-Za-z0-9_-]{18,})
    |(?P<slack>\bxox[abeoprs]-[A-Za-z0-9-]{10,})
    |(?P<google>\bAIza[0-9A-Za-z_-]{35})
    |(?P<model>\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,})
    |(?P<hub>\bhf_[A-Za-z]{30,})
    |(?P<stripe>\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,})
    |(?P<pypi>\bpypi-AgE[A-Za-z0-9_-]{40,})
    |(?P<npm>\bnpm_[A-Za-z0-9]{30,})
    |(?P<databricks>\bdapi[0-9a-f]{32}\b)
    |(?P<mail>\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})
    |(?P<jwt>\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)
    |(?P<pem>-----BEGIN[ A-Z]*PRIVATE\ KEY-----.*?(?:-----END[ A-Z]*PRIVATE\ KEY-----|\Z))
    |(?P<url>(?<=://)(?P<user>[^\s:/@'"{}]*):(?P<password>[^\s@'"{}]+)(?=@))
    """,
    re.VERBOSE | re.DOTALL,
)
MAGIC = re.compile(r"^\s*[%!].*?(?P<name>\w+)\s*[= ]\s*(?P<value>[^\s=]+)\s*$")
ASSIGNED = re.compile(r"""(?P<name>\w+)["']?\]?\s*[=:]\s*(?P<value>"[^"\n]+"|'[^'\n]+')""")


@dataclass(frozen=True, slots=True)
class Secret:
    """Something that was masked: the line of the masked code it stands on, and what it is called."""

    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Masked:
    """Code without its credentials, and what was taken out."""

    code: str
    secrets: tuple[Secret, ...]


@dataclass(frozen=True, slots=True, order=True)
class _Cut:
    start: int  # in characters
    end: int
    name: str
    instead: str


def masked(code: str) -> Masked:
    """Mask what looks like a credential in code; all else stays as it is, letter by letter."""
    written, secrets, at = "", list[Secret](), 0
    for cut in sorted([*_named(code), *_shaped(code)]):
        if cut.start < at:
            continue  # within what is masked already
        written += code[at : cut.start]
        secrets.append(Secret(written.count("\n") + 1, cut.name))
        written += cut.instead
        at = cut.end
    return Masked(written + code[at:], tuple(secrets))


def is_credential(name: str) -> bool:
    """Tell whether a variable, key or parameter of that name holds a credential: `db_password`, `apiKey`, `TOKEN`."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)
    low = [word.lower() for word in words]
    pairs = {f"{first} {second}" for first, second in pairwise(low)}
    return bool(WORDS.intersection(low) or PAIRS & pairs) or _is_token(low)


def _is_token(words: list[str]) -> bool:
    """Tell whether the words of a name say a token of access, and not one of a text."""
    return words[-1:] == ["token"] and not TOKENS.intersection(words)


def _shaped(code: str) -> Iterator[_Cut]:
    """Find keys by their shapes wherever they stand, comments and magics included."""
    for found in SHAPES.finditer(code):
        kind = "url" if found["url"] else str(found.lastgroup)
        if kind == "url":
            yield _Cut(found.start("password"), found.end("password"), "the password in a URL", BARE)
        else:
            yield _Cut(found.start(), found.end(), "a key", BARE)


def _named(code: str) -> Iterator[_Cut]:
    """Find literals by the names they are given."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        yield from _in_lines(code)  # a cell with magics
        return
    starts = _line_starts(code)
    for name, value in _pairs(tree):
        if is_credential(name) and _is_literal(name, value):
            yield _Cut(_offset(code, starts, value), _end(code, starts, value), f"`{name}`", MASK)


def _pairs(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Give every name with the expression it is given: assignments, arguments, defaults, keys of dictionaries."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets, value):
                yield from ((name, value) for target in targets for name in _names(target))
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target, value):
                yield from ((name, value) for name in _names(target))
            case ast.keyword(arg=str(name), value=value):
                yield name, value
            case ast.Dict(keys, values):
                yield from ((_text(key), value) for key, value in zip(keys, values, strict=True))
            case ast.Call(args=args):
                yield from ((_text(first), second) for first, second in pairwise(args))
            case ast.arguments():
                yield from _defaults(node)
            case ast.Compare(left=left, comparators=[right]):
                yield from ((name, right) for name in _names(left))


def _defaults(node: ast.arguments) -> Iterator[tuple[str, ast.expr]]:
    positional = [*node.posonlyargs, *node.args]
    with_default = positional[len(positional) - len(node.defaults) :]
    yield from ((each.arg, default) for each, default in zip(with_default, node.defaults, strict=True))
    keywords = zip(node.kwonlyargs, node.kw_defaults, strict=True)
    yield from ((each.arg, default) for each, default in keywords if default is not None)


def _names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(name) | ast.Attribute(attr=name):
            yield name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            yield name


def _text(node: ast.expr | None) -> str:
    """Give a text that is a name of something, not a sentence."""
    said = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
    return said if not set(said) & set(" \t\n") else ""


def _is_literal(name: str, value: ast.expr) -> bool:
    """Tell whether an expression says a credential outright."""
    if not isinstance(value, ast.Constant) or not isinstance(value.value, str | bytes) or not value.value:
        return False
    # A short token is a word or a sign of a text that is parsed.
    return len(value.value) >= SHORTEST_TOKEN if name.lower().endswith("token") else True


def _line_starts(code: str) -> list[int]:
    """Give where each line begins, as Python counts lines."""
    return [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", code))]


def _offset(code: str, starts: list[int], node: ast.expr) -> int:
    return _place(code, starts, node.lineno, node.col_offset)


def _end(code: str, starts: list[int], node: ast.expr) -> int:
    return _place(code, starts, node.end_lineno or node.lineno, node.end_col_offset or 0)


def _place(code: str, starts: list[int], line: int, column: int) -> int:
    """Turn a line and a column of bytes, as `ast` gives them, into a place in the text."""
    start = starts[line - 1]
    rest = code[start : start + column].encode()[:column]
    return start + len(rest.decode(errors="ignore"))


def _in_lines(code: str) -> Iterator[_Cut]:
    """Find names and literals by what a line looks like, where the whole is not Python."""
    at = 0
    for line in code.splitlines(keepends=True):
        magic = MAGIC.match(line.rstrip("\n"))
        for found in [magic] if magic else ASSIGNED.finditer(line):
            if is_credential(found["name"]):
                instead = BARE if magic else MASK
                yield _Cut(at + found.start("value"), at + found.end("value"), f"`{found['name']}`", instead)
        at += len(line)
