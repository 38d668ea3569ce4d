"""Pickles are run only if somebody whom the user trusts signed exactly them."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from clew import cli, plugins
from clew.errors import BadSetting, DamagedBlob, UntrustedValue
from clew.model.artifacts import Blob, Value
from clew.store import trust
from clew.store.blobs import Blobs
from clew.store.keeping import fetch, keep
from clew.store.trust import VARIABLE, Keys, Trusted, config_folder

CODECS = plugins.codecs(plugins.loaded())
RAN: list[str] = []


def run(what: str) -> str:
    RAN.append(what)
    return what


class Bomb:
    """A value that does something when it is loaded."""

    def __reduce__(self) -> tuple[Callable[[str], str], tuple[str]]:
        return run, ("bomb",)


@dataclass(frozen=True, slots=True)
class Team:
    """Ann saves; Ben loads; Eve can write in the store."""

    ann: Keys
    ben: Keys
    eve: Keys
    blobs: Blobs

    def saved(self, by: Keys) -> Value:
        return keep({"by": len}, self.blobs, CODECS, by)

    def load(self, value: Value) -> object:
        return fetch(value, self.blobs, CODECS, self.ben)


@pytest.fixture
def team(tmp_path: Path) -> Team:
    RAN.clear()
    return Team(Keys(tmp_path / "ann"), Keys(tmp_path / "ben"), Keys(tmp_path / "eve"), Blobs(tmp_path / "blobs"))


def bomb(team: Team) -> Blob:
    return team.blobs.put(lambda file: file.write(pickle.dumps(Bomb())))


def test_what_i_saved_i_can_load(team: Team) -> None:
    assert team.load(team.saved(team.ben)) == {"by": len}


def test_what_a_stranger_saved_is_refused_and_the_error_says_how_to_trust(team: Team) -> None:
    value = team.saved(team.ann)
    with pytest.raises(UntrustedValue, match=r"clew trust add ed25519:\S+ NAME") as caught:
        team.load(value)
    team.ben.add(caught.value.signer, "ann")
    assert team.load(value) == {"by": len}
    team.ben.remove("ann")
    with pytest.raises(UntrustedValue):
        team.load(value)


def test_who_never_signed_anything_trusts_nobody(team: Team) -> None:
    with pytest.raises(UntrustedValue):
        team.load(team.saved(team.ann))
    assert not team.ben.folder.exists(), "asking made no key"


FORGERIES: list[tuple[str, Callable[[Team, Value], Value]]] = [
    ("no signature", lambda team, value: replace(value, signature="", signer="")),
    ("another's bytes under the signature", lambda team, value: replace(value, kept=bomb(team))),
    ("Eve's signature in Ann's name", lambda team, value: replace(value, signature=team.saved(team.eve).signature)),
    ("a signature that is none", lambda team, value: replace(value, signature="c2lnbmVk")),
    ("a signature that is no text of one", lambda team, value: replace(value, signature="no!")),
    ("a signer that is no key", lambda team, value: replace(value, signer="ed25519:AAAA")),
    ("signed as another type", lambda team, value: replace(value, type="builtins.str")),
    ("signed for another codec", lambda team, value: replace(value, codec="figure")),
    ("signed by Eve", lambda team, value: replace(value, signer=team.eve.me())),
]


@pytest.mark.parametrize("forge", [each[1] for each in FORGERIES], ids=[each[0] for each in FORGERIES])
def test_a_forgery_is_refused_and_not_run(team: Team, forge: Callable[[Team, Value], Value]) -> None:
    team.ben.add(team.ann.me(), "ann")
    forged = forge(team, team.saved(team.ann))
    with pytest.raises(UntrustedValue):
        team.load(forged)
    assert not RAN


def test_changed_bytes_are_refused_and_not_run(team: Team, tmp_path: Path) -> None:
    value = team.saved(team.ben)
    assert isinstance(value.kept, Blob)
    path = tmp_path / "blobs" / value.kept.hash[:2] / value.kept.hash
    path.chmod(0o600)
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(DamagedBlob):
        team.load(value)
    assert not RAN


@pytest.mark.parametrize("codec", [codec.name for codec in CODECS if codec.safe])
def test_a_pickle_under_the_name_of_an_open_format_is_not_run(team: Team, codec: str) -> None:
    value = Value("x", codec, bomb(team))
    with suppress(Exception):  # what a format says of bytes that are none of it
        team.load(value)
    assert not RAN


def test_open_formats_need_no_key(team: Team) -> None:
    value = keep([1, 2], team.blobs, CODECS, team.ann)
    assert (value.signature, value.signer) == ("", "")
    assert team.load(value) == [1, 2]
    assert not team.ann.folder.exists()


def test_the_private_key_is_its_owners_alone(team: Team) -> None:
    key = team.ann.me()
    path = team.ann.folder / "key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert team.ann.folder.stat().st_mode & 0o777 == 0o700
    assert key.startswith("ed25519:")
    assert key == Keys(team.ann.folder).me()
    assert [each.name for each in team.ann.folder.iterdir()] == ["key"]


def test_a_key_that_others_can_read_is_refused(team: Team) -> None:
    team.ann.me()
    (team.ann.folder / "key").chmod(0o644)
    with pytest.raises(BadSetting, match="chmod 600"):
        team.ann.me()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match="CLEW_CONFIG names another"):
        Keys(tmp_path / "file" / "config").me()


def test_a_key_that_is_none_is_said_to_be(team: Team) -> None:
    team.ann.me()
    (team.ann.folder / "key").write_text("no key")
    with pytest.raises(BadSetting, match="not a private key"):
        team.ann.me()


def test_processes_that_make_the_key_at_once_agree(tmp_path: Path) -> None:
    script = "from clew.store.trust import Keys; print(Keys().me())"
    environ = {**os.environ, VARIABLE: str(tmp_path)}
    started = [subprocess.Popen([sys.executable, "-c", script], env=environ, stdout=subprocess.PIPE) for _ in range(6)]
    assert len({each.communicate()[0] for each in started}) == 1
    assert {each.returncode for each in started} == {0}


PLACES = [
    ("asked for", {VARIABLE: "/c"}, "linux", "/c"),
    ("as XDG has it", {"XDG_CONFIG_HOME": "/x"}, "linux", "/x/clew"),
    ("XDG wants whole paths", {"XDG_CONFIG_HOME": "x"}, "linux", "~/.config/clew"),
    ("by default", {}, "linux", "~/.config/clew"),
    ("on a Mac", {}, "darwin", "~/Library/Application Support/clew"),
]


@pytest.mark.parametrize(("environ", "platform", "folder"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES])
def test_where_keys_are(environ: dict[str, str], platform: str, folder: str) -> None:
    assert config_folder(environ, platform) == Path(folder).expanduser()


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> str:
        assert cli.main(["trust", *words]) == 0
        return capsys.readouterr().out

    monkeypatch.setenv(VARIABLE, str(tmp_path / "ann"))
    line = said("export")
    me = json.loads(said("me", "--json", "-"))
    assert line.startswith(f"clew trust add {me['key']} ")
    assert said("me").startswith(me["key"])
    monkeypatch.setenv(VARIABLE, str(tmp_path / "ben"))
    assert said("list") == "nobody but you\n"
    assert said("add", me["key"], "Ann Lee") == "trusted: Ann Lee\n"
    assert said("list") == f"{me['key']}  Ann Lee\n"
    assert json.loads(said("list", "--json", "-")) == {"trusted": [{"key": me["key"], "name": "Ann Lee"}]}
    assert said("remove", "Ann Lee") == "no longer trusted: Ann Lee\n"
    assert Keys().trusted() == ()


BAD = [
    ("no key", ["add", "ssh-rsa AAAA", "ann"], "is not a key"),
    ("half a key", ["add", "ed25519:AAAA", "ann"], "is not a key"),
    ("nobody of that name", ["remove", "ann"], "no trusted key"),
    ("no command", [], "required"),
    ("a key without a name", ["add", "ed25519:AAAA"], "required"),
]


@pytest.mark.parametrize(("words", "complaint"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_what_the_command_refuses(
    words: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert cli.main(["trust", *words]) == 2
    assert complaint in capsys.readouterr().err


def test_a_name_is_one_key(team: Team) -> None:
    team.ben.add(team.ann.me(), "ann")
    with pytest.raises(BadSetting, match="another key"):
        team.ben.add(team.eve.me(), "ann")
    team.ben.add(team.ann.me(), "Ann Lee")
    assert team.ben.trusted() == (Trusted(team.ann.me(), "Ann Lee"),)


def test_what_is_signed_tells_apart_what_it_is_made_of() -> None:
    blob = Blob("a" * 64, 3)
    sentences = [
        trust.said(blob, "pickle", "x"),
        trust.said(blob, "pickl", "ex"),
        trust.said(Blob("a" * 64, 31), "", "x"),
    ]
    assert len(set(sentences)) == 3
