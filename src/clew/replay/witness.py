"""In the clean process: write down the portraits of variables, for the process that asked."""

from __future__ import annotations

import io
import logging
import marshal
import sys
import time
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from clew.replay.portrait import to_plain
from clew.replay.values import portray_names, public_names


def obey(order: str, namespace: Mapping[str, Any]) -> None:
    """Do what an order says, which is marshalled and in hexadecimal digits: `{"names": [...] or None, "out": path}`.

    Not JSON: the program may have put something else in the place of `json.dumps`.
    """
    said = marshal.loads(bytes.fromhex(order))
    bear_witness(namespace, said["names"], said["out"])


def testify(
    order: Mapping[str, Any], namespace: Mapping[str, Any], failure: BaseException | None, _mark: Any
) -> dict[str, Any]:
    """Answer an order of `clew.replay.clean` with portraits, and with the last words of code that failed."""
    raised = "" if failure is None else f"{type(failure).__name__}: {failure}"
    return {**testimony(namespace, order["names"]), "raised": raised}


def bear_witness(namespace: Mapping[str, Any], names: list[str] | None, out: str) -> None:
    """Write portraits of the named variables (all public ones without names) to a file, and how long that took."""
    Path(out).write_bytes(marshal.dumps(testimony(namespace, names)))


def testimony(namespace: Mapping[str, Any], names: list[str] | None) -> dict[str, Any]:
    """Give portraits of the named variables (all public ones without names), and how long that took."""
    started = time.perf_counter()
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 3000))
    logging.disable()  # drawing figures may complain; what the process has said by now is the program's
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        portraits = portray_names(namespace, public_names(namespace) if names is None else names)
    plain = {name: to_plain(portrait) for name, portrait in portraits.items()}
    return {"seconds": time.perf_counter() - started, "portraits": plain}
