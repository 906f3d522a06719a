"""Records: the rows of an XML file's elements, an element a record.

Here: from batches of records to the columns of an extract's tables. Not here: reading XML
(`assets.raw.readers.xml_records`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from assets.raw.layouts.columnar import ColumnarRows
from assets.raw.readers.xml_records import Batch, RecordShape, read_records
from expectations.contract import Contract, Table

LAYOUT = "records"


def record_tables(contract: Contract) -> tuple[Table, ...]:
    """The tables of a contract that an XML file of it holds."""
    return tuple(table for table in contract.tables if table.element)


def read_record_tables(path: Path, tables: tuple[Table, ...]) -> Iterator[tuple[Table, ColumnarRows]]:
    """Every record, batch by batch. Raises UnreadableError, perhaps after some batches."""
    by_name = {table.name: table for table in tables}
    shapes = [
        RecordShape(
            table.name,
            tuple(str(table.element).split("/")),
            {column.name: column.path for column in table.columns if column.path},
        )
        for table in tables
    ]
    for batch in read_records(path, shapes):
        table = by_name[batch.kind]
        yield table, _rows(batch, table)


def _rows(batch: Batch, table: Table) -> ColumnarRows:
    shown = {column.name: f"/{column.path}" for column in table.columns if column.path}
    frame = batch.frame.select(
        "row_number",
        pl.concat_str("location", pl.lit("{column} (line "), pl.col("line").cast(pl.String), pl.lit(")")).alias(
            "location"
        ),
        pl.lit(False).alias("ragged"),
        pl.lit(LAYOUT).alias("layout"),
        *(
            (pl.col(column.name) if column.path else pl.lit(None, pl.String)).alias(column.name)
            for column in table.columns
        ),
        "extra",
    )
    return ColumnarRows(frame, shown, ())
