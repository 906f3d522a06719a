"""Writing a unit: its receipts judged, its bad rows set aside, and its typed tables replaced by the rows in force.

Here: the one transaction in which the ledger, the quarantine and core change together. Not here: staging
(`assets.core.stage`), judging (`assets.core.judgement`), or the counting by Great Expectations, which the caller does
on the staged tables in between (`assets.core.unit`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb

from assets.core.judgement import judge_receipts, quarantine, record_outcomes, within_file
from assets.core.shapes import SHAPES
from assets.core.stage import RuleCount, Unit, count_rules, faults_name
from expectations.contract import Table
from expectations.ddl import core_columns, staged_name, typed_name
from expectations.expectation import literal
from expectations.quarantine import quarantining, rule_list, warning
from warehouse.connection import transaction
from warehouse.ledger import ACCEPTED, IN_FORCE, settle
from warehouse.units import ensure_table, replace_unit


@dataclass(frozen=True)
class TableOutcome:
    """What became of a table of a unit: its rows in core, and each rule's counts."""

    rows: int
    rules: tuple[RuleCount, ...]


@dataclass(frozen=True)
class UnitOutcome:
    """What became of a unit: rows read and set aside, receipts stopped, and every table."""

    rows_read: int
    rows_quarantined: int
    stopped: tuple[str, ...]
    tables: dict[str, TableOutcome]


def add_up(outcomes: Sequence[UnitOutcome]) -> UnitOutcome:
    """The outcome of several units of one contract together."""
    return UnitOutcome(
        rows_read=sum(outcome.rows_read for outcome in outcomes),
        rows_quarantined=sum(outcome.rows_quarantined for outcome in outcomes),
        stopped=tuple(receipt for outcome in outcomes for receipt in outcome.stopped),
        tables={
            name: _of_table([outcome.tables[name] for outcome in outcomes if name in outcome.tables])
            for name in dict.fromkeys(name for outcome in outcomes for name in outcome.tables)
        },
    )


def _of_table(outcomes: Sequence[TableOutcome]) -> TableOutcome:
    rules: dict[str, RuleCount] = {}
    for rule in (rule for outcome in outcomes for rule in outcome.rules):
        before = rules.get(rule.rule)
        by_area = dict(before.failed_by_area) if before else {}
        for area, failed in rule.failed_by_area.items():
            by_area[area] = by_area.get(area, 0) + failed
        evaluated = rule.evaluated + (before.evaluated if before else 0)
        rules[rule.rule] = RuleCount(rule.rule, rule.severity, rule.gate, evaluated, sum(by_area.values()), by_area)
    return TableOutcome(sum(outcome.rows for outcome in outcomes), tuple(rules.values()))


def write(
    connection: duckdb.DuckDBPyConnection,
    unit: Unit,
    delivered: set[str],
    prove: Callable[[str, list[RuleCount]], None] = lambda *_: None,
) -> UnitOutcome:
    """Judge every staged receipt, quarantine its bad rows, and replace the unit's typed rows by those in force.

    One transaction: the ledger, the quarantine and core change together or not at all. Before it ends, `prove` is given
    each table's name and counts; what it raises undoes all. Raises RowLostError.
    """
    tables = [table for table in unit.contract.tables if table.name in delivered]
    for table in unit.base.tables:
        ensure_table(connection, typed_name(unit.base, table), core_columns(unit.base, table))
    rows: dict[str, int] = {}
    with transaction(connection):
        stopped = judge_receipts(connection, unit, tables)
        in_force: set[str] = set()
        for table in unit.contract.tables:
            record_outcomes(connection, unit, table, delivered)
            if table in tables:
                quarantine(connection, unit, table)
                if unit.contract.replaces == "figure":
                    # Which figures are in force takes several looks at them.
                    connection.execute(f"CREATE OR REPLACE TEMP TABLE accepted AS {_accepted(unit, table)}")
                in_force |= _receipts_in_force(connection, unit, table)
            rows[table.name] = replace_unit(
                connection,
                typed_name(unit.contract, table),
                quarter=unit.quarter,
                areas=unit.areas,
                quarter_column="quarter",
                select=_in_force(unit, table) if table in tables else None,
            )
            if table in tables:
                _cover_as_printed(connection, unit)
        settle(connection, unit.contract.extract, unit.quarter, unit.areas, in_force)
        counts = {table.name: count_rules(connection, unit, table, delivered) for table in tables}
        for name, counted in counts.items():
            prove(name, counted)
    totals = connection.execute(
        "SELECT coalesce(sum(rows_read), 0), coalesce(sum(rows_quarantined), 0) FROM ops.receipt WHERE extract = ? "
        "AND quarter = ? AND area_code IN (SELECT unnest(?::VARCHAR[])) AND loaded AND NOT withdrawn",
        [unit.contract.extract, unit.quarter, list(unit.areas)],
    ).fetchone()
    read, set_aside = totals or (0, 0)
    outcomes = {table.name: TableOutcome(rows[table.name], tuple(counts[table.name])) for table in tables}
    return UnitOutcome(int(read), int(set_aside), tuple(stopped), outcomes)


def _accepted(unit: Unit, table: Table) -> str:
    faults = faults_name(table)
    warned = f"list_has_any(faults.broken, {rule_list(warning(table))})"
    # Most rows break nothing: only those that do need their place worked out column by column.
    whole = "rtrim(replace(row.location, '{column}', ''), ':')"
    place = f"CASE WHEN row.broken IS NULL THEN {whole} ELSE {within_file('row', table)} END"
    placed = "" if unit.contract.shape == "flat" else f"REPLACE ({place} AS location)"
    return f"""
        SELECT row.* EXCLUDE (broken) {placed}, receipt.received_at, receipt.sha256
        FROM (
            SELECT staged.*, faults.broken, CASE WHEN {warned} THEN 'warn' ELSE 'pass' END AS dq_status
            FROM {staged_name(unit.contract, table)} AS staged
            LEFT JOIN {faults} AS faults USING (receipt_id, row_number)
            WHERE faults.broken IS NULL OR NOT list_has_any(faults.broken, {rule_list(quarantining(table))})
        ) AS row
        JOIN ops.receipt AS receipt USING (receipt_id)
        JOIN ops.part AS part ON part.receipt_id = row.receipt_id AND part.table_name = {literal(table.name)}
        WHERE receipt.judged IN {ACCEPTED}
    """


def _in_force(unit: Unit, table: Table) -> str:
    columns = list(core_columns(unit.contract, table))
    if unit.contract.replaces == "figure":
        return SHAPES[unit.contract.shape].core("accepted", columns)
    of_table = f"SELECT receipt_id FROM ({IN_FORCE}) WHERE table_name = {literal(table.name)}"
    in_force = f"(SELECT * FROM ({_accepted(unit, table)}) WHERE receipt_id IN ({of_table}))"
    return SHAPES[unit.contract.shape].core(in_force, columns)


def _receipts_in_force(connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table) -> set[str]:
    """The receipts of which at least this table is in force."""
    if unit.contract.replaces == "figure":
        query = f"SELECT DISTINCT receipt_id FROM ({_in_force(unit, table)})"
    else:
        query = f"SELECT receipt_id FROM ({IN_FORCE}) WHERE table_name = {literal(table.name)}"
    return {receipt_id for (receipt_id,) in connection.execute(query).fetchall()}


def _cover_as_printed(connection: duckdb.DuckDBPyConnection, unit: Unit) -> None:
    """A return covers the quarters it prints (calendar and financial quarters have the same bounds)."""
    if unit.contract.coverage == "as_printed":
        connection.execute(
            """
            UPDATE ops.receipt SET covers_from = printed.first, covers_to = printed.last
            FROM (SELECT receipt_id, date_trunc('quarter', min(period_end))::DATE AS first, max(period_end) AS last
                  FROM accepted GROUP BY receipt_id) AS printed
            WHERE ops.receipt.receipt_id = printed.receipt_id
            """
        )
