"""Zips that hold files of a return: looked over by their directory, then unpacked, counted byte by byte.

Here: a zip that is no workbook. Not here: workbooks, which are zips too (`assets.raw.readers.workbook`), nor what the
files in one are (`assets.intake.recognition`).
"""

from __future__ import annotations

import os
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assets.raw.readers.grid import UnreadableError

MAXIMUM_ENTRIES = 200
MAXIMUM_ENTRY = 1_000_000_000
MAXIMUM_UNPACKED = 2_000_000_000
MAXIMUM_RATIO = 200
"""Unpacked over packed, of what unpacks to more than FREE_OF_RATIO: extracts pack to a fiftieth at the most."""
FREE_OF_RATIO = 10_000_000
MAXIMUM_NAME = 255
MAXIMUM_DIRECTORY = 4_000_000
"""Bytes of the list of entries."""

_MAGIC = (b"PK\3\4", b"PK\5\6")
_END = b"PK\5\6"
_END_RECORD = struct.Struct("<12xI6x")
"""The end of a zip's directory, of which only the directory's length is looked at."""
_END_WITHIN = 65_535 + _END_RECORD.size
_LARGE_FORMAT = b"PK\6\7"
_WORKBOOK_PART = "[Content_Types].xml"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
_ESCAPES = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f-\x9f]")
_ENCRYPTED = 0x1
_PACKED_KNOWN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BLOCK = 1_048_576
_SEND_AGAIN = "Zip the files again, plainly and without a password, or send them one by one."


@dataclass(frozen=True)
class Entry:
    """A file of a zip: the name it has there and where it has been unpacked to (under another)."""

    name: str
    path: Path


def is_zip_set(path: Path) -> bool:
    """Whether the file is a zip and no workbook. One whose directory cannot be read is taken for a zip."""
    with path.open("rb") as file:
        if file.read(4) not in _MAGIC:
            return False
    try:
        check_directory(path)
        with zipfile.ZipFile(path) as archive:
            return _WORKBOOK_PART not in archive.namelist()
    except (*_DAMAGED, UnreadableError):
        return True


def check_directory(path: Path) -> None:
    """Refuse a zip whose directory is too long to be read, which the library would read whole before all else."""
    with path.open("rb") as file:
        file.seek(-min(_END_WITHIN, path.stat().st_size), os.SEEK_END)
        tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or end + _END_RECORD.size > len(tail):
        raise UnreadableError("zip_opens", "the workbook or zip file is cut off or damaged", "Send it again.")
    directory_bytes = _END_RECORD.unpack_from(tail, end)[0]
    is_of_large_format = tail[max(end - 20, 0) : end].startswith(_LARGE_FORMAT)
    if directory_bytes > MAXIMUM_DIRECTORY or is_of_large_format:
        raise _beyond_bounds("the zip's directory is longer than is safe")


@contextmanager
def open_entries(path: Path) -> Iterator[tuple[Entry, ...]]:
    """The files of a zip, in its order, unpacked into a private folder for as long as they are looked at.

    Raises UnreadableError for a zip that is damaged, encrypted, hostile, empty or too large, before the first is seen.
    """
    with tempfile.TemporaryDirectory(prefix="zipped-") as folder:
        try:
            entries = _unpack(path, Path(folder))
        except _DAMAGED:
            # The library's message may name an entry: it is not passed on.
            raise UnreadableError(
                "zip_opens", "the workbook or zip file is cut off or damaged", "Send it again."
            ) from None
        yield entries


def _unpack(path: Path, folder: Path) -> tuple[Entry, ...]:
    check_directory(path)
    with zipfile.ZipFile(path) as archive:
        listed = archive.infolist()
        if len(listed) > MAXIMUM_ENTRIES:
            raise _beyond_bounds(f"the zip holds {len(listed)} entries")
        for number, entry in enumerate(listed, start=1):
            _look_over(entry, f"entry {number}")
        names = [entry.filename.casefold() for entry in listed]
        if len(set(names)) < len(names):
            raise UnreadableError("zip_names_are_safe", "two entries of the zip have one name", _SEND_AGAIN)
        wanted = [(number, entry) for number, entry in enumerate(listed, start=1) if not _is_beside(entry)]
        unpacked = sum(entry.file_size for _, entry in wanted)
        if unpacked > MAXIMUM_UNPACKED or any(entry.file_size > MAXIMUM_ENTRY for _, entry in wanted):
            raise _beyond_bounds("the zip unpacks to more than is safe")
        if unpacked > FREE_OF_RATIO and unpacked > MAXIMUM_RATIO * path.stat().st_size:
            raise _beyond_bounds("the zip is packed implausibly tight")
        if not wanted:
            raise UnreadableError("file_not_empty", "the zip holds no file", "Zip the files of the return.")
        return tuple(_write(archive, entry, folder / str(number), f"entry {number}") for number, entry in wanted)


def _look_over(entry: zipfile.ZipInfo, location: str) -> None:
    # The name as it stands in the zip: the library cuts it at a NUL and may turn its separators.
    for name in (entry.orig_filename, entry.filename):
        if not name or _ESCAPES.search(name) or len(name) > MAXIMUM_NAME:
            found = "the name of an entry leads out of the zip, or is none a file can have"
            raise UnreadableError("zip_names_are_safe", found, _SEND_AGAIN, location)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnreadableError("zip_holds_files", "an entry is a link or a device", _SEND_AGAIN, location)
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableError("file_is_open", "an entry is encrypted", "Remove the password.", location)
    if entry.compress_type not in _PACKED_KNOWN:
        raise UnreadableError("zip_opens", "an entry is packed in a way that is not read", _SEND_AGAIN, location)


def _is_beside(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a folder, or what a system puts beside the files of its own accord."""
    parts = entry.filename.split("/")
    return entry.is_dir() or any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path, location: str) -> Entry:
    written = 0
    with archive.open(entry) as packed, to.open("xb") as file:
        while block := packed.read(_BLOCK):
            written += len(block)
            if written > entry.file_size:
                # The directory understates it, so nothing that was looked over there holds.
                raise _beyond_bounds("an entry unpacks to more than the zip says", location)
            file.write(block)
    if written < entry.file_size:
        raise UnreadableError("zip_opens", "an entry is cut off", "Send it again.", location)
    if is_zip_set(to):
        raise UnreadableError("zip_holds_files", "an entry is a zip itself", _SEND_AGAIN, location)
    return Entry(entry.filename, to)


def _beyond_bounds(found: str, location: str = "") -> UnreadableError:
    return UnreadableError("zip_within_bounds", found, "Send the files one by one.", location)
