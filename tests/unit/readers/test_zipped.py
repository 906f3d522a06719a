"""Zips of returns: what is unpacked, and what is refused before a byte of it is."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from assets.raw.readers import zipped
from assets.raw.readers.grid import UnreadableError
from assets.raw.readers.zipped import is_zip_set, open_entries


def zip_of(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(UnreadableError) as error, open_entries(path):
        pass
    return error.value.rule


def bytes_of_zip(*entries: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return held.getvalue()


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write("A1", "invented")
    return path


def test_the_files_are_there_as_long_as_they_are_looked_at(tmp_path: Path) -> None:
    book = workbook(tmp_path / "book").read_bytes()
    files = (("a.csv", b"x,y\n1,2\n"), ("in/b.xml", b"<a/>"), ("c.xlsx", book), ("empty", b""))
    beside = (("in/", b""), ("__MACOSX/._a.csv", b"?"), (".hidden/d", b"?"), ("in/.DS_Store", b"?"))
    path = zip_of(tmp_path / "set", *files, *beside)
    assert is_zip_set(path)
    with open_entries(path) as entries:
        assert [(entry.name, entry.path.read_bytes()) for entry in entries] == list(files)
        folder = entries[0].path.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()


def test_a_workbook_is_no_set_and_a_damaged_zip_is_one(tmp_path: Path) -> None:
    assert not is_zip_set(workbook(tmp_path / "book"))
    path = tmp_path / "any"
    path.write_bytes(b"a,b\n")
    assert not is_zip_set(path)
    path.write_bytes(b"PK\3\4 and no more")
    assert is_zip_set(path)
    assert refused(path) == "zip_opens"


@pytest.mark.parametrize(
    "name",
    [
        "/etc/a.csv",
        "../a.csv",
        "in/../../a.csv",
        "C:/a.csv",
        "c:a.csv",
        "in\\a.csv",
        "..\\a.csv",
        "a\nb.csv",
        "a\x9f",
        "x" * 300,
        "a\0/../b.csv",
    ],
)
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = name
    path = zip_of(tmp_path / "set", (entry, b"x"))
    assert refused(path) == "zip_names_are_safe"
    assert [file.name for file in tmp_path.iterdir()] == ["set"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("link.csv")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert refused(zip_of(tmp_path / "set", (entry, b"../../secret"))) == "zip_holds_files"


def test_one_name_twice_is_refused_whatever_its_case(tmp_path: Path) -> None:
    assert refused(zip_of(tmp_path / "set", ("a.csv", b"1"), ("A.csv", b"2"))) == "zip_names_are_safe"


def test_a_zip_in_a_zip_is_refused_whatever_it_is_called(tmp_path: Path) -> None:
    inner = bytes_of_zip(("a.csv", b"1"))
    assert refused(zip_of(tmp_path / "set", ("inner.xlsx", inner))) == "zip_holds_files"


def test_an_encrypted_entry_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "set", ("a.csv", b"1"))
    content = bytearray(path.read_bytes())
    content[content.find(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    assert refused(path) == "file_is_open"


def test_a_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    assert refused(zip_of(tmp_path / "set", ("zeros.csv", bytes(20_000_000)))) == "zip_within_bounds"


def test_a_bomb_that_understates_itself_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "set", ("zeros.csv", bytes(20_000_000)))
    content = path.read_bytes().replace((20_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path.write_bytes(content)
    assert refused(path) in ("zip_opens", "zip_within_bounds")


def test_too_many_too_large_or_none_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = zip_of(tmp_path / "many", *((f"{number}.csv", b"1") for number in range(zipped.MAXIMUM_ENTRIES + 1)))
    assert refused(many) == "zip_within_bounds"
    assert refused(zip_of(tmp_path / "none", ("in/", b""))) == "file_not_empty"
    monkeypatch.setattr(zipped, "MAXIMUM_ENTRY", 10)
    assert refused(zip_of(tmp_path / "large", ("a.csv", os.urandom(11)))) == "zip_within_bounds"
    monkeypatch.setattr(zipped, "MAXIMUM_DIRECTORY", 10)
    assert refused(zip_of(tmp_path / "long", ("a.csv", b"1"))) == "zip_within_bounds"


def test_a_damaged_entry_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "set", ("a.csv", os.urandom(10_000)))
    content = bytearray(path.read_bytes())
    content[5_000] ^= 0xFF
    path.write_bytes(content)
    assert refused(path) == "zip_opens"
