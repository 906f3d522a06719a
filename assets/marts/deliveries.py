"""Deliveries and quality: what arrived, late or not at all, and how each expectation fared. Counts, never a value.

Here: both marts, from the ledger and the calendar. Not here: the ledger (`warehouse.ledger`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from assets.marts.calendar import Due
from expectations.contract import REFERENCE
from warehouse.units import replace_table

_DUE = pa.schema(
    [
        ("agency", pa.string()),
        ("extract", pa.string()),
        ("area_code", pa.string()),
        ("quarter", pa.string()),
        ("due_on", pa.date32()),
    ]
)


def write_deliveries(connection: duckdb.DuckDBPyConnection, due: Sequence[Due], as_of: date) -> int:
    """Replace the deliveries: a row a file received, and a row a delivery due by `as_of` and not received.

    A file that was stopped or not recognised does not count as received for the calendar. Returns rows; runs in
    the caller's transaction.
    """
    define_due(connection, due, as_of)
    # A file that waits to be judged stands in the status and not yet in the mart.
    judged = f"SELECT * FROM ({DELIVERIES}) WHERE outcome <> 'waiting'"
    return replace_table(connection, "marts.deliveries", judged)


def define_due(connection: duckdb.DuckDBPyConnection, due: Sequence[Due], as_of: date) -> None:
    """Define what `DELIVERIES` reads beside the ledger: `due_delivery`, and the day taken for today."""
    rows = [
        {
            "agency": item.agency,
            "extract": item.extract,
            "area_code": item.area_code,
            "quarter": item.quarter.label,
            "due_on": item.due_on,
        }
        for item in due
    ]
    connection.register("rows_due", pa.Table.from_pylist(rows, schema=_DUE))
    connection.execute("CREATE OR REPLACE TEMP TABLE due_delivery AS SELECT DISTINCT * FROM rows_due")
    connection.unregister("rows_due")
    connection.execute("SET VARIABLE as_of = ?", [as_of])


def _reported(row: str) -> str:
    """What a delivery reports: its quarter, or for published statistics the data set and its edition."""
    return (
        f"CASE WHEN {row}.agency = '{REFERENCE}' THEN {row}.area_code || ', ' || {row}.quarter "
        f"ELSE {row}.quarter END AS quarter"
    )


DELIVERIES = f"""
    SELECT receipt.receipt_id, receipt.agency,
           CASE WHEN receipt.agency = '{REFERENCE}' THEN NULL ELSE receipt.area_code END AS area_code,
           {_reported("receipt")}, receipt.extract, receipt.sha256, receipt.received_at, due_delivery.due_on,
           greatest(date_diff('day', due_delivery.due_on, receipt.received_at::DATE), 0)::INTEGER AS days_late,
           coalesce(receipt.outcome, 'waiting') AS outcome, receipt.covers_from, receipt.covers_to,
           CASE WHEN receipt.judged IS NULL THEN 0 ELSE receipt.rows_read END AS rows_read,
           receipt.rows_accepted, receipt.rows_quarantined, receipt.withdrawn, receipt.reason
    FROM ops.receipt AS receipt
    LEFT JOIN due_delivery USING (agency, extract, area_code, quarter)
    UNION ALL BY NAME
    SELECT agency, area_code, quarter, extract, due_on,
           date_diff('day', due_on, getvariable('as_of'))::INTEGER AS days_late, 'missing' AS outcome,
           0 AS rows_read, 0 AS rows_accepted, 0 AS rows_quarantined, FALSE AS withdrawn
    FROM due_delivery
    WHERE due_on <= getvariable('as_of') AND NOT EXISTS (
        SELECT 1 FROM ops.receipt AS receipt
        WHERE receipt.agency = due_delivery.agency AND receipt.extract = due_delivery.extract
          AND receipt.area_code = due_delivery.area_code AND receipt.quarter = due_delivery.quarter
          AND receipt.judged IN ('accepted', 'accepted_with_quarantine') AND NOT receipt.withdrawn)
"""
"""Every delivery, received or missing, from the ledger and the calendar."""


def write_quality(connection: duckdb.DuckDBPyConnection) -> int:
    """Replace the outcome of every expectation, over the deliveries it was evaluated on. Returns rows."""
    return replace_table(
        connection,
        "marts.quality",
        f"""
        SELECT extract, agency, CASE WHEN agency = '{REFERENCE}' THEN NULL ELSE area_code END AS area_code,
               {_reported("outcome")},
               rule AS expectation, any_value(severity) AS severity,
               sum(evaluated)::BIGINT AS evaluated, sum(failed)::BIGINT AS failed, sum(failed) = 0 AS success,
               any_value(gate) AS gate
        FROM ops.expectation_outcome AS outcome
        GROUP BY extract, agency, area_code, outcome.quarter, rule
        """,
    )
