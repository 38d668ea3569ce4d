"""Settings: what each is, what it is set to here, and who said so.

The first that says something counts: the command line, the environment, `[tool.clew]` in the nearest pyproject.toml,
and else the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from clew.errors import BadSetting
from clew.model.data import dataclass
from clew.store.paths import PROJECT, VARIABLE, found_above, nearest_store, project_store, store_address, tool_table

ON = ("yes", "true", "on", "1")
OFF = ("no", "false", "off", "0")
SWITCH = ("yes", "no")
NOBODY = "default"


@dataclass(frozen=True, slots=True)
class Setting:
    """Something that can be set: in `[tool.clew]` by its name, in the environment by its variable.

    `choices` are what it may be, empty for any text; `default` is what it is where nobody says anything.
    """

    name: str
    variable: str
    meaning: str
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Set:
    """What a setting is set to, and who said so: a flag, an environment variable, a file, or `default`."""

    setting: Setting
    value: str
    where: str = NOBODY


STORE = Setting("store", VARIABLE, "where sessions and artifacts are kept: a folder, or the URL of a database")
BLOBS = Setting("blobs", "CLEW_BLOBS", "where the values of artifacts are kept: a folder or URL", "in the store")
ON_ERROR = Setting("on_error", "CLEW_ON_ERROR", "what a save does that cannot be done", "raise", ("raise", "warn"))
RECORD_USER = Setting("record_user", "CLEW_RECORD_USER", "keep who saved an artifact with it", "yes", SWITCH)
RECORD_HOST = Setting("record_host", "CLEW_RECORD_HOST", "keep on which machine it was", "yes", SWITCH)
KEEP = Setting("keep", "CLEW_KEEP", "how much is kept of what runs make on the way, for `clew rerun`", "500 MB")

ALL = (STORE, BLOBS, ON_ERROR, RECORD_USER, RECORD_HOST, KEEP)


def settings(start: str, flags: Mapping[str, str], environ: Mapping[str, str] | None = None) -> tuple[Set, ...]:
    """Give each setting as it is for a program in the folder `start`; BadSetting if one cannot be understood."""
    around = os.environ if environ is None else environ
    return tuple(
        store_set(start, flags.get("store"), around) if each is STORE else value_of(each, start, flags, around)
        for each in ALL
    )


def value_of(
    setting: Setting, start: str, flags: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None
) -> Set:
    """Give what a setting is set to for a program in the folder `start`; BadSetting if it cannot be understood."""
    around = os.environ if environ is None else environ
    if flags and setting.name in flags:
        return understood(setting, flags[setting.name], f"--{setting.name.replace('_', '-')}")
    if around.get(setting.variable):
        return understood(setting, around[setting.variable], setting.variable)
    for project in found_above(os.path.abspath(start), PROJECT):
        table = tool_table(project)
        if table is not None:
            said = table.get(setting.name)
            return Set(setting, setting.default) if said is None else understood(setting, said, project)
    return Set(setting, setting.default)


def is_on(found: Set) -> bool:
    """Tell whether a switch is on."""
    return found.value == SWITCH[0]


def understood(setting: Setting, said: object, where: str) -> Set:
    """Read what was said of a setting; BadSetting if it may not be that."""
    text = SWITCH[not said] if isinstance(said, bool) else said
    if not isinstance(text, str):
        raise BadSetting(f"{setting.name} in {where} must be a text, not {said!r}")
    if setting.choices == SWITCH:
        text = SWITCH[0] if text.lower() in ON else SWITCH[1] if text.lower() in OFF else text
    if setting.choices and text not in setting.choices:
        error = BadSetting(f"{setting.name} in {where} is {text!r}")
        error.hint = f"it may be {' or '.join(setting.choices)}"
        raise error
    return Set(setting, text, where)


def store_set(start: str, flag: str | None, environ: Mapping[str, str]) -> Set:
    """Give where the store is, and who says so."""
    where = store_address(start, flag, environ).where
    if flag is not None:
        return Set(STORE, where, "--store")
    if environ.get(VARIABLE):
        return Set(STORE, where, VARIABLE)
    if project_store(os.path.abspath(start)) is not None:
        named = (path for path in found_above(os.path.abspath(start), PROJECT) if tool_table(path) is not None)
        return Set(STORE, where, next(named))
    near = nearest_store(os.path.abspath(start)) is not None
    return Set(STORE, where, "the nearest .clew folder" if near else NOBODY)


UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def size_said(text: str) -> int:
    """Read a size, `500 MB`, as bytes; BadSetting if it is none."""
    number = text.strip().rstrip("BKMGTbkmgt ")
    unit = text.strip()[len(number) :].strip().upper()
    try:
        return int(float(number) * UNITS[unit])
    except (ValueError, KeyError):
        raise BadSetting(f"keep: {text!r} is no size (it is said like 500 MB)") from None
