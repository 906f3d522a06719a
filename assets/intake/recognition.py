"""Recognition: what a file is, told by its content and never by its name.

Here: opening a file once, safely, and asking every contract whether the content is its own. Not here: where
the file was landed (`assets.intake.landing`) or what is then done with it (`assets.intake.take_in`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.labels import label_key
from assets.raw.layouts import columnar
from assets.raw.layouts.columnar import ColumnarRows, header_of, read_columnar
from assets.raw.layouts.flat import flat_header, missing_headers, read_flat, unknown_headers
from assets.raw.layouts.printed import is_printed, read_printed
from assets.raw.layouts.rows import RawRows
from assets.raw.readers.delimited import read_delimited
from assets.raw.readers.grid import Sheet, UnreadableError
from assets.raw.readers.parquet import is_parquet, read_parquet
from assets.raw.readers.workbook import is_workbook, read_workbook
from expectations.contract import Contract, ContractRegistry, Table


@dataclass(frozen=True)
class Recognised:
    """The extract and table a file holds, the layout it has, and its sheets."""

    contract: Contract
    table: Table
    layout: str
    sheets: tuple[Sheet, ...]
    frame: pl.DataFrame | None = None
    """The cells of a columnar file, of which `sheets` has the header alone."""

    def rows(self) -> RawRows | ColumnarRows:
        """The file's rows as text."""
        if self.frame is not None:
            return read_columnar(self.frame, self.table)
        if self.layout == "flat":
            return read_flat(self.sheets[0], self.table)
        return read_printed(self.sheets, self.table, self.contract.recognition.layouts)

    def subject(self) -> str | None:
        """A fingerprint of what tells files of one edition apart: the file's own columns, or a column's values."""
        if self.contract.files_by_columns:
            own = list(unknown_headers(self.sheets[0], self.table).values())
        elif self.contract.files_by_value:
            own = list({label_key(value) for value in self.rows().values_of(self.contract.files_by_value)})
        else:
            return None
        return hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest()[:16] if own else None


class UnrecognisedError(Exception):
    """A readable file that is no extract known; the message says which comes nearest and what it lacks."""


def open_sheets(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a file. Raises UnreadableError."""
    if is_workbook(path):
        sheets = read_workbook(path)
        if not sheets:
            raise UnreadableError("file_not_empty", "no sheet of the workbook holds anything", "Export it again.")
        return sheets
    return (read_delimited(path),)


def recognise(path: Path, contracts: ContractRegistry) -> Recognised:
    """What the file is. Raises UnreadableError where it cannot be read, UnrecognisedError where nothing fits.

    A flat table is the contract whose required columns are all there and which knows most of the others;
    a printed file is one in which a sheet holds a table of a layout the contract declares.
    """
    frame = read_parquet(path) if is_parquet(path) else None
    sheets = open_sheets(path) if frame is None else (header_of(frame),)
    file_format = "parquet" if frame is not None else "xlsx" if sheets[0].is_workbook else "csv"
    flat = []
    for contract, table in contracts.tables():
        if file_format in contract.recognition.formats and "flat" in contract.recognition.layouts:
            header = flat_header(sheets[0], table)
            if header is not None:
                flat.append((len(header), contract, table))
    if flat:
        _, contract, table = max(flat, key=lambda found: found[0])
        layout = "flat" if frame is None else columnar.LAYOUT
        return Recognised(contract, table, layout, sheets[:1], frame)
    for contract, table in contracts.tables():
        layouts = contract.recognition.layouts
        if file_format in contract.recognition.formats and is_printed(sheets, layouts):
            return Recognised(contract, table, "printed", sheets)
    raise UnrecognisedError(_nearest(sheets[0], contracts))


def _nearest(sheet: Sheet, contracts: ContractRegistry) -> str:
    lacking = [
        (len(missing), len(table.columns), contract.extract, missing)
        for contract, table in contracts.tables()
        if (missing := missing_headers(sheet, table)) and len(missing) < len(table.columns)
    ]
    if lacking:
        _, _, extract, missing = min(lacking, key=lambda near: near[0] / near[1])
        return f"no extract has these headings; the nearest, {extract}, needs {', '.join(missing)} as well"
    return "no extract has these headings; `sightline template EXTRACT` gives those of our own formats"
