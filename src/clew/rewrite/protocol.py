"""The names by which rewritten code speaks to the recorder. They live in `builtins` while a session is watched."""

from __future__ import annotations

STEP = "__clew_step__"  # STEP(n): statement n begins; STEP(~n): the body of `with` statement n is done; STEP(None): all is done
CALL = "__clew_call__"  # CALL(site, f) -> f: f is about to be called
SELF = "__clew_self__"  # SELF(site, x) -> x: a method of x is about to be called
NOTE = "__clew_note__"  # NOTE(text) -> text: a text put together for a call, maybe a path

NAMES = (STEP, CALL, SELF, NOTE)
