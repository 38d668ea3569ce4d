"""Which installed packages bring which modules, and their versions, without reading all that is installed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib import metadata
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

Package = tuple[str, str]  # its name and version


def packages_of(tops: Iterable[str]) -> tuple[Package, ...]:
    """Give the installed packages that bring these modules, by name; modules of the user's own are brought by none."""
    found = {package for top in tops if (package := package_of(top)) is not None}
    return tuple(sorted(found, key=lambda package: package[0].lower()))


def package_of(top: str) -> Package | None:
    """Give the package that brings a module: the one of its name, else the one whose record of files has it."""
    return package_in(top, site_of(sys.modules.get(top)))


@lru_cache(maxsize=1024)  # a loop that saves asks again and again; a module that is loaded stays what it is
def package_in(top: str, folder: str) -> Package | None:
    """Give the package that brings a module, which stands in a folder; empty where it is not loaded."""
    named = installed(top)
    if named is not None and brings(named, top) is not False:
        return called(named)
    for path in sorted(Path(folder).glob("*.dist-info")) if folder else ():
        each = metadata.PathDistribution(path)
        if brings(each, top):
            return called(each)
    return None


def kept_packages(packages: Iterable[Package], tops: Iterable[str]) -> tuple[Package, ...]:
    """Keep of some packages those that bring one of these modules, and those that are not installed here to be asked."""
    wanted = tuple(tops)
    return tuple(package for package in packages if is_wanted(package[0], wanted))


@lru_cache(maxsize=1024)  # asked for each artifact of a session whose code is cut
def is_wanted(package: str, tops: tuple[str, ...]) -> bool:
    """Tell whether a package brings one of these modules, as far as can be told here."""
    if normal(package) in map(normal, tops):
        return True
    distribution = installed(package)
    if distribution is None:
        return True
    said = [brings(distribution, top) for top in tops]
    # One that is installed from a folder does not say; but where there is a module of its own name, that is the one.
    return True in said or (None in said and not there_is(normal(package).replace("-", "_")))


def there_is(module: str) -> bool:
    """Tell whether a module of that name could be imported here."""
    return module in sys.modules or (module.isidentifier() and find_spec(module) is not None)


def installed(package: str) -> metadata.Distribution | None:
    """Give an installed package by its name, or None."""
    try:
        return metadata.distribution(package)
    except (metadata.PackageNotFoundError, ValueError, OSError):
        return None


def brings(distribution: metadata.Distribution, top: str) -> bool | None:
    """Tell whether a package brings a module; None where it does not say (it is installed from a folder)."""
    record = distribution.read_text("RECORD")
    if record is None:
        return None
    endings = (f"/__init__{end}" for end in (".py", *EXTENSION_SUFFIXES))
    files = (*endings, ".py", *EXTENSION_SUFFIXES)
    if any(f"\n{top}{end}," in f"\n{record}" for end in files):
        return True
    return (
        None if ".pth," in record or "__editable__" in record else bool(re.search(rf"^{re.escape(top)}/", record, re.M))
    )


def called(distribution: metadata.Distribution) -> Package:
    """Give the name and version of a package as it says them."""
    return distribution.metadata["Name"], distribution.version


def site_of(module: object) -> str:
    """Give the folder in which an installed module stands; empty for one that is not there, or not a file's."""
    if type(module) is not ModuleType:
        return ""
    held = ModuleType.__getattribute__(module, "__dict__")
    path = held.get("__file__")
    if type(path) is not str:
        return ""
    folder = os.path.dirname(path)
    return os.path.dirname(folder) if os.path.basename(path).startswith("__init__.") else folder


def normal(name: str) -> str:
    """Give a package's or module's name as packages are told apart by."""
    return re.sub(r"[-_.]+", "-", name).lower()
