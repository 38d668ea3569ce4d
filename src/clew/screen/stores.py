"""What is said of a store: what is in it, whether it is sound, what was made, migrated and copied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from clew.model.artifacts import Blob
from clew.model.data import dataclass
from clew.screen.columns import bytes_said, counted, listed
from clew.store.copying import Copied
from clew.store.upkeep import Health, Inventory, Migrated

MOST = 10  # blobs that are named one by one


@dataclass(frozen=True, slots=True, repr=False)
class InventoryView:
    """What is in a store, a fact a line."""

    inventory: Inventory

    def __repr__(self) -> str:
        return "\n".join(f"{name:<10} {said}" for name, said in self._lines())

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew store info --json`."""
        return asdict(self.inventory)

    def _lines(self) -> Iterator[tuple[str, str]]:
        found = self.inventory
        yield "store", found.where
        yield "database", f"{found.database}, {bytes_said(found.database_size)}, schema {found.schema}"
        yield "sessions", f"{found.sessions} with {counted(found.steps, 'step')}"
        unsure = [(found.deleted, "deleted"), (found.pending, "whose code is still to be cut")]
        apart = "".join(f", {number} {what}" for number, what in unsure if number)
        yield "artifacts", f"{found.names} with {counted(found.versions, 'version')}{apart}"
        yield "values", f"{counted(found.blobs_count, 'blob')}, {bytes_said(found.blobs_size)}, in {found.blobs}"
        yield "journals", f"{bytes_said(found.journals_size)} in {found.folder}"


@dataclass(frozen=True, slots=True, repr=False)
class HealthView:
    """Whether a store is sound, and what is not."""

    health: Health

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def as_json(self) -> dict[str, object]:
        """The JSON shape of `clew store check --json`."""
        found = self.health
        blobs = {"missing": found.blobs.missing, "damaged": found.blobs.damaged, "orphaned": found.blobs.orphaned}
        said = {kind: [asdict(blob) for blob in some] for kind, some in blobs.items()}
        wrong = {"database": list(found.database), "journals": list(found.journals)}
        return {"store": found.where, "sound": found.sound, **wrong, "blobs": said}

    def _lines(self) -> Iterator[str]:
        found = self.health
        yield from (*found.database, *found.journals)
        yield from blob_lines("missing: no value can be read from it", found.blobs.missing)
        yield from blob_lines("damaged: not what it was when it was saved", found.blobs.damaged)
        yield f"{found.where} is sound" if found.sound else f"{found.where} is not sound"
        if found.blobs.orphaned:
            size = bytes_said(sum(blob.size for blob in found.blobs.orphaned))
            yield f"{counted(len(found.blobs.orphaned), 'blob')} ({size}) that no artifact names: `clew gc` lets go of them"


def blob_lines(what: str, blobs: tuple[Blob, ...]) -> Iterator[str]:
    """Say of blobs what is wrong with them, the first of them one by one."""
    yield from (f"blob {blob.hash} ({bytes_said(blob.size)}) is {what}" for blob in blobs[:MOST])
    if len(blobs) > MOST:
        yield f"and {counted(len(blobs) - MOST, 'more blob')} as well"


def migrated_said(done: Migrated) -> str:
    """Say what migrating did."""
    if not done.before:
        return f"made the store {done.where}"
    if done.before == done.after:
        return f"{done.where} is up to date: schema {done.after}"
    kept = f"; the database as it was is {done.kept}" if done.kept else ""
    return f"{done.where} went from schema {done.before} to {done.after}{kept}"


def copied_said(done: Copied) -> str:
    """Say what was copied."""
    names = {"sessions": "session", "steps": "step", "artifacts": "artifact version"}
    said = [counted(done.rows[table], name) for table, name in names.items()]
    return f"copied {listed([*said, counted(done.blobs, 'blob')])} from {done.source} to {done.target}"
