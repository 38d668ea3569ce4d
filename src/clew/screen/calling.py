"""A function out of its text, as if it stood in a file: `inspect` and tracebacks find its lines."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from clew.dataflow.functions import FunctionCode


def made(written: FunctionCode, of: str) -> Callable[..., Any]:
    """Define a function by running the module that its text is; its imports and definitions are made here and now."""
    file = f"<{of} as a function>"
    linecache.cache[file] = (len(written.code), None, written.code.splitlines(keepends=True), file)
    namespace: dict[str, Any] = {"__name__": "__main__"}  # classes made by it are the program's own
    exec(compile(written.code, file, "exec", dont_inherit=True), namespace)
    function: Any = namespace[written.name]
    function.code = written.code
    return function  # type: ignore[no-any-return]  # by its name it is the function
