"""Models that a real, local MLflow keeps: logged, tagged, loaded back, and refused where somebody has changed them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import clew
import clew.errors
from clew.archive.mlflow import Logged, files_in, flavour_of, hash_of, logged
from clew.errors import CannotKeep, DamagedBlob, MissingExtra, UntrustedValue
from clew.model.artifacts import Blob, Elsewhere
from clew.screen.artifact import Artifact

FILES = Blob("ab" * 32, 12)


def test_where_a_model_is_comes_back_from_its_uri() -> None:
    model = Logged("models:/m-1", "sqlite:////a b/c&d.db", FILES)
    assert logged(model.kept()) == model


def test_files_are_told_apart_by_name_and_content_but_for_the_servers_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    first = hash_of(tmp_path)
    (tmp_path / "registered_model_meta").write_text("whatever")
    assert hash_of(tmp_path) == first
    (tmp_path / "a").rename(tmp_path / "b")
    assert hash_of(tmp_path) != first


def test_without_mlflow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "mlflow", None)
    with pytest.raises(MissingExtra, match=r"pip install 'clew\[mlflow\]'"):
        clew.save(1, "n", to="mlflow", store=str(tmp_path))


def test_only_known_systems_keep_values(tmp_path: Path) -> None:
    with pytest.raises(clew.errors.UsageError, match="what can keep a value is mlflow"):
        clew.save(1, "n", to="elsewhere", store=str(tmp_path))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An MLflow of the tests' own: a database and a folder."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        patch.setenv("DO_NOT_TRACK", "true")
        patch.setenv("CLEW_CONFIG", str(folder / "config"))
        patch.chdir(folder)
        mlflow = pytest.importorskip("mlflow", reason="pip install 'clew[mlflow]'")
        before = mlflow.get_tracking_uri()
        mlflow.set_tracking_uri(f"sqlite:///{folder}/tracking.db")
        yield folder
        mlflow.set_tracking_uri(before)


@pytest.fixture(scope="module")
def art(server: Path) -> Artifact:
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
    saved = clew.save(model, "slope", to="mlflow", note="kept there", store=str(server / "store"))
    assert saved is not None
    return saved


@pytest.mark.slow
def test_a_model_is_logged_tagged_and_loaded_back(server: Path, art: Artifact) -> None:
    found = clew.get("slope", store=str(server / "store"))
    assert (type(found.value).__name__, found.value.coef_.tolist()) == ("LinearRegression", pytest.approx([2.0]))
    assert (found.version, found.note, found.size) == (1, "kept there", None)
    with sqlite3.connect(server / "tracking.db") as connection:
        tags = connection.execute("SELECT tag_value FROM logged_model_tags WHERE tag_key = 'clew.artifact'").fetchall()
    assert tags == [("slope@1",)]
    assert clew.diff("slope@1", "slope", store=str(server / "store")).value.finding == "same"


@pytest.mark.slow
def test_its_files_are_handed_out(server: Path, art: Artifact, tmp_path: Path) -> None:
    written = art.export(tmp_path / "out")
    assert "MLmodel" in [path.name for path in files_in(written)]


@pytest.mark.slow
def test_a_run_that_is_active_is_used(server: Path) -> None:
    import mlflow
    from sklearn.linear_model import LinearRegression

    with mlflow.start_run() as run:
        clew.save(LinearRegression(), "unfitted", to="mlflow", store=str(server / "store"))
        assert mlflow.active_run().info.run_id == run.info.run_id
    with sqlite3.connect(server / "tracking.db") as connection:
        runs = connection.execute("SELECT source_run_id FROM logged_models WHERE name = 'unfitted'").fetchall()
    assert runs == [(run.info.run_id,)]


@pytest.mark.slow
def test_what_mlflow_has_no_flavour_for_is_refused(server: Path) -> None:
    assert flavour_of({"a": 1}) is None
    with pytest.raises(CannotKeep, match="no flavour of MLflow"):
        clew.save({"a": 1}, "plain", to="mlflow", store=str(server / "store"))


@pytest.mark.slow
def test_a_python_model_comes_back_as_itself(server: Path) -> None:
    import mlflow.pyfunc

    class Doubling(mlflow.pyfunc.PythonModel):  # type: ignore[misc]  # MLflow is not typed
        def predict(self, context: Any, model_input: list[float], params: Any = None) -> list[float]:
            return [2 * each for each in model_input]

    clew.save(Doubling(), "doubling", to="mlflow", store=str(server / "store"))
    assert clew.get("doubling", store=str(server / "store")).value.predict(None, [1.0, 2.0]) == [2.0, 4.0]


@pytest.mark.slow
def test_a_stranger_does_not_load_it(server: Path, art: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_CONFIG", str(server / "stranger"))
    with pytest.raises(UntrustedValue, match="not one you trust"):
        _ = clew.get("slope", store=str(server / "store")).value


@pytest.mark.slow
def test_files_that_were_changed_on_the_server_are_not_loaded(server: Path, art: Artifact) -> None:
    assert isinstance(art.record.value.kept, Elsewhere)
    number = logged(art.record.value.kept).uri.removeprefix("models:/")
    [file] = server.rglob(f"{number}/artifacts/MLmodel")
    before = file.read_text()
    file.write_text(before + "\n# changed\n")
    with pytest.raises(DamagedBlob):
        _ = clew.get("slope", store=str(server / "store")).value
    file.write_text(before)
    assert clew.get("slope", store=str(server / "store")).value is not None
