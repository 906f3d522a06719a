"""What part of a partition a run is for: some areas, or all that delivered for the quarter.

Here: the run configuration every partitioned asset shares. Not here: which areas need work (`warehouse.ledger`).
"""

from __future__ import annotations

import dagster as dg
import duckdb

from pipelines.quarters import quarter_of


class Scope(dg.Config):
    """The areas to make anew; none named means all areas with a delivery for the quarter."""

    areas: list[str] = []  # noqa: RUF012 (Dagster reads the default from the class)


def quarter_label(context: dg.AssetExecutionContext) -> str:
    """The label of the quarter a run is for."""
    return quarter_of(context.partition_key).label


def areas_in_scope(connection: duckdb.DuckDBPyConnection, scope: Scope, quarter: str) -> tuple[str, ...]:
    """The areas named, else every area a file was received from for the quarter."""
    if scope.areas:
        return tuple(sorted(scope.areas))
    rows = connection.execute(
        "SELECT DISTINCT area_code FROM ops.receipt WHERE quarter = ? AND extract IS NOT NULL ORDER BY area_code",
        [quarter],
    ).fetchall()
    return tuple(row[0] for row in rows)
