"""Delimited text that is regular, read natively into a frame: what the careful reader would give, many times faster.

Here: telling whether a text is regular, and reading it if so. Not here: all other text, and the reasons to refuse one
(`assets.raw.readers.delimited`).
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

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
    first = data[: data.find(b"\n") if b"\n" in data else len(data)].decode("utf-8", errors="replace")
    if len(first.splitlines()) != 1 or not first.strip():
        return None
    delimiter = delimiter_of(first)
    is_quoted = b'"' in data
    try:
        if is_quoted and not _has_whole_quotes(data, delimiter):
            return None
        width = len(next(csv.reader([first.rstrip("\r")], delimiter=delimiter)))
        table = _native(data, delimiter, width, is_quoted=is_quoted)
    except (pa.ArrowException, pl.exceptions.PolarsError, csv.Error):
        # Whatever it says is wrong, the careful reader says it better, or reads it.
        return None
    return _as_regular(pl.DataFrame(table))


def _has_plain_lines(data: bytes) -> bool:
    if any(data.find(byte) >= 0 for byte in _NO_TEXT):
        return False
    returns = data.count(b"\r")
    return not returns or returns == data.count(b"\n") == data.count(b"\r\n")


def _has_whole_quotes(data: bytes, delimiter: str) -> bool:
    """Whether quotes stand around whole cells only, and close on their line."""
    lines = pl.read_csv(
        data, has_header=False, separator="\0", quote_char=None, infer_schema=False, new_columns=["line"]
    )
    cell = f'(?:"(?:[^"]|"")*"|[^"{delimiter}]*)'
    return bool(lines.select(pl.col("line").fill_null("").str.contains(f"^{cell}(?:{delimiter}{cell})*$").all()).item())


def _native(data: bytes, delimiter: str, width: int, *, is_quoted: bool) -> pa.Table:
    names = [str(index) for index in range(width)]
    return pacsv.read_csv(
        io.BytesIO(data),
        read_options=pacsv.ReadOptions(column_names=names, block_size=4_194_304),
        parse_options=pacsv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if is_quoted else False,
            double_quote=is_quoted,
            newlines_in_values=False,
            ignore_empty_lines=False,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=True
        ),
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
