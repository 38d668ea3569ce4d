"""The names by which rewritten code speaks to the recorder. They live in `builtins` while a session is watched.

They are no identifiers: no program can speak of them, or bind them by chance.
"""

from __future__ import annotations

STEP = "<clew step>"  # STEP(n): statement n begins; STEP(~n): the body of `with` statement n is done; STEP(None): all is done
CALL = "<clew call>"  # CALL(site, f) -> f: f is about to be called
SELF = "<clew self>"  # SELF(site, x) -> x: a method of x is about to be called
NOTE = "<clew note>"  # NOTE(site, x) -> x: x was put together for that call; it may be a text or path

NAMES = (STEP, CALL, SELF, NOTE)
