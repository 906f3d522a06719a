"""Synthesised partnerships brought to core in one process, with every rule any of their rows breaks.

Here: the way from what was generated to what the product made of it. Not here: any expectation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import duckdb

from assets.core.event_tables import events, prepare_events, write_event
from assets.core.stage import Unit, faults_name, find_faults, live_parts, stage
from assets.core.tables import prepare_core
from assets.core.validation import write
from assets.intake.take_in import take_in
from assets.marts.catalogue_model import Catalogue
from assets.raw.load import load_raw, receipts_of
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from warehouse.archive import Archive
from warehouse.connection import Warehouse, transaction
from warehouse.home import Home

CONTRACTS, CATALOGUE = ContractRegistry.load(), Catalogue.load()
TODAY = date(2026, 1, 31)


@dataclass(frozen=True, order=True)
class Found:
    """A rule a row breaks: where the row stands, by the number the reader gives it."""

    extract: str
    table: str
    area: str
    quarter: str
    row: int
    rule: str
    severity: str


@dataclass
class Taken:
    """What became of a partnership's files: the warehouse, every rule broken, receipts and what was stopped."""

    connection: duckdb.DuckDBPyConnection
    found: set[Found] = field(default_factory=set)
    stopped: list[object] = field(default_factory=list)

    def outcomes(self) -> dict[str, int]:
        """Receipts by outcome."""
        return dict(self.connection.execute("SELECT outcome, count(*) FROM ops.receipt GROUP BY outcome").fetchall())


@contextmanager
def taken_in(home: Home) -> Iterator[Taken]:
    """Everything landed in a home, brought to core with its events, and what was found on the way."""
    with Warehouse(home).open("a test") as connection:
        take_in(connection, home, CONTRACTS, areas(), TODAY)
        prepare_core(connection, CONTRACTS)
        prepare_events(connection)
        taken = Taken(connection)
        landed = connection.execute(
            "SELECT DISTINCT extract, agency, quarter FROM ops.receipt WHERE extract IS NOT NULL ORDER BY ALL"
        ).fetchall()
        for extract, agency, quarter in landed:
            codes = _areas(connection, extract, quarter)
            contract = CONTRACTS[extract]
            load_raw(
                connection,
                Archive(home.archive),
                CONTRACTS,
                contract,
                receipts_of(connection, extract, agency, quarter, codes),
            )
            unit = Unit(contract, quarter, tuple(codes))
            # As `make_unit` does it, without counting every rule a second time by Great Expectations: that both
            # countings agree is a proof of its own.
            delivered = set(live_parts(connection, unit))
            for name in dict(stage(connection, unit, CATALOGUE)):
                find_faults(connection, unit, unit.contract.table(name), delivered)
            taken.stopped += list(write(connection, unit, delivered).stopped)
            taken.found |= set(_found(connection, unit))
        for quarter in sorted({quarter for _, _, quarter in landed}):
            with transaction(connection):
                for event in events():
                    write_event(connection, CONTRACTS, event, quarter, _areas(connection, None, quarter))
        yield taken


def _areas(connection: duckdb.DuckDBPyConnection, extract: str | None, quarter: str) -> list[str]:
    rows = connection.execute(
        "SELECT DISTINCT area_code FROM ops.receipt WHERE quarter = ? AND (extract = ? OR ? IS NULL) ORDER BY 1",
        [quarter, extract, extract],
    ).fetchall()
    return [code for (code,) in rows]


def _found(connection: duckdb.DuckDBPyConnection, unit: Unit) -> Sequence[Found]:
    found = []
    for table in unit.contract.tables:
        severities = {rule.rule: rule.severity for rule in table.expectations}
        try:
            rows = connection.execute(
                f"SELECT area_code, row_number, unnest(broken) FROM {faults_name(table)}"
            ).fetchall()
        except duckdb.CatalogException:
            continue  # the table was not delivered
        found += [
            Found(unit.contract.extract, table.name, area, unit.quarter, row, rule, severities[rule])
            for area, row, rule in rows
        ]
        connection.execute(f"DROP TABLE {faults_name(table)}")
    return found
