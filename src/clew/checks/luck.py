"""Does code ask for what is another one each time? Then one run that makes the same value may have been lucky."""

from __future__ import annotations

import re

from clew.replay.tracing import SOURCES, THREADS

ASKED = sorted(
    {name.rpartition(".")[2] for name, what in SOURCES.items() if what is not THREADS} | {"hash", "SystemRandom"}
)
SEEDED = ("default_rng", "RandomState", "Random")  # where they are given no seed
# Words in a set stand in another order with another hash seed.
ORDERLESS = r"(?<!sorted\()(?<!len\()\b(?:frozen)?set\(|\b(?:list|tuple|iter|enumerate|join)\(\{"
CHANCY = re.compile(rf"\b(?:{'|'.join(ASKED)})\(|\b(?:{'|'.join(SEEDED)})\(\s*\)|\bsecrets\.|{ORDERLESS}")


def may_be_luck(code: str) -> bool:
    """Tell whether code names a clock, chance, an address, a process or the order of a set; it need not be Python."""
    return CHANCY.search(code) is not None
