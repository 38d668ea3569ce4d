"""What the program's own process is told."""

from __future__ import annotations

import marshal
import os

from clew.model.data import dataclass

ORDERS = "orders"
"""The name of their file, beside the program."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the program's own process must know. `argv0` is the program as the user typed it, `folder` that it is in.

    `plan` is its source and plan, packed; `command` what Python would have been called with. `address` is the store
    itself, a folder or URL, where `store` is the folder of its journals. When the program is over, the function `keeper`
    (`module:name`) is given `saves`, names of artifacts and of variables, if there are any.
    """

    session: str
    store: str
    journal: str
    plan: bytes
    argv0: str
    folder: str
    command: tuple[str, ...]
    address: str = ""
    keeper: str = ""
    saves: tuple[tuple[str, str], ...] = ()


def taken_over(folder: str) -> Orders:
    """Read the orders in a folder, and do away with it."""
    with open(os.path.join(folder, ORDERS), "rb") as file:
        orders = Orders(*marshal.loads(file.read()))
    try:
        for name in os.listdir(folder):
            os.unlink(os.path.join(folder, name))
        os.rmdir(folder)
    except OSError:
        return orders  # left to the system: it is a folder for temporary files
    return orders
