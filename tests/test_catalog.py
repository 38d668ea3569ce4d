"""The catalog: versions counted, artifacts found by what a user knows of them, deleted and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from clew.errors import UnknownArtifact
from clew.model.artifacts import ArtifactRecord, Blob, Elsewhere, Environment, Input, Origin, Value, Whence
from clew.model.filters import Filter
from clew.store.catalog import Catalog
from clew.store.database import Store
from tests.test_rows import TEXT

MODEL = Value("sklearn.linear_model._logistic.LogisticRegression", "skops", Blob("a" * 64, 2100))
FRAME = Value("pandas.core.frame.DataFrame", "parquet", Blob("b" * 64, 99), Blob("c" * 64, 7), "sig", "ann")
FAR = Value("torch.nn.modules.container.Sequential", "mlflow", Elsewhere("models:/churn/3"))
SLICE = Origin("s1", 3, 0, "model", Whence.SLICE, "model = fit()\n", "x = 1\nmodel = fit()\n")
WAITING = Origin("s1", 3, 0, "", Whence.PENDING)
PLACE = Environment("3.11.4", "Linux", (("numpy", "2.1"), ("pandas", "2.2.3")), "abc123", True, "ann", "desk")
RAW = Input("file", "/data/raw.csv", "d" * 64, 1000, 99.5)
TABLE = Input("table", "postgresql://host/db#sales")


def record(name: str = "churn", created: float = 100.0, value: Value = MODEL) -> ArtifactRecord:
    return ArtifactRecord(name, 0, created, value, SLICE, PLACE, (RAW, TABLE), (("team", "growth"),), "first")


@pytest.fixture
def catalog(store: Store) -> Catalog:
    return store.catalog


def test_an_artifact_comes_back_as_it_was(catalog: Catalog) -> None:
    for value in (MODEL, FRAME, FAR):
        made = catalog.add(record(value=value))
        assert catalog.get("churn") == made == replace(record(value=value), version=made.version)


ANY = some.builds(
    ArtifactRecord,
    some.sampled_from(["a", "b"]),
    some.just(0),
    some.floats(0, 1e10),
    some.sampled_from([MODEL, FRAME, FAR]),
    some.builds(
        Origin, TEXT, some.integers(-1, 9), some.integers(0, 9), TEXT, some.sampled_from(list(Whence)), TEXT, TEXT
    ),
    some.builds(
        Environment,
        some.just("3.11"),
        some.just("Linux"),
        some.dictionaries(TEXT, TEXT).map(lambda d: tuple(sorted(d.items()))),
        some.just(""),
        some.booleans(),
        TEXT,
        TEXT,
    ),
    some.lists(
        some.builds(Input, some.sampled_from(["file", "url"]), TEXT, some.just(""), some.integers(-1, 2**40))
    ).map(tuple),
    some.dictionaries(TEXT, TEXT).map(lambda d: tuple(sorted(d.items()))),
    TEXT,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANY)
def test_any_artifact_comes_back_as_it_was(catalog: Catalog, any_record: ArtifactRecord) -> None:
    made = catalog.add(any_record)
    found = catalog.get(made.name, made.version)
    pairs = (found.tags, found.environment.packages), (made.tags, made.environment.packages)
    assert [sorted(each) for each in pairs[0]] == [sorted(each) for each in pairs[1]]
    assert replace(found, tags=(), environment=PLACE) == replace(made, tags=(), environment=PLACE)


def test_versions_count_from_one_for_each_name(catalog: Catalog) -> None:
    made = [catalog.add(record(name)).version for name in ("a", "b", "a", "a", "b")]
    assert made == [1, 1, 2, 3, 2]
    assert [each.version for each in catalog.versions("a")] == [1, 2, 3]
    assert catalog.names() == ("a", "b")


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    wanted: Filter
    versions: Sequence[str]


SHELF = (
    record("churn", 100.0),
    record("churn", 200.0, FRAME),
    replace(record("sales", 300.0, FRAME), tags=(("team", "sales"), ("final", "")), inputs=()),
    replace(record("sales", 400.0, FAR), environment=replace(PLACE, packages=(("torch", "2.5"),)), tags=()),
    replace(record("[odd]*", 500.0), inputs=(Input("file", "/data/not-raw.csv"), Input("file", "/data/a*b"))),
)
FOUND = [
    Found("all, newest first", Filter(), ["[odd]*@1", "sales@2", "sales@1", "churn@2", "churn@1"]),
    Found("a name", Filter(name="churn"), ["churn@2", "churn@1"]),
    Found("a name that is not there", Filter(name="chur"), []),
    Found("names by their beginning", Filter(name="s*"), ["sales@2", "sales@1"]),
    Found("names by a letter that varies", Filter(name="?hurn"), ["churn@2", "churn@1"]),
    Found("names by letters", Filter(name="[a-d]*"), ["churn@2", "churn@1"]),
    Found("names by letters that are not there", Filter(name="[!a-d]*s"), ["sales@2", "sales@1"]),
    Found("names in the case that they have", Filter(name="S*"), []),
    Found("a name with signs of a pattern in it", Filter(name="[[]odd][*]"), ["[odd]*@1"]),
    Found("a tag", Filter(tag="team"), ["[odd]*@1", "sales@1", "churn@2", "churn@1"]),
    Found("a tag and what it says", Filter(tag="team=growth"), ["[odd]*@1", "churn@2", "churn@1"]),
    Found("a tag that says nothing", Filter(tag="final="), ["sales@1"]),
    Found("since a time", Filter(since=400.0), ["[odd]*@1", "sales@2"]),
    Found("until a time", Filter(until=200.0), ["churn@2", "churn@1"]),
    Found("a type", Filter(type="pandas.core.frame.DataFrame"), ["sales@1", "churn@2"]),
    Found("the end of a type", Filter(type="DataFrame"), ["sales@1", "churn@2"]),
    Found("a part of a type's last word is none", Filter(type="Frame"), []),
    Found("an input", Filter(input="/data/raw.csv"), ["churn@2", "churn@1", "sales@2"]),
    Found("the end of an input", Filter(input="raw.csv"), ["churn@2", "churn@1", "sales@2"]),
    Found("an input with a star in its name", Filter(input="a*b"), ["[odd]*@1"]),
    Found("a package", Filter(package="torch"), ["sales@2"]),
    Found("a package's version", Filter(package="numpy==2.1", name="churn"), ["churn@2", "churn@1"]),
    Found("another version of a package", Filter(package="numpy==2"), []),
    Found("the newest of each", Filter(newest=True), ["[odd]*@1", "sales@2", "churn@2"]),
    Found("all of several conditions", Filter(name="*a*", type="DataFrame", since=250.0), ["sales@1"]),
]


def said(records: Sequence[ArtifactRecord]) -> list[str]:
    return [f"{each.name}@{each.version}" for each in records]


@pytest.fixture
def full(catalog: Catalog) -> Catalog:
    for each in SHELF:
        catalog.add(each)
    return catalog


def test_artifacts_are_found_by_what_is_known_of_them(full: Catalog) -> None:
    wrong = {case.name: said(full.find(case.wanted)) for case in FOUND}
    assert {case.name: wrong[case.name] for case in FOUND if set(wrong[case.name]) != set(case.versions)} == {}
    assert said(full.find()) == FOUND[0].versions
    assert [full.count(case.wanted) for case in FOUND] == [len(case.versions) for case in FOUND]


def test_pages_follow_on_each_other(full: Catalog) -> None:
    first = full.find(limit=2)
    second = full.find(limit=2, after=(first[-1].name, first[-1].version))
    third = full.find(limit=2, after=(second[-1].name, second[-1].version))
    assert said([*first, *second, *third]) == FOUND[0].versions


def test_codes_are_read_where_they_are_asked_for(full: Catalog) -> None:
    assert {each.origin.code for each in full.find()} == {""}
    assert {each.origin.code for each in full.find(code=True)} == {SLICE.code}
    assert full.get("churn", 1).origin == SLICE


def test_what_was_made_from_a_file(full: Catalog) -> None:
    assert said(full.uses("/data/raw.csv")) == ["sales@2", "churn@2", "churn@1"]


@dataclass(frozen=True, slots=True)
class Wrong:
    name: str
    version: int | None
    says: str


WRONG = [
    Wrong("churm", None, "no artifact 'churm' (did you mean churn?)"),
    Wrong("xyz", None, "no artifact 'xyz' (`clew artifacts` lists them)"),
    Wrong("sales", 3, "no version 3 of the artifact 'sales' (it has versions 1 to 2)"),
    Wrong("[odd]*", 2, "no version 2 of the artifact '[odd]*' (it has version 1 only)"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.name}@{wrong.version}")
def test_what_is_not_there_is_said(full: Catalog, wrong: Wrong) -> None:
    with pytest.raises(UnknownArtifact) as caught:
        full.get(wrong.name, wrong.version)
    assert str(caught.value) == wrong.says


def test_tags_are_put_on_and_taken_off(full: Catalog) -> None:
    made = full.tag("churn", 1, {"team": "sales", "final": "yes"})
    assert made.tags == (("final", "yes"), ("team", "sales"))
    assert full.tag("churn", 1, remove=["team"]).tags == (("final", "yes"),)
    assert full.get("churn", 1).tags == (("final", "yes"),)
    assert full.get("churn", 2).tags == (("team", "growth"),)


def test_a_deleted_version_can_be_brought_back(full: Catalog) -> None:
    assert full.delete("churn", 2, now=900.0) == (2,)
    assert full.get("churn").version == 1
    assert said(full.find(Filter(name="churn"))) == ["churn@1"]
    assert full.find(Filter(name="churn", with_deleted=True))[0].deleted == 900.0
    with pytest.raises(UnknownArtifact, match="it was deleted"):
        full.get("churn", 2)
    assert full.get("churn", 2, with_deleted=True).deleted == 900.0
    assert full.restore("churn", 2) == (2,)
    assert full.get("churn").version == 2


def test_all_versions_are_deleted_and_brought_back(full: Catalog) -> None:
    full.delete("churn", 1, now=800.0)
    assert full.delete("churn", now=900.0) == (2,)
    assert "churn" not in full.names()
    with pytest.raises(UnknownArtifact):
        full.get("churn")
    with pytest.raises(UnknownArtifact):
        full.versions("churn")
    assert full.restore("churn") == (1, 2)


def test_what_is_purged_is_gone_and_its_number_too(full: Catalog) -> None:
    full.delete("churn", 2, now=900.0)
    assert full.purge(before=900.0) == 0
    assert full.purge(before=901.0) == 1
    assert full.count(Filter(with_deleted=True)) == 4
    assert full.get("churn", 1).origin == SLICE
    assert full.add(record("churn")).version == 3


def test_codes_that_no_artifact_has_go_with_the_last(catalog: Catalog) -> None:
    catalog.add(record("a"))
    catalog.delete("a", now=1.0)
    assert catalog.purge(before=2.0) == 1
    with catalog._database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM texts").scalar_one() == 0


def test_the_blobs_that_artifacts_name(full: Catalog) -> None:
    full.delete("churn", now=900.0)
    assert full.referenced_blobs() == {"a" * 64, "b" * 64, "c" * 64}
    full.delete("[odd]*", now=900.0)
    full.purge(before=901.0)
    assert full.referenced_blobs() == {"b" * 64, "c" * 64}


def test_the_code_of_a_pending_artifact_comes_later(catalog: Catalog) -> None:
    made = catalog.add(replace(record(), origin=WAITING, inputs=(), environment=replace(PLACE, packages=())))
    catalog.add(replace(record("other"), origin=replace(WAITING, session="s2")))
    assert said(catalog.pending("s1")) == ["churn@1"]
    assert said(catalog.pending()) == ["churn@1", "other@1"]
    whole = replace(record(), version=made.version)
    assert catalog.complete(whole)
    assert catalog.get("churn") == whole
    assert not catalog.complete(replace(whole, inputs=()))
    assert catalog.get("churn") == whole
    assert catalog.pending("s1") == ()


def test_many_artifacts_are_read_in_pieces(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.store.records.AT_ONCE", 2)
    made = [catalog.add(record(created=float(time))) for time in range(5)]
    assert catalog.find(code=True) == tuple(reversed(made))
    assert set(chain.from_iterable(each.inputs for each in catalog.find())) == {RAW, TABLE}


def test_which_names_a_session_has_saved(catalog: Catalog) -> None:
    for name in ("a", "a[1]", "gone"):
        catalog.add(record(name))
    catalog.add(replace(record("b"), origin=replace(SLICE, session="s2")))
    catalog.delete("gone", now=200.0)
    assert catalog.saved_by("s1", {"a", "a[1]", "b", "gone", "never"}) == {"a", "a[1]"}
    assert catalog.saved_by("s3", {"a"}) == frozenset()
