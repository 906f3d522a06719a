"""The multi-agency dataset as people know it: a row an area and quarter, a column an indicator.

Here: turning the newest figures on their side. Not here: any figure of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from assets.marts.catalogue_model import Catalogue
from warehouse.units import quote

QUARTERLY = ("quarter", "snapshot", "rolling_12_months")
"""Period types that stand at a quarter."""


def write_dataset(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, areas: Sequence[str]) -> int:
    """Replace the rows of the quarters whose figures changed, for some areas. Returns rows.

    `write_indicator_values` notes which those are (`ops.stale`). Each cell is the newest report of the figure on basis
    `return` or, where there is nothing in that, `derived`. A quarter no figure is left for has no row.
    Runs in the caller's transaction.
    """
    kinds = ", ".join(f"'{kind}'" for kind in QUARTERLY)
    connection.execute("SET VARIABLE scope_areas = ?::VARCHAR[]", [list(areas)])
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE touched AS SELECT area_code, period AS quarter FROM ops.stale
        WHERE table_name = 'multi_agency_dataset' AND list_contains(getvariable('scope_areas'), area_code)
        """
    )
    connection.execute(
        "DELETE FROM marts.multi_agency_dataset AS row USING touched "
        "WHERE row.area_code = touched.area_code AND row.quarter = touched.quarter"
    )
    connection.execute(f"INSERT INTO marts.multi_agency_dataset BY NAME {_wide(catalogue, kinds)}")
    connection.execute(
        "INSERT INTO ops.changed_period SELECT DISTINCT 'multi_agency_dataset', quarter_first_day(quarter)::DATE "
        "FROM touched EXCEPT SELECT table_name, period_start FROM ops.changed_period"
    )
    connection.execute(
        "DELETE FROM ops.stale WHERE table_name = 'multi_agency_dataset' "
        "AND list_contains(getvariable('scope_areas'), area_code)"
    )
    row = connection.execute(
        "SELECT count(*) FROM marts.multi_agency_dataset JOIN touched USING (area_code, quarter)"
    ).fetchone()
    return int(row[0]) if row else 0


def _wide(catalogue: Catalogue, kinds: str) -> str:
    cells = "".join(
        f", any_value({'numerator' if column.measure == 'count' else 'value'}) "
        f"FILTER (indicator_id = '{column.indicator_id}') AS {quote(column.name)}"
        for column in catalogue.dataset_columns()
    )
    return f"""
        SELECT area_code, area_name, period AS quarter, quarter_first_day(period)::DATE AS period_start,
               quarter_last_day(period) AS period_end{cells}
        FROM (
            FROM (
                SELECT figure.* FROM marts.indicator_values AS figure
                JOIN touched ON touched.area_code = figure.area_code AND touched.quarter = figure.period
                WHERE basis IN ('return', 'derived') AND breakdown_type = 'all' AND period_type IN ({kinds})
                QUALIFY row_number() OVER (
                    PARTITION BY indicator_id, figure.area_code, period_type, period, basis
                    ORDER BY reported_in DESC) = 1
            )
            QUALIFY row_number() OVER (
                PARTITION BY indicator_id, area_code, period_type, period
                ORDER BY coalesce(value, numerator) IS NULL, basis = 'derived') = 1
        ) GROUP BY area_code, area_name, period
    """
