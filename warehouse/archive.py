"""The archive: a copy of every file received, named by its SHA-256, written before anything is parsed.

Here: keeping and finding copies. Not here: what is known of a receipt (`warehouse.ledger`).
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


class FileChangedError(Exception):
    """The file changed while it was copied: it is still being written, and waits for the next run."""


@dataclass(frozen=True)
class Archive:
    """The home's `archive/` folder."""

    folder: Path

    def keep(self, source: Path) -> str:
        """Copy a file in and return its SHA-256; a copy that is there already is kept as it is.

        Raises FileChangedError where the file's size or time changed meanwhile.
        """
        before = source.stat()
        digest = hashlib.sha256()
        aside = self.folder / f".{os.getpid()}.part"
        try:
            with source.open("rb") as reader, aside.open("wb") as writer:
                while chunk := reader.read(_CHUNK):
                    digest.update(chunk)
                    writer.write(chunk)
                writer.flush()
                os.fsync(writer.fileno())
            after = source.stat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                raise FileChangedError
            target = self.path(digest.hexdigest())
            if not target.exists():
                aside.chmod(0o400)
                aside.rename(target)
        finally:
            aside.unlink(missing_ok=True)
        return digest.hexdigest()

    def path(self, sha256: str) -> Path:
        """Where the copy of a file lies."""
        return self.folder / sha256
