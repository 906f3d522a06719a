"""Events of invented children for tests of derived figures: put into core as a delivery would leave them, and counted.

Here: what those tests need to stage a scene in memory. Not here: any expectation, nor the way from a file to core
(`tests.statutory`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from assets.core.event_tables import prepare_events
from assets.core.tables import prepare_core
from assets.marts.catalogue_model import Catalogue
from assets.marts.derived.readable import readable_tables
from assets.marts.indicator_values import write_indicator_values
from assets.marts.tables import prepare_marts
from expectations.contract import ContractRegistry
from tests.homes import SOUTHAMPTON
from warehouse.connection import migrate
from warehouse.ledger import Part, Receipt, mark_loaded, next_receipt_id, record

CONTRACTS, CATALOGUE = ContractRegistry.load(), Catalogue.load()
TABLES = readable_tables(CONTRACTS)
Row = Mapping[str, Any]


class Figure(NamedTuple):
    """A figure as the marts have it."""

    status: str
    numerator: float | None
    denominator: float | None
    printed: str | None
    reason: str | None


class Scene:
    """A warehouse in memory, with what was delivered so far."""

    def __init__(self, *indicators: str) -> None:
        """Of these indicators alone, which is sooner made than the whole catalogue."""
        self.connection = duckdb.connect()
        self.catalogue = catalogue = Catalogue({name: CATALOGUE[name] for name in indicators or CATALOGUE})
        migrate(self.connection)
        prepare_core(self.connection, CONTRACTS)
        prepare_events(self.connection)
        prepare_marts(self.connection, catalogue)

    def deliver(
        self,
        extract: str,
        quarter: str,
        area: str = SOUTHAMPTON,
        *,
        stopped: str | None = None,
        **tables: Sequence[Row],
    ) -> str:
        """Enter an accepted delivery of an extract whose rows are these of each core table. Returns its receipt."""
        contract = CONTRACTS[extract]
        receipt_id = next_receipt_id(self.connection)
        outcome = "stopped" if stopped else "accepted"
        receipt = Receipt(
            receipt_id, receipt_id.lower() * 8, contract.agencies[0], area, quarter, datetime(2020, 5, 1, tzinfo=UTC),
            "file", extract, judged=outcome, outcome=outcome, reason=stopped,
        )  # fmt: skip
        record(self.connection, receipt)
        mark_loaded(self.connection, receipt_id, [Part(receipt_id, table.name, "{}", 0) for table in contract.tables])
        if stopped:
            place = [extract, receipt.agency, area, quarter, receipt_id, "a_rule", stopped]
            self.connection.execute("INSERT INTO ops.gate VALUES (?, ?, ?, ?, ?, ?, ?)", place)
        for table, rows in tables.items():
            self._insert(receipt, table, rows)
        return receipt_id

    def _insert(self, receipt: Receipt, table: str, rows: Sequence[Row]) -> None:
        columns = TABLES[table].columns if table in TABLES else {}
        of_delivery = {
            "receipt_id": receipt.receipt_id,
            "agency": receipt.agency,
            "area_code": receipt.area_code,
            "quarter": receipt.quarter,
            "extract": receipt.extract,
            "dq_status": "pass",
            "decides": True,
        }
        kept = {name: value for name, value in of_delivery.items() if name in columns}
        whole = [{**kept, "row_number": number, **row} for number, row in enumerate(rows, 1)]
        if unknown := {name for row in whole for name in row} - set(columns):
            raise KeyError(f"core.{table} has no {', '.join(sorted(unknown))}")
        if not whole:
            return
        names = sorted({name for row in whole for name in row})
        given = pa.Table.from_pylist([{name: row.get(name) for name in names} for row in whole])
        self.connection.register("given", given)
        cast = ", ".join(f"{name}::{columns[name]} AS {name}" for name in names)
        self.connection.execute(f"INSERT INTO core.{table} BY NAME SELECT {cast} FROM given")
        self.connection.unregister("given")

    def populate(self, mid_year: int, persons: int, area: str = SOUTHAMPTON, band: str = "0-17") -> None:
        """Hold a population of an area."""
        self.connection.execute(
            "INSERT INTO core.population (area, age_band, mid_year, edition, value, quarter) VALUES (?, ?, ?, ?, ?, ?)",
            [area, band, mid_year, "first_release", persons, "first-releases"],
        )

    def make(self, quarter: str, *areas: str) -> None:
        """Make the figures of a quarter's deliveries."""
        write_indicator_values(self.connection, self.catalogue, TABLES, quarter, areas or (SOUTHAMPTON,))

    def figure(
        self, indicator: str, period: str, made: str | None = None, area: str = SOUTHAMPTON, **breakdown: str
    ) -> Figure:
        """The figure of a period as the deliveries of a quarter give it: the newest made, unless one is named."""
        [(kind, value)] = breakdown.items() or [("all", "all")]
        table = "indicator_values" if kind in ("all", "phase") else "indicator_breakdowns"
        rows = self.connection.execute(
            f"SELECT status, numerator, denominator, printed, reason FROM marts.{table} "
            "WHERE basis = 'derived' AND indicator_id = ? AND period = ? AND area_code = ? AND breakdown_type = ? "
            "AND breakdown = ? AND reported_in = coalesce(?, reported_in) ORDER BY reported_in DESC",
            [indicator, period, area, kind, value, made],
        ).fetchall()
        if not rows:
            raise LookupError(f"there is no figure of {indicator} for {period}, {kind} {value}")
        return Figure(*rows[0])


def counted(indicator: str, period: str, extract: str, area: str = SOUTHAMPTON, **tables: Sequence[Row]) -> Figure:
    """The figure of one delivery, made in the period's own quarter, with the years before delivered empty."""
    scene = Scene(indicator)
    year = int(period[:4])
    for earlier in range(year - 3, year):
        scene.deliver(extract, f"{earlier}-{(earlier + 1) % 100:02d} Q4", area)
    scene.deliver(extract, period, area, **tables)
    scene.make(period, area)
    return scene.figure(indicator, period, area=area)
