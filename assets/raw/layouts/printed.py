"""Printed files: every sheet given to the layouts a contract declares, in turn, until no row is left that one can read.

Here: the registry of layouts, and what becomes of rows none of them can place. Not here: any layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from assets.raw.layouts import label_period_value, quarters_across, tables_with_headers
from assets.raw.layouts.rows import PrintedCell, RawRows, cell_address
from assets.raw.readers.grid import GridRow, Sheet
from expectations.contract import Table

Find = Callable[[Sequence[GridRow]], tuple[set[int], list[PrintedCell]]]
LAYOUTS: dict[str, Find] = {
    quarters_across.LAYOUT: quarters_across.find,
    tables_with_headers.WITH_NEIGHBOURS: tables_with_headers.find_with_neighbours,
    tables_with_headers.BY_AREA: tables_with_headers.find_by_area,
    tables_with_headers.LABEL_VALUE: tables_with_headers.find_label_value,
    tables_with_headers.BY_MEASURE: tables_with_headers.find_by_measure,
    tables_with_headers.LEDGER: tables_with_headers.find_ledger,
    label_period_value.LAYOUT: label_period_value.find,
}
UNPLACED = "unplaced"
"""The layout of a row that no layout could place: it is read, and refused by rule, never dropped."""


def is_printed(sheets: Iterable[Sheet], layouts: Sequence[str]) -> bool:
    """Whether any sheet holds a table of one of the layouts."""
    return any(LAYOUTS[layout](sheet.rows)[1] for sheet in sheets for layout in layouts if layout in LAYOUTS)


def read_printed(sheets: Iterable[Sheet], table: Table, layouts: Sequence[str]) -> RawRows:
    """One row a figure's cell of every sheet, in the order of the sheets and, within one, of its cells."""
    rows = RawRows(tuple(column.name for column in table.columns))
    for sheet in sheets:
        for cell in sorted(_cells(sheet, layouts), key=lambda cell: (cell.row, cell.column)):
            rows.values.append(tuple(getattr(cell, name, None) for name in rows.columns))
            rows.row_numbers.append(len(rows.values))
            rows.locations.append(cell_address(sheet, cell.row, cell.column))
            rows.layouts.append(cell.layout)
            rows.ragged.append(False)
            rows.extra.append(None)
    return rows


def _cells(sheet: Sheet, layouts: Sequence[str]) -> list[PrintedCell]:
    """The cells every layout finds among the rows those before it left. A title alone in its row is no figure."""
    left, cells = list(sheet.rows), list[PrintedCell]()
    for layout in layouts:
        # A sheet may hold several tables of one layout.
        while layout in LAYOUTS and (found := LAYOUTS[layout](left))[1]:
            cells += found[1]
            left = [row for row in left if row.number not in found[0]]
    for row in left:
        filled = [index for index, cell in enumerate(row.cells) if cell]
        if len(filled) > 1 or filled[0] > 0:
            cells += [
                PrintedCell(row.number, index, UNPLACED, row.cells[0], row.cells[index]) for index in filled if index
            ]
    return cells
