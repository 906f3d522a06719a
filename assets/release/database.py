"""The marts as one DuckDB file, made from a release's own Parquet files and from nothing else.

Here: building it whole, or from the release in force by replacing the partitions that differ. Not here:
the Parquet files (`assets.release.parquet`). A DuckDB file is never byte-identical twice: its rows are.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from assets.marts.schema import MartTable
from assets.release.parquet import TableFile, period_of_path, read_files, recipe_of
from assets.release.partner import PARTITION_COLUMN, Period, literal, quoted
from assets.release.previous import DATABASE_NAME, PreviousRelease
from warehouse.publishing import PublishingError

STORAGE_VERSION = "v1.0.0"
"""The newest storage format that DuckDB 1.1, the oldest reader promised, can open: 1.1 refuses v1.2.0 files."""


def write_database(
    edition: Path,
    tables: Mapping[str, MartTable],
    files: Sequence[TableFile],
    previous: PreviousRelease | None,
) -> None:
    """Write the edition's DuckDB file and count its rows against the Parquet files'.

    Raises PublishingError where the two do not agree.
    """
    path = edition / DATABASE_NAME
    patching = previous is not None and dict(previous.recipes) == {t.name: recipe_of(t) for t in tables.values()}
    if patching and previous is not None:
        # Never linked: the release in force must not feel what is written to this one.
        shutil.copyfile(previous.folder / DATABASE_NAME, path)
    with duckdb.connect(str(path), config={"storage_compatibility_version": STORAGE_VERSION}) as database:
        database.execute("BEGIN")
        if patching and previous is not None:
            _patch(database, edition, tables, files, previous)
        else:
            _build(database, edition, tables, files)
        database.execute("COMMIT")
        database.execute("CHECKPOINT")
        _count_again(database, tables, files)


def _build(
    database: duckdb.DuckDBPyConnection,
    edition: Path,
    tables: Mapping[str, MartTable],
    files: Sequence[TableFile],
) -> None:
    database.execute("CREATE SCHEMA marts")
    for table in tables.values():
        columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
        name = f"marts.{quoted(table.name)}"
        database.execute(f"CREATE TABLE {name} ({columns})")
        database.execute(f"COMMENT ON TABLE {name} IS {literal(table.description)}")
        for column in table.columns:
            database.execute(f"COMMENT ON COLUMN {name}.{quoted(column.name)} IS {literal(column.description)}")
        _insert(database, edition, [file for file in files if file.table.name == table.name])


def _patch(
    database: duckdb.DuckDBPyConnection,
    edition: Path,
    tables: Mapping[str, MartTable],
    files: Sequence[TableFile],
    previous: PreviousRelease,
) -> None:
    """Take out the partitions that differ or are gone, and put in those that differ or are new."""
    here = {file.file.path: file for file in files}
    for table in tables.values():
        different = [file for file in files if file.table.name == table.name and not file.carried]
        gone = [
            period_of_path(path)
            for path in previous.files
            if path.startswith(f"parquet/{table.name}/") and path not in here
        ]
        for period in [file.period for file in different] + gone:
            _delete(database, table, period)
        _insert(database, edition, different)


def _delete(database: duckdb.DuckDBPyConnection, table: MartTable, period: Period) -> None:
    condition = f"{PARTITION_COLUMN} IS NOT DISTINCT FROM {literal(period)}" if table.by_period else "true"
    database.execute(f"DELETE FROM marts.{quoted(table.name)} WHERE {condition}")


def _insert(database: duckdb.DuckDBPyConnection, edition: Path, files: Sequence[TableFile]) -> None:
    if files:
        table = files[0].table
        source = read_files(table, [edition / file.file.path for file in files])
        database.execute(f"INSERT INTO marts.{quoted(table.name)} {source}")


def _count_again(
    database: duckdb.DuckDBPyConnection, tables: Mapping[str, MartTable], files: Sequence[TableFile]
) -> None:
    problems = []
    for table in tables.values():
        [(found,)] = database.sql(f"SELECT count(*) FROM marts.{quoted(table.name)}").fetchall()
        written = sum(file.file.rows or 0 for file in files if file.table.name == table.name)
        if found != written:
            problems.append(f"{table.name}: {found} rows in {DATABASE_NAME}, {written} in its Parquet files")
    if problems:
        raise PublishingError("the DuckDB file is not what the Parquet files are:\n  " + "\n  ".join(problems))
