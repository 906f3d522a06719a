"""Published files for tests: landed, taken in and brought to core in one process, without an orchestrated run.

Here: what tests of published statistics need to stage a scene. Not here: any expectation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from assets.core.unit import make_unit, reference_units
from assets.intake.take_in import take_in
from assets.marts.catalogue_model import Catalogue
from assets.raw.load import load_raw, receipts_of
from assets.reference.areas import areas
from expectations.contract import REFERENCE, ContractRegistry
from warehouse.archive import Archive
from warehouse.connection import Warehouse
from warehouse.home import Home

CONTRACTS, CATALOGUE = ContractRegistry.load(), Catalogue.load()
TODAY = date(2026, 1, 31)


@contextmanager
def published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with everything landed below `landing/reference` in core."""
    with Warehouse(home).open("a test") as connection:
        take_in(connection, home, CONTRACTS, areas(), TODAY)
        for contract in CONTRACTS.values():
            if contract.is_reference:
                received = receipts_of(connection, contract.extract, REFERENCE)
                load_raw(connection, Archive(home.archive), CONTRACTS, contract, received)
                for unit in reference_units(connection, contract):
                    make_unit(connection, unit, CATALOGUE)
        yield connection
