"""From landed child-level files to derived figures in one process, and their differences from a known truth.

Here: the way through for a whole partnership's files, and the comparison. Not here: any expectation, nor the
generator of the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from assets.core.event_tables import events, prepare_events, write_event
from assets.core.stage import Unit
from assets.core.tables import prepare_core
from assets.core.unit import make_unit
from assets.intake.take_in import take_in
from assets.marts.tables import prepare_marts
from assets.raw.load import load_raw, receipts_of
from assets.reference.areas import areas
from tests.derived import CATALOGUE, CONTRACTS, TABLES
from tests.statutory import TODAY
from warehouse.archive import Archive
from warehouse.connection import Warehouse, transaction
from warehouse.home import Home


@contextmanager
def counted(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with everything landed by agencies in core, and every quarter's figures made in order."""
    from assets.marts.indicator_values import write_indicator_values

    with Warehouse(home).open("a test") as connection:
        take_in(connection, home, CONTRACTS, areas(), TODAY)
        prepare_core(connection, CONTRACTS)
        prepare_events(connection)
        prepare_marts(connection, CATALOGUE)
        places = connection.execute(
            "SELECT DISTINCT quarter, extract, area_code FROM ops.receipt "
            "WHERE extract IS NOT NULL AND agency <> 'reference' ORDER BY ALL"
        ).fetchall()
        for quarter in sorted({quarter for quarter, _, _ in places}):
            of_quarter = sorted({area for each, _, area in places if each == quarter})
            for extract in sorted({extract for each, extract, _ in places if each == quarter}):
                contract = CONTRACTS[extract]
                for agency in contract.agencies:
                    received = receipts_of(connection, extract, agency, quarter, of_quarter)
                    load_raw(connection, Archive(home.archive), CONTRACTS, contract, received)
                make_unit(connection, Unit(contract, quarter, tuple(of_quarter)), CATALOGUE)
            with transaction(connection):
                for event in events():
                    write_event(connection, CONTRACTS, event, quarter, of_quarter)
                write_indicator_values(connection, CATALOGUE, TABLES, quarter, of_quarter)
        yield connection


def define_differences(connection: duckdb.DuckDBPyConnection, truth: Path) -> None:
    """Define `compared`: every true figure of a breakdown the catalogue declares, beside the newest report of it.

    `agrees` says whether the counts are the same; `status` and `reason` what the report is, and those of the figure of
    all children together where a part of it has no row.
    """
    declared = [
        (entry.id, breakdown)
        for entry in CATALOGUE.values()
        if entry.derived is not None
        for breakdown in ("all", "phase", *entry.derived.breakdowns, *entry.derived.by)
    ]
    connection.execute("CREATE OR REPLACE TEMP TABLE declared (indicator_id VARCHAR, breakdown_type VARCHAR)")
    connection.executemany("INSERT INTO declared VALUES (?, ?)", declared)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE compared AS
        WITH derived AS (
            SELECT * FROM marts.indicator_values WHERE basis = 'derived'
            UNION ALL BY NAME SELECT * FROM marts.indicator_breakdowns
        ), newest AS (
            SELECT * FROM derived
            QUALIFY row_number() OVER (
                PARTITION BY indicator_id, area_code, breakdown_type, breakdown, period_type, period
                ORDER BY reported_in DESC) = 1
        )
        SELECT truth.indicator_id, truth.area_code, truth.breakdown_type, truth.breakdown, truth.period,
               truth.numerator AS true_numerator, truth.denominator AS true_denominator,
               newest.numerator, newest.denominator, coalesce(newest.status, together.status) AS status,
               coalesce(newest.reason, together.reason) AS reason,
               newest.numerator IS NOT DISTINCT FROM truth.numerator
                   AND (truth.denominator IS NULL OR newest.denominator IS NOT DISTINCT FROM truth.denominator)
                   AS agrees
        FROM read_csv('{truth}', types = {{'breakdown': 'VARCHAR', 'numerator': 'DOUBLE', 'denominator': 'DOUBLE'}})
          AS truth
        SEMI JOIN declared USING (indicator_id, breakdown_type)
        LEFT JOIN newest USING (indicator_id, area_code, breakdown_type, breakdown, period_type, period)
        LEFT JOIN newest AS together
          ON together.indicator_id = truth.indicator_id AND together.area_code = truth.area_code
         AND together.period_type = truth.period_type AND together.period = truth.period
         AND together.breakdown_type = 'all'
        """
    )
