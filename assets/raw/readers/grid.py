"""What every reader gives: sheets of text cells at the addresses they have in the file, or the reason why not.

Here: the shared types. Not here: any file format.
"""

from __future__ import annotations

from dataclasses import dataclass


class UnreadableError(Exception):
    """A file that cannot be trusted as a whole: the rule it breaks, where, what was found and what to do.

    The message never holds the file's name (names are data) nor a value of it.
    """

    def __init__(self, rule: str, found: str, remedy: str, location: str = "") -> None:
        self.rule = rule
        self.found = found
        self.remedy = remedy
        self.location = location
        at = f"{location}: " if location else ""
        super().__init__(f"{at}{found}. {remedy}")


@dataclass(frozen=True)
class GridRow:
    """One row: its number in the file (the line it begins on, from 1) and its cells; a blank cell is None."""

    number: int
    cells: tuple[str | None, ...]

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(self.cells)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a whole text file (whose sheet has no name)."""

    name: str
    rows: tuple[GridRow, ...]

    @property
    def is_workbook(self) -> bool:
        """Whether cells are addressed as in a workbook (Sheet!B3) rather than by line."""
        return bool(self.name)


def column_letter(index: int) -> str:
    """The letters of a workbook column: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters
