"""The interpreter that runs us, as a command."""

from __future__ import annotations

import sys

FLAGS = {"debug": "d", "dont_write_bytecode": "B", "no_site": "S", "verbose": "v", "bytes_warning": "b", "quiet": "q"}
OPTIONS = ("faulthandler", "tracemalloc", "importtime", "frozen_modules", "showrefcount", "utf8")
OPTIONS_SINCE_3_13 = ("gil",)


def interpreter() -> list[str]:
    """Give this interpreter, with the flags that it was started with.

    The flags are those of `subprocess._args_from_interpreter_flags`, which `multiprocessing` starts its children with;
    `subprocess` itself would take a third of the time that Python needs to start.
    """
    return [sys.executable, *plain_flags(), *warning_flags(), *extra_flags()]


def plain_flags() -> list[str]:
    """Give the flags of one letter."""
    flags = sys.flags
    given = ["-" + "O" * flags.optimize] if flags.optimize else []
    given += ["-" + letter * getattr(flags, name) for name, letter in FLAGS.items() if getattr(flags, name)]
    if flags.isolated:
        return [*given, "-I"]
    apart = {"-E": flags.ignore_environment, "-s": flags.no_user_site, "-P": flags.safe_path}
    return given + [flag for flag, on in apart.items() if on]


def warning_flags() -> list[str]:
    """Give the `-W` flags; what other flags imply is left out."""
    options = sys.warnoptions[:]
    if sys.flags.bytes_warning:
        options.remove("error::BytesWarning" if sys.flags.bytes_warning > 1 else "default::BytesWarning")
    if sys.flags.dev_mode:
        options.remove("default")
    return [f"-W{option}" for option in options]


def extra_flags() -> list[str]:
    """Give the `-X` flags."""
    known = OPTIONS if sys.version_info < (3, 13) else (*OPTIONS, *OPTIONS_SINCE_3_13)
    said = {name: value for name in known if (value := sys._xoptions.get(name)) is not None}
    words = (["dev"] if sys.flags.dev_mode else []) + [
        name if value is True else f"{name}={value}" for name, value in said.items()
    ]
    return [part for word in words for part in ("-X", word)]
