"""The resources assets are given: the home, and what is declared about extracts and indicators.

Here: finding them. Not here: what they do (`warehouse`, `expectations`, `assets`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path

import dagster as dg
import duckdb

from assets.marts.catalogue_model import Catalogue
from expectations.contract import ContractRegistry
from pipelines.step_error import without_foreign_words
from warehouse.archive import Archive
from warehouse.connection import Warehouse
from warehouse.home import Home


@cache
def _shipped_contracts() -> ContractRegistry:
    """The contracts, read once: they are the installed product's own and do not change while a process lives."""
    return ContractRegistry.load()


Signature = tuple[tuple[str, int, int], ...]


def _signature(folder: Path) -> Signature:
    """What tells whether a folder's declarations are still those that were read: path, size and time of each."""
    found = ((path.relative_to(folder).as_posix(), path.stat()) for path in sorted(folder.rglob("*.yml")))
    return tuple((name, status.st_size, status.st_mtime_ns) for name, status in found)


@lru_cache(maxsize=4)
def _catalogue(home: Home, _: Signature) -> Catalogue:
    """The catalogue with a home's own entries, read again only where those changed."""
    return Catalogue.of_home(home)


class Partnership(dg.ConfigurableResource):
    """A partnership's home, its contracts and its catalogue (the shipped one and the home's own entries)."""

    root: str = ""
    """The home's folder; blank for `SIGHTLINE_HOME`, else `./var`."""

    @property
    def home(self) -> Home:
        """The home, its folders made."""
        return Home.locate(self.root or None).create()

    @property
    def contracts(self) -> ContractRegistry:
        """All contracts."""
        return _shipped_contracts()

    @property
    def catalogue(self) -> Catalogue:
        """All indicators."""
        home = Home.locate(self.root or None)
        return _catalogue(home, _signature(home.catalogue))

    @property
    def archive(self) -> Archive:
        """The copies of received files."""
        return Archive(self.home.archive)

    @contextmanager
    def warehouse(self, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The private warehouse, held for one step.

        Raises StepError in the place of any error that is not ours, whose message may quote a row: Dagster keeps
        messages for ever.
        """
        with without_foreign_words(purpose), Warehouse(self.home).open(purpose) as connection:
            yield connection
