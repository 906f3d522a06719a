"""The core tables in the warehouse: made as the contracts declare them, whether anything was delivered or not.

Here: their DDL, so that a mart may read a table no delivery has filled. Not here: what fills them
(`assets.core.validation`).
"""

from __future__ import annotations

import duckdb

from expectations.contract import ContractRegistry
from expectations.ddl import core_columns, core_name
from warehouse.units import ensure_table


def prepare_core(connection: duckdb.DuckDBPyConnection, contracts: ContractRegistry) -> None:
    """Make every core table that is missing."""
    for _, table in contracts.tables():
        ensure_table(connection, core_name(table), core_columns(table))
