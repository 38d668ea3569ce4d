"""Plugins: packages add formats, a broken one is left out, and what is not installed is said."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pluggy
import pytest

from clew import plugins
from clew.errors import MissingExtra, UnknownCodec
from clew.store.blobs import Blobs
from clew.store.codecs import frames
from clew.store.codecs.codec import Codec, library, read_alike
from clew.store.keeping import fetch, keep
from clew.store.trust import Keys


@dataclass
class Place:
    north: float
    east: float


def write(value: Place, file: BinaryIO) -> None:
    file.write(f"{value.north!r} {value.east!r}".encode())


def read(file: BinaryIO) -> Place:
    return Place(*map(float, file.read().split()))


PLACE = Codec("place", ".place", True, lambda value: type(value) is Place, write, read, read_alike(read))


class Geo:
    """What a package of others may look like."""

    @plugins.implementation
    def clew_codecs(self) -> tuple[Codec, ...]:
        return (PLACE,)


def with_plugin(plugin: object) -> tuple[Codec, ...]:
    manager = pluggy.PluginManager(plugins.GROUP)
    manager.add_hookspecs(plugins.Hooks)
    manager.register(plugins.OwnCodecs(), "clew")
    manager.register(plugin)
    return plugins.codecs(manager)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "config")


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def test_a_plugins_format_is_asked_first(blobs: Blobs, keys: Keys) -> None:
    codecs = with_plugin(Geo())
    kept = keep(Place(48.2, 16.4), blobs, codecs, keys)
    assert (kept.codec, kept.signature) == ("place", "")
    assert fetch(kept, blobs, codecs, keys) == Place(48.2, 16.4)


def test_without_the_plugin_its_values_are_said_to_be_in_an_unknown_format(blobs: Blobs, keys: Keys) -> None:
    kept = keep(Place(48.2, 16.4), blobs, with_plugin(Geo()), keys)
    with pytest.raises(UnknownCodec, match=r"'place'.*not installed"):
        fetch(kept, blobs, plugins.codecs(plugins.loaded()), keys)


def test_a_format_that_loses_something_is_not_used(blobs: Blobs, keys: Keys) -> None:
    def write_rounded(value: Place, file: BinaryIO) -> None:
        file.write(f"{value.north:.0f} {value.east:.0f}".encode())

    class Lossy:
        @plugins.implementation
        def clew_codecs(self) -> tuple[Codec, ...]:
            return (Codec("lossy", ".l", True, PLACE.fits, write_rounded, read, PLACE.matches),)

    codecs = with_plugin(Lossy())
    assert keep(Place(48.2, 16.4), blobs, codecs, keys).codec == "pickle"
    assert keep(Place(48.0, 16.0), blobs, codecs, keys).codec == "lossy"


def test_our_own_formats_are_a_plugin_with_names_of_their_own() -> None:
    names = [codec.name for codec in plugins.codecs(plugins.loaded())]
    assert names[-1] == "pickle"
    assert len(set(names)) == len(names)


def test_a_plugin_that_fails_is_left_out_with_a_warning(tmp_path: Path) -> None:
    about = tmp_path / "geo-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: geo\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[clew]\ngeo = clew_geo_that_is_not_there\n")
    script = "from clew import plugins; print(len(plugins.codecs(plugins.loaded())))"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {script}"]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert "the clew plugin geo is left out" in said.stderr
    assert int(said.stdout) == len(plugins.codecs(plugins.loaded()))


# --- what is not installed ----------------------------------------------------------------------------------------


def is_not_there(*given: Any) -> Any:
    return library("pyarrow_that_is_not_there", "Parquet", "'clew[formats]'")


NO_ARROW = Codec(
    "parquet", ".parquet", True, frames.PARQUET.fits, is_not_there, is_not_there, is_not_there, needs="pyarrow"
)


def test_what_is_not_installed_is_said_with_what_installs_it(blobs: Blobs, keys: Keys) -> None:
    pytest.importorskip("pyarrow")
    codecs = plugins.codecs(plugins.loaded())
    kept = keep(pd.DataFrame({"a": [1]}), blobs, codecs, keys)
    without = tuple(NO_ARROW if codec.name == "parquet" else codec for codec in codecs)
    with pytest.raises(MissingExtra, match=r"pip install 'clew\[formats\]'"):
        fetch(kept, blobs, without, keys)


def test_a_frame_is_kept_even_so_with_a_warning(blobs: Blobs, keys: Keys) -> None:
    codecs = (NO_ARROW, *plugins.codecs(plugins.loaded())[-1:])
    with pytest.warns(UserWarning, match=r"pip install 'clew\[formats\]'.*another format"):
        assert keep(pd.DataFrame({"a": [1]}), blobs, codecs, keys).codec == "pickle"
