"""The marts as Parquet files: one COPY per file, so that the same rows are always the same bytes.

Here: where a partition lies, how its bytes are made, and which ones are carried over from the release in
force instead of being made again. Not here: what may leave (`assets.release.partner`).

`period_start` is in the path and not in the file: the hive convention that every reader knows. A period
that is not stated is `period_start=__HIVE_DEFAULT_PARTITION__`, which reads back as NULL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from assets.marts.schema import MartTable
from assets.release.partner import (
    PARTITION_COLUMN,
    Period,
    count_query,
    leaving_rows,
    literal,
    periods_query,
    quoted,
)
from assets.release.previous import PreviousRelease, ReleaseFile
from warehouse.publishing import link_or_copy, sha256_of

Changed = Mapping[str, Set[Period]]
"""Table to the `period_start`s touched since the release in force; a table it does not name was not touched."""

_NO_PERIOD = "__HIVE_DEFAULT_PARTITION__"
_COPY_OPTIONS = (
    "FORMAT parquet, PARQUET_VERSION v1, COMPRESSION zstd, COMPRESSION_LEVEL 3, "
    "ROW_GROUP_SIZE 122880, PER_THREAD_OUTPUT false, PRESERVE_ORDER true"
)


@dataclass(frozen=True)
class TableFile:
    """One Parquet file of a table: its partition (None too where the table has none), and how it came."""

    table: MartTable
    period: Period
    file: ReleaseFile
    carried: bool
    """Whether its bytes are the release in force's own, shared with it."""


def parquet_path(table: MartTable, period: Period) -> str:
    """Where a partition lies within an edition: `parquet/periods/part-0.parquet`."""
    if not table.by_period:
        return f"parquet/{table.name}/part-0.parquet"
    value = _NO_PERIOD if period is None else period.isoformat()
    return f"parquet/{table.name}/{PARTITION_COLUMN}={value}/part-0.parquet"


def period_of_path(path: str) -> Period:
    """The partition a path names; None where it names none."""
    _, _, rest = path.partition(f"{PARTITION_COLUMN}=")
    value = rest.split("/", 1)[0]
    return None if value in ("", _NO_PERIOD) else date.fromisoformat(value)


def read_files(table: MartTable, paths: Iterable[Path]) -> str:
    """The query that reads files of a table back: the declared columns, in order."""
    listed = ", ".join(literal(str(path)) for path in paths)
    hive = f"hive_partitioning = true, hive_types = {{'{PARTITION_COLUMN}': DATE}}"
    options = hive if table.by_period else "hive_partitioning = false"
    columns = ", ".join(map(quoted, table.column_names))
    return f"SELECT {columns} FROM read_parquet([{listed}], {options})"


def recipe_of(table: MartTable) -> str:
    """A fingerprint of everything but the rows that decides a table's bytes and its documentation.

    Partitions are carried over only from a release made by the same recipe.
    """
    recipe = json.dumps([repr(table), leaving_rows(table), _COPY_OPTIONS, duckdb.__version__])
    return hashlib.sha256(recipe.encode("utf-8")).hexdigest()[:16]


def write_table(
    connection: duckdb.DuckDBPyConnection,
    table: MartTable,
    edition: Path,
    previous: PreviousRelease | None,
    changed: Changed | None,
) -> list[TableFile]:
    """Write a table's files below the edition's folder, carrying over the partitions nobody touched.

    The work is that of the touched partitions, however many there are. `changed` None writes all of them.
    """
    if not table.by_period:
        rows = _one_number(connection, count_query(table))
        return [_write_partition(connection, table, None, rows=rows, edition=edition, previous=previous)]
    # A table without rows is one empty file, so that a reader's glob finds its columns.
    periods = connection.sql(periods_query(table)).fetchall() or [(None, 0)]
    may_carry = changed is not None and previous is not None and previous.recipes.get(table.name) == recipe_of(table)
    touched: Set[Period] = (changed or {}).get(table.name, frozenset())
    files = []
    for period, rows in periods:
        path = parquet_path(table, period)
        before = previous.files.get(path) if previous else None
        # Another number of rows is a touch that was not reported.
        if may_carry and previous and before and period not in touched and before.rows == rows:
            link_or_copy(previous.folder / path, edition / path)
            files.append(TableFile(table, period, before, carried=True))
        else:
            files.append(_write_partition(connection, table, period, rows=rows, edition=edition, previous=previous))
    return files


def _write_partition(
    connection: duckdb.DuckDBPyConnection,
    table: MartTable,
    period: Period,
    *,
    rows: int,
    edition: Path,
    previous: PreviousRelease | None,
) -> TableFile:
    """One ordered COPY. Where the bytes turn out to be the release in force's, they are shared with it."""
    relative = parquet_path(table, period)
    path = edition / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    inside = [name for name in table.column_names if not (table.by_period and name == PARTITION_COLUMN)]
    columns = ", ".join(map(quoted, inside))
    order = ", ".join(f"{quoted(name)} ASC NULLS FIRST" for name in table.key)
    source = leaving_rows(table, [period] if table.by_period else None)
    connection.execute(
        f"COPY (SELECT {columns} FROM ({source}) ORDER BY {order}) TO {literal(str(path))} ({_COPY_OPTIONS})"
    )
    file = ReleaseFile(relative, path.stat().st_size, sha256_of(path), rows)
    before = previous.files.get(relative) if previous else None
    if previous and before and before.sha256 == file.sha256:
        path.unlink()
        link_or_copy(previous.folder / relative, path)
        return TableFile(table, period, file, carried=True)
    return TableFile(table, period, file, carried=False)


def _one_number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    [(number,)] = connection.sql(query).fetchall()
    return int(number)
