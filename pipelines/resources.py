"""The resources assets are given: the home, and what is declared about extracts and indicators.

Here: finding them. Not here: what they do (`warehouse`, `expectations`, `assets`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import duckdb

from assets.marts.catalogue_model import Catalogue
from expectations.contract import ContractRegistry
from warehouse.archive import Archive
from warehouse.connection import Warehouse
from warehouse.home import Home


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
        return ContractRegistry.load()

    @property
    def catalogue(self) -> Catalogue:
        """All indicators."""
        return Catalogue.of_home(Home.locate(self.root or None))

    @property
    def archive(self) -> Archive:
        """The copies of received files."""
        return Archive(self.home.archive)

    @contextmanager
    def warehouse(self, purpose: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """The private warehouse, held for one step."""
        with Warehouse(self.home).open(purpose) as connection:
            yield connection

