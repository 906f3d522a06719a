"""The whole catalogue over a nation's events, beside the barest aggregation of the same tables; and what history costs.

Here: invented events of many areas straight into core, the units timed over them, and the floor. Not here: files and
the way to core (`tests.benchmarks.statutory`), nor whether the figures are right (`tests/spec/indicators`).
"""

from __future__ import annotations

import json
import resource
import statistics
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
HISTORIES, TIMES = (4, 40), 7
"""Quarters of history a restated quarter is timed with, and how often."""
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
    area = _measured("area", *HISTORIES, workplace)
    short, long = HISTORIES
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
            "",
            f"One area's last quarter restated, the median of {TIMES} times, with {short} quarters of history "
            f"({area['short_rows']:,.0f} rows of events) and with {long} ({area['long_rows']:,.0f}). Some indicators "
            f"look back further than {short} quarters: with so few they are `missing`, and nothing of them is counted.",
            "",
            f"| | {short} quarters | {long} quarters | |",
            "|---|---|---|---|",
            f"| the {area['short_indicators']:.0f} indicators that {short} quarters give | {area['short']:.2f} s | "
            f"{area['same']:.2f} s | {area['same'] / area['short']:.2f} times |",
            f"| the {area['long_indicators']:.0f} that {long} give | | {area['long']:.2f} s | |",
        ]
    )


def _measured(what: str, first: int, second: int, workplace: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", __name__, what, str(first), str(second), str(workplace)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(told.stdout.splitlines()[-1]))


def measure_nation(of_areas: int, quarters: int, children: int, workplace: Path) -> dict[str, float]:
    """Fill a warehouse, then time every quarter of all areas, and the floor of it."""
    with duckdb.connect(str(workplace / f"nation-{of_areas}-{quarters}.duckdb")) as connection:
        rows = fill(connection, of_areas, quarters, children)
        every = list(_quarters(quarters))
        _compile()
        seconds = sum(_restated(connection, CATALOGUE, quarter, _codes(of_areas)) for quarter in every)
        floor = sum(_timed(connection, statement) for quarter in every for statement in _floor(quarter))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": float(rows), "seconds": seconds, "floor": floor, "memory": memory}


def measure_area(short: int, long: int, children: int, workplace: Path, times: int = TIMES) -> dict[str, float]:
    """Time one area's last quarter with few quarters of history and with many: the same indicators, and all."""
    _compile()
    with (
        duckdb.connect(str(workplace / "short.duckdb")) as little,
        duckdb.connect(str(workplace / "long.duckdb")) as much,
    ):
        rows = {
            "short_rows": float(fill(little, 1, short, children)),
            "long_rows": float(fill(much, 1, long, children)),
        }
        counted = {name: _counted(connection) for name, connection in (("short", little), ("long", much))}
        same = Catalogue({name: entry for name, entry in CATALOGUE.items() if name in counted["short"]})
        works = {"short": (little, same), "same": (much, same), "long": (much, CATALOGUE)}
        seconds: dict[str, list[float]] = {name: [] for name in works}
        # By turns, so that whatever else the machine does falls on each of them.
        for _ in range(times):
            for name, (connection, catalogue) in works.items():
                seconds[name].append(_restated(connection, catalogue, LAST, _codes(1)))
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    return {**rows, **medians, **{f"{name}_indicators": len(each) for name, each in counted.items()}}


def _compile() -> None:
    """Compile every indicator, which is done once a process, whatever is then counted."""
    for derived in (entry.derived for entry in CATALOGUE.values() if entry.derived is not None):
        sql_of(derived, TABLES)


def _restated(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, quarter: FinancialQuarter, codes: list[str]
) -> float:
    begun = time.perf_counter()
    with transaction(connection):
        write_indicator_values(connection, catalogue, TABLES, quarter.label, codes)
    return time.perf_counter() - begun


def _counted(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The indicators of which the last quarter's delivery gives any figure, once they have been made."""
    _restated(connection, CATALOGUE, LAST, _codes(1))
    given = connection.execute("SELECT DISTINCT indicator_id FROM derived_wanted WHERE status = 'value'").fetchall()
    return {indicator_id for (indicator_id,) in given}


def _quarters(number: int) -> Iterator[FinancialQuarter]:
    yield from (LAST.shift(step) for step in range(1 - number, 1))


def _codes(number: int) -> list[str]:
    known = [area.area_code for area in areas().values() if area.delivers and area.valid_to is None]
    return known[:number]


def fill(connection: duckdb.DuckDBPyConnection, of_areas: int, quarters: int, children: int) -> int:
    """Put deliveries of the year to date of every quarter into core, with their receipts. Returns rows of events."""
    connection.execute("SET enable_progress_bar = false")
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
    what = {"nation": measure_nation, "area": measure_area}[sys.argv[1]]
    print(json.dumps(what(int(sys.argv[2]), int(sys.argv[3]), CHILDREN, Path(sys.argv[4]))))
