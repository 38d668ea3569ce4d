"""Artifacts in the tables of the store: each comes back as it was."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Row, Table, delete, insert, select

from clew.model.artifacts import ArtifactRecord, Blob, Elsewhere, Environment, Input, Origin, Value, Whence
from clew.model.verdicts import Checked
from clew.store.databases import insert_new
from clew.store.schema import ARTIFACTS, INPUTS, NAMES, PACKAGES, PLACES, TAGS, TEXTS
from clew.store.text import stored
from clew.store.verdicts import newest_verdicts

Line: TypeAlias = dict[str, Any]  # what goes into one row of a table, by column

AT_ONCE = 500  # rows that one query asks for: databases limit how many values a statement may have


def add_record(connection: Connection, name: int, record: ArtifactRecord) -> None:
    """Write an artifact, whose version is given, under the name of that number."""
    add_texts(connection, record.origin)
    line = {"name": name, "version": record.version, "created": record.created, "deleted": record.deleted}
    parts = value_line(record.value) | origin_line(record.origin) | environment_line(record.environment)
    made = insert(ARTIFACTS).values(line | parts | {"note": record.note}).returning(ARTIFACTS.c.number)
    number: int = connection.execute(made).scalar_one()
    add_tags(connection, number, record.tags)
    add_inputs(connection, number, record.inputs)
    add_packages(connection, number, record.environment.packages)


def add_texts(connection: Connection, origin: Origin) -> None:
    """Write the codes of an artifact, those that are not there."""
    texts = {hash_of(text): text for text in (origin.code, origin.session_code) if text}
    # In one order for all: two who wrote the same two the other way round would wait for each other.
    insert_new(connection, TEXTS, [{"hash": hash_, "text": texts[hash_]} for hash_ in sorted(texts)])


def add_tags(connection: Connection, artifact: int, tags: Iterable[tuple[str, str]]) -> None:
    """Write tags of an artifact that it does not have."""
    add_all(connection, TAGS, [{"artifact": artifact, "key": key, "value": value} for key, value in tags])


def add_packages(connection: Connection, artifact: int, packages: Iterable[tuple[str, str]]) -> None:
    """Write the packages of an artifact."""
    lines = [{"artifact": artifact, "package": name, "version": version} for name, version in packages]
    add_all(connection, PACKAGES, lines)


def add_inputs(connection: Connection, artifact: int, inputs: Sequence[Input]) -> None:
    """Write the inputs of an artifact, and their places where they are new."""
    places = {place_hash(each): {"kind": each.kind, "place": each.place} for each in inputs}
    insert_new(connection, PLACES, [{"hash": hash_, **places[hash_]} for hash_ in sorted(places)])
    numbers = place_numbers(connection, places)
    lines = [
        {
            "artifact": artifact,
            "position": position,
            "place": numbers[place_hash(each)],
            "hash": each.hash,
            "size": each.size,
            "modified": each.modified,
        }
        for position, each in enumerate(inputs)
    ]
    add_all(connection, INPUTS, lines)


def add_all(connection: Connection, table: Table, lines: Sequence[Line]) -> None:
    """Write lines into a table, if there are any."""
    if lines:
        connection.execute(insert(table), lines)


def replace(connection: Connection, number: int, record: ArtifactRecord) -> None:
    """Write what an artifact's code is and needs in place of what is there."""
    add_texts(connection, record.origin)
    values = origin_line(record.origin) | environment_line(record.environment)
    connection.execute(ARTIFACTS.update().where(ARTIFACTS.c.number == number).values(values))
    for table in (INPUTS, PACKAGES):
        connection.execute(delete(table).where(table.c.artifact == number))
    add_inputs(connection, number, record.inputs)
    add_packages(connection, number, record.environment.packages)


def records_of(connection: Connection, lines: Sequence[Row[Any]], *, code: bool) -> Iterator[ArtifactRecord]:
    """Give the artifacts of rows of `ARTIFACTS` with their names, their codes where asked for."""
    rest = iter(lines)
    while some := list(islice(rest, AT_ONCE)):
        numbers = [line.number for line in some]
        tags, packages = pairs(connection, TAGS, numbers), pairs(connection, PACKAGES, numbers)
        inputs = stored_inputs(connection, numbers)
        texts = stored_texts(connection, some) if code else {}
        verdicts = newest_verdicts(connection, numbers)
        for line in some:
            at = line.number
            found = record_of(line, tuple(inputs[at]), tuple(tags[at]), tuple(packages[at]), texts)
            yield with_verdict(found, verdicts.get(at))


def record_of(
    line: Row[Any],
    inputs: tuple[Input, ...],
    tags: tuple[tuple[str, str], ...],
    packages: tuple[tuple[str, str], ...],
    texts: Mapping[str | None, str],
) -> ArtifactRecord:
    """Give the artifact of a row."""
    where = (line.session, line.step, line.nth, line.variable, Whence(line.whence))
    origin = Origin(*where, texts.get(line.code, ""), texts.get(line.session_code, ""))
    ran = (line.python, line.platform, packages, line.commit, line.dirty, line.user, line.host)
    made = (line.artifact_name, line.version, line.created, value_of(line), origin, Environment(*ran))
    return ArtifactRecord(*made, inputs, tags, line.note, line.deleted)


def with_verdict(record: ArtifactRecord, checked: Checked | None) -> ArtifactRecord:
    """Give an artifact with the newest verdict on it."""
    return record if checked is None else dataclasses.replace(record, checked=checked)


def value_line(value: Value) -> Line:
    """Give the columns that say how a value is kept."""
    blob = value.kept if isinstance(value.kept, Blob) else None
    return {
        "type": value.type,
        "codec": value.codec,
        "blob": blob and blob.hash,
        "size": blob and blob.size,
        "uri": value.kept.uri if isinstance(value.kept, Elsewhere) else None,
        "preview": value.preview and value.preview.hash,
        "preview_size": value.preview and value.preview.size,
        "signature": value.signature,
        "signer": value.signer,
    }


def value_of(line: Row[Any]) -> Value:
    """Give how the value of a row is kept."""
    kept = Elsewhere(line.uri) if line.blob is None else Blob(line.blob, line.size)
    preview = None if line.preview is None else Blob(line.preview, line.preview_size)
    return Value(line.type, line.codec, kept, preview, line.signature, line.signer)


def origin_line(origin: Origin) -> Line:
    """Give the columns that say what made a value."""
    return {
        "session": origin.session,
        "step": origin.step,
        "nth": origin.nth,
        "variable": origin.variable,
        "whence": origin.whence.value,
        "code": hash_of(origin.code) if origin.code else None,
        "session_code": hash_of(origin.session_code) if origin.session_code else None,
    }


def environment_line(environment: Environment) -> Line:
    """Give the columns that say what an artifact was made on."""
    return {
        "python": environment.python,
        "platform": environment.platform,
        "commit": environment.commit,
        "dirty": environment.dirty,
        "user": environment.user,
        "host": environment.host,
    }


def pairs(connection: Connection, table: Table, artifacts: Sequence[int]) -> Mapping[int, list[tuple[str, str]]]:
    """Give the tags or the packages of artifacts, by name."""
    artifact, first, second = table.columns
    wanted = select(artifact, first, second).where(artifact.in_(artifacts)).order_by(artifact, first)
    found = defaultdict(list)
    for number, name, value in connection.execute(wanted):
        found[number].append((name, value))
    return found


def stored_inputs(connection: Connection, artifacts: Sequence[int]) -> Mapping[int, list[Input]]:
    """Give the inputs of artifacts."""
    wanted = select(INPUTS, PLACES.c.kind, PLACES.c.place.label("where")).join(PLACES)
    found = defaultdict(list)
    for line in connection.execute(wanted.where(INPUTS.c.artifact.in_(artifacts)).order_by(*INPUTS.primary_key)):
        found[line.artifact].append(Input(line.kind, line.where, line.hash, line.size, line.modified))
    return found


def stored_texts(connection: Connection, lines: Sequence[Row[Any]]) -> dict[str | None, str]:
    """Give the codes that rows of artifacts name, by hash."""
    hashes = {hash_ for line in lines for hash_ in (line.code, line.session_code) if hash_}
    found = connection.execute(select(TEXTS.c.hash, TEXTS.c.text).where(TEXTS.c.hash.in_(hashes)))
    return {line.hash: line.text for line in found}


def place_numbers(connection: Connection, hashes: Iterable[str]) -> dict[str, int]:
    """Give the numbers of places, by their hashes."""
    found: dict[str, int] = {}
    rest = iter(hashes)
    while some := list(islice(rest, AT_ONCE)):
        lines = connection.execute(select(PLACES.c.hash, PLACES.c.number).where(PLACES.c.hash.in_(some)))
        found |= {line.hash: line.number for line in lines}
    return found


def place_hash(place: Input) -> str:
    """Give the name of a place among the stored ones."""
    return hash_of(f"{place.kind}\n{place.place}")


def artifact_columns() -> list[Column[Any]]:
    """Give what a query asks for: the row of an artifact and its name."""
    return [*ARTIFACTS.columns, NAMES.c.name.label("artifact_name")]


def hash_of(text: str) -> str:
    """Give the name of a text among the stored ones."""
    return hashlib.sha256(stored(text).encode()).hexdigest()
