"""What is known to go wrong, and why: each is expected to fail, every time."""

from __future__ import annotations

import sys

TRANSPARENT = {
    "how many atexit callbacks there are": "one of them is ours, which closes the record",
    "the names of builtins": "the markers are found through builtins",
    "a tripwire metaclass": "classes are keys of our tables, so a metaclass's __hash__ is called",
}

SHELLS = {
    # Python 3.11 counts a call that it has learned to inline less; which it has learned differs.
    **({"recursion": "one frame fewer is counted below a cell"} if sys.version_info < (3, 12) else {}),
    "builtins patched": "we call the len that the user put into builtins",
}

CELLS: dict[str, str] = {}

# The value is not the same.
UNSOUND: dict[str, str] = {}

# The value is the same; the slice is larger than need be, or lost a branch that did not run.
NOT_SMALLEST = {
    "a cached property is not a change": "what a property of the user's keeps may replay to another value: it counts",
    "__init_subclass__ registers": "one key of a class attribute's dictionary is not told from another",
    "a weak dictionary": "its keys are not told apart",
    "a module reloaded": "a reload is a change of the module, not a new one",
    "seek and tell": "seek is a change of the position, not a new one",
    "a figure saved and its size read": "that a file is there depends on what was written",
    "index name and attrs": "attrs are not a part of a frame",
    "a user's subclass of DataFrame": "its own attributes are not told from its columns",
}
