"""Layouts: from sheets of text to the rows of an extract's table, as text, each with its place in the file.

Here: the flat table (a header, then rows) and the printed table with quarters across. Nothing is corrected:
a row says what the file said. Not here: types, codes or periods (`assets.core`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assets.labels import label_key
from assets.raw.readers.grid import GridRow, Sheet, UnreadableError, column_letter
from expectations.contract import Table

_PERIOD_LIKE = re.compile(r"q\d{1,2}\d{4,8}|\d{4,8}q\d{1,2}")
_LABEL_HEADERS = ("indicator", "measure")


@dataclass
class RawRows:
    """The rows of one table of one file: column values in parallel with their places."""

    columns: tuple[str, ...]
    values: list[tuple[str | None, ...]] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    ragged: list[bool] = field(default_factory=list)
    extra: list[str | None] = field(default_factory=list)
    shown_columns: dict[str, str] = field(default_factory=dict)
    """Where a column is shown in an address: its header in a text file, its letters in a workbook."""
    unknown_headers: tuple[str, ...] = ()


def flat_header(sheet: Sheet, table: Table) -> Mapping[str, int] | None:
    """Which column of the sheet holds which declared column, or None where a required one is missing."""
    found = _match_header(sheet.rows[0], table)
    if all(column.name in found for column in table.columns if column.required):
        return found
    return None


def missing_headers(sheet: Sheet, table: Table) -> list[str]:
    """The required columns a sheet's first row lacks."""
    found = _match_header(sheet.rows[0], table)
    return [column.name for column in table.columns if column.required and column.name not in found]


def _match_header(row: GridRow, table: Table) -> dict[str, int]:
    keys = {label_key(name): column.name for column in table.columns for name in (column.name, *column.headers)}
    found: dict[str, int] = {}
    for index, cell in enumerate(row.cells):
        name = keys.get(label_key(cell or ""))
        if name is None:
            continue
        if name in found:
            raise UnreadableError(
                "headers_stand_once",
                f"two columns are headed {name}",
                "Remove one, or give it another heading.",
                f"line {row.number}",
            )
        found[name] = index
    return found


def read_flat(sheet: Sheet, table: Table) -> RawRows:
    """Every row below the header, with unknown columns kept beside the declared ones."""
    header = flat_header(sheet, table)
    if header is None:
        raise UnreadableError(
            "headers_known", f"no column for {', '.join(missing_headers(sheet, table))}", "Use the template's headings."
        )
    titles = sheet.rows[0].cells
    unknown = {index: title for index, title in enumerate(titles) if title and index not in header.values()}
    rows = RawRows(tuple(column.name for column in table.columns), unknown_headers=tuple(unknown.values()))
    rows.shown_columns = {
        name: column_letter(index) if sheet.is_workbook else (titles[index] or name) for name, index in header.items()
    }
    for row in sheet.rows[1:]:
        cells = row.cells
        rows.values.append(
            tuple(
                cells[header[name]] if name in header and header[name] < len(cells) else None for name in rows.columns
            )
        )
        rows.row_numbers.append(row.number)
        rows.locations.append(
            f"{sheet.name}!{{column}}{row.number}" if sheet.is_workbook else f"{row.number}:{{column}}"
        )
        rows.ragged.append(not sheet.is_workbook and len(cells) != len(titles))
        kept = {title: cells[index] for index, title in unknown.items() if index < len(cells) and cells[index]}
        beyond = [cell for cell in cells[len(titles) :] if cell]
        if beyond:
            kept["beyond the header"] = " | ".join(beyond)
        rows.extra.append(json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None)
    return rows


@dataclass(frozen=True)
class PrintedTable:
    """A printed table: the texts that head its columns (joined where they are stacked), and its labelled rows."""

    sheet: Sheet
    headers: Mapping[int, str]
    body: tuple[GridRow, ...]


def is_period_like(text: str) -> bool:
    """Whether a header looks like a quarter, however it is spaced and whether or not the quarter exists."""
    return bool(_PERIOD_LIKE.fullmatch(label_key(text)))


def find_printed_table(sheet: Sheet) -> PrintedTable | None:
    """The table with quarters across that a sheet holds, or None: its header says Indicator, or names quarters.

    Titles above are passed over; a header stacked over several rows ends where a row has a label again.
    """
    for position, row in enumerate(sheet.rows):
        label = label_key(row.cells[0] or "") if row.cells else ""
        named = [cell for cell in row.cells[1:] if cell]
        begins = (label in _LABEL_HEADERS and _may_be_quarters(named)) or (
            sum(is_period_like(cell) for cell in named) >= 2
        )
        if not begins:
            continue
        stack = [row]
        following = sheet.rows[position + 1 :]
        for below in following:
            if below.cells and below.cells[0]:
                break
            stack.append(below)
        headers = _join_stack(stack)
        if not any(is_period_like(text) for text in headers.values()):
            continue
        body = tuple(below for below in following[len(stack) - 1 :] if below.cells and below.cells[0])
        return PrintedTable(sheet, headers, body) if body else None
    return None


def _may_be_quarters(cells: Sequence[str]) -> bool:
    return any(label_key(cell).startswith("q") for cell in cells)


def _join_stack(stack: Sequence[GridRow]) -> dict[int, str]:
    width = max(len(row.cells) for row in stack)
    headers = {}
    for index in range(1, width):
        parts = [row.cells[index] for row in stack if index < len(row.cells) and row.cells[index]]
        if parts:
            headers[index] = " ".join(part for part in parts if part)
    return headers


def read_printed(tables: Iterable[PrintedTable], table: Table) -> RawRows:
    """One row a label x period cell: the label, the header above it, the cell as it stands.

    A cell without a header counts only where it holds something; a blank cell under a header is a row.
    """
    rows = RawRows(tuple(column.name for column in table.columns))
    number = 0
    for printed in tables:
        for row in printed.body:
            for index in _columns_of(printed, row):
                number += 1
                found = {
                    "indicator": row.cells[0],
                    "period": printed.headers.get(index),
                    "value": row.cells[index] if index < len(row.cells) else None,
                }
                rows.values.append(tuple(found.get(name) for name in rows.columns))
                rows.row_numbers.append(number)
                rows.locations.append(_cell_address(printed.sheet, row.number, index))
                rows.ragged.append(False)
                rows.extra.append(None)
    return rows


def _columns_of(printed: PrintedTable, row: GridRow) -> Iterator[int]:
    width = max([*printed.headers, len(row.cells) - 1])
    for index in range(1, width + 1):
        if index in printed.headers or (index < len(row.cells) and row.cells[index]):
            yield index


def _cell_address(sheet: Sheet, row_number: int, index: int) -> str:
    column = column_letter(index)
    return f"{sheet.name}!{column}{row_number}" if sheet.is_workbook else f"{row_number}:{column}"
