"""Unpacking what others packed."""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.packages import is_harmless, unpack


@dataclass(frozen=True)
class Case:
    name: str
    path: str
    harmless: bool
    kind: bytes = tarfile.REGTYPE


CASES = [
    Case("a file below the folder", "package-1.0/examples/one.py", True),
    Case("a folder", "package-1.0/examples", True, tarfile.DIRTYPE),
    Case("a file above the folder", "package-1.0/../../one.py", False),
    Case("a file at the root", "/one.py", False),
    Case("a link to a file", "package-1.0/one.py", False, tarfile.SYMTYPE),
    Case("a hard link", "package-1.0/one.py", False, tarfile.LNKTYPE),
    Case("a device", "package-1.0/one.py", False, tarfile.CHRTYPE),
]


def _member(case: Case) -> tarfile.TarInfo:
    member = tarfile.TarInfo(case.path)
    member.type, member.linkname = case.kind, "/etc/passwd"
    return member


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_may_be_unpacked(case: Case) -> None:
    assert is_harmless(_member(case)) is case.harmless


@pytest.mark.parametrize("filters", [True, False], ids=["with tarfile's own filter", "without, as before 3.11.4"])
def test_an_archive_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filters: bool) -> None:
    if not filters:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo("package-1.0/one.py")
        member.size = 5
        tar.addfile(member, io.BytesIO(b"x = 1"))
    packed.seek(0)
    with tarfile.open(fileobj=packed) as tar:
        unpack(tar, tmp_path / "there")
    assert (tmp_path / "there/package-1.0/one.py").read_text() == "x = 1"
