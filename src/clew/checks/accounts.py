"""What an account of a run says, in a user's words: how it failed, and whether that says something of the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clew.checks.programs import Lines
from clew.replay.clean import Account, Conditions
from clew.replay.process import last_line

NETWORK = frozenset(("ConnectionError", "URLError", "gaierror", "TimeoutError", "HTTPError"))
READ_ONLY = frozenset(("PermissionError",))


def failure_said(raised: Mapping[str, Any], lines: Lines) -> str:
    """Say how the code failed, and at which of the user's lines."""
    own = [line for place, line, _, _ in raised["frames"][:1]] or [raised["line"]]
    text = str(raised["text"]).splitlines()[-1]
    return f"{text} ({lines.said(own[0])})" if own[0] else text


def traceback_said(raised: Mapping[str, Any], lines: Lines) -> str:
    """Write a traceback that begins at the user's code, with the user's own places."""
    first = next((path for path, *_ in raised["frames"]), "")
    said = ["Traceback (most recent call last):"]
    for path, line, name, text in raised["frames"]:
        place, number = lines.places.get(line, (path, line)) if path == first else (path, line)
        said += [f'  File "{place}", line {number}, in {name}', *([f"    {text}"] if text else [])]
    return "\n".join([*said, str(raised["text"])])


def unreachable(raised: Mapping[str, Any], guard: str, conditions: Conditions) -> str:
    """Say what of a failure is no fault of the code's; empty where it may be."""
    kinds = set(raised["kinds"])
    if "MemoryError" in kinds and conditions.memory:
        return f"it needs more than the {conditions.memory:,} bytes of memory it was allowed"
    if kinds & NETWORK:
        return "what it asks for cannot be reached"
    if "EOFError" in kinds:
        return "it asks for input, and nobody answers"
    if kinds & {"ModuleNotFoundError"}:
        return "a module that it imports is not here"
    if kinds & READ_ONLY and guard != "none":
        return "it may not write there while it is verified (--in-place lets it)"
    return ""


def refused(account: Account, conditions: Conditions) -> str:
    """Say how a process ended that gave no answer."""
    said = last_line(account.stderr) or last_line(account.stdout)
    how = f"killed by signal {-account.status}" if account.status and account.status < 0 else f"status {account.status}"
    limit = f", with {conditions.memory:,} bytes of memory allowed" if conditions.memory else ""
    return f"{how}{limit}{f': {said}' if said else ''}"


def output_said(account: Account, lines: Lines) -> str:
    """Give what the code printed, and the traceback where it failed; empty where it just ran."""
    raised = account.answer["raised"] if account.answer is not None else None
    if account.answer is not None and raised is None:
        return ""
    printed = [text.decode(errors="replace").rstrip() for text in (account.stdout, account.stderr)]
    failed = traceback_said(raised, lines) if raised is not None else ""
    return "\n".join(filter(None, (*printed, failed)))
