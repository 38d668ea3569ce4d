"""Looking after a store, as `clew store` does: what is in it, whether it is sound, migrating it, copying it."""

from __future__ import annotations

import os

from clew import session as parts
from clew.screen.stores import HealthView, InventoryView
from clew.store.copying import Copied, copied
from clew.store.paths import store_address
from clew.store.upkeep import Migrated, health, inventory, migrated


def info(*, store: str | None = None) -> InventoryView:
    """What is in a store: sessions, artifacts, their values, and how much room it all takes."""
    with parts.kept(store) as (opened, blobs):
        return InventoryView(inventory(opened, blobs))


def check(*, store: str | None = None) -> HealthView:
    """Everything in a store, read: what is missing, damaged or named by nobody."""
    with parts.kept(store) as (opened, blobs):
        return HealthView(health(opened, blobs))


def migrate(*, store: str | None = None) -> Migrated:
    """Bring the store of an older clew up to date; a new one is made where there is none."""
    return migrated(store_address(os.getcwd(), store))


def copy(target: str, *, blobs: str | None = None, store: str | None = None) -> Copied:
    """Copy a store into an empty one, values and all; StoreNotEmpty if that one is not."""
    with parts.kept(store) as (source, old), parts.kept(target, blobs, drained=False) as (empty, new):
        return copied(source, empty, old, new)
