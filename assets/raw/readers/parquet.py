"""Parquet: looked over by its footer before a column is read, then every cell as text.

Here: Parquet. Not here: what a column means (`assets.raw.layouts`).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from assets.raw.readers.grid import UnreadableError

MAXIMUM_ROWS = 5_000_000
MAXIMUM_COLUMNS = 500
MAXIMUM_UNPACKED = 1_000_000_000
_MAGIC = b"PAR1"
_SEND_AGAIN = "Export it again, with a plain value in every cell, or send the rows as CSV."


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet."""
    with path.open("rb") as file:
        return file.read(4) == _MAGIC


def read_parquet(path: Path) -> pl.DataFrame:
    """Every row, every cell as text, a blank one as null.

    Raises UnreadableError for a file that is cut off, damaged, nested or too large.
    """
    try:
        with pq.ParquetFile(path) as file:
            _look_over(file)
            frame = pl.DataFrame(file.read())
        text = frame.select(pl.all().cast(pl.String).str.strip_chars())
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError, ValueError, NotImplementedError):
        # The library's message may quote the file: it is not passed on.
        raise UnreadableError("parquet_opens", "the Parquet file is cut off or damaged", _SEND_AGAIN) from None
    return text.select(pl.when(pl.all().str.len_chars() > 0).then(pl.all()))


def _look_over(file: pq.ParquetFile) -> None:
    said = file.metadata
    unpacked = sum(said.row_group(group).total_byte_size for group in range(said.num_row_groups))
    if said.num_rows > MAXIMUM_ROWS or len(file.schema_arrow) > MAXIMUM_COLUMNS or unpacked > MAXIMUM_UNPACKED:
        raise UnreadableError("parquet_within_bounds", "the file unpacks to more than is safe", "Send it in parts.")
    if any(_is_no_cell(kind) for kind in file.schema_arrow.types):
        raise UnreadableError("parquet_is_flat", "a column holds lists or bytes", _SEND_AGAIN)
    if not said.num_rows:
        raise UnreadableError("file_not_empty", "the file holds no row", "Export it again and look before sending.")


def _is_no_cell(kind: pa.DataType) -> bool:
    bytes_of_any_length = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return pa.types.is_nested(kind) or any(is_bytes(kind) for is_bytes in bytes_of_any_length)
