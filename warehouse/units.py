"""The unit of writing: the rows of one table for one key (area and quarter, say), replaced in one transaction.

Here: making tables as declared, replacing a unit, and noting which periods of a mart it touched. Not here:
what the rows are (`assets`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb


class TableShapeError(Exception):
    """A table stands in the warehouse with another type than is declared now."""


def quote(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def ensure_table(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str]) -> None:
    """One table, as `ensure_tables` makes several."""
    ensure_tables(connection, {table: columns})


def ensure_tables(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Mapping[str, str]]) -> None:
    """Make each `schema.table` with its columns (name to DuckDB type), or add those it lacks.

    Raises TableShapeError where a column stands with another type: that needs a migration.
    """
    standing: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND list_contains(?::VARCHAR[], schema_name || '.' || table_name)",
        [list(tables)],
    ).fetchall():
        standing.setdefault(table, {})[column] = kind
    for table, columns in tables.items():
        _ensure(connection, table, columns, standing.get(table, {}))


def _ensure(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], standing: Mapping[str, str]
) -> None:
    schema, name = table.split(".")
    if not standing:
        body = ", ".join(f"{quote(column)} {kind}" for column, kind in columns.items())
        connection.execute(f"CREATE TABLE {schema}.{quote(name)} ({body})")
        return
    for column, kind in columns.items():
        if column not in standing:
            connection.execute(f"ALTER TABLE {schema}.{quote(name)} ADD COLUMN {quote(column)} {kind}")
        elif standing[column] != kind:
            raise TableShapeError(f"{table}.{column} is {standing[column]} and declared {kind}: write a migration")


def define_scope(connection: duckdb.DuckDBPyConnection, quarter: str, areas: Sequence[str]) -> None:
    """Set the variables `scope_quarter` and `scope_areas`, by which queries of many parts know their unit."""
    connection.execute("SET VARIABLE scope_quarter = ?", [quarter])
    connection.execute("SET VARIABLE scope_areas = ?::VARCHAR[]", [list(areas)])


def replace_unit(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    *,
    quarter: str,
    areas: Sequence[str],
    quarter_column: str,
    select: str | None,
) -> int:
    """Replace a quarter's rows of some areas with those a SELECT gives (by column name), or with none.

    Runs inside the caller's transaction, so that a unit stands with its ledger entries or not at all. Where a mart has
    a `period_start`, the periods of the rows that go and of those that come are noted in `ops.changed_period`.
    Returns the number of rows written.
    """
    name = table.split(".")[1]
    where = f"{quote(quarter_column)} = ? AND area_code IN (SELECT unnest(?::VARCHAR[]))"
    place = [quarter, list(areas)]
    has_period = table.startswith("marts.") and connection.execute(
        "SELECT count(*) FROM duckdb_columns() "
        "WHERE schema_name = ? AND table_name = ? AND column_name = 'period_start'",
        table.split("."),
    ).fetchone() != (0,)
    note = (
        f"INSERT INTO ops.changed_period SELECT DISTINCT '{name}', period_start FROM {table} WHERE {where} "
        "EXCEPT SELECT table_name, period_start FROM ops.changed_period"
    )
    if has_period:
        connection.execute(note, place)
    connection.execute(f"DELETE FROM {table} WHERE {where}", place)
    if select is None:
        return 0
    connection.execute(f"INSERT INTO {table} BY NAME {select}")
    if has_period:
        connection.execute(note, place)
    row = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", place).fetchone()
    return int(row[0]) if row else 0


def replace_table(connection: duckdb.DuckDBPyConnection, table: str, select: str) -> int:
    """Replace all rows of a small table with those a SELECT gives (by column name), in the caller's transaction."""
    connection.execute(f"DELETE FROM {table}")
    connection.execute(f"INSERT INTO {table} BY NAME {select}")
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0
