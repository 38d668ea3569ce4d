"""What a program has saved, finished when its session is over: the code of it is cut then, if that takes a moment."""

from __future__ import annotations

from collections.abc import Callable

from clew.archive.opening import Open
from clew.capture import watching
from clew.errors import ClewError

QUICK = 1000  # steps: cutting takes as long as there are, a tenth of a second for so many


def cut_when_over(where: str, open_: Callable[[], Open]) -> None:
    """Have what the session of this process saves in a store cut when it is over; that is done once for a store.

    Where it is not done, for the session is a long one or is killed, whoever asks next does it.
    """
    watching.when_over(where, lambda session: cut_now(session, open_))


def cut_now(session: str, open_: Callable[[], Open]) -> None:
    """Cut the code of what a session has saved."""
    if watching.steps() > QUICK:
        return
    try:
        with open_() as archive:
            archive.complete_session(session)
    except ClewError:
        return  # the store cannot be reached any more: who can reach it will do it
