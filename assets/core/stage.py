"""Staging a unit: its raw rows typed, the columns that need other tables made, and the rules each row breaks.

Here: from raw to the staged tables, and from these to `faults`, table by table. Not here: what becomes of a receipt or
a row (`assets.core.judgement`, `assets.core.validation`), nor the reading of types (`assets.core.staging`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import duckdb
import polars as pl
import pyarrow as pa

from assets.core.shapes import SHAPES
from assets.core.staging import flat_rows
from assets.marts.catalogue_model import Catalogue
from assets.reference.areas import areas
from expectations.contract import Contract, Derived, Table
from expectations.ddl import raw_name, staged_columns, staged_name
from expectations.expectation import Expectation, text_of
from expectations.quarantine import faulty_rows
from warehouse.quarters import FinancialQuarter, quarter_or_none
from warehouse.units import define_scope, quote


@dataclass(frozen=True)
class Unit:
    """What is validated together: an extract's tables for one quarter (or edition) and some of its areas.

    `base` is the contract over all years; `contract` is what it says in the quarter's own.
    """

    base: Contract
    quarter: str
    areas: tuple[str, ...]

    @cached_property
    def period(self) -> FinancialQuarter | None:
        """The quarter, where it is one."""
        return quarter_or_none(self.quarter)

    @cached_property
    def contract(self) -> Contract:
        """The contract as it stands in the quarter's collection year."""
        return self.base.in_year(self.period.year_label if self.period else None)


@dataclass(frozen=True)
class RuleCount:
    """How often a rule was broken in a unit's staged rows, and by which areas."""

    rule: str
    severity: str
    gate: str
    evaluated: int
    failed: int
    failed_by_area: dict[str, int]


def faults_name(table: Table) -> str:
    """Where the rows of a table that break a rule are staged: receipt_id, row_number, area_code and `broken`."""
    return f"staging.main.faults_{table.name}"


def placed_name(table: Table) -> str:
    """The temporary view that tells where every raw row of a table stood: receipt_id, row_number, location."""
    return f"placed_{table.name}"


def live_parts(connection: duckdb.DuckDBPyConnection, unit: Unit) -> dict[str, int]:
    """The tables that have rows to stage, or were delivered empty, with the rows read of them.

    A receipt is live unless it was withdrawn. Earlier deliveries are staged again beside a new one, for any of
    them may come into force again.
    """
    rows = connection.execute(
        """
        SELECT part.table_name, sum(part.rows_read)::BIGINT
        FROM ops.part AS part JOIN ops.receipt AS receipt USING (receipt_id)
        WHERE extract = ? AND quarter = ? AND area_code IN (SELECT unnest(?::VARCHAR[])) AND loaded AND NOT withdrawn
        GROUP BY part.table_name
        """,
        [unit.contract.extract, unit.quarter, list(unit.areas)],
    ).fetchall()
    return dict(rows)


def stage(connection: duckdb.DuckDBPyConnection, unit: Unit, catalogue: Catalogue) -> Iterator[tuple[str, int]]:
    """Stage every delivered table of the unit: each table's name, and its rows.

    A table that was given is staged, while the next ones are still to come.
    """
    for table in unit.base.tables:
        places = f"SELECT receipt_id, row_number, location FROM {raw_name(unit.base, table)}"
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {placed_name(table)} AS {places}")
    define_scope(connection, unit.quarter, unit.areas)

    def raw_rows(table: Table) -> str:
        return f"""
            (SELECT raw.* FROM {raw_name(unit.contract, table)} AS raw
             JOIN ops.receipt AS receipt USING (receipt_id)
             WHERE raw.quarter = getvariable('scope_quarter')
               AND list_contains(getvariable('scope_areas'), raw.area_code)
               AND NOT receipt.withdrawn AND receipt.loaded)
            """

    return _stage(connection, unit, set(live_parts(connection, unit)), raw_rows, catalogue)


def stage_rows(
    connection: duckdb.DuckDBPyConnection, unit: Unit, raw: Mapping[str, pl.DataFrame], catalogue: Catalogue
) -> dict[str, int]:
    """Stage raw rows given as a frame a table, and find the rules they break. Returns their numbers."""
    for table in unit.base.tables:
        if table.name in raw:
            connection.register(f"given_{table.name}", raw[table.name].to_arrow())
            places = f"SELECT receipt_id, row_number, location FROM given_{table.name}"
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {placed_name(table)} AS {places}")
    rows = dict(_stage(connection, unit, set(raw), lambda table: f"given_{table.name}", catalogue))
    for name in rows:
        find_faults(connection, unit, unit.contract.table(name), set(raw))
    return rows


def _stage(
    connection: duckdb.DuckDBPyConnection,
    unit: Unit,
    delivered: set[str],
    raw_rows: Callable[[Table], str],
    catalogue: Catalogue,
) -> Iterator[tuple[str, int]]:
    tables = [table for table in unit.contract.tables if table.name in delivered]
    if any(table.derived for table in tables):
        _define_authorities(connection)
    rows: dict[str, int] = {}
    for table in tables:
        rows[table.name] = _write_staged(connection, unit, table, raw_rows(table), catalogue)
        if not _looking(table, delivered):
            yield table.name, rows[table.name]
    for table in tables:
        if looking := _looking(table, delivered):
            _derive(connection, unit, table, looking)
            yield table.name, rows[table.name]


def find_faults(connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table, delivered: set[str]) -> None:
    """Find the rules that the rows of a staged table break."""
    faulty = faulty_rows(evaluated_rules(table, delivered), staged_name(unit.contract, table))
    connection.execute(f"CREATE OR REPLACE TABLE {faults_name(table)} AS {faulty}")


def evaluated_rules(table: Table, delivered: set[str]) -> list[Expectation]:
    """The rules of a table that can be put to its rows: those that need no table that was not delivered."""
    unknown = {derived.name for derived in table.derived if not set(derived.needs) <= delivered}
    return [rule for rule in table.expectations if not rule.reads() & unknown]


def _write_staged(
    connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table, raw: str, catalogue: Catalogue
) -> int:
    """Type a table's raw rows, and make those of its derived columns that look at no other row. Returns rows."""
    own, columns = staged_name(unit.contract, table), staged_columns(unit.contract, table)
    made = {derived.name: "NULL" if derived.looks_up else derived.sql.format() for derived in table.derived}
    for text in (text_of(column.name) for column in table.columns):
        if columns.get(text) == "BOOLEAN":
            made[text] = f"nullif(self.{quote(text)} IS NOT NULL, FALSE)"
    selected = ", ".join(
        f"({made.get(column, f'self.{quote(column)}')})::{kind} AS {quote(column)}" for column, kind in columns.items()
    )
    first, last = (f"DATE '{day}'" if day else "NULL::DATE" for day in _bounds(unit))
    dated = f"(SELECT *, {first} AS quarter_start, {last} AS quarter_end FROM {raw})"
    of_its_own = SHAPES[unit.contract.shape].stage
    if of_its_own is None:
        typed = f"({flat_rows(table, dated)})"
    else:
        frame = connection.execute(f"SELECT * FROM {dated}").pl()
        connection.register("typed_rows", of_its_own(frame, table, catalogue).to_arrow())
        typed = "typed_rows"
    connection.execute(f"CREATE OR REPLACE TABLE {own} AS SELECT {selected} FROM {typed} AS self")
    connection.execute("DROP VIEW IF EXISTS typed_rows")
    row = connection.execute(f"SELECT count(*) FROM {own}").fetchone()
    return row[0] if row else 0


def _bounds(unit: Unit) -> tuple[date | None, date | None]:
    return (unit.period.start, unit.period.end) if unit.period else (None, None)


def _looking(table: Table, delivered: set[str]) -> list[Derived]:
    """The derived columns of a table that look at other rows, where all the tables they need were delivered."""
    return [derived for derived in table.derived if derived.looks_up and set(derived.needs) <= delivered]


def _derive(connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table, made: list[Derived]) -> None:
    """Make the derived columns that look at other rows, now that all are there."""
    names = {other.name: staged_name(unit.contract, other) for other in unit.contract.tables}
    own, types = staged_name(unit.contract, table), staged_columns(unit.contract, table)
    columns = ", ".join(f"({one.sql.format(**names)})::{types[one.name]} AS {quote(one.name)}" for one in made)
    into = ", ".join(f"{quote(one.name)} = made.{quote(one.name)}" for one in made)
    # Beside the rows, since a window would carry every column of its rows along; then into them, in their order.
    beside = f"SELECT rowid AS place, {columns} FROM {own} AS self ORDER BY place"
    connection.execute(f"CREATE OR REPLACE TABLE staging.main.made AS {beside}")
    connection.execute(f"UPDATE {own} SET {into} FROM staging.main.made AS made WHERE made.place = {own}.rowid")
    connection.execute("DROP TABLE staging.main.made")


def _define_authorities(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `local_authority`: ONS codes and the department's three-digit ones, for derived columns."""
    known = [(area.area_code, area.dfe_code) for area in areas().values() if area.delivers]
    table = pa.table({"area_code": [code for code, _ in known], "dfe_code": [dfe for _, dfe in known]})
    connection.register("authorities", table)
    connection.execute("CREATE OR REPLACE TEMP TABLE local_authority AS SELECT * FROM authorities")
    connection.unregister("authorities")


def count_rules(
    connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table, delivered: set[str]
) -> list[RuleCount]:
    """How often each rule of a table is broken by the staged rows, by SQL; one that cannot be put to them is not."""
    row = connection.execute(f"SELECT count(*) FROM {staged_name(unit.contract, table)}").fetchone()
    rows = row[0] if row else 0
    by_rule: dict[str, dict[str, int]] = {}
    for rule, area, failed in connection.execute(
        f"SELECT rule, area_code, count(*) FROM (SELECT unnest(broken) AS rule, area_code FROM {faults_name(table)}) "
        "GROUP BY rule, area_code ORDER BY rule, area_code"
    ).fetchall():
        by_rule.setdefault(rule, {})[area] = failed
    evaluated = {rule.rule for rule in evaluated_rules(table, delivered)}
    return [
        RuleCount(
            rule=expectation.rule,
            severity=expectation.severity,
            gate=expectation.gate,
            evaluated=rows if expectation.rule in evaluated else 0,
            failed=sum(by_rule.get(expectation.rule, {}).values()),
            failed_by_area=by_rule.get(expectation.rule, {}),
        )
        for expectation in table.expectations
    ]
