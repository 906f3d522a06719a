"""Delimited text that is regular, read natively into a frame: what the careful reader would give, many times faster.

Here: telling whether a text is regular, and reading it if so. Not here: all other text, and the reasons to refuse one
(`assets.raw.readers.delimited`).
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.raw.readers.delimited import COMMENT, MAXIMUM_BYTES, MAXIMUM_CELL, delimiter_of

FIRST_LINE = 2
"""The line of the first row: the header has line 1, and a row of regular text is a line."""
_NO_TEXT = b"\0\x1c\x1d\x1e\x1f"
"""NUL, and what Python takes for blanks and the native reader does not."""


@dataclass(frozen=True)
class RegularText:
    """The header's cells, and the rows below as text: cells stripped, blank ones null, columns named `0`, `1`, ....

    The row at index `i` is line `i + FIRST_LINE` of the file.
    """

    header: tuple[str | None, ...]
    frame: pl.DataFrame


def read_regular(path: Path) -> RegularText | None:
    """The text, or None where it is not regular and must be read with care.

    Regular is UTF-8, one line a row, as many cells in each as in the header, none of them blank altogether, no notes
    above, and quotes only around whole cells.
    """
    if path.stat().st_size > MAXIMUM_BYTES:
        return None
    data = path.read_bytes().removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    if data.startswith(codecs.BOM_UTF8) or not _has_plain_lines(data):
        return None
    header = _header(data)
    if header is None:
        return None
    delimiter, width = header[0], len(header[1])
    try:
        if not _has_whole_cells(data, delimiter, width):
            return None
        cells = _native(data, delimiter, width)
    except (pl.exceptions.PolarsError, csv.Error):
        # Whatever is wrong, the careful reader says it better, or reads it.
        return None
    # A line too long was an error; one too short shows in the cells of all, and one left out in the rows.
    return _as_regular(cells) if cells.height == data.count(b"\n") + 1 else None


def header_of_regular(path: Path) -> tuple[str | None, ...] | None:
    """The cells of the first line, if that line is regular; of the lines below nothing is known yet."""
    with path.open("rb") as file:
        line = file.readline(MAXIMUM_CELL).removeprefix(codecs.BOM_UTF8)
    header = _header(line) if line.endswith(b"\n") and _has_plain_lines(line) else None
    return tuple(cell.strip() or None for cell in header[1]) if header else None


def _header(data: bytes) -> tuple[str, list[str]] | None:
    """The delimiter and the cells of the first line; None where it is not regular."""
    first = data[: data.find(b"\n") if b"\n" in data else len(data)].rstrip(b"\r")
    try:
        text = first.decode("utf-8")
        if len(text.splitlines()) != 1 or not text.strip():
            return None
        delimiter = delimiter_of(text)
        return delimiter, next(csv.reader([text], delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None


def _has_plain_lines(data: bytes) -> bool:
    if any(data.find(byte) >= 0 for byte in _NO_TEXT):
        return False
    returns = data.count(b"\r")
    return not returns or returns == data.count(b"\n") == data.count(b"\r\n")


def _has_whole_cells(data: bytes, delimiter: str, width: int) -> bool:
    """Whether each line has as many cells as the first, with quotes around whole cells only that close on their line.

    Where there are no quotes, it is enough that all lines have as many cells between them as they should, since the
    native reader refuses a line with more than the first.
    """
    if b'"' not in data:
        return data.count(delimiter.encode()) == (width - 1) * (data.count(b"\n") + 1)
    lines = pl.read_csv(data, has_header=False, separator="\0", quote_char=None, schema={"line": pl.String})
    cell = f'(?:"(?:[^"]|"")*"|[^"{delimiter}]*)'
    return lines["line"].fill_null("").str.contains(f"^{cell}(?:{delimiter}{cell}){{{width - 1}}}$").all()


def _native(data: bytes, delimiter: str, width: int) -> pl.DataFrame:
    return pl.read_csv(
        data,
        has_header=False,
        separator=delimiter,
        quote_char='"' if b'"' in data else None,
        schema={str(index): pl.String for index in range(width)},
    )


def _as_regular(cells: pl.DataFrame) -> RegularText | None:
    stripped = pl.all().str.strip_chars()
    text = cells.lazy().select(stripped).select(pl.when(pl.all() != "").then(pl.all())).collect()
    is_blank = text.select(pl.all_horizontal(pl.all().is_null()).any()).item()
    longest = cells.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item()
    header = text.row(0)
    if is_blank or longest > MAXIMUM_CELL or (header[0] or "").startswith(COMMENT):
        return None
    return RegularText(header, text.slice(1))
