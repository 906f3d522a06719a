"""A delivery: the rows of an extract's tables as text, and how they become files.

Here: the writers of CSV and workbooks (the census has its own), the same bytes every time. Not here: which rows
(`formats.council` and its neighbours), nor faults in them (`assets.synthetic.faults`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import xlsxwriter

from assets.synthetic.timeline import Quarter

MADE = datetime(2000, 1, 1)
"""The day every workbook says it was made on, so that the same rows are the same bytes."""
_DAY = r"^\d{4}-\d{2}-\d{2}$"


@dataclass(frozen=True)
class Delivery:
    """All of one extract that an agency sends for an area and quarter.

    A table's frame has its headers for columns, all text (null is blank), beside columns that begin with `_`, which
    are for us alone: they tie a row to another or to a person.
    """

    agency: str
    extract: str
    quarter: Quarter
    form: str
    """`csv` (a file a table), `xlsx` (a sheet a table) or `cin_census`."""
    tables: Mapping[str, pl.DataFrame]
    titles: Mapping[str, str] = field(default_factory=dict)
    """A table's sheet name or file name, where it is not its own name."""

    def title(self, table: str) -> str:
        """The sheet or file of a table."""
        return self.titles.get(table, table)

    def file_of(self, table: str) -> str:
        """The file a table stands in."""
        return {"csv": f"{self.title(table)}.csv", "xlsx": f"{self.extract}.xlsx"}.get(self.form, f"{self.extract}.xml")


def shown(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that are sent."""
    return frame.select(name for name in frame.columns if not name.startswith("_"))


def write_csvs(delivery: Delivery, folder: Path) -> list[Path]:
    """A CSV a table."""
    written = []
    for table, frame in delivery.tables.items():
        path = folder / delivery.file_of(table)
        shown(frame).write_csv(path)
        written.append(path)
    return written


def write_workbook(delivery: Delivery, folder: Path) -> list[Path]:
    """One workbook with a sheet a table; text like `2020-01-31` becomes a date of the workbook."""
    path = folder / f"{delivery.extract}.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        book.set_properties({"created": MADE})
        as_day = book.add_format({"num_format": "dd/mm/yyyy"})
        for table, frame in delivery.tables.items():
            sheet = book.add_worksheet(delivery.title(table))
            rows = shown(frame)
            sheet.write_row(0, 0, rows.columns)
            cells = [_cells(rows[name]) for name in rows.columns]
            for number, row in enumerate(zip(*cells, strict=True), start=1):
                for place, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, place, value)
                    elif isinstance(value, int):
                        sheet.write_number(number, place, value, as_day)
                    elif value is not None:
                        sheet.write_number(number, place, value)
    return [path]


def _cells(column: pl.Series) -> list[str | int | float | None]:
    """A column's cells: days as the workbook's day numbers, numbers as numbers, all else as text."""
    if column.name in ("UPN", "ULN") or column.name.endswith(("ID", "Identifier", "identifier")):
        return column.to_list()
    serial = column.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32) + 25569
    is_day = column.str.contains(_DAY)
    number = column.cast(pl.Float64, strict=False)
    return [
        None if text is None else day if looks and day is not None else text if value is None else value
        for text, looks, day, value in zip(column, is_day, serial, number, strict=True)
    ]


def receive(paths: list[Path], at: datetime) -> None:
    """Let files count as received at a moment: a landed file's own time is when it was received."""
    moment = at.replace(tzinfo=UTC).timestamp()
    for path in paths:
        os.utime(path, (moment, moment))


def text(name: str) -> pl.Expr:
    """A column as text: days as 2020-01-31, whole numbers without a point."""
    return pl.col(name).cast(pl.String)


def clock(name: str) -> pl.Expr:
    """A time as 2020-01-31T21:30:00."""
    return pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S")


def british(name: str) -> pl.Expr:
    """A day as 31/01/2020."""
    return pl.col(name).dt.strftime("%d/%m/%Y")


def yes_no(name: str, yes: str = "Y", no: str = "N") -> pl.Expr:
    """Yes and no in two words; null stays null."""
    return pl.when(pl.col(name)).then(pl.lit(yes)).when(~pl.col(name)).then(pl.lit(no)).alias(name)
