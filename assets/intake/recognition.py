"""Recognition: what a file is, told by its content and never by its name.

Here: opening a file once, safely, and asking every contract whether the content is its own. Not here: where
the file was landed (`assets.intake.landing`) or what is then done with it (`assets.intake.take_in`).
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import polars as pl

from assets.labels import label_key
from assets.raw.layouts import columnar, records
from assets.raw.layouts.columnar import (
    ColumnarRows,
    Rows,
    header_of,
    header_of_text,
    read_columnar,
    read_regular_rows,
)
from assets.raw.layouts.flat import LAYOUT as FLAT
from assets.raw.layouts.flat import from_header, is_named_for, missing_headers, read_flat, unknown_headers
from assets.raw.layouts.printed import is_printed, read_printed
from assets.raw.layouts.records import read_record_tables, record_tables
from assets.raw.readers.delimited import read_delimited
from assets.raw.readers.delimited_frame import header_of_regular, read_regular
from assets.raw.readers.grid import Sheet, UnreadableError
from assets.raw.readers.parquet import is_parquet, read_parquet
from assets.raw.readers.workbook import is_workbook, read_workbook
from assets.raw.readers.xml_records import is_xml, root_of
from assets.raw.readers.zipped import is_zip_set, open_entries
from expectations.contract import Contract, ContractRegistry, Table

Batches = Iterator[tuple[Table, Rows]]

ZIPPED = "zip"
"""The layout of a zip of an extract's files."""
UNFORESEEN = "file_can_be_read"
"""The rule under which a file stands that met a fault of the product's own."""
LONG = 256 * 1024
"""Bytes from which a text is worth a look whether it can be read natively."""


@dataclass(frozen=True)
class Recognised:
    """The extract a file holds, the layout it has, the tables in it, and how their rows are read."""

    contract: Contract
    tables: tuple[Table, ...]
    layout: str
    batches: Callable[[], Batches]
    """The rows table by table, in one batch or many. Raises UnreadableError, perhaps after some batches."""
    sheet: Sheet | None = None
    """The one flat sheet, where there is one."""
    unknown_sheets: tuple[str, ...] = field(default=())

    @property
    def table_name(self) -> str | None:
        """The table's name where a file of the layout holds one and no more."""
        return self.tables[0].name if self.layout in (FLAT, columnar.LAYOUT, "printed") else None

    def subject(self) -> str | None:
        """A fingerprint of what tells files of one edition apart: the file's own columns, or a column's values."""
        if self.contract.files_by_columns and self.sheet:
            own = list(unknown_headers(self.sheet, self.tables[0]).values())
        elif column := self.contract.files_by_value:
            own = list({label_key(value) for _, rows in self.batches() for value in rows.values_of(column)})
        else:
            return None
        return hashlib.sha256("\n".join(sorted(own)).encode()).hexdigest()[:16] if own else None


class UnrecognisedError(Exception):
    """A readable file that is no extract known; the message says which comes nearest and what it lacks."""


def recognise(path: Path, contracts: ContractRegistry) -> Recognised:
    """What the file is. Raises UnreadableError where it cannot be read, UnrecognisedError where nothing fits.

    A file that meets a fault of ours is stopped as one that cannot be read: it must not hold up all others.
    """
    with _no_other_error():
        found = _recognise(path, contracts)
    return dataclasses.replace(found, batches=partial(_guarded, found.batches))


def _guarded(batches: Callable[[], Batches]) -> Batches:
    with _no_other_error():
        yield from batches()


@contextmanager
def _no_other_error() -> Iterator[None]:
    try:
        yield
    except (UnreadableError, UnrecognisedError, GeneratorExit):
        raise
    except Exception as error:
        # Its words may quote the file: only its kind is told.
        raise UnreadableError(
            UNFORESEEN,
            f"reading it met a fault that was not foreseen ({type(error).__name__})",
            "Send it in another form, and tell those who keep the product which receipt it is.",
        ) from None


def _recognise(path: Path, contracts: ContractRegistry) -> Recognised:
    if is_parquet(path):
        frame = read_parquet(path)
        found = _flat((header_of(frame),), "parquet", contracts)
        if found is None:
            raise UnrecognisedError(_nearest(header_of(frame), contracts))
        contract, ((table, sheet),) = found[0], found[1]
        rows = read_columnar(frame, table)
        return Recognised(contract, (table,), columnar.LAYOUT, lambda: iter([(table, rows)]), sheet)
    if is_xml(path):
        return _recognise_xml(path, contracts)
    if is_zip_set(path):
        return _recognise_zip(path, contracts)
    return _recognise_long_text(path, contracts) or _recognise_sheets(open_sheets(path), contracts)


def open_sheets(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a file. Raises UnreadableError."""
    if is_workbook(path):
        sheets = read_workbook(path)
        if not sheets:
            raise UnreadableError("file_not_empty", "no sheet of the workbook holds anything", "Export it again.")
        return sheets
    return (read_delimited(path),)


def _recognise_long_text(path: Path, contracts: ContractRegistry) -> Recognised | None:
    """A long text that begins with the header of a flat extract; None for any other, which is to be read with care.

    Whether it is regular to its end shows when it is read: if not, it is then read with care.
    """
    if is_workbook(path) or path.stat().st_size <= LONG:
        return None
    header = header_of_regular(path)
    found = _flat((header_of_text(header),), "csv", contracts) if header else None
    if found is None:
        return None
    contract, ((table, sheet),) = found

    def batches() -> Batches:
        text = read_regular(path)
        yield table, read_regular_rows(text, table) if text else read_flat(read_delimited(path), table)

    return Recognised(contract, (table,), FLAT, batches, sheet)


def _recognise_sheets(sheets: tuple[Sheet, ...], contracts: ContractRegistry) -> Recognised:
    """A flat table is the contract whose required columns are all there and which knows most of the others;
    a printed file is one in which a sheet holds a table of a layout the contract declares.
    """
    file_format = "xlsx" if sheets[0].is_workbook else "csv"
    if flat := _flat(sheets, file_format, contracts):
        contract, matched = flat
        known = {sheet.name for _, sheet in matched}
        unknown = tuple(sheet.name for sheet in sheets if sheet.name not in known)
        return Recognised(
            contract,
            tuple(table for table, _ in matched),
            "sheets" if contract.has_several_tables and file_format == "xlsx" else FLAT,
            lambda: ((table, read_flat(sheet, table)) for table, sheet in matched),
            matched[0][1],
            unknown if contract.has_several_tables else (),
        )
    for contract, table in contracts.tables():
        layouts = contract.recognition.layouts
        if file_format in contract.recognition.formats and is_printed(sheets, layouts):
            return Recognised(contract, (table,), "printed", partial(_printed_rows, sheets, table, layouts))
    raise UnrecognisedError(_nearest(sheets[0], contracts))


def _printed_rows(sheets: tuple[Sheet, ...], table: Table, layouts: tuple[str, ...]) -> Batches:
    yield table, read_printed(sheets, table, layouts)


Matched = tuple[tuple[Table, Sheet], ...]


def _flat(sheets: tuple[Sheet, ...], file_format: str, contracts: ContractRegistry) -> tuple[Contract, Matched] | None:
    """The contract that knows most of the columns, with the sheet of each of its tables, cut to begin at its header."""
    candidates = []
    for contract in contracts.values():
        if file_format not in contract.recognition.formats or "flat" not in contract.recognition.layouts:
            continue
        looked_at = sheets if contract.has_several_tables else sheets[:1]
        found = _tables_of(looked_at, contract)
        if found:
            known = sum(count for count, _, _ in found)
            candidates.append((known, contract, tuple((table, sheet) for _, table, sheet in found)))
    if not candidates:
        return None
    _, contract, matched = max(candidates, key=lambda candidate: candidate[0])
    return contract, matched


def _tables_of(sheets: tuple[Sheet, ...], contract: Contract) -> list[tuple[int, Table, Sheet]]:
    """Which sheet holds which table: the sheet named for it, else the one that has most of its columns."""
    fits = []
    for sheet in sheets:
        for table in contract.tables:
            cut = from_header(sheet, table)
            if cut is not None:
                fits.append((is_named_for(sheet, table), cut[0], table, sheet.name, cut[1]))
    chosen: dict[str, tuple[int, Table, Sheet]] = {}
    taken: set[str] = set()
    for _, count, table, name, cut_sheet in sorted(fits, key=lambda fit: (not fit[0], -fit[1])):
        if table.name not in chosen and name not in taken:
            chosen[table.name] = (count, table, cut_sheet)
            taken.add(name)
    return [chosen[table.name] for table in contract.tables if table.name in chosen]


def _recognise_xml(path: Path, contracts: ContractRegistry) -> Recognised:
    root = root_of(path)
    for contract in contracts.values():
        if "xml" in contract.recognition.formats and contract.recognition.root == root.local_name:
            tables = record_tables(contract)
            if {table.element.split("/")[0] for table in tables if table.element} & set(root.children):
                return Recognised(contract, tables, records.LAYOUT, partial(read_record_tables, path, tables))
    raise UnrecognisedError("no extract has the elements of this XML file")


def _recognise_zip(path: Path, contracts: ContractRegistry) -> Recognised:
    """The files of a zip, each recognised on its own: all of one extract, and no table twice."""
    tables: dict[str, Table] = {}
    extracts: dict[str, Contract] = {}
    with open_entries(path) as entries:
        for number, entry in enumerate(entries, start=1):
            with _in_file(number):
                found = recognise(entry.path, contracts)
            extracts[found.contract.extract] = found.contract
            for table in found.tables:
                if table.name in tables:
                    raise UnreadableError(
                        "zip_tables_stand_once", f"two files of the zip hold {table.name}", "Zip the one that is meant."
                    )
                tables[table.name] = table
    if len(extracts) > 1:
        raise UnreadableError(
            "zip_of_one_extract",
            f"the zip holds files of {' and of '.join(extracts)}",
            "Zip the files of each extract by themselves.",
        )
    ((extract, contract),) = extracts.items()
    if ZIPPED not in contract.recognition.formats:
        raise UnrecognisedError(f"{extract} is not sent as a zip; send its files one by one")
    return Recognised(contract, tuple(tables.values()), ZIPPED, partial(_zipped_rows, path, contracts))


def _zipped_rows(path: Path, contracts: ContractRegistry) -> Batches:
    with open_entries(path) as entries:
        for number, entry in enumerate(entries, start=1):
            with _in_file(number):
                for table, rows in recognise(entry.path, contracts).batches():
                    yield table, _of_table(table, rows)


@contextmanager
def _in_file(number: int) -> Iterator[None]:
    """Say of what goes wrong in which file of a zip it did: by its place, since its name is data."""
    place = f"file {number} of the zip"
    try:
        yield
    except UnrecognisedError as error:
        raise UnrecognisedError(f"{place}: {error}") from None
    except UnreadableError as error:
        where = f"{place}, {error.location}" if error.location else place
        raise UnreadableError(error.rule, error.found, error.remedy, where) from None


def _of_table(table: Table, rows: Rows) -> Rows:
    """The rows with places that begin with their table's name, since lines are counted file by file."""
    if isinstance(rows, ColumnarRows):
        placed = pl.lit(f"{table.name}:") + pl.col("location")
        return dataclasses.replace(rows, frame=rows.frame.with_columns(placed.alias("location")))
    return dataclasses.replace(rows, locations=[f"{table.name}:{location}" for location in rows.locations])


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
