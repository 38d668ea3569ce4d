"""Values that an MLflow server keeps."""

from __future__ import annotations

from pathlib import Path

from clew.errors import UsageError
from clew.model.artifacts import ArtifactRecord, Value
from clew.store.trust import Keys


class Mlflow:
    """The MLflow server that MLFLOW_TRACKING_URI names, or MLflow's own default."""

    def keep(self, value: object, name: str) -> Value:
        """Log a model; say where."""
        raise UsageError("not yet")

    def fetch(self, value: Value, keys: Keys) -> object:
        """Load a model."""
        raise UsageError("not yet")

    def note(self, record: ArtifactRecord) -> None:
        """Write beside a model which artifact it is."""

    def export(self, value: Value, path: Path) -> None:
        """Write a model's files into a folder."""
        raise UsageError("not yet")


MLFLOW = Mlflow()
