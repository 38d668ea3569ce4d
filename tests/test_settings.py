"""Settings: what counts, who said it, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from clew.errors import BadSetting
from clew.screen.artifacts import shown
from clew.store.paths import SETTINGS
from clew.store.settings import ALL, ON_ERROR, RECORD_HOST, Setting, settings, store_set, value_of


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    setting: Setting
    value: str
    where: str
    project: str = ""
    flags: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)


CASES = [
    Case("nobody says anything", ON_ERROR, "raise", "default"),
    Case("the project", ON_ERROR, "warn", "pyproject.toml", "[tool.clew]\non_error = 'warn'\n"),
    Case(
        "the environment before the project",
        ON_ERROR,
        "raise",
        "CLEW_ON_ERROR",
        "[tool.clew]\non_error = 'warn'\n",
        {},
        {"CLEW_ON_ERROR": "raise"},
    ),
    Case(
        "a flag before the environment",
        ON_ERROR,
        "warn",
        "--on-error",
        "",
        {"on_error": "warn"},
        {"CLEW_ON_ERROR": "raise"},
    ),
    Case("a switch in TOML", RECORD_HOST, "no", "pyproject.toml", "[tool.clew]\nrecord_host = false\n"),
    Case("a switch in the environment", RECORD_HOST, "no", "CLEW_RECORD_HOST", "", {}, {"CLEW_RECORD_HOST": "0"}),
    Case("a project that says nothing of clew is passed over", RECORD_HOST, "yes", "default", "[tool.other]\n"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_counts(case: Case, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    if case.project:
        (tmp_path / "pyproject.toml").write_text(case.project)
    found = value_of(case.setting, str(tmp_path / "deep"), case.flags, case.environ)
    assert (found.value, Path(found.where).name) == (case.value, case.where)


@pytest.mark.parametrize("said", ["'maybe'", "3"])
def test_what_cannot_be_understood_is_refused(said: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.clew]\non_error = {said}\n")
    with pytest.raises(BadSetting, match="on_error in"):
        value_of(ON_ERROR, str(tmp_path), {}, {})


@dataclass(frozen=True, slots=True)
class Where:
    name: str
    where: str
    project: str = ""
    flag: str | None = None
    environ: dict[str, str] = field(default_factory=dict)
    folder: bool = False


STORES = [
    Where("a flag", "--store", flag="here"),
    Where("the environment", "CLEW_STORE", environ={"CLEW_STORE": "here"}),
    Where("the project", "pyproject.toml", "[tool.clew]\nstore = 'here'\n", folder=True),
    Where("a folder", "the nearest .clew folder", folder=True),
    Where("the user's own", "default"),
]


@pytest.mark.parametrize("case", STORES, ids=lambda case: case.name)
def test_who_says_where_the_store_is(case: Where, tmp_path: Path) -> None:
    if case.project:
        (tmp_path / "pyproject.toml").write_text(case.project)
    if case.folder:
        (tmp_path / ".clew").mkdir()
    assert Path(store_set(str(tmp_path), case.flag, case.environ).where).name == case.where


def test_each_setting_may_stand_in_a_project() -> None:
    assert tuple(each.name for each in ALL) == SETTINGS


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    found = {each.setting.name: each for each in settings(str(tmp_path), {}, {"CLEW_BLOBS": "s3://me:pass@host/b"})}
    assert shown(found["blobs"]) == "s3://me:***@host/b"
