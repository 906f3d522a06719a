"""Workbooks: looked over as the zip of XML they are, then read natively, every cell as text at its address.

Here: XLSX. Not here: what a sheet means (`assets.raw.layouts`).
"""

from __future__ import annotations

import string
import zipfile
import zlib
from pathlib import Path
from typing import IO

import fastexcel

from assets.raw.readers.grid import GridRow, Sheet, UnreadableError
from assets.raw.readers.xml_file import GuardedParser, local_name
from assets.raw.readers.zipped import check_directory

MAXIMUM_PARTS = 2_000
MAXIMUM_UNPACKED = 1_000_000_000
MAXIMUM_RATIO = 200
MAXIMUM_SHEETS = 100
MAXIMUM_CELLS = 20_000_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_LETTERS, _DIGITS = string.ascii_letters, string.digits
_DELETE_FAR_CELLS = "Delete what stands far from the rows (press Ctrl+End to find it), or send the rows as CSV."
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
    check_directory(path)
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
                if part.filename.lower().endswith((".xml", ".rels")):
                    with archive.open(part) as reader:
                        _look_over_part(reader)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise UnreadableError(
            "workbook_opens", "the workbook is cut off or damaged (its zip directory cannot be read)", "Send it again."
        ) from None


def _look_over_part(reader: IO[bytes]) -> None:
    """Refuse a document type, and a sheet that spans more than is safe.

    The library makes room for every cell between the first and the last: two cells may be made to fill the memory.
    Of a part that is no sheet only the beginning is read, before which a document type would stand.
    """
    parser = GuardedParser()
    roots: list[str] = []
    span = _Span()
    addresses = span.addresses

    def start(name: str, attributes: dict[str, str]) -> None:
        local = local_name(name) if ":" in name else name
        if not roots:
            roots.append(local)
        elif local == "c":
            if "r" in attributes:
                addresses.append(attributes["r"])
            else:
                span.next_cell()
        elif local == "row":
            span.row(attributes.get("r"))

    parser.expat.StartElementHandler = start
    try:
        for _ in parser.pieces(reader):
            if roots and roots[0] != "worksheet":
                return
            span.check()
    except UnreadableError as error:
        if error.rule in ("no_document_type", "workbook_within_bounds"):
            raise
        raise UnreadableError("workbook_opens", "a part of the workbook is damaged", _SEND_AGAIN) from None


class _Span:
    """From where to where the cells of a sheet go: each says its address, or follows the one before it."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        """What rows and cells say since the last check."""
        self._rows: set[int] = set()
        self._columns: set[int] = set()
        self._rows_unsaid = 0
        self._cells_unsaid = 0
        self._widest_unsaid = 0

    def row(self, number: str | None) -> None:
        """A row opens, which may say its number."""
        self._cells_unsaid = 0
        if number is None:
            self._rows_unsaid += 1
        else:
            self.addresses.append(number)

    def next_cell(self) -> None:
        """A cell opens that does not say its address."""
        self._cells_unsaid += 1
        self._widest_unsaid = max(self._widest_unsaid, self._cells_unsaid)

    def check(self) -> None:
        """Refuse the sheet as soon as it spans too much."""
        columns = {address.rstrip(_DIGITS) for address in self.addresses}
        rows = {address.lstrip(_LETTERS) for address in self.addresses}
        self.addresses.clear()
        self._rows = _ends({*self._rows, *(int(row) for row in rows if row.isdecimal() and len(row) < 8)})
        self._columns = _ends({*self._columns, *(_column_number(column) for column in columns if column.isalpha())})
        height = max(self._rows, default=1) - min(self._rows, default=1) + 1 + self._rows_unsaid
        width = max(self._columns, default=1) - min(self._columns, default=1) + 1 + self._widest_unsaid
        if height * width > MAXIMUM_CELLS:
            raise UnreadableError("workbook_within_bounds", "a sheet spans too many cells", _DELETE_FAR_CELLS)


def _ends(numbers: set[int]) -> set[int]:
    return {min(numbers), max(numbers)} if numbers else numbers


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
