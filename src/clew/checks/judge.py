"""In the clean process: hold the value that the code made against the one that was kept, or hand it out."""

from __future__ import annotations

import io
import linecache
import logging
import sys
import time
import traceback
import warnings
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, BinaryIO

from clew.model.files import File
from clew.model.verdicts import CannotTell, Differs, Same, Verdict
from clew.plugins import codecs, loaded
from clew.replay.tolerance import compare_nearly
from clew.replay.tracing import Trace
from clew.replay.values import compare, portray
from clew.store.codecs.codec import Codec

JUDGE = "clew.checks.judge:judge"
MISSING: Any = object()


def judge(
    order: Mapping[str, Any], namespace: Mapping[str, Any], failure: BaseException | None, mark: Any
) -> dict[str, Any]:
    """Give an answer for whoever gave the order."""
    started = time.perf_counter()
    if isinstance(mark, Trace):
        mark.close()
    answer: dict[str, Any] = {"raised": described(failure, order["code"])}
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 3000))
    logging.disable()  # drawing figures may complain; what the process has said by now is the program's
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        answer |= judged(order, namespace.get(order["variable"], MISSING))
    if isinstance(mark, Trace):
        answer |= {"steps": mark.steps, "heard": mark.heard}
    return {**answer, "seconds": time.perf_counter() - started}


def judged(order: Mapping[str, Any], found: Any) -> dict[str, Any]:
    """Give what is to be said of a value."""
    if found is MISSING:
        return {"missing": True, "digest": ""}
    said: dict[str, Any] = {"missing": False, "digest": content(found) or portray(found).digest}
    if order["keep"]:
        said["codec"] = kept(found, Path(order["scratch"]) / "value")
    if order["stored"]:
        said |= plain(held_against(found, order))
    return said


# ---- against what was kept ----------------------------------------------------------------------------------


def held_against(found: Any, order: Mapping[str, Any]) -> Verdict:
    """Compare a value with the one that was kept."""
    codec = next((each for each in codecs(loaded()) if each.name == order["codec"]), None)
    if codec is None:
        return CannotTell(f"nobody here reads the format {order['codec']!r}")
    try:
        with open(order["stored"], "rb") as file:
            expected = codec.read(file)
    except Exception as error:  # what a library, or a class that has changed since, has against it
        return CannotTell(f"the kept value cannot be loaded here: {type(error).__name__}: {error}")
    return verdict_on(expected, found, codec, float(order["tolerance"]))


def verdict_on(expected: Any, found: Any, codec: Codec, tolerance: float) -> Verdict:
    """Say whether two values are the same, by themselves or as the format keeps them."""
    if isinstance(expected, File) and isinstance(found, File):
        return Same() if content(expected) == content(found) else Differs("", "the file holds something else")
    verdict = compare(expected, found)
    if isinstance(verdict, Differs) and tolerance:
        verdict = compare_nearly(expected, found, tolerance)
    if not isinstance(verdict, Same) and (copy := through(codec, found)) is not MISSING:
        # What a format does not keep of a value (a class's place in its module, say) is no difference.
        again = compare_nearly(expected, copy, tolerance) if tolerance else compare(expected, copy)
        verdict = again if isinstance(again, Same) else verdict
    return verdict


def through(codec: Codec, value: Any) -> Any:
    """Give a value as it comes back from a format; MISSING where that cannot keep it."""
    if not codec.fits(value):
        return MISSING
    with suppress(Exception):  # whatever a library or the value itself has against it
        file = io.BytesIO()
        codec.write(value, file)
        file.seek(0)
        if codec.matches(value, file):  # else two different values could become one
            file.seek(0)
            return codec.read(file)
    return MISSING


def content(value: Any) -> str:
    """Give what tells the content of a kept file from others; empty for any other value."""
    if not isinstance(value, File):
        return ""
    import hashlib  # only files need it

    with open(value.path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def plain(verdict: Verdict) -> dict[str, str]:
    """Write down a verdict."""
    match verdict:
        case Same():
            return {"finding": "same"}
        case Differs(where, how):
            return {"finding": "differs", "where": where, "how": how}
        case CannotTell(why):
            return {"finding": "cannot tell", "how": why}


# ---- handing a value out ------------------------------------------------------------------------------------


def kept(value: Any, path: Path) -> str:
    """Write a value in the first format that holds it exactly; give the format's name, empty where none does."""
    for codec in codecs(loaded()):
        if codec.fits(value):
            with suppress(Exception), open(path, "w+b") as file:  # the next format may hold it
                codec.write(value, file)
                file.seek(0)
                if exact(codec, value, file):
                    return codec.name
    return ""


def exact(codec: Codec, value: Any, file: BinaryIO) -> bool:
    """Tell whether a file holds exactly that value."""
    return bool(codec.matches(value, file))


# ---- what went wrong ----------------------------------------------------------------------------------------


def described(failure: BaseException | None, code: str) -> dict[str, Any] | None:
    """Describe an exception by the frames from the user's code on; None for none."""
    if failure is None:
        return None
    kinds = [each.__name__ for each in type(failure).__mro__]
    frames = traceback.extract_tb(failure.__traceback__)
    first = next((number for number, frame in enumerate(frames) if frame.filename == code), len(frames))
    listed = [[each.filename, each.lineno or 0, each.name, line_of(each)] for each in frames[first:]]
    lines = traceback.format_exception_only(failure)
    at = failure.lineno if isinstance(failure, SyntaxError) and failure.filename == code else 0
    said = {"type": type(failure).__name__, "text": "".join(lines).rstrip("\n"), "frames": listed, "line": at or 0}
    return {**said, "kinds": kinds, "path": str(getattr(failure, "filename", None) or "")}


def line_of(frame: traceback.FrameSummary) -> str:
    """Give the text of a frame's line."""
    return (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
