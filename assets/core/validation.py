"""Validation: staged rows against their contract; each row to core or to quarantine, each delivery judged.

Here: the one way from raw to core that every extract takes. Not here: the rules (contracts), the SQL made of
them (`expectations.quarantine`), or the counting by Great Expectations, which the caller does on the same
staged table between `stage` and `write` (`expectations.suites`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from assets.core.shapes import SHAPES
from assets.marts.catalogue_model import Catalogue
from expectations.contract import Contract, Table
from expectations.ddl import core_columns, core_name, raw_name, staged_columns, staged_name
from expectations.expectation import literal
from expectations.quarantine import STOPPED_RULE, broken_rules, critical, quarantining, rule_list, warning
from warehouse.connection import transaction
from warehouse.ledger import ACCEPTED, IN_FORCE, judge, settle
from warehouse.quarters import quarter_or_none
from warehouse.units import ensure_table, quote, replace_unit

JUDGED = "judged"
"""The temporary table of staged rows with the rules they break."""


class RowLostError(Exception):
    """The rows staged are not the rows read: nothing is written."""


@dataclass(frozen=True)
class Unit:
    """What is validated together: one table of one extract, for one quarter (or edition) and some of its areas."""

    contract: Contract
    table: Table
    quarter: str
    areas: tuple[str, ...]


@dataclass(frozen=True)
class RuleCount:
    """How often a rule was broken in a unit's staged rows, and by which areas."""

    rule: str
    severity: str
    gate: str
    evaluated: int
    failed: int
    failed_by_area: dict[str, int]


@dataclass(frozen=True)
class UnitOutcome:
    """What became of a unit: rows in core, deliveries by outcome, and each rule's counts."""

    core_rows: int
    rows_read: int
    rows_quarantined: int
    stopped: tuple[str, ...]
    rules: tuple[RuleCount, ...]


def add_up(outcomes: Sequence[UnitOutcome]) -> UnitOutcome:
    """The outcome of several units of one table together."""
    rules: dict[str, RuleCount] = {}
    for rule in (rule for outcome in outcomes for rule in outcome.rules):
        before = rules.get(rule.rule)
        by_area = dict(before.failed_by_area) if before else {}
        for area, failed in rule.failed_by_area.items():
            by_area[area] = by_area.get(area, 0) + failed
        evaluated = rule.evaluated + (before.evaluated if before else 0)
        rules[rule.rule] = RuleCount(rule.rule, rule.severity, rule.gate, evaluated, sum(by_area.values()), by_area)
    return UnitOutcome(
        core_rows=sum(outcome.core_rows for outcome in outcomes),
        rows_read=sum(outcome.rows_read for outcome in outcomes),
        rows_quarantined=sum(outcome.rows_quarantined for outcome in outcomes),
        stopped=tuple(receipt for outcome in outcomes for receipt in outcome.stopped),
        rules=tuple(rules.values()),
    )


def stage(connection: duckdb.DuckDBPyConnection, unit: Unit, catalogue: Catalogue) -> int:
    """Stage the raw rows of every live receipt of the unit, and find the rules they break. Returns their number.

    A receipt is live unless it was withdrawn. Earlier deliveries are staged again beside a new one, for any of
    them may come into force again.
    """
    raw = connection.execute(
        f"""
        SELECT raw.* FROM {raw_name(unit.contract, unit.table)} AS raw
        JOIN ops.receipt AS receipt USING (receipt_id)
        WHERE raw.quarter = ? AND raw.area_code IN (SELECT unnest(?::VARCHAR[]))
          AND NOT receipt.withdrawn AND receipt.loaded
        """,
        [unit.quarter, list(unit.areas)],
    ).pl()
    return stage_rows(connection, unit, raw, catalogue)


def stage_rows(connection: duckdb.DuckDBPyConnection, unit: Unit, raw: pl.DataFrame, catalogue: Catalogue) -> int:
    """Stage raw rows given as a frame. Returns their number."""
    quarter = quarter_or_none(unit.quarter)
    raw = raw.with_columns(
        pl.lit(quarter.start if quarter else None, pl.Date).alias("quarter_start"),
        pl.lit(quarter.end if quarter else None, pl.Date).alias("quarter_end"),
    )
    staged = SHAPES[unit.contract.shape].stage(raw, unit.table, catalogue)
    name = staged_name(unit.contract, unit.table)
    types = staged_columns(unit.table)
    casts = ", ".join(f"{quote(column)}::{kind} AS {quote(column)}" for column, kind in types.items())
    connection.register("staged_rows", staged.to_arrow())
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT {casts} FROM staged_rows")
    finally:
        connection.unregister("staged_rows")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {JUDGED} AS {broken_rules(unit.table, name)}")
    return staged.height


def count_rules(connection: duckdb.DuckDBPyConnection, unit: Unit) -> list[RuleCount]:
    """How often each rule of the contract is broken by the staged rows, by SQL."""
    evaluated = _one(connection, f"SELECT count(*) FROM {JUDGED}")
    by_rule: dict[str, dict[str, int]] = {}
    for rule, area, failed in connection.execute(
        f"SELECT rule, area_code, count(*) FROM (SELECT unnest(broken) AS rule, area_code FROM {JUDGED}) "
        "GROUP BY rule, area_code ORDER BY rule, area_code"
    ).fetchall():
        by_rule.setdefault(rule, {})[area] = failed
    return [
        RuleCount(
            rule=expectation.rule,
            severity=expectation.severity,
            gate=expectation.gate,
            evaluated=evaluated,
            failed=sum(by_rule.get(expectation.rule, {}).values()),
            failed_by_area=by_rule.get(expectation.rule, {}),
        )
        for expectation in unit.table.expectations
    ]


def write(connection: duckdb.DuckDBPyConnection, unit: Unit) -> UnitOutcome:
    """Judge every staged receipt, quarantine its bad rows, and replace the unit's core rows by those in force.

    One transaction: the ledger, the quarantine and core change together or not at all.
    """
    name = core_name(unit.table)
    ensure_table(connection, name, core_columns(unit.table))
    with transaction(connection):
        stopped = _judge_receipts(connection, unit)
        _quarantine(connection, unit)
        _record_outcomes(connection, unit)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE accepted AS {_accepted(unit)}")
        rows = replace_unit(
            connection,
            name,
            quarter=unit.quarter,
            areas=unit.areas,
            quarter_column="quarter",
            select=_in_force(unit),
        )
        _cover_as_printed(connection, unit)
        in_force = connection.execute(_receipts_in_force(unit)).fetchall()
        settle(connection, unit.contract.extract, unit.quarter, unit.areas, [row[0] for row in in_force])
    totals = connection.execute(
        f"SELECT coalesce(sum(rows_read), 0), coalesce(sum(rows_quarantined), 0) FROM ops.receipt "
        f"WHERE receipt_id IN (SELECT receipt_id FROM {JUDGED})"
    ).fetchone()
    read, quarantined = totals or (0, 0)
    return UnitOutcome(rows, int(read), int(quarantined), tuple(stopped), tuple(count_rules(connection, unit)))


def _judge_receipts(connection: duckdb.DuckDBPyConnection, unit: Unit) -> list[str]:
    contract, stopped = unit.contract, []
    live = connection.execute(
        """
        SELECT receipt_id, area_code, rows_read FROM ops.receipt
        WHERE extract = ? AND table_name = ? AND quarter = ? AND area_code IN (SELECT unnest(?::VARCHAR[]))
          AND loaded AND NOT withdrawn
        """,
        [contract.extract, unit.table.name, unit.quarter, list(unit.areas)],
    ).fetchall()
    counts = {
        row[0]: row[1:]
        for row in connection.execute(
            f"""
            SELECT receipt_id, count(*), count_if(list_has_any(broken, {rule_list(quarantining(unit.table))})),
                   count_if(list_has_any(broken, {rule_list(critical(unit.table))})), {_other_area(unit)}
            FROM {JUDGED} GROUP BY receipt_id
            """
        ).fetchall()
    }
    for receipt_id, area_code, rows_read in live:
        staged, quarantined, at_fault, other_area = counts.get(receipt_id, (0, 0, 0, None))
        if staged != rows_read:
            raise RowLostError(f"{receipt_id}: {rows_read} rows were read and {staged} staged: a row was lost")
        why = _why_stopped(contract, rows_read, quarantined, at_fault, area_code, other_area)
        judge(connection, receipt_id, rows_read=rows_read, rows_quarantined=quarantined, stopped=why)
        if why:
            stopped.append(receipt_id)
    return stopped


def _other_area(unit: Unit) -> str:
    """The one other area all rows of a receipt name, where the extract says whose row each is.

    Only a code names an area: any other text may be a value that slipped into the column, and is told nowhere.
    """
    if unit.contract.area_column is None:
        return "NULL"
    column = quote(unit.contract.area_column)
    same = f"count({column}) = count(*) AND min({column}) = max({column})"
    return f"CASE WHEN {same} AND regexp_full_match(min({column}), '[A-Z][0-9]{{8}}') THEN min({column}) END"


def _why_stopped(
    contract: Contract, rows_read: int, quarantined: int, at_fault: int, area_code: str, other_area: str | None
) -> tuple[str, str] | None:
    if rows_read == 0:
        if contract.may_be_empty:
            return None
        return "some_row", "the file has a header and no row. Send the rows, or nothing."
    if other_area is not None and area_code and other_area != area_code:
        return (
            "areas_agree",
            f"every row is of {other_area} and the folder is {area_code}'s. Deliver the file under its own area.",
        )
    if quarantined == rows_read:
        return (
            "some_row_accepted",
            f"none of the {rows_read} rows could be accepted. `sightline check` lists what is wrong with each.",
        )
    if at_fault > contract.tolerance * rows_read:
        return (
            "tolerance",
            f"{at_fault} of {rows_read} rows break critical rules, more than the {contract.tolerance:.0%} that is "
            "tolerated. `sightline check` lists them.",
        )
    return None


def _quarantine(connection: duckdb.DuckDBPyConnection, unit: Unit) -> None:
    stopped = "receipt.judged = 'stopped'"
    connection.execute(
        f"DELETE FROM ops.quarantine WHERE receipt_id IN (SELECT receipt_id FROM {JUDGED}) AND table_name = ?",
        [unit.table.name],
    )
    connection.execute(
        f"""
        INSERT INTO ops.quarantine
        SELECT row.receipt_id, ?, ?, row.agency, row.area_code, row.quarter, row.row_number,
               {located("row", unit.table)},
               CASE WHEN {stopped} THEN list_append(row.broken, '{STOPPED_RULE}') ELSE row.broken END
        FROM {JUDGED} AS row JOIN ops.receipt AS receipt USING (receipt_id)
        WHERE {stopped} OR list_has_any(row.broken, {rule_list(quarantining(unit.table))})
        """,
        [unit.contract.extract, unit.table.name],
    )


def located(row: str, table: Table) -> str:
    """A staged row's place as SQL: its cell where it is one, else file, line and the first column at fault."""
    return (
        f"CASE WHEN {row}.location LIKE '%!%' THEN '' ELSE receipt.file_name || ':' END || {_within_file(row, table)}"
    )


def _within_file(row: str, table: Table) -> str:
    """The place without the file's name, which is data and goes no further than the ledger.

    Of several rules broken, one that keeps the row out of core comes before one that does not.
    """
    subjects = " ".join(
        f"WHEN list_contains({row}.broken, {literal(expectation.rule)}) "
        f"THEN {literal(expectation.subject) if expectation.subject else 'NULL'}"
        for expectation in sorted(table.expectations, key=lambda expectation: not expectation.quarantines)
    )
    column = f"CASE {subjects} END"
    shown = f"json_extract_string(receipt.headers, '$.columns.' || ({column}))"
    return f"rtrim(replace({row}.location, '{{column}}', coalesce({shown}, '')), ':')"


def _record_outcomes(connection: duckdb.DuckDBPyConnection, unit: Unit) -> None:
    connection.execute(
        "DELETE FROM ops.expectation_outcome WHERE extract = ? AND table_name = ? AND quarter = ? "
        "AND area_code IN (SELECT unnest(?::VARCHAR[]))",
        [unit.contract.extract, unit.table.name, unit.quarter, list(unit.areas)],
    )
    for expectation in unit.table.expectations:
        connection.execute(
            f"""
            INSERT INTO ops.expectation_outcome
            SELECT ?, ?, agency, area_code, quarter, receipt_id, ?, ?, ?, count(*), count_if(list_contains(broken, ?))
            FROM {JUDGED} GROUP BY agency, area_code, quarter, receipt_id
            """,
            [
                unit.contract.extract,
                unit.table.name,
                expectation.rule,
                expectation.severity,
                expectation.gate,
                expectation.rule,
            ],
        )


def _accepted(unit: Unit) -> str:
    return f"""
        SELECT row.* REPLACE ({_within_file("row", unit.table)} AS location), receipt.received_at, receipt.sha256,
               CASE WHEN list_has_any(row.broken, {rule_list(warning(unit.table))}) THEN 'warn' ELSE 'pass' END
                   AS dq_status
        FROM {JUDGED} AS row JOIN ops.receipt AS receipt USING (receipt_id)
        WHERE receipt.judged IN {ACCEPTED} AND NOT list_has_any(row.broken, {rule_list(quarantining(unit.table))})
    """


def _in_force(unit: Unit) -> str:
    columns = list(core_columns(unit.table))
    if unit.contract.replaces == "figure":
        return SHAPES[unit.contract.shape].core("accepted", columns)
    in_force = f"(SELECT * FROM accepted WHERE receipt_id IN ({IN_FORCE}))"
    return SHAPES[unit.contract.shape].core(in_force, columns)


def _receipts_in_force(unit: Unit) -> str:
    if unit.contract.replaces == "figure":
        return f"SELECT DISTINCT receipt_id FROM ({_in_force(unit)})"
    return IN_FORCE


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


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
