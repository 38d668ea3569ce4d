"""Artifacts as people see them: text, HTML and JSON, with nothing in them that runs or that should not be shown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import clew
from clew.model.artifacts import ArtifactRecord, Blob, Elsewhere, Environment, Input, Origin, Value, Whence
from clew.screen.artifact import Artifact
from clew.screen.artifacts import ArtifactsView, InputsView
from clew.screen.columns import bytes_said

EVIL = '<script>alert("&")</script>'
RECORD = ArtifactRecord(
    EVIL,
    3,
    1.7e9,
    Value("pandas.core.frame.DataFrame", "parquet", Blob("ab" * 32, 12_345)),
    Origin("s", 1, 0, "df", Whence.SLICE, f"password = 'hunter2'\ndf = '{EVIL}'\n"),
    Environment("3.11.7", EVIL, ((EVIL, "2.0"),), "c0ffee" * 6, True, EVIL, EVIL),
    (Input("file", EVIL, "xxh3:1", 10, 1.7e9),),
    ((EVIL, EVIL), ("checked", "")),
    EVIL,
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


class Shelf:
    """A shelf with this one artifact."""

    def __init__(self, picture: bytes = b"") -> None:
        self._picture = picture

    def picture(self, record: ArtifactRecord) -> bytes:
        return self._picture

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"to show an artifact, nobody asks for its {name}")


def shown(record: ArtifactRecord, picture: bytes = b"") -> str:
    return Artifact(record, Shelf(picture))._repr_html_()


def test_a_page_runs_nothing_and_loads_nothing() -> None:
    for page in (shown(RECORD), ArtifactsView((Artifact(RECORD, Shelf()),), EVIL)._repr_html_()):
        assert "<script" not in page
        assert "alert(" in page
        assert "src=" not in page


def test_credentials_are_masked_on_a_page() -> None:
    page = shown(RECORD)
    assert "hunter2" not in page
    assert "looks like a credential" in page


def test_a_picture_comes_with_the_page_as_an_image() -> None:
    assert '<img style="max-width:100%" src="data:image/svg+xml;base64,' in shown(RECORD, SVG)
    assert "data:image/png;base64," in shown(RECORD, b"\x89PNG...")
    assert "<svg" not in shown(RECORD, SVG)


def test_code_that_is_not_cut_yet_is_not_cut_to_be_shown() -> None:
    assert "cut when somebody asks" in shown(replace(RECORD, origin=replace(RECORD.origin, whence=Whence.PENDING)))


def test_an_artifact_in_a_line() -> None:
    record = replace(RECORD, name="churn", tags=(("team", "growth"),), note="first")
    said = repr(Artifact(record, Shelf()))
    assert said.startswith("churn@3 · DataFrame · 12.3 kB · 20")
    assert said.endswith(" · team=growth · first")
    kept = replace(record, value=replace(record.value, kept=Elsewhere("models:/m-1?server=x")), deleted=1.0)
    said = repr(Artifact(kept, Shelf()))
    assert "· models:/m-1 ·" in said
    assert said.endswith("· deleted")


def test_json_is_plain_and_says_what_is_not_known() -> None:
    said = Artifact(RECORD, Shelf()).as_json()
    assert json.loads(json.dumps(said)) == said
    assert (said["version"], said["hash"]) == (3, "ab" * 32)
    unknown = InputsView("x", (Input("url", "https://example.org"),)).as_json()["inputs"]
    assert unknown == [{"kind": "url", "place": "https://example.org", "hash": None, "size": None, "modified": None}]


def test_a_list_says_what_it_leaves_out() -> None:
    row = Artifact(RECORD, Shelf())
    assert repr(ArtifactsView((row,), "s", 7)).endswith("and 7 more (limit=None, or --limit 0, lists all)")
    assert repr(ArtifactsView((), "s")) == "no artifacts"
    assert list(ArtifactsView((row, row), "s")[:1]) == [row]


SIZES = [
    (0, "0 B"),
    (999, "999 B"),
    (1000, "1.0 kB"),
    (123_456, "123 kB"),
    (5_600_000, "5.6 MB"),
    (3 * 10**13, "30.0 TB"),
]


@pytest.mark.parametrize(("size", "said"), SIZES)
def test_sizes(size: int, said: str) -> None:
    assert bytes_said(size) == said


def test_a_saved_figure_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_CONFIG", str(tmp_path / "config"))
    figure_module = pytest.importorskip("matplotlib.figure")
    pytest.importorskip("cryptography")
    figure = figure_module.Figure()
    figure.add_subplot().plot([1, 2])
    art = clew.save(figure, "figure", store=str(tmp_path / "store"))
    assert art is not None
    assert "data:image/" in art._repr_html_()
