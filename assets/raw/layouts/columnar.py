"""The columnar table: a long file, matched and carried column by column, never row by row.

Here: the rows of a Parquet file or of long regular text as the columns of an extract's table. Not here: reading them
(`assets.raw.readers.parquet`, `assets.raw.readers.delimited_frame`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.raw.layouts.flat import LAYOUT as FLAT
from assets.raw.layouts.flat import flat_header, unknown_headers
from assets.raw.layouts.rows import RawRows
from assets.raw.readers.delimited_frame import FIRST_LINE, RegularText
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


def header_of_text(header: tuple[str | None, ...]) -> Sheet:
    """A text's header alone as a sheet."""
    return Sheet("", (GridRow(FIRST_LINE - 1, header),))


def read_columnar(frame: pl.DataFrame, table: Table) -> ColumnarRows:
    """Every row, with unknown columns kept beside the declared ones; a row's number is its place, from 1."""
    return _rows(frame, header_of(frame), table, first=1, layout=LAYOUT)


def read_regular_rows(text: RegularText, table: Table) -> ColumnarRows:
    """The rows of regular text, told as those of a flat file are: a row's number is its line."""
    return _rows(text.frame, header_of_text(text.header), table, first=FIRST_LINE, layout=FLAT)


def _rows(frame: pl.DataFrame, sheet: Sheet, table: Table, *, first: int, layout: str) -> ColumnarRows:
    header, unknown = flat_header(sheet, table) or {}, unknown_headers(sheet, table)
    titles = sheet.rows[0].cells
    number = pl.int_range(first, pl.len() + first, dtype=pl.Int64)
    rows = frame.select(
        number.alias("row_number"),
        (number.cast(pl.String) + ":{column}").alias("location"),
        pl.lit(False).alias("ragged"),
        pl.lit(layout).alias("layout"),
        *(
            (pl.nth(header[column.name]) if column.name in header else pl.lit(None, pl.String)).alias(column.name)
            for column in table.columns
        ),
        _extra(unknown).alias("extra"),
    )
    shown = {name: titles[index] or name for name, index in header.items()}
    return ColumnarRows(rows, shown, tuple(unknown.values()))


def _extra(unknown: Mapping[int, str]) -> pl.Expr:
    """What stands in unknown columns, as the flat layout writes it: JSON in the order of titles, blank cells left out.

    Of two columns with one title the later one's value stands.
    """
    if not unknown:
        return pl.lit(None, pl.String)
    pairs = []
    for title in sorted(set(unknown.values())):
        value = pl.coalesce([pl.nth(index) for index in sorted(unknown, reverse=True) if unknown[index] == title])
        opening = '{"value":'
        written = pl.struct(value.alias("value")).struct.json_encode().str.slice(len(opening)).str.head(-1)
        pairs.append(pl.when(value.is_not_null()).then(pl.lit(f"{json.dumps(title, ensure_ascii=False)}: ") + written))
    joined = pl.concat_str(pairs, separator=", ", ignore_nulls=True)
    return pl.when(joined != "").then(pl.lit("{") + joined + pl.lit("}"))
