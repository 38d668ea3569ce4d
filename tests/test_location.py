"""Where the store is: each setting in its turn, and what a wrong one says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clew.errors import BadSetting
from clew.store.location import data_folder, database_path, journal_path, make_store, store_folder


@dataclass(frozen=True, slots=True)
class Case:
    """In a project with these files and folders (those without text), a program runs in `project/deep`."""

    name: str
    store: str
    setting: str | None = None
    environ: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


TOML = '[tool.clew]\nstore = "records"\n'
NEAR = {"project/.clew/": ""}
CASES = [
    Case("without settings it is in the user's data folder", "data/clew"),
    Case("a .clew folder beside the program", "project/deep/.clew", files={"project/deep/.clew/": "", **NEAR}),
    Case("the nearest .clew folder above", "project/.clew", files={".clew/": "", **NEAR}),
    Case("a file named .clew is none", "data/clew", files={"project/.clew": "?"}),
    Case("pyproject.toml says it, from its own folder", "project/records", files={"project/pyproject.toml": TOML, **NEAR}),
    Case("a nearer .clew does not go before it", "records", files={"pyproject.toml": TOML, **NEAR}),
    Case("a pyproject.toml that does not speak of clew is passed by", "records", files={
        "pyproject.toml": TOML, "project/pyproject.toml": "[tool.ruff]\n"}),
    Case("an empty [tool.clew] says nothing", "data/clew", files={
        "pyproject.toml": TOML, "project/pyproject.toml": "[tool.clew]\n"}),
    Case("CLEW_STORE goes before pyproject.toml", "elsewhere", environ={"CLEW_STORE": "../../elsewhere"}, files={
        "pyproject.toml": TOML, **NEAR}),
    Case("an empty CLEW_STORE says nothing", "project/.clew", environ={"CLEW_STORE": ""}, files=NEAR),
    Case("--store goes before all", "project/deep/here", "here", {"CLEW_STORE": "there"}, {"pyproject.toml": TOML, **NEAR}),
]  # fmt: skip


def lay_out(root: Path, files: dict[str, str]) -> Path:
    start = root / "project" / "deep"
    start.mkdir(parents=True)
    for name, text in files.items():
        if name.endswith("/"):
            (root / name).mkdir(parents=True)
        else:
            (root / name).write_text(text)
    return start


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_where_the_store_is(tmp_path: Path, case: Case) -> None:
    start = lay_out(tmp_path, case.files)
    found = store_folder(start, case.setting, {"XDG_DATA_HOME": str(tmp_path / "data"), **case.environ})
    assert found.resolve() == tmp_path / case.store
    assert not found.exists() or found.name == ".clew"


@dataclass(frozen=True, slots=True)
class Wrong:
    name: str
    says: str
    setting: str | None = None
    environ: dict[str, str] = field(default_factory=dict)
    project: str = ""


WRONG = [
    Wrong("an empty --store", "--store names no folder", ""),
    Wrong("--store is a file", "that is not a folder", "../pyproject.toml"),
    Wrong("--store lies in a file", "that is not a folder", "../pyproject.toml/records"),
    Wrong("the URL of another kind of database", "mysql://u:***@host/clew: that is no store", "mysql://u:pw@host/clew"),
    Wrong("the home of nobody", "no such home folder", "~no-such-user/records"),
    Wrong("CLEW_STORE is a file", "CLEW_STORE is ../pyproject.toml", environ={"CLEW_STORE": "../pyproject.toml"}),
    Wrong("pyproject.toml is broken", "cannot be read", project="[tool.clew\n"),
    Wrong("pyproject.toml is not UTF-8", "cannot be read", project="# \udce9"),
    Wrong("tool.clew is not a table", "[tool.clew] is not a table", project="[tool]\nclew = 3\n"),
    Wrong("store is not a string", "must be a string", project="[tool.clew]\nstore = 3\n"),
    Wrong("a setting misspelt", "no setting 'stroe' (did you mean store?)", project='[tool.clew]\nstroe = "x"\n'),
    Wrong("a setting that clew does not have", "known settings: store, blobs", project="[tool.clew]\nxyz = 1\n"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_wrong_settings(tmp_path: Path, wrong: Wrong) -> None:
    start = lay_out(tmp_path, {})
    (tmp_path / "project" / "pyproject.toml").write_bytes(wrong.project.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadSetting) as caught:
        store_folder(start, wrong.setting, wrong.environ)
    assert wrong.says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_data_folder_of_each_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder({}, "linux") == tmp_path / ".local" / "share" / "clew"
    assert data_folder({"XDG_DATA_HOME": "relative"}, "linux") == tmp_path / ".local" / "share" / "clew"
    assert data_folder({"XDG_DATA_HOME": "/data"}, "linux") == Path("/data/clew")
    assert data_folder({}, "darwin") == tmp_path / "Library" / "Application Support" / "clew"


def test_a_new_store_stays_out_of_git(tmp_path: Path) -> None:
    make_store(tmp_path / ".clew")
    assert (tmp_path / ".clew" / ".gitignore").read_text() == "*\n"


def test_a_folder_that_somebody_else_uses_is_not_hidden_from_git(tmp_path: Path) -> None:
    make_store(tmp_path)
    assert not (tmp_path / ".gitignore").exists()


def test_what_the_user_committed_on_purpose_stays_so(tmp_path: Path) -> None:
    (tmp_path / ".clew").mkdir()
    database_path(tmp_path / ".clew").touch()
    make_store(tmp_path / ".clew")
    assert not (tmp_path / ".clew" / ".gitignore").exists()


def test_the_journals_of_a_store() -> None:
    assert journal_path(Path("/s"), "abc") == Path("/s/journals/abc.journal")
