"""The columnar table: a long published file, matched and carried column by column, never row by row.

Here: the rows of a Parquet file as the columns of an extract's table. Not here: reading it
(`assets.raw.readers.parquet`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from assets.raw.layouts.flat import flat_header, unknown_headers
from assets.raw.layouts.rows import RawRows
from assets.raw.readers.grid import GridRow, Sheet
from expectations.contract import Table

LAYOUT = "columnar"


@dataclass(frozen=True)
class ColumnarRows:
    """The rows of one table of one file, as a frame with the raw table's columns (but for the delivery's own)."""

    frame: pl.DataFrame
    shown_columns: dict[str, str]
    unknown_headers: tuple[str, ...]

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.frame.height

    @property
    def locations(self) -> list[str]:
        """Where each row stands in the file."""
        return self.frame["location"].to_list()

    def values_of(self, column: str) -> set[str]:
        """Every value a declared column has."""
        return set(self.frame[column].drop_nulls().unique().to_list())


Rows = RawRows | ColumnarRows
"""The rows of one table, held by rows or by columns."""


def header_of(frame: pl.DataFrame) -> Sheet:
    """The frame's header alone as a sheet, so that it is recognised as any other."""
    return Sheet("", (GridRow(1, tuple(frame.columns)),))


def read_columnar(frame: pl.DataFrame, table: Table) -> ColumnarRows:
    """Every row, with unknown columns kept beside the declared ones; a row's number is its place, from 1."""
    sheet = header_of(frame)
    header, unknown = flat_header(sheet, table) or {}, unknown_headers(sheet, table)
    given = {name: frame.columns[index] for name, index in header.items()}
    place = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    own = [pl.col(name) for name in unknown.values()]
    rows = frame.select(
        place.alias("row_number"),
        (place.cast(pl.String) + ":{column}").alias("location"),
        pl.lit(False).alias("ragged"),
        pl.lit(LAYOUT).alias("layout"),
        *(
            (pl.col(given[column.name]) if column.name in given else pl.lit(None, pl.String)).alias(column.name)
            for column in table.columns
        ),
        (pl.struct(own).struct.json_encode() if own else pl.lit(None, pl.String)).alias("extra"),
    )
    return ColumnarRows(rows, given, tuple(unknown.values()))
