"""The core tables in the warehouse: made as the contracts declare them, whether anything was delivered or not.

Here: their DDL, so that a mart may read a table no delivery has filled, and the one view over published figures of
every shape. Not here: what fills them (`assets.core.validation`).
"""

from __future__ import annotations

import duckdb

from expectations.contract import ContractRegistry
from expectations.ddl import core_columns, typed_name
from warehouse.units import ensure_tables


def prepare_core(connection: duckdb.DuckDBPyConnection, contracts: ContractRegistry) -> None:
    """Make every core table that is missing, and the view over those of published figures."""
    declared = {typed_name(contract, table): core_columns(contract, table) for contract, table in contracts.tables()}
    ensure_tables(connection, declared)
    connection.execute(f"CREATE OR REPLACE VIEW core.published_figure AS {_PUBLISHED}")


_COMMON = "value::DOUBLE AS value, symbol, status, dq_status, receipt_id, row_number, location"
_PUBLISHED = f"""
    SELECT 'education_statistics' AS extract, figure.area_code AS dataset, figure.quarter AS edition, subject, series,
           area AS area_code, area_name, geographic_level, filters, time_period AS period, period_start, period_end,
           {_COMMON}
    FROM core.education_statistic AS figure JOIN ops.receipt USING (receipt_id)
    UNION ALL
    SELECT 'lait', area_code, quarter, NULL, measure,
           area, area_name, geographic_level, '', years, period_start, period_end, {_COMMON}
    FROM core.lait_figure
    UNION ALL
    SELECT 'exclusions', figure.area_code, figure.quarter, subject, series,
           area, area_name, geographic_level, filters, year, period_start, period_end, {_COMMON}
    FROM core.exclusion_statistic AS figure JOIN ops.receipt USING (receipt_id)
    UNION ALL
    SELECT 'fingertips', figure.area_code, figure.quarter, subject, indicator,
           area, area_name, geographic_level, filters, period, period_start, period_end, {_COMMON}
    FROM core.fingertips_figure AS figure JOIN ops.receipt USING (receipt_id)
"""
"""One row a figure, whatever file it is of. Each shape keeps a table of its own, so that each is an asset of its own.

`subject` tells files of one data set and edition apart where they have series and filters of the same names."""
