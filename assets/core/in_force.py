"""How much of a delivery is still in force.

Here: asking core and the ledger. Not here: what is put into force (`assets.core.validation`).
"""

from __future__ import annotations

import duckdb

from warehouse.ledger import ACCEPTED, IN_FORCE, Receipt

_BY_FIGURE = "indicator_return"
"""The extract whose newer deliveries replace figure by figure."""


def figures_in_force(connection: duckdb.DuckDBPyConnection, receipt: Receipt) -> int | None:
    """How many of a return's figures stand in core; None for extracts that are replaced as a whole."""
    if receipt.extract != _BY_FIGURE or receipt.judged not in ACCEPTED:
        return None
    row = connection.execute(
        "SELECT count(*) FROM core.reported_figure WHERE receipt_id = ?", [receipt.receipt_id]
    ).fetchone()
    return int(row[0]) if row else 0


def is_replaced_in_part(connection: duckdb.DuckDBPyConnection, receipt: Receipt) -> bool:
    """Whether newer deliveries replaced some of the tables a delivery had; of others it may still stand."""
    if receipt.extract == _BY_FIGURE or receipt.judged not in ACCEPTED:
        return False
    row = connection.execute(
        f"SELECT count(*) FROM ops.part WHERE receipt_id = ? "
        f"AND table_name NOT IN (SELECT table_name FROM ({IN_FORCE}) WHERE receipt_id = ?)",
        [receipt.receipt_id, receipt.receipt_id],
    ).fetchone()
    return bool(row and row[0])
