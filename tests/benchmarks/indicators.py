"""The whole catalogue over a nation's events, beside the barest aggregation of the same tables; and what history costs.

Here: invented events of many areas straight into core, the units timed over them, and the floor. Not here: files and
the way to core (`tests.benchmarks.statutory`), nor whether the figures are right (`tests/spec/indicators`).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

from assets.core.event_tables import prepare_events
from assets.core.tables import prepare_core
from assets.marts.arithmetic import define_arithmetic
from assets.marts.catalogue_model import Catalogue
from assets.marts.derived.compiler import sql_of
from assets.marts.derived.model import Derived
from assets.marts.derived.readable import readable_tables
from assets.marts.indicator_values import write_indicator_values
from assets.marts.tables import prepare_marts
from assets.reference.areas import areas
from expectations.contract import ContractRegistry
from warehouse.connection import migrate, transaction
from warehouse.quarters import FinancialQuarter

NAME = "indicators"
TITLE = "The catalogue over a nation's events"
AREAS, QUARTERS, CHILDREN = 152, 8, 2_000
"""Areas, quarters delivered, and children with events in an area and year."""
LAST = FinancialQuarter(2019, 4)
PROMISED = 3
CONTRACTS, CATALOGUE = ContractRegistry.load(), Catalogue.load()
TABLES = readable_tables(CONTRACTS)

_CHILD = "'C' || area_number || '-' || child"
_DAY = "(year_start + ((hash(child, area_number, {salt}) % 365)::INTEGER))::DATE"
_PERSON = "'P' || (child % 700) AS police_person_ref, DATE '2003-01-01' + (child % 5000)::INTEGER AS date_of_birth"
EVENTS = {
    "person_record": f"""{_CHILD} AS child_id, DATE '2002-01-01' + (child % 6500)::INTEGER AS date_of_birth,
        ['F', 'M'][child % 2 + 1] AS sex, ['WBRI', 'AIND', 'BAFR', 'MOTH'][child % 4 + 1] AS ethnicity""",
    "cin_episode": f"""{_CHILD} AS child_id, {_DAY} AS referred_on, 'N1' AS primary_need, child % 5 = 0
        AS no_further_action, CASE WHEN child % 3 > 0 THEN {_DAY} + 120 END AS closed_on""",
    "referral": f"{_CHILD} AS child_id, {_DAY} AS referred_on, child % 5 = 0 AS no_further_action",
    "assessment": f"""{_CHILD} AS child_id, {_DAY} AS referred_on, {_DAY} AS started_on,
        {_DAY} + (child % 90)::INTEGER AS authorised_on, ['1A|2B', '3A', NULL][child % 3 + 1] AS factors""",
    "section47_enquiry": f"{_CHILD} AS child_id, {_DAY} AS started_on",
    "cp_conference": f"""{_CHILD} AS child_id, {_DAY} AS strategy_discussion_on,
        {_DAY} + (child % 40)::INTEGER AS held_on, child % 20 = 0 AS transfer_in""",
    "cp_plan": f"""{_CHILD} AS child_id, {_DAY} AS started_on, CASE WHEN child % 2 = 0 THEN {_DAY} + 300 END
        AS ended_on, 'NEG' AS latest_category, 'NEG' AS initial_category, FALSE AS temporary_registration,
        0 AS previous_plans""",
    "cla_episode": f"""{_CHILD} AS child_id, {_DAY} AS started_on, CASE WHEN child % 3 = 0 THEN {_DAY} + 90 END
        AS ended_on, 'C2' AS legal_status, 'U4' AS placement_type, ['S', 'P', 'L'][child % 3 + 1] AS reason_started""",
    "missing_episode": f"""{_PERSON}, 'missing' AS category, {_DAY}::TIMESTAMP + INTERVAL 9 HOUR AS reported_at,
        area_code AS la_of_residence, child % 4 = 0 AS looked_after, 'F' AS sex""",
    "youth_outcome": f"""{_PERSON}, {_DAY} AS outcome_date, area_code AS la_of_residence, 'F' AS sex""",
    "police_protection": f"""{_PERSON}, {_DAY}::TIMESTAMP AS taken_at, area_code AS la, 'O' || child AS occurrence_ref,
        'F' || child % 50 AS family_ref, 'F' AS sex""",
    "emergency_attendance": f"""DATE '2003-01-01' + (child % 5000)::INTEGER AS date_of_birth,
        {_DAY}::TIMESTAMP AS arrived_at, child % 3 = 0 AS self_harm, 'F' AS sex""",
    "camhs_referral": f"""{_DAY} AS referral_received_on, {_DAY} + 40 AS first_contact_on, 'F' AS sex,
        DATE '2005-01-01' AS date_of_birth""",
    "school_enrolment": f"""{_CHILD} AS pupil_ref, 'S' || child % 60 AS native_id,
        DATE '2003-09-01' + (child % 4000)::INTEGER AS date_of_birth, 'C' AS enrolment_status, 130 AS sessions_possible,
        (child % 20)::BIGINT AS missed, (child % 10)::BIGINT AS authorised, (child % 10)::BIGINT AS unauthorised""",
}
"""Columns of invented events: a row a child, or several where children of one number come round again."""


def prove(workplace: Path) -> str:
    """Measure the nation, and one area with little history and with much, and say so as Markdown."""
    nation = _measured("nation", AREAS, QUARTERS, workplace)
    short, long = (_measured("area", 1, quarters, workplace) for quarters in (4, 40))
    return "\n".join(
        [
            f"Every indicator of the catalogue, together and by its breakdowns, from {nation['rows']:,.0f} rows of "
            f"events of {AREAS} areas in {QUARTERS} quarterly deliveries, each of its year to date. The floor puts "
            "one bare `GROUP BY` for every indicator and breakdown to the same rows, without conditions, windows or "
            "look-backs.",
            "",
            "| what | seconds | floor | ratio | peak memory |",
            "|---|---|---|---|---|",
            f"| {AREAS} areas, {QUARTERS} quarters | {nation['seconds']:.1f} | {nation['floor']:.1f} | "
            f"{nation['seconds'] / nation['floor']:.1f} (promised {PROMISED}) | {nation['memory']:,.0f} MB |",
            f"| one area's quarter restated, {4} quarters of history | {short['seconds']:.2f} | | | |",
            f"| the same with {40} | {long['seconds']:.2f} | | {long['seconds'] / short['seconds']:.2f} times | |",
        ]
    )


def _measured(what: str, of_areas: int, quarters: int, workplace: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", __name__, what, str(of_areas), str(quarters), str(workplace)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(told.stdout.splitlines()[-1]))


def measure(what: str, of_areas: int, quarters: int, children: int, workplace: Path) -> dict[str, float]:
    """Fill a warehouse, then time every quarter of all areas or the last quarter of one, and the floor of it."""
    path = workplace / f"{what}-{of_areas}-{quarters}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET enable_progress_bar = false")
        rows = fill(connection, of_areas, quarters, children)
        codes = _codes(of_areas)
        every = list(_quarters(quarters))
        timed = every if what == "nation" else every[-1:]
        for derived in (entry.derived for entry in CATALOGUE.values() if entry.derived is not None):
            sql_of(derived, TABLES)  # compiled once a process, whatever is then counted
        begun = time.perf_counter()
        for quarter in timed:
            with transaction(connection):
                write_indicator_values(connection, CATALOGUE, TABLES, quarter.label, codes)
        seconds = time.perf_counter() - begun
        floor = sum(_timed(connection, statement) for quarter in timed for statement in _floor(quarter))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": float(rows), "seconds": seconds, "floor": floor, "memory": memory}


def _quarters(number: int) -> Iterator[FinancialQuarter]:
    yield from (LAST.shift(step) for step in range(1 - number, 1))


def _codes(number: int) -> list[str]:
    known = [area.area_code for area in areas().values() if area.delivers and area.valid_to is None]
    return known[:number]


def fill(connection: duckdb.DuckDBPyConnection, of_areas: int, quarters: int, children: int) -> int:
    """Put deliveries of the year to date of every quarter into core, with their receipts. Returns rows of events."""
    migrate(connection)
    prepare_core(connection, CONTRACTS)
    prepare_events(connection)
    prepare_marts(connection, CATALOGUE)
    define_arithmetic(connection)
    total = 0
    for quarter in _quarters(quarters):
        _receive(connection, quarter, _codes(of_areas))
        for table, columns in EVENTS.items():
            readable = TABLES[table]
            extract = readable.sent[0].extract
            named = f", '{extract}' AS extract" if "extract" in readable.columns else ""
            given = columns.format(salt=quarter.start_year)
            dated = _dated(table)
            row = connection.execute(
                f"""
                INSERT INTO core.{table} BY NAME SELECT * FROM (
                    SELECT receipt_id, agency, area_code, quarter{named}, child AS row_number, 'pass' AS dq_status,
                           {given}
                    FROM (SELECT *, right(area_code, 4)::INTEGER AS area_number,
                                 DATE '{quarter.year_start}' AS year_start
                          FROM ops.receipt WHERE quarter = '{quarter.label}' AND extract = '{extract}'),
                         range({children}) AS each(child)
                ) WHERE {dated} <= DATE '{quarter.end}'
                """
            ).fetchone()
            total += row[0] if row else 0
    connection.execute("CHECKPOINT")
    return total


def _dated(table: str) -> str:
    """What of a year's events has happened by a day."""
    names = ("referred_on", "started_on", "strategy_discussion_on", "reported_at", "outcome_date", "taken_at")
    given = (name for name in (*names, "arrived_at", "referral_received_on") if f"AS {name}" in EVENTS[table])
    return next((f"{name}::DATE" for name in given), "DATE '1900-01-01'")


def _receive(connection: duckdb.DuckDBPyConnection, quarter: FinancialQuarter, codes: list[str]) -> None:
    extracts = sorted({TABLES[table].sent[0].extract for table in EVENTS})
    for extract in extracts:
        contract = CONTRACTS[extract]
        connection.execute(
            """
            INSERT INTO ops.receipt BY NAME
            SELECT ? || area_code AS receipt_id, 'x' AS sha256, ? AS agency, area_code, ? AS quarter, ? AS extract,
                   TIMESTAMP '2020-05-01' AS received_at, 'x' AS file_name, 'accepted' AS judged, 'accepted' AS outcome,
                   0 AS rows_read, 0 AS rows_accepted, 0 AS rows_quarantined, TRUE AS loaded, FALSE AS withdrawn
            FROM (SELECT unnest(?::VARCHAR[]) AS area_code)
            """,
            [f"{extract} {quarter.label} ", contract.agencies[0], quarter.label, extract, codes],
        )
        connection.execute(
            """
            INSERT INTO ops.part BY NAME
            SELECT receipt_id, unnest(?::VARCHAR[]) AS table_name, '{}' AS headers, 0 AS rows_read,
                   0 AS rows_quarantined
            FROM ops.receipt WHERE extract = ? AND quarter = ?
            """,
            [[table.name for table in contract.tables], extract, quarter.label],
        )


def _floor(quarter: FinancialQuarter) -> Iterator[str]:
    for entry in CATALOGUE.values():
        if entry.derived is not None and entry.derived.table in EVENTS:
            yield from _bare(entry.derived, quarter)


def _bare(derived: Derived, quarter: FinancialQuarter) -> Iterator[str]:
    columns = TABLES[derived.table].columns
    day = derived.date or derived.started
    period = f", date_trunc('quarter', {day})" if day else ""
    counted = (
        f"count(DISTINCT {derived.numerator.different[0].split()[0]})" if derived.numerator.different else "count(*)"
    )
    only = [derived.only_by] if derived.only_by else []
    for breakdown in (None, *derived.breakdowns, *derived.by, *only):
        column = derived.by.get(breakdown or "", breakdown or "'all'")
        joined = ""
        if breakdown == "phase":
            column = "native_id"
        elif breakdown in derived.breakdowns and breakdown not in columns and "child_id" in columns:
            column = {"age_band": "year(date_of_birth)"}.get(str(breakdown), str(breakdown))
            joined = "JOIN derived_child USING (area_code, child_id)"
        elif breakdown == "age_band":
            column = "year(date_of_birth)"
        yield (
            f"SELECT area_code{period}, {column}, {counted} FROM core.{derived.table} {joined} "
            f"WHERE quarter = '{quarter.label}' GROUP BY ALL"
        )


def _timed(connection: duckdb.DuckDBPyConnection, statement: str) -> float:
    begun = time.perf_counter()
    connection.execute(statement).fetchall()
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), CHILDREN, Path(sys.argv[4]))))
