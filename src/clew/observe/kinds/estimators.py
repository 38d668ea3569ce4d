"""To come."""

from __future__ import annotations

from clew.observe.kind import Kind

KINDS: tuple[Kind, ...] = ()
