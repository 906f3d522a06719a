"""A small warehouse of invented marts, for whoever tests what is published from one.

Here: every mart of a private warehouse, filled. Not here: the figures themselves (`invented_figures`), nor any
rule about how marts are filled.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import duckdb

from assets.marts.schema import MartTable, released_tables
from tests.integration.invented_figures import (
    AREA,
    AREA_NAME,
    COUNTS,
    LATEST,
    QUARTERS,
    catalogue,
    figure,
    scorecard_rows,
)


def warehouse(*, shuffled: int | None = None, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An in-memory warehouse with every mart filled; `shuffled` inserts the rows in another order."""
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("CREATE SCHEMA marts")
    declared = released_tables(catalogue())
    rows = _rows()
    for table in declared.values():
        columns = [c for c in table.columns if (table.name, c.name) not in _MADE_IN_A_RELEASE]
        listed = ", ".join(f'"{column.name}" {column.type}' for column in columns)
        connection.execute(f'CREATE TABLE marts."{table.name}" ({listed})')
        of_table = list(rows[table.name])
        if shuffled is not None:
            random.Random(shuffled).shuffle(of_table)
        insert(connection, table, *of_table)
    return connection


_MADE_IN_A_RELEASE = {("indicator_values", "is_latest"), ("indicator_values", "small_n")}


def insert(connection: duckdb.DuckDBPyConnection, table: MartTable, *rows: Mapping[str, Any]) -> None:
    """Insert rows given by column name; what they do not name is null."""
    for row in rows:
        assert set(row) <= set(table.column_names), sorted(set(row) - set(table.column_names))
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
        connection.execute(f'INSERT INTO marts."{table.name}" ({names}) VALUES ({marks})', list(row.values()))


def _rows() -> dict[str, list[dict[str, Any]]]:
    entries = catalogue()
    figures = [
        figure(indicator_id, quarter, count)
        for indicator_id, counts in COUNTS.items()
        if indicator_id != "absence_overall"
        for quarter, count in zip(QUARTERS, counts, strict=True)
    ]
    figures += [
        figure("cin_open", quarter, count, basis="recomputed")
        for quarter, count in zip(QUARTERS, COUNTS["cin_open"], strict=True)
    ]
    figures.append(figure("cin_open", QUARTERS[6], 2496, reported_in=LATEST.label))
    unstated = {"period_type": "not_stated", "period": "not stated", "period_start": None, "period_end": None}
    figures.append(figure("absence_overall", LATEST, 5, breakdown_type="phase", breakdown="primary", **unstated))
    figures.append(figure("cin_open", LATEST, 40, breakdown_type="ethnicity", breakdown="one group"))
    return {
        "indicator_values": figures,
        "multi_agency_dataset": [
            {
                "area_code": AREA,
                "area_name": AREA_NAME,
                "quarter": quarter.label,
                "period_start": quarter.start,
                "period_end": quarter.end,
                "cin_open": COUNTS["cin_open"][number],
                "police_protection": COUNTS["police_protection"][number],
            }
            for number, quarter in enumerate(QUARTERS)
        ],
        "indicator_benchmarks": [
            {
                "indicator_id": "icpc_15wd",
                "measure": "percent",
                "area_code": AREA,
                "comparator": comparator,
                "breakdown_type": "all",
                "breakdown": "all",
                "period_type": "quarter",
                "period": LATEST.label,
                "period_start": LATEST.start,
                "comparator_period": "not stated",
                "basis": "return",
                "edition": "not stated",
                "method": "not stated",
                "unit": "percent",
                "value": value,
                "printed": str(value),
                "like_for_like": False,
                "reported_in": LATEST.label,
            }
            for comparator, value in (("england", 78.7), ("south_east", 77.2))
        ],
        "rates_rebased": [
            {
                "indicator_id": "cin_open",
                "area_code": AREA,
                "comparator": "area",
                "breakdown_type": "all",
                "breakdown": "all",
                "period": LATEST.label,
                "period_start": LATEST.start,
                "comparator_period": LATEST.label,
                "method": "count on the population",
                "edition": "return",
                "printed": "480",
                "unit": "per_10000",
                "reported_in": LATEST.label,
            }
        ],
        "indicators": [
            {
                "id": entry.id,
                "title": entry.title,
                "agency": entry.agency,
                "theme": entry.theme,
                "unit": entry.unit,
                "period_kind": entry.period_kind,
                "numerator": entry.numerator,
                "denominator": entry.denominator.says if entry.denominator else None,
                "decimals": entry.decimals,
                "polarity": entry.polarity,
                "definition": entry.definition,
                "source": entry.source,
                "official": entry.official,
                "caveats": "Siblings cluster." if entry.id == "police_protection" else "",
                "valid_from": entry.valid_from,
            }
            for entry in entries.values()
        ],
        "areas": [{"area_code": AREA, "area_name": AREA_NAME, "area_type": "local_authority"}],
        "revisions": [
            {
                "indicator_id": "cin_open",
                "area_code": AREA,
                "breakdown_type": "all",
                "breakdown": "all",
                "period_type": "snapshot",
                "period": quarter.label,
                "basis": "return",
                "reports": 1,
            }
            for quarter in QUARTERS
        ],
        "periods": [
            {
                "period_type": "quarter",
                "period": quarter.label,
                "period_start": quarter.start,
                "period_end": quarter.end,
                "financial_year": quarter.year_label,
                "quarter_number": quarter.number,
            }
            for quarter in QUARTERS
        ],
        "scorecard": scorecard_rows(),
        "findings": [
            {
                "rule": "rate_follows_from_count",
                "severity": "error",
                "indicator_id": "cpp_open",
                "area_code": AREA,
                "period": QUARTERS[1].label,
                "basis": "return",
                "expected": "52",
                "found": "62",
                "message": "Child protection plans, 2018-19 Q2: 262 children and 50,000 give a rate of 52, printed 62.",
                "source": "receipt 3, table 2, row 4",
                "reported_in": LATEST.label,
            },
            {
                "rule": "parts_add_up",
                "severity": "warning",
                "area_code": AREA,
                "expected": "159",
                "found": "160",
                "message": "=HYPERLINK(1) is how a careless agency begins a remark: the parts give 159.",
                "reported_in": LATEST.label,
            },
        ],
        "deliveries": [
            {
                "receipt_id": "r1",
                "agency": "council",
                "area_code": AREA,
                "quarter": LATEST.label,
                "extract": "indicator_return",
                "sha256": "ab" * 32,
                "received_at": datetime(2020, 5, 4, 9, 30),
                "due_on": date(2020, 5, 1),
                "days_late": 3,
                "outcome": "accepted_with_quarantine",
                "rows_read": 172,
                "rows_accepted": 170,
                "rows_quarantined": 2,
                "withdrawn": False,
            },
            {
                "agency": "health",
                "area_code": AREA,
                "quarter": LATEST.label,
                "extract": "indicator_return",
                "due_on": date(2020, 5, 1),
                "days_late": 91,
                "outcome": "missing",
                "rows_read": 0,
                "rows_accepted": 0,
                "rows_quarantined": 0,
                "withdrawn": False,
            },
        ],
        "quality": [
            {
                "extract": "indicator_return",
                "agency": "council",
                "area_code": AREA,
                "quarter": LATEST.label,
                "expectation": "The value is a number or an absence with a name",
                "severity": "warning",
                "evaluated": 172,
                "failed": 2,
                "success": False,
                "gate": "warns",
            }
        ],
    }
