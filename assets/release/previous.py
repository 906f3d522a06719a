"""What the release in force says of itself, so that the next one need not do its work again.

Here: reading it back from its data package. Not here: writing that (`assets.release.datapackage`), nor
deciding what is carried over (`assets.release.parquet`, `assets.release.database`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from warehouse.publishing import Published, PublishingError

EDITION = "partner"
"""The edition's folder within a release. There is no other until disclosure control exists."""

DATABASE_NAME = "sightline.duckdb"
PACKAGE_NAME = "datapackage.json"


@dataclass(frozen=True)
class ReleaseFile:
    """A file of a release: path within the edition, size, SHA-256, and rows where it holds one table."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


@dataclass(frozen=True)
class PreviousRelease:
    """The release in force: its edition's folder, as-of date, files by path, and each table's recipe."""

    folder: Path
    as_of: date
    files: Mapping[str, ReleaseFile]
    recipes: Mapping[str, str]

    def rows_of(self, table: str) -> int:
        """The rows it holds of a table; 0 where it has no such table."""
        prefix = f"parquet/{table}/"
        return sum(file.rows or 0 for path, file in self.files.items() if path.startswith(prefix))

    @classmethod
    def in_force(cls, published: Published) -> PreviousRelease | None:
        """Read the release in force; None before the first. Raises PublishingError where it cannot be read."""
        release = published.current()
        if release is None:
            return None
        folder = release / EDITION
        try:
            package = json.loads((folder / PACKAGE_NAME).read_text(encoding="utf-8"))
            files = {
                resource["path"]: ReleaseFile(
                    path=resource["path"],
                    bytes=resource["bytes"],
                    sha256=resource["hash"].removeprefix("sha256:"),
                    rows=resource.get("rows"),
                )
                for resource in package["resources"]
            }
            return cls(folder, date.fromisoformat(package["as_of"]), files, package["recipes"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PublishingError(
                f"the release in force cannot be read back ({folder / PACKAGE_NAME}: {type(error).__name__}): "
                "restore it, or remove the link `current` to publish everything anew"
            ) from error
