"""Values that an MLflow server keeps, in whatever flavour of MLflow's fits them.

Loading a model of MLflow runs what is in its files, so these are treated as a pickle is: what was logged is hashed, the
hash is signed by who saved it, and what comes back is loaded only if it has that hash, and somebody trusted signed it.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from clew.archive.diff import called
from clew.errors import CannotKeep, DamagedBlob, MissingExtra, StoreError
from clew.model.artifacts import ArtifactRecord, Blob, Elsewhere, Value
from clew.model.data import dataclass
from clew.store.keeping import type_name
from clew.store.trust import Keys
from clew.store.urls import masked

NAME = "mlflow"
FLAVOURS = {"torch": "pytorch", "pyspark": "spark"}  # the others are called as their libraries are
ANY = "python_function"
SERVERS_OWN = "registered_model_meta"  # a file that the server writes beside what was logged
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Logged:
    """A model on a server: its URI there, the server, and what its files were when it was logged."""

    uri: str
    server: str
    files: Blob

    def kept(self) -> Elsewhere:
        """The same as one URI: `models:/m-1?server=https%3A...&sha256=...&size=...`."""
        said = {"server": self.server, "sha256": self.files.hash, "size": str(self.files.size)}
        return Elsewhere(f"{quote(self.uri, safe=':/')}?{urlencode(said)}")


def logged(kept: Elsewhere) -> Logged:
    """Read what `Logged.kept` wrote."""
    uri, _, query = kept.uri.partition("?")
    said = {name: values[0] for name, values in parse_qs(query).items()}
    return Logged(uri, said.get("server", ""), Blob(said.get("sha256", ""), int(said.get("size", "0"))))


class Mlflow:
    """The MLflow server that MLFLOW_TRACKING_URI names, or the program has chosen."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def keep(self, value: object, name: str) -> Value:
        """Log a model, in the run that is active or one of its own; CannotKeep, with the reason, if MLflow will not."""
        mlflow, kind = library(), type_name(value)
        flavour = flavour_of(value)
        if flavour is None:
            raise CannotKeep(kind, "no flavour of MLflow is for it")
        try:
            uri = log(mlflow, import_module(f"mlflow.{flavour}"), value, name)
        except Exception as error:  # whatever MLflow, the server or the model itself has against it
            raise CannotKeep(kind, f"MLflow does not take it: {error or type(error).__name__}") from error
        server: str = mlflow.get_tracking_uri()
        with tempfile.TemporaryDirectory(prefix="clew-") as folder:
            files = hash_of(fetched(uri, server, Path(folder)))
        signature, signer = self._keys.sign(files, NAME, kind)
        return Value(kind, NAME, Logged(uri, masked(server), files).kept(), None, signature, signer)

    def fetch(self, value: Value) -> object:
        """Load a model; UntrustedValue, and nothing of it is run, if nobody trusted signed just these files."""
        with tempfile.TemporaryDirectory(prefix="clew-") as folder:
            return load(self._checked(value, Path(folder)))

    def note(self, record: ArtifactRecord) -> None:
        """Tag a logged model with the artifact that it is."""
        mlflow, model = library(), logged(elsewhere(record.value))
        number = model.uri.removeprefix("models:/")
        client = mlflow.MlflowClient(tracking_uri=mlflow.get_tracking_uri())
        if number != model.uri and hasattr(client, "set_logged_model_tags"):
            client.set_logged_model_tags(number, {"clew.artifact": called(record)})
        else:  # before MLflow 3 models are part of their run
            client.set_tag(model.uri.removeprefix("runs:/").partition("/")[0], "clew.artifact", called(record))

    def export(self, value: Value, path: Path) -> None:
        """Write a model's files, as MLflow knows them, into a folder."""
        model = logged(elsewhere(value))
        path.mkdir(parents=True, exist_ok=True)
        fetched(model.uri, model.server, path)

    def _checked(self, value: Value, folder: Path) -> Path:
        """Fetch a model's files into a folder, and check that they are those that somebody trusted signed."""
        model = logged(elsewhere(value))
        self._keys.check(model.files, value.codec, value.type, value.signature, value.signer)
        files = fetched(model.uri, model.server, folder)
        if hash_of(files) != model.files:
            raise DamagedBlob(model.files.hash, f"{model.server} {model.uri}")
        return files


def library() -> Any:
    """MLflow; MissingExtra if it is not installed."""
    try:
        return import_module("mlflow")  # an optional part, and it takes seconds to load
    except ImportError as error:
        raise MissingExtra("mlflow", "a model kept by an MLflow server", "'clew[mlflow]'") from error


def flavour_of(value: object) -> str | None:
    """Name MLflow's module for a value: that of the library which its class comes from, or a class above it."""
    for cls in type(value).__mro__:
        if cls.__module__.startswith("mlflow.pyfunc"):
            return "pyfunc"
        top = cls.__module__.partition(".")[0]
        name = FLAVOURS.get(top, top)
        if name.isidentifier() and name != "mlflow" and find_spec(f"mlflow.{name}") is not None and logs(name):
            return name
    return None


def logs(name: str) -> bool:
    """Tell whether a module of MLflow is a flavour that is ready to be used."""
    try:
        return hasattr(import_module(f"mlflow.{name}"), "log_model")
    except ImportError:
        return False


def log(mlflow: Any, flavour: Any, value: object, name: str) -> str:
    """Log a model, and give its URI."""
    known = inspect.signature(flavour.log_model).parameters
    named = {"name" if "name" in known else "artifact_path": name.replace("/", "-").replace(":", "-")}
    said = {"python_model": value, **named} if "python_model" in known else named
    given = () if "python_model" in known else (value,)
    if mlflow.active_run() is not None:
        return str(flavour.log_model(*given, **said).model_uri)
    with mlflow.start_run(run_name=name):
        return str(flavour.log_model(*given, **said).model_uri)


def fetched(uri: str, server: str, folder: Path) -> Path:
    """Copy the files of a model into a folder of ours; give the folder in which they then are."""
    mlflow = library()
    # A server whose URL held a password is known without it: then the one that is set now is asked.
    asked = mlflow.get_tracking_uri() if "***" in server or not server else server
    try:
        return Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=str(folder), tracking_uri=asked))
    except Exception as error:  # MLflow raises what its back ends raise
        raise StoreError(f"{masked(asked)} does not give {uri}: {error or type(error).__name__}") from error


def load(folder: Path) -> object:
    """Load the model in a folder in its own flavour."""
    flavours = import_module("mlflow.models").Model.load(str(folder)).flavors
    own = next((name for name in flavours if name != ANY and find_spec(f"mlflow.{name}") and logs(name)), None)
    if own is not None:
        model: object = import_module(f"mlflow.{own}").load_model(str(folder))
        return model
    wrapped = import_module("mlflow.pyfunc").load_model(str(folder))
    return wrapped.unwrap_python_model()


def hash_of(folder: Path) -> Blob:
    """Hash the names and contents of all files in a folder; a file by itself counts as one."""
    sha, size = hashlib.sha256(), 0
    for path in files_in(folder):
        inner, length = hashlib.sha256(), 0
        with open(path, "rb") as file:
            while block := file.read(CHUNK):
                inner.update(block)
                length += len(block)
        said = f"{path.relative_to(folder).as_posix()}\0{length}\0{inner.hexdigest()}\n"
        sha.update(said.encode("utf-8", "surrogateescape"))
        size += length
    return Blob(sha.hexdigest(), size)


def files_in(folder: Path) -> Iterator[Path]:
    """Give the files in a folder that were logged, in one order for all."""
    found = (Path(at) / name for at, _, names in os.walk(folder) for name in names if name != SERVERS_OWN)
    return iter(sorted(found))


def elsewhere(value: Value) -> Elsewhere:
    """Give where a value is that another system keeps."""
    assert isinstance(value.kept, Elsewhere), "only such values are asked of MLflow"
    return value.kept
