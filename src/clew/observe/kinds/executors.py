"""Executors and executions: what they ran changes them, and they lead to the variables of that code."""

from __future__ import annotations

from types import ModuleType

from clew.model.typed import Any
from clew.observe.atoms import digest_of
from clew.observe.kind import Digest, Kind, Reach


def executor_reach(value: Any) -> Reach:
    """The latest execution."""
    latest = held(value).get("latest")
    return Reach() if latest is None else Reach([latest])


def executor_digest(value: Any) -> Digest:
    """By which execution is the latest."""
    return Digest(digest_of([held(value).get("latest")]))


def execution_reach(value: Any) -> Reach:
    """The values of its variables."""
    return Reach([each for each in variables(value).values() if type(each) is not ModuleType])


def execution_digest(value: Any) -> Digest:
    """By how much has run, and by its variables."""
    run = held(held(value)["run"])
    names = variables(value)
    return Digest(digest_of([len(held(run["watcher"])["events"]), *names, *names.values()]))


def variables(execution: Any) -> dict[str, Any]:
    """The variables of the code that an execution runs, Python's own left out."""
    namespace = held(held(execution)["run"])["namespace"]
    return {name: value for name, value in dict.items(namespace) if name[:2] != "__"}


def held(value: Any) -> dict[str, Any]:
    """The attributes of one of our own objects."""
    found: dict[str, Any] = object.__getattribute__(value, "__dict__")
    return found


KINDS = (
    Kind("executor", ("clew.executor.Executor",), executor_reach, executor_digest),
    Kind("execution", ("clew.replay.execution.Execution",), execution_reach, execution_digest),
)
