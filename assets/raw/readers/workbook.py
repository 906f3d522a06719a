"""Workbooks: looked over as the zip of XML they are, then read natively, every cell as text at its address.

Here: XLSX. Not here: what a sheet means (`assets.raw.layouts`).
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import fastexcel

from assets.raw.readers.grid import GridRow, Sheet, UnreadableError

MAXIMUM_PARTS = 2_000
MAXIMUM_UNPACKED = 1_000_000_000
MAXIMUM_RATIO = 200
MAXIMUM_SHEETS = 100
MAXIMUM_CELLS = 20_000_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_SEND_AGAIN = "Open it, save it again as an Excel workbook (.xlsx), and send that."


def is_workbook(path: Path) -> bool:
    """Whether the file begins as a zip or as an old (or encrypted) Office document."""
    with path.open("rb") as file:
        start = file.read(4)
    return start[:2] == b"PK" or start == _OLD_OFFICE


def read_workbook(path: Path) -> tuple[Sheet, ...]:
    """Every sheet that holds anything, in the workbook's order.

    Raises UnreadableError for a workbook that is cut off, encrypted, of the old format, hostile or too large.
    """
    _look_over(path)
    try:
        workbook = fastexcel.read_excel(path)
        names = workbook.sheet_names
        if len(names) > MAXIMUM_SHEETS:
            raise UnreadableError("workbook_within_bounds", f"the workbook has {len(names)} sheets", "Send fewer.")
        return tuple(sheet for sheet in (_read_sheet(workbook, name) for name in names) if sheet.rows)
    except (fastexcel.FastExcelError, ValueError):
        # The library's message may quote the file: it is not passed on.
        raise UnreadableError("workbook_opens", "the workbook cannot be read", _SEND_AGAIN) from None


def _read_sheet(workbook: fastexcel.ExcelReader, name: str) -> Sheet:
    try:
        # skip_rows=0 keeps the blank rows above the data, so that addresses are those of the file.
        sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    except fastexcel.FastExcelError as error:
        if "empty" in str(error).lower() or "no data" in str(error).lower():
            return Sheet(name, ())
        raise
    if sheet.height * sheet.width > MAXIMUM_CELLS:
        raise UnreadableError("workbook_within_bounds", "a sheet is too large", "Send the rows as CSV.", name)
    first = min((column.absolute_index for column in sheet.available_columns()), default=0)
    lead: tuple[str | None, ...] = (None,) * first
    rows = (
        GridRow(number, lead + tuple((cell or "").strip() or None for cell in cells))
        for number, cells in enumerate(sheet.to_polars().iter_rows(), start=1)
    )
    return Sheet(name, tuple(row for row in rows if not row.is_blank))


def _look_over(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == _OLD_OFFICE:
            raise UnreadableError(
                "file_is_open",
                "the workbook is encrypted, or is of the format before 2007",
                "Remove the password and save it as an Excel workbook (.xlsx).",
            )
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts)
            if len(parts) > MAXIMUM_PARTS or unpacked > MAXIMUM_UNPACKED:
                raise UnreadableError(
                    "workbook_within_bounds", "the workbook unpacks to more than is safe", _SEND_AGAIN
                )
            if unpacked > 10_000_000 and unpacked > MAXIMUM_RATIO * max(packed, 1):
                raise UnreadableError("workbook_within_bounds", "the workbook is packed implausibly tight", _SEND_AGAIN)
            if not any(part.filename == "[Content_Types].xml" for part in parts):
                raise UnreadableError("workbook_opens", "the zip file is no workbook", _SEND_AGAIN)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as reader:
                        # A document type stands before the first element: the first block holds it if there is one.
                        if b"<!DOCTYPE" in reader.read(65_536).upper():
                            raise UnreadableError("no_document_type", "a part declares a document type", _SEND_AGAIN)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise UnreadableError(
            "workbook_opens", "the workbook is cut off or damaged (its zip directory cannot be read)", "Send it again."
        ) from None
