"""URLs of databases: no password is shown, however badly the URL is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clew.errors import BadSetting, StoreError
from clew.store.database import Store
from clew.store.paths import Address, store_address
from clew.store.settings import settings
from clew.store.urls import bare, masked, secrets_of, without_secrets


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    url: str
    shown: str


CASES = [
    Case("no password", "postgresql://ann@host/db", "postgresql://ann@host/db"),
    Case("a password", "postgresql://ann:pw-9@host:5432/db", "postgresql://ann:***@host:5432/db"),
    Case("no user and no password", "postgresql://host/db", "postgresql://host/db"),
    Case("a port is no password", "postgresql://host:5432/db", "postgresql://host:5432/db"),
    Case("a password with signs in it", "postgresql://ann:a@b/c?d:e@host/db", "postgresql://ann:***@host/db"),
    Case("a password among the options", "postgresql://host/db?user=ann&password=pw-9&x=1", "postgresql://host/db?user=ann&password=***&x=1"),
    Case("the password of a key", "postgresql://host/db?SSLPassword=pw-9", "postgresql://host/db?SSLPassword=***"),
    Case("both", "postgresql://ann:one@host/db?password=two", "postgresql://ann:***@host/db?password=***"),
    Case("an option with an @", "postgresql://host/db?password=a@b", "postgresql://host/db?password=***"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_passwords_are_masked(case: Case) -> None:
    assert masked(case.url) == case.shown
    assert masked(case.shown) == case.shown


@given(some.text(some.characters(codec="ascii", exclude_characters="#"), min_size=6))
def test_no_password_is_shown(password: str) -> None:
    assert password not in masked(f"postgresql://ann:{password}@host/db") or password in "postgresql://ann:***@host/db"


def test_what_a_server_says_is_shown_without_the_password() -> None:
    url = "postgresql://ann:p%40ss@host/db"
    assert set(secrets_of(url)) == {"p%40ss", "p@ss"}
    assert without_secrets('no "p@ss", no "p%40ss"', url) == 'no "***", no "***"'
    assert without_secrets("as it is", "postgresql://ann:@host/db") == "as it is"


def test_one_database_has_one_name() -> None:
    ways = ("postgresql://ann:x@Host/db", "postgres://bob@host/db/", "postgresql+psycopg://host/db?sslmode=require")
    assert {bare(url) for url in ways} == {"postgresql://host/db"}


def test_the_journals_of_a_database_are_on_this_machine(tmp_path: Path) -> None:
    around = {"XDG_DATA_HOME": str(tmp_path), "CLEW_STORE": "postgresql://ann:pw-9@db.example.org:5432/team"}
    found = store_address("/", None, around)
    assert found.url == around["CLEW_STORE"]
    assert found.folder.startswith(str(tmp_path / "clew" / "stores" / "db.example.org-5432-team-"))
    other = store_address("/", "postgresql://bob:other@db.example.org:5432/team", around)
    assert other.folder == found.folder
    assert store_address("/", "postgresql://db.example.org:5432/teams", around).folder != found.folder


def test_an_address_shows_no_password(tmp_path: Path) -> None:
    around = {"XDG_DATA_HOME": str(tmp_path), "CLEW_STORE": "postgresql://ann:pw-9@host/team"}
    found = store_address("/", None, around)
    assert repr(found) == "Address('postgresql://ann:***@host/team')"
    assert "pw-9" not in f"{found} {found.where} {found.folder} {settings('/', {}, around)}"


UNREACHABLE = [
    Case(
        "nobody listens", "postgresql://ann:pw-9@127.0.0.1:1/db", "postgresql://ann:***@127.0.0.1:1/db cannot be used"
    ),
    Case("the port is no number", "postgresql://ann:pw-9@127.0.0.1:x/db", "is no URL of a database"),
    Case("no such host", "postgresql://ann:pw-9@no-such-host.invalid/db", "cannot be used"),
]


@pytest.mark.parametrize("case", UNREACHABLE, ids=lambda case: case.name)
def test_a_database_that_cannot_be_reached_is_said_in_a_line(case: Case, tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises((StoreError, BadSetting)) as caught:
        Store.open(tmp_path, case.url)
    said = f"{caught.value} {caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
    assert case.shown in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "pw-9" not in said


def test_a_wrong_password_is_not_repeated(address: Address, tmp_path: Path) -> None:
    if not address.url:
        return
    with pytest.raises(StoreError, match="password authentication failed") as caught:
        Store.open(tmp_path, address.url.replace("pw-4x", "pw-wrong"))
    assert "pw-wrong" not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_no_row_holds_the_password(store: Store, address: Address) -> None:
    store.drain()
    assert "pw-4x" not in f"{store.where} {store.database.where} {vars(store)!r}"
    assert store.where == masked(address.url) or store.where == address.folder
