"""Deleting statements one at a time."""

from __future__ import annotations

from corpus.smallest import minimal, top_statements


def _still_three(parts: list[str]) -> bool:
    namespace: dict[str, object] = {}
    try:
        exec("\n".join(parts), namespace)
    except NameError:
        return False
    return namespace.get("c") == 3


def test_what_is_not_needed_goes() -> None:
    parts = ["a = 1", "b = 2", "d = a", "e = d", "c = a + b"]
    assert minimal(parts, _still_three) == ["a = 1", "b = 2", "c = a + b"]


def test_statements_are_split_with_their_decorators_and_comments() -> None:
    code = "# head\nimport functools\n@functools.cache\ndef f():\n    return 1\n\n# why\nx = f()\n"
    assert top_statements(code) == ["import functools", "@functools.cache\ndef f():\n    return 1\n\n# why", "x = f()"]
