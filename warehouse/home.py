"""The home: the one folder that holds all state, and where in it each thing lies.

Here: paths, the home's own settings (the calendar's today, whether it is the shipped example) and nothing
that reads data. Not here: what is in the files (`warehouse.ledger`, `assets.intake`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

HOME_VARIABLE = "SIGHTLINE_HOME"
AS_OF_VARIABLE = "SIGHTLINE_AS_OF"
DEFAULT_HOME = Path("var")


class HomeError(Exception):
    """The home or its settings cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Home:
    """The folder `SIGHTLINE_HOME` names."""

    root: Path

    @classmethod
    def locate(cls, given: Path | str | None = None) -> Home:
        """The home given, else the one the environment names, else `./var`."""
        return cls(Path(given or os.environ.get(HOME_VARIABLE) or DEFAULT_HOME).expanduser().resolve())

    def create(self) -> Home:
        """Make the home's folders where they are missing; only its owner may look inside."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in (self.landing, self.archive, self.published, self.dagster):
                folder.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise HomeError(
                f"cannot make the home {self.root}: {error.strerror}; choose another with --home"
            ) from error
        return self

    @property
    def landing(self) -> Path:
        """What agencies deliver; never written to."""
        return self.root / "landing"

    @property
    def archive(self) -> Path:
        """A copy of every file received, named by its SHA-256."""
        return self.root / "archive"

    @property
    def warehouse(self) -> Path:
        """The private DuckDB file."""
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Releases, and `current`."""
        return self.root / "published"

    @property
    def data_docs(self) -> Path:
        """The Great Expectations pages."""
        return self.root / "data_docs"

    @property
    def dagster(self) -> Path:
        """DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def calendar(self) -> Path:
        """Which extracts are due from whom: agency, extract, area, from, to."""
        return self.root / "calendar.csv"

    @property
    def settings_file(self) -> Path:
        """The home's own settings."""
        return self.root / "home.yml"

    @property
    def catalogue(self) -> Path:
        """Catalogue entries of the partnership's own, beside those the product ships."""
        return self.root / "catalogue"

    def settings(self) -> dict[str, str]:
        """The home's settings as text (none where it has no settings file)."""
        if not self.settings_file.is_file():
            return {}
        return {
            str(k): str(v) for k, v in (yaml.safe_load(self.settings_file.read_text(encoding="utf-8")) or {}).items()
        }

    def as_of(self) -> date:
        """The day the calendar takes for today: the environment's, else the home's, else the clock's."""
        text = os.environ.get(AS_OF_VARIABLE) or self.settings().get("as_of")
        if not text:
            return date.today()
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise HomeError(f"{AS_OF_VARIABLE} is not a date: write it as 2020-07-31") from error
