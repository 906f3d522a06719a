"""Judging deliveries: whether a receipt's rows can be trusted, and which of them stay out of core and why.

Here: outcomes of receipts, quarantine, and the record of every rule. Not here: finding the rules broken
(`assets.core.stage`), nor writing core (`assets.core.validation`).
"""

from __future__ import annotations

import duckdb

from assets.core.stage import Unit, evaluated_rules, faults_name, placed_name
from expectations.contract import Contract, Table
from expectations.ddl import staged_name
from expectations.expectation import literal
from expectations.quarantine import STOPPED_RULE, critical, quarantining, rule_list
from warehouse.ledger import judge
from warehouse.units import quote


class RowLostError(Exception):
    """The rows staged are not the rows read: nothing is written."""


def judge_receipts(connection: duckdb.DuckDBPyConnection, unit: Unit, tables: list[Table]) -> list[str]:
    """Judge every live receipt by all its tables together. Returns those that were stopped. Raises RowLostError."""
    contract, stopped = unit.contract, []
    live = connection.execute(
        """
        SELECT receipt_id, area_code, rows_read FROM ops.receipt
        WHERE extract = ? AND quarter = ? AND area_code IN (SELECT unnest(?::VARCHAR[])) AND loaded AND NOT withdrawn
        ORDER BY receipt_id
        """,
        [contract.extract, unit.quarter, list(unit.areas)],
    ).fetchall()
    counts = _counts(connection, unit, tables)
    for receipt_id, area_code, rows_read in live:
        staged, quarantined, at_fault, other_area = counts.get(receipt_id, (0, 0, 0, None))
        if staged != rows_read:
            raise RowLostError(f"{receipt_id}: {rows_read} rows were read and {staged} staged: a row was lost")
        why = _why_stopped(contract, rows_read, quarantined, at_fault, area_code, other_area)
        judge(connection, receipt_id, rows_read=rows_read, rows_quarantined=quarantined, stopped=why)
        if why:
            stopped.append(receipt_id)
    return stopped


def _counts(
    connection: duckdb.DuckDBPyConnection, unit: Unit, tables: list[Table]
) -> dict[str, tuple[int, int, int, str | None]]:
    """Of every receipt: rows staged, rows to quarantine, rows that break a critical rule, and its one other area."""
    if not tables:
        return {}
    by_table = " UNION ALL ".join(
        f"""
        SELECT receipt_id, count(*) AS staged, 0 AS quarantined, 0 AS at_fault,
               {_other_area(unit.contract, table)} AS other
        FROM {staged_name(unit.contract, table)} GROUP BY receipt_id
        UNION ALL
        SELECT receipt_id, 0, count_if(list_has_any(broken, {rule_list(quarantining(table))})),
               count_if(list_has_any(broken, {rule_list(critical(table))})), NULL
        FROM {faults_name(table)} GROUP BY receipt_id
        """
        for table in tables
    )
    rows = connection.execute(
        "SELECT receipt_id, sum(staged)::BIGINT, sum(quarantined)::BIGINT, sum(at_fault)::BIGINT, max(other) "
        f"FROM ({by_table}) GROUP BY receipt_id"
    ).fetchall()
    return {
        receipt_id: (staged, quarantined, at_fault, other) for receipt_id, staged, quarantined, at_fault, other in rows
    }


def _other_area(contract: Contract, table: Table) -> str:
    """The one other area all rows of a receipt name, where the extract says whose row each is.

    Only a code names an area: any other text may be a value that slipped into the column, and is told nowhere.
    """
    names = {column.name for column in table.all_columns} | {derived.name for derived in table.derived}
    if contract.area_column is None or contract.area_column not in names:
        return "NULL"
    column = quote(contract.area_column)
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
        whose = "the file is" if contract.has_several_tables else "every row is"
        return (
            "areas_agree",
            f"{whose} of {other_area} and the folder is {area_code}'s. Deliver the file under its own area.",
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


def quarantine(connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table) -> None:
    """Set a table's rows aside that a rule keeps out of core, and every row of a receipt that was stopped."""
    stopped = "receipt.judged = 'stopped'"
    all_stopped = "SELECT receipt_id FROM ops.receipt WHERE judged = 'stopped'"
    staged = staged_name(unit.contract, table)
    connection.execute(
        f"DELETE FROM ops.quarantine WHERE receipt_id IN (SELECT DISTINCT receipt_id FROM {staged}) AND table_name = ?",
        [table.name],
    )
    kept_out = f"SELECT * FROM {faults_name(table)} WHERE list_has_any(broken, {rule_list(quarantining(table))})"
    # Most rows break nothing, and seldom is a delivery stopped: what is kept is not looked at.
    set_aside = f"""
        SELECT staged.*, faults.broken
        FROM {staged} AS staged JOIN ({kept_out}) AS faults USING (receipt_id, row_number)
        WHERE receipt_id NOT IN ({all_stopped})
        UNION ALL
        SELECT staged.*, coalesce(faults.broken, []::VARCHAR[])
        FROM {staged} AS staged LEFT JOIN {faults_name(table)} AS faults USING (receipt_id, row_number)
        WHERE receipt_id IN ({all_stopped})
        """
    connection.execute(
        f"""
        INSERT INTO ops.quarantine
        SELECT row.receipt_id, ?, ?, row.agency, row.area_code, row.quarter, row.row_number,
               {located("row", table)},
               CASE WHEN {stopped} THEN list_append(row.broken, '{STOPPED_RULE}') ELSE row.broken END
        FROM ({with_location(set_aside, unit, table)}) AS row
        JOIN ops.receipt AS receipt USING (receipt_id)
        JOIN ops.part AS part ON part.receipt_id = row.receipt_id AND part.table_name = {literal(table.name)}
        """,
        [unit.contract.extract, table.name],
    )
    connection.execute(
        """
        UPDATE ops.part SET rows_quarantined = set_aside.rows FROM (
            SELECT receipt_id, count(*) AS rows FROM ops.quarantine WHERE table_name = ? GROUP BY receipt_id
        ) AS set_aside
        WHERE ops.part.receipt_id = set_aside.receipt_id AND ops.part.table_name = ?
        """,
        [table.name, table.name],
    )


def with_location(rows: str, unit: Unit, table: Table) -> str:
    """Some staged rows with where each stood, which raw tells of all rows but those that carry it with them."""
    if unit.contract.shape != "flat":
        return rows
    return f"SELECT * FROM ({rows}) JOIN {placed_name(table)} USING (receipt_id, row_number)"


def located(row: str, table: Table) -> str:
    """A staged row's place as SQL: its cell where it is one, else file, line and the first column at fault."""
    return f"CASE WHEN {row}.location LIKE '%!%' THEN '' ELSE receipt.file_name || ':' END || {within_file(row, table)}"


def within_file(row: str, table: Table) -> str:
    """The place without the file's name, which is data and goes no further than the ledger. Reads `part`.

    Of several rules broken, one that keeps the row out of core comes before one that does not.
    """
    subjects = " ".join(
        f"WHEN list_contains({row}.broken, {literal(expectation.rule)}) "
        f"THEN {literal(expectation.subject) if expectation.subject else 'NULL'}"
        for expectation in sorted(table.expectations, key=lambda expectation: not expectation.quarantines)
    )
    column = f"CASE {subjects} END"
    shown = f"json_extract_string(part.headers, '$.columns.' || ({column}))"
    return f"rtrim(replace({row}.location, '{{column}}', coalesce({shown}, '')), ':')"


def record_outcomes(connection: duckdb.DuckDBPyConnection, unit: Unit, table: Table, delivered: set[str]) -> None:
    """Record how often each rule of a table was broken, receipt by receipt; nought of nought where it was not put."""
    connection.execute(
        "DELETE FROM ops.expectation_outcome WHERE extract = ? AND table_name = ? AND quarter = ? "
        "AND area_code IN (SELECT unnest(?::VARCHAR[]))",
        [unit.contract.extract, table.name, unit.quarter, list(unit.areas)],
    )
    if table.name not in delivered:
        return
    evaluated = {rule.rule for rule in evaluated_rules(table, delivered)}
    declared = ", ".join(
        f"({number}, {literal(rule.rule)}, {literal(rule.severity)}, {literal(rule.gate)}, {rule.rule in evaluated})"
        for number, rule in enumerate(table.expectations)
    )
    connection.execute(
        f"""
        INSERT INTO ops.expectation_outcome
        SELECT ?, ?, agency, area_code, quarter, receipt_id, rule, severity, gate,
               CASE WHEN evaluated THEN rows ELSE 0 END, coalesce(failed, 0)
        FROM (SELECT agency, area_code, quarter, receipt_id, count(*) AS rows
              FROM {staged_name(unit.contract, table)} GROUP BY ALL)
        CROSS JOIN (VALUES {declared}) AS declared(number, rule, severity, gate, evaluated)
        LEFT JOIN (SELECT receipt_id, rule, count(*) AS failed
                   FROM (SELECT receipt_id, unnest(broken) AS rule FROM {faults_name(table)}) GROUP BY ALL)
          USING (receipt_id, rule)
        ORDER BY agency, area_code, quarter, receipt_id, number
        """,
        [unit.contract.extract, table.name],
    )
