"""The second look: what was written is read back and compared with the warehouse and with the release in force.

Here: every reason not to publish, all of them collected before the release is refused. Not here: choosing
what leaves (`assets.release.partner`), whose mistakes this would catch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from assets.marts.catalogue_model import Catalogue
from assets.marts.schema import MartTable
from assets.release.parquet import TableFile, read_files
from assets.release.partner import ALLOWED_BREAKDOWNS, BELOW_AREA, count_query, literal, quoted, warehouse_columns
from assets.release.previous import PreviousRelease

MAY_BECOME_EMPTY = frozenset({"findings"})
"""Tables whose last row may always go: nothing left that does not add up is the best of news."""
NEVER_EMPTY = frozenset({"areas", "deliveries", "indicators"})
"""Tables that hold rows whatever was delivered. The others may be empty once no accepted return stands."""


class ReleaseRefusedError(Exception):
    """The release would be wrong. Every reason is in `problems`; the release in force stays in force."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("nothing was published, the release in force stays:\n  " + "\n  ".join(problems))


def check_warehouse(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, MartTable]) -> None:
    """Refuse before anything is written where the warehouse lacks a mart or a column that is to be published."""
    found: dict[str, set[str]] = {}
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'marts'"
    for table_name, column_name in connection.sql(query).fetchall():
        found.setdefault(table_name, set()).add(column_name)
    problems = []
    for table in tables.values():
        if table.name not in found:
            problems.append(f"the warehouse has no table marts.{table.name}")
            continue
        missing = [name for name in warehouse_columns(table) if name not in found[table.name]]
        if missing:
            problems.append(f"marts.{table.name} lacks the declared columns {', '.join(missing)}")
    if problems:
        raise ReleaseRefusedError(problems)


def check_files(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    tables: Mapping[str, MartTable],
    *,
    edition: Path,
    files: Sequence[TableFile],
    previous: PreviousRelease | None,
) -> None:
    """Read the written files back. Raises ReleaseRefusedError with every problem of every table.

    Partitions carried over were checked when they were written; only their rows are counted again.
    """
    problems: list[str] = []
    for table in tables.values():
        own = [file for file in files if file.table.name == table.name]
        paths = [edition / file.file.path for file in own]
        problems += _count_problems(connection, table, paths, previous)
        written = [edition / file.file.path for file in own if not file.carried]
        if written:
            problems += _row_problems(connection, catalogue, table, read_files(table, written))
    if problems:
        raise ReleaseRefusedError(problems)


def _count_problems(
    connection: duckdb.DuckDBPyConnection,
    table: MartTable,
    paths: Sequence[Path],
    previous: PreviousRelease | None,
) -> Iterator[str]:
    [(written,)] = connection.sql(f"SELECT count(*) FROM ({read_files(table, paths)})").fetchall()
    [(leaving,)] = connection.sql(count_query(table)).fetchall()
    if written != leaving:
        yield f"{table.name}: {leaving} rows are to leave the warehouse, {written} were written"
    before = previous.rows_of(table.name) if previous else 0
    if before and not written and not _may_be_empty(connection, table):
        yield f"{table.name}: the release in force has {before} rows and this one would have none"


def _may_be_empty(connection: duckdb.DuckDBPyConnection, table: MartTable) -> bool:
    if table.name in MAY_BECOME_EMPTY:
        return True
    if table.name in NEVER_EMPTY:
        return False
    # Where the last return was withdrawn and nothing was counted, there are no figures to publish.
    standing = (
        "SELECT count(*) FROM marts.deliveries "
        "WHERE extract = 'indicator_return' AND outcome IN ('accepted', 'accepted_with_quarantine')"
    )
    [(accepted,)] = connection.sql(standing).fetchall()
    return not accepted


def _row_problems(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, table: MartTable, rows: str
) -> Iterator[str]:
    key = ", ".join(map(quoted, table.key))
    repeated = connection.sql(f"SELECT 1 FROM ({rows}) GROUP BY {key} HAVING count(*) > 1").fetchall()
    if repeated:
        yield f"{table.name}: {len(repeated)} keys stand more than once ({', '.join(table.key)})"
    if "breakdown_type" in table.column_names:
        allowed = ", ".join(literal(name) for name in ALLOWED_BREAKDOWNS)
        outside = f"breakdown_type IS NULL OR breakdown_type NOT IN ({allowed})"
        [(count,)] = connection.sql(f"SELECT count(*) FROM ({rows}) WHERE {outside}").fetchall()
        if count:
            yield f"{table.name}: {count} rows are broken down by something that may not leave"
        below = f"regexp_matches(coalesce(area_code, ''), {literal(BELOW_AREA)})"
        [(count,)] = connection.sql(f"SELECT count(*) FROM ({rows}) WHERE {below}").fetchall()
        if count:
            yield f"{table.name}: {count} rows are about a place smaller than an area"
    if "indicator_id" in table.column_names:
        named = connection.sql(f"SELECT DISTINCT indicator_id FROM ({rows}) WHERE indicator_id IS NOT NULL").fetchall()
        unknown = sorted(name for (name,) in named if name not in catalogue)
        if unknown:
            yield f"{table.name}: indicators that are not in the catalogue: {', '.join(unknown)}"
