"""The landing folder: what lies in it, where it claims to be from, and what is never opened.

Here: walking `landing/`, telling a place from a path, and waiting for files that are still growing. Not here:
opening any file (`assets.intake.recognition`). Nothing here writes below `landing/`.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from expectations.contract import AGENCIES, REFERENCE

SETTLE_SECONDS = 1.0
"""A file changed within this time is looked at again before it is read."""


@dataclass(frozen=True)
class LandedFile:
    """A file in landing, with the place its folders name (None where they name none)."""

    path: Path
    relative: str
    size: int
    modified_ns: int
    agency: str | None
    area_code: str | None
    quarter: str | None
    never_opened: str | None = None
    """Why it is not opened, where it is not: a link, a pipe, a socket, a hidden or a lock file, a wrong folder."""

    @property
    def received_at(self) -> datetime:
        """Its modification time, UTC, without zone as the ledger keeps it."""
        return datetime.fromtimestamp(self.modified_ns / 1e9, tz=UTC).replace(tzinfo=None, microsecond=0)


def readable(text: str) -> str:
    """A file's name as text that can be kept and printed: bytes that are no UTF-8 are written out (`caf\\xe9.csv`)."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


def landed_files(landing: Path) -> list[LandedFile]:
    """Every file below `landing/`, ordered by path. Links are listed, never followed."""
    return sorted(_walk(landing, landing), key=lambda file: file.relative)


def _walk(folder: Path, landing: Path) -> Iterator[LandedFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                yield from _walk(Path(entry.path), landing)
            else:
                yield _landed(Path(entry.path), entry.stat(follow_symlinks=False), landing)


def _landed(path: Path, status: os.stat_result, landing: Path) -> LandedFile:
    relative = readable(path.relative_to(landing).as_posix())
    folders = tuple(relative.split("/")[:-1])
    agency, area_code, quarter = (*folders[:3], None, None, None)[:3]
    return LandedFile(
        path=path,
        relative=relative,
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        agency=agency,
        area_code=area_code,
        quarter=quarter,
        never_opened=_why_never_opened(path, status, folders),
    )


def why_not_a_file_to_open(path: Path, status: os.stat_result) -> str | None:
    """Why a file is never opened, wherever it lies: what is wrong; what to do. None where it may be opened."""
    if stat.S_ISLNK(status.st_mode):
        return "a link is never followed; land the file itself"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file (a pipe, a socket, a device or a hidden folder); land a file"
    if path.name.startswith((".", "~$")):
        return "a hidden or lock file is never opened; close the program that made it, or remove it"
    return None


def _why_never_opened(path: Path, status: os.stat_result, folders: tuple[str, ...]) -> str | None:
    if why := why_not_a_file_to_open(path, status):
        return why
    if len(folders) < 3 or folders[0] not in (*AGENCIES, REFERENCE):
        return (
            "not in a place for deliveries: use landing/<agency>/<area code>/<quarter>/ with agency one of "
            f"{', '.join(AGENCIES)}, or landing/reference/<dataset>/<edition>/"
        )
    return None


def has_settled(file: LandedFile) -> bool:
    """Whether the file stopped growing: a file changed just now is looked at again after a moment."""
    age = time.time() - file.modified_ns / 1e9
    if 0 <= age < SETTLE_SECONDS:
        time.sleep(SETTLE_SECONDS - age)
    try:
        now = file.path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return False
    return (now.st_size, now.st_mtime_ns) == (file.size, file.modified_ns)
