"""What every layout gives: the rows of a table as text, each with its place in the file.

Here: the shared types. Not here: any layout.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assets.raw.readers.grid import Sheet, column_letter


@dataclass
class RawRows:
    """The rows of one table of one file: column values in parallel with their places."""

    columns: tuple[str, ...]
    values: list[tuple[str | None, ...]] = field(default_factory=list)
    row_numbers: list[int] = field(default_factory=list)
    locations: list[str] = field(default_factory=list)
    ragged: list[bool] = field(default_factory=list)
    extra: list[str | None] = field(default_factory=list)
    layouts: list[str] = field(default_factory=list)
    """The layout each row was read from: a file may hold several."""
    shown_columns: dict[str, str] = field(default_factory=dict)
    """Where a column is shown in an address: its header in a text file, its letters in a workbook."""
    unknown_headers: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.values)

    def values_of(self, column: str) -> set[str]:
        """Every value a declared column has."""
        index = self.columns.index(column)
        return {value for row in self.values if (value := row[index])}


@dataclass(frozen=True)
class PrintedCell:
    """One cell of a printed table with all that is said of it around it: label, header, title, unit, note.

    `row` and `column` are its place in the sheet (row from 1, column from 0).
    """

    row: int
    column: int
    layout: str
    indicator: str | None
    value: str | None
    period: str | None = None
    breakdown: str | None = None
    comparator: str | None = None
    unit: str | None = None
    title: str | None = None
    note: str | None = None


def cell_address(sheet: Sheet, row_number: int, column: int) -> str:
    """`Sheet!B3` in a workbook, `3:B` (line and column) in a text file."""
    letters = column_letter(column)
    return f"{sheet.name}!{letters}{row_number}" if sheet.is_workbook else f"{row_number}:{letters}"
