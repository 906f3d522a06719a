"""Raw: every row of a delivery as text, as sent, with its receipt and its place in the file.

Here: loading the archived copies of receipts into the raw tables. Not here: reading a file
(`assets.raw.readers`, `assets.raw.layouts`), nor any change to what it said (`assets.core`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import duckdb
import polars as pl
import pyarrow as pa

from assets.intake.recognition import Recognised, recognise
from assets.raw.layouts.columnar import ColumnarRows, Rows
from assets.raw.readers.grid import UnreadableError
from expectations.contract import Contract, ContractRegistry, Table
from expectations.ddl import PLACE_COLUMNS, raw_columns, raw_name
from expectations.expectation import literal
from warehouse.ahead import made_ahead
from warehouse.archive import Archive
from warehouse.connection import GROUP_ROWS, threads_for, transaction
from warehouse.ledger import Part, Receipt, mark_loaded, receipts, refuse
from warehouse.units import ensure_table, quote


def receipts_of(
    connection: duckdb.DuckDBPyConnection,
    extract: str,
    agency: str,
    quarter: str | None = None,
    areas: Sequence[str] | None = None,
) -> list[Receipt]:
    """The receipts of an agency's extract that have rows to load, of one quarter and some areas or of all."""
    condition = (
        "extract = ? AND agency = ? AND NOT withdrawn AND coalesce(outcome, '') NOT IN ('duplicate', 'unrecognised') "
        "AND (judged IS DISTINCT FROM 'stopped' OR loaded)"
    )
    parameters: list[object] = [extract, agency]
    if quarter is not None:
        condition += " AND quarter = ?"
        parameters.append(quarter)
    if areas is not None:
        condition += " AND area_code IN (SELECT unnest(?::VARCHAR[]))"
        parameters.append(list(areas))
    return receipts(connection, condition, parameters)


def load_raw(
    connection: duckdb.DuckDBPyConnection,
    archive: Archive,
    contracts: ContractRegistry,
    contract: Contract,
    receipts_to_load: Sequence[Receipt],
) -> int:
    """Load the receipts' rows; those that stand in raw already are left. Returns rows.

    Rows are written batch by batch, so that no file needs to be held whole, in one transaction with the ledger's entry.
    A file that turns out not to be readable to its end is stopped, and none of its rows stands.
    """
    rows_loaded = 0
    for table in contract.tables:
        ensure_table(connection, raw_name(contract, table), raw_columns(table))
    for receipt in receipts_to_load:
        if receipt.loaded:
            rows_loaded += receipt.rows_read
            continue
        try:
            with transaction(connection):
                recognised = recognise(archive.path(str(receipt.sha256)), contracts)
                parts = _load(connection, contract, receipt, recognised)
                mark_loaded(connection, receipt.receipt_id, parts)
        except UnreadableError as error:
            refuse(connection, receipt.receipt_id, error.rule, str(error))
            continue
        rows_loaded += sum(part.rows_read for part in parts)
    return rows_loaded


def _load(
    connection: duckdb.DuckDBPyConnection, contract: Contract, receipt: Receipt, recognised: Recognised
) -> list[Part]:
    """Put every row of a file into the raw tables, batch by batch: one is written while the next is read."""
    rows = dict.fromkeys((table.name for table in recognised.tables), 0)
    headers = dict.fromkeys(rows, shown_headers())
    for table, batch in made_ahead(recognised.batches()):
        rows[table.name] += batch.height
        headers[table.name] = shown_headers(batch)
        _insert(connection, contract, table, receipt, batch)
    return [Part(receipt.receipt_id, name, headers[name], count) for name, count in rows.items()]


def shown_headers(rows: Rows | None = None) -> str:
    """Where the file's columns stood, and which of them the contract does not know, as JSON for the ledger."""
    if rows is None:
        return json.dumps({"columns": {}, "unknown": []})
    return json.dumps({"columns": rows.shown_columns, "unknown": list(rows.unknown_headers)}, ensure_ascii=False)


def _insert(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: Table, receipt: Receipt, rows: Rows
) -> None:
    if not rows.height:
        return
    given, name, place = connection.from_arrow(_arrow(rows)), raw_name(contract, table), _place(receipt)
    columns = connection.table(name).columns
    if astray := set(given.columns).difference(columns):
        raise ValueError(f"{name} has no column {', '.join(sorted(astray))}, and what stands there would be lost")
    values = (
        literal(place[column]) if column in place else quote(column) if column in given.columns else "NULL"
        for column in columns
    )
    # As a relation: a table that is registered would be kept until the transaction ends.
    with threads_for(connection, rows.height):
        given.project(", ".join(values)).insert_into(name)


def raw_frame(table: Table, receipt: Receipt, batches: Sequence[Rows]) -> pl.DataFrame:
    """All batches of a table as one frame with the raw table's columns, though there be none."""
    kinds = {"BIGINT": pl.Int64, "BOOLEAN": pl.Boolean}
    empty = pl.DataFrame(schema={name: kinds.get(kind, pl.String) for name, kind in raw_columns(table).items()})
    place = [pl.lit(value, pl.String).alias(name) for name, value in _place(receipt).items()]
    frames = [pl.DataFrame(_arrow(rows)).with_columns(place).select(empty.columns) for rows in batches]
    return pl.concat([empty, *frames])


def _place(receipt: Receipt) -> dict[str, str]:
    """The values of the columns that say which delivery a row came in."""
    place = (receipt.receipt_id, receipt.agency, receipt.area_code, receipt.quarter)
    return {name: str(value) for name, value in zip(PLACE_COLUMNS, place, strict=True)}


def _arrow(rows: Rows) -> pa.Table:
    """The rows as an Arrow table with the raw table's columns, but for the delivery's own."""
    if isinstance(rows, ColumnarRows):
        # In pieces, so that DuckDB can take several at a time.
        return pa.Table.from_batches(rows.frame.to_arrow().to_batches(max_chunksize=GROUP_ROWS))
    by_column = list(zip(*rows.values, strict=True)) if rows.height else [()] * len(rows.columns)
    return pa.table(
        {
            "row_number": pa.array(rows.row_numbers, pa.int64()),
            "location": pa.array(rows.locations, pa.string()),
            "ragged": pa.array(rows.ragged, pa.bool_()),
            "layout": pa.array(rows.layouts, pa.string()),
            **{name: pa.array(values, pa.string()) for name, values in zip(rows.columns, by_column, strict=True)},
            "extra": pa.array(rows.extra, pa.string()),
        }
    )
