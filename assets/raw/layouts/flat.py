"""The flat table: one header, then a row a record.

Here: matching headers to declared columns and reading the rows below. Not here: printed tables (the modules beside
this one).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from assets.labels import label_key
from assets.raw.layouts.rows import RawRows
from assets.raw.readers.grid import GridRow, Sheet, UnreadableError, column_letter
from expectations.contract import Table

LAYOUT = "flat"
TITLE_ROWS = 10
"""Rows of a sheet in which its header is looked for."""


def flat_header(sheet: Sheet, table: Table) -> Mapping[str, int] | None:
    """Which column of the sheet holds which declared column, or None where a required one is missing."""
    row = sheet.rows[0]
    found, twice = _match_header(row, table)
    if any(column.name not in found for column in table.columns if column.required):
        return None
    if twice:
        raise UnreadableError(
            "headers_stand_once",
            f"two columns are headed {twice[0]}",
            "Remove one, or give it another heading.",
            f"{sheet.name}, line {row.number}" if sheet.is_workbook else f"line {row.number}",
        )
    return found


def is_named_for(sheet: Sheet, table: Table) -> bool:
    """Whether the sheet's name is the table's: `List 1 - contacts` is of list 1, and `List 10` is not."""
    if table.sheet is None:
        return False
    return re.search(rf"{re.escape(label_key(table.sheet))}(?!\d)", label_key(sheet.name)) is not None


def from_header(sheet: Sheet, table: Table) -> tuple[int, Sheet] | None:
    """The sheet from the table's header on, and how many columns of it are known; None where no row is its header.

    Workbooks kept by people have titles above the header; a text file begins with it.
    """
    for start in range(min(TITLE_ROWS if sheet.is_workbook else 1, len(sheet.rows))):
        cut = Sheet(sheet.name, sheet.rows[start:])
        header = flat_header(cut, table)
        if header is not None:
            return len(header), cut
    return None


def missing_headers(sheet: Sheet, table: Table) -> list[str]:
    """The required columns a sheet's first row lacks."""
    found, _ = _match_header(sheet.rows[0], table)
    return [column.name for column in table.columns if column.required and column.name not in found]


def unknown_headers(sheet: Sheet, table: Table) -> Mapping[int, str]:
    """The headers of a flat sheet that no declared column has, by where they stand."""
    known = _match_header(sheet.rows[0], table)[0].values()
    return {index: title for index, title in enumerate(sheet.rows[0].cells) if title and index not in known}


def _match_header(row: GridRow, table: Table) -> tuple[dict[str, int], list[str]]:
    """Where each declared column stands in a row, and those that stand in it twice."""
    keys = {label_key(name): column.name for column in table.columns for name in (column.name, *column.headers)}
    found: dict[str, int] = {}
    twice: list[str] = []
    for index, cell in enumerate(row.cells):
        name = keys.get(label_key(cell or ""))
        if name is None:
            continue
        if name in found:
            twice.append(name)
        else:
            found[name] = index
    return found, twice


def read_flat(sheet: Sheet, table: Table) -> RawRows:
    """Every row below the header, with unknown columns kept beside the declared ones."""
    header = flat_header(sheet, table)
    if header is None:
        raise UnreadableError(
            "headers_known", f"no column for {', '.join(missing_headers(sheet, table))}", "Use the template's headings."
        )
    titles = sheet.rows[0].cells
    unknown = unknown_headers(sheet, table)
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
        rows.layouts.append(LAYOUT)
        rows.ragged.append(not sheet.is_workbook and len(cells) != len(titles))
        kept = {title: cells[index] for index, title in unknown.items() if index < len(cells) and cells[index]}
        beyond = [cell for cell in cells[len(titles) :] if cell]
        if beyond:
            kept["beyond the header"] = " | ".join(beyond)
        rows.extra.append(json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else None)
    return rows
