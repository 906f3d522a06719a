"""Delimited text: decoded, then read strictly, so that nothing is dropped, cut or shifted unseen.

Here: encodings and CSV. Not here: headers and what they mean (`assets.raw.layouts`).
"""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from assets.raw.readers.grid import GridRow, Sheet, UnreadableError

MAXIMUM_CELL = 1_000_000
"""Characters in one cell: more is a quote that was never closed."""
MAXIMUM_BYTES = 2_000_000_000
COMMENT = "#"
"""Lines above the header that begin so are notes (our templates have them)."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(path: Path) -> str:
    """The text of a file: UTF-8 with or without BOM, UTF-16 by its BOM, else Windows-1252.

    Raises UnreadableError for an empty file, one with NUL bytes, or one in no encoding known.
    """
    if path.stat().st_size > MAXIMUM_BYTES:
        raise UnreadableError("file_within_bounds", "the file is larger than 2 GB", "Send it in parts.")
    data = path.read_bytes()
    if not data.strip():
        raise UnreadableError("file_not_empty", "the file is empty", "Export it again and look at it before sending.")
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if encoding != "utf-16" and (at := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        column = at - (data.rfind(b"\n", 0, at) + 1) + 1
        raise UnreadableError(
            "file_is_text",
            f"byte {column} of the line is NUL: the file is damaged or is no text file",
            "Export it again as CSV, UTF-8.",
            f"line {line}",
        )
    for candidate in (encoding,) if encoding else ("utf-8", "cp1252"):
        try:
            return data.decode(candidate)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("file_is_text", "the text is in no encoding that is known", "Export it again as CSV, UTF-8.")


def read_delimited(path: Path) -> Sheet:
    """A CSV file as one sheet without a name; blank lines are kept out, notes above the header too.

    Raises UnreadableError where the file is not text or its quotes do not close.
    """
    text = decode(path)
    rows: list[GridRow] = []
    csv.field_size_limit(MAXIMUM_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=delimiter_of(text))
    begins = 1
    try:
        for cells in reader:
            row = GridRow(begins, tuple(cell.strip() or None for cell in cells))
            begins = reader.line_num + 1
            if row.is_blank or (not rows and (row.cells[0] or "").startswith(COMMENT)):
                continue
            rows.append(row)
    except csv.Error as error:
        raise UnreadableError(
            "rows_can_be_told_apart",
            f"the row that begins here cannot be read as CSV ({error})",
            "Close every quotation mark, and double those inside a quoted text.",
            f"line {begins}",
        ) from None
    if not rows:
        raise UnreadableError(
            "file_not_empty", "the file holds no row", "Export it again and look at it before sending."
        )
    return Sheet("", tuple(rows))


def delimiter_of(text: str) -> str:
    """Comma, semicolon or tab: whichever the first line that is no note has most of."""
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(COMMENT)), "")
    return max(",;\t", key=first.count)
