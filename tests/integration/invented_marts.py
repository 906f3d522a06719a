"""A small warehouse of invented marts, for whoever tests what is published from one.

Here: a catalogue of a few indicators, and figures for one city that does not exist in this shape. Not here:
any figure of the shipped example, nor any rule about how marts are filled.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from assets.marts.catalogue_model import Catalogue, Denominator, Indicator
from assets.marts.schema import MartTable, mart_tables
from warehouse.quarters import FinancialQuarter

AREA, AREA_NAME = "E06000999", "Inventon"
LATEST = FinancialQuarter.parse("2019-20 Q4")
QUARTERS = [LATEST.shift(n - 7) for n in range(8)]
AS_OF = date(2020, 7, 31)
POPULATION = 50_000.0

COUNTS: Mapping[str, Sequence[float | None]] = {
    "cin_open": [2040, 1985, 1900, 2210, 2700, 2810, 2500, 2310],
    "cpp_open": [281, 262, 240, 255, 301, None, 318, 333],
    "police_protection": [4, 9, 12, 7, 0, 15, 3, 22],
    "missing_episodes_u18": [130, 122, None, None, 141, 160, 155, 149],
    "absence_overall": [None] * 8,
    "icpc_15wd": [61, 70, 66, 72, 58, 63, 75, 80],
}
_CHILDREN = Denominator(says="children aged 0-17", population="0-17")


def _indicator(indicator_id: str, title: str, agency: str, theme: str, **more: Any) -> Indicator:
    defaults: dict[str, Any] = {
        "unit": "count",
        "counted": "children",
        "period_kind": "flow",
        "numerator": "Children counted once.",
        "decimals": 0,
        "polarity": "neutral",
        "definition": f"{title}, as the partnership defines it.",
        "source": "The partnership's own definition.",
    }
    return Indicator(id=indicator_id, title=title, agency=agency, theme=theme, **(defaults | more))


def catalogue() -> Catalogue:
    """Six indicators of three agencies, of every shape the scorecard shows."""
    rate: dict[str, Any] = {"unit": "per_10000", "denominator": _CHILDREN}
    made = [
        _indicator("cin_open", "Children in need", "council", "social_care", period_kind="snapshot", **rate),
        _indicator("cpp_open", "Child protection plans", "council", "social_care", period_kind="snapshot", **rate),
        _indicator(
            "icpc_15wd",
            "Conferences within 15 working days",
            "council",
            "social_care",
            unit="percent",
            decimals=1,
            polarity="high_good",
            denominator=Denominator(says="children with a conference"),
        ),
        _indicator("police_protection", "Police protection", "police", "police", counted="children"),
        _indicator("missing_episodes_u18", "Missing episodes", "police", "police", polarity="low_good"),
        _indicator(
            "absence_overall",
            "Absence",
            "education",
            "education",
            unit="percent",
            decimals=1,
            polarity="low_good",
            period_kind="term",
            denominator=Denominator(says="possible sessions"),
        ),
    ]
    return Catalogue({indicator.id: indicator for indicator in made})


def warehouse(*, shuffled: int | None = None, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An in-memory warehouse with every mart filled; `shuffled` inserts the rows in another order."""
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("CREATE SCHEMA marts")
    declared = mart_tables(catalogue())
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


def figure(indicator_id: str, quarter: FinancialQuarter, count: float | None, **more: Any) -> dict[str, Any]:
    """A row of `indicator_values`: the area's count in a quarter, or its absence."""
    indicator = catalogue()[indicator_id]
    denominator = {"per_10000": POPULATION, "percent": 90.0}.get(indicator.unit)
    per = {"per_10000": 10_000, "percent": 100}.get(indicator.unit, 1)
    value = None if count is None else count * per / (denominator or 1)
    return {
        "indicator_id": indicator_id,
        "area_code": AREA,
        "area_name": AREA_NAME,
        "breakdown_type": "all",
        "breakdown": "all",
        "period_type": indicator.period_type,
        "period": quarter.label,
        "period_start": quarter.start,
        "period_end": quarter.end,
        "basis": "return",
        "reported_in": quarter.label,
        "numerator": count,
        "denominator": denominator,
        "value": value,
        "printed": None if value is None else f"{value:.{indicator.decimals}f}",
        "unit": indicator.unit,
        "status": "missing" if count is None else "value",
        "reason": "No data available for this quarter" if count is None else None,
        "dq_status": "pass",
    } | more


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
        "scorecard": _scorecard(),
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


def _scorecard() -> list[dict[str, Any]]:
    rows = []
    for entry in catalogue().values():
        if entry.id == "absence_overall":
            continue
        bases = ("return", "recomputed") if entry.id == "cin_open" else ("return",)
        measures = [(measure, "return") for measure in entry.measures if measure == "count"]
        measures += [(entry.measure, basis) for basis in bases if entry.measure != "count"]
        rows += [_scorecard_row(entry, measure, basis) for measure, basis in measures]
    return rows


def _scorecard_row(entry: Indicator, measure: str, basis: str) -> dict[str, Any]:
    figures = [figure(entry.id, quarter, count) for quarter, count in zip(QUARTERS, COUNTS[entry.id], strict=True)]
    numbers = [f["numerator"] if measure == "count" else f["value"] for f in figures]
    places = 0 if measure == "count" else entry.decimals
    change = None if None in numbers[6:] else numbers[7] - numbers[6]
    compared = entry.id == "icpc_15wd" and measure == "percent"
    return {
        "theme": entry.theme,
        "agency": entry.agency,
        "indicator_id": entry.id,
        "title": entry.title,
        "measure": measure,
        "unit": "count" if measure == "count" else entry.unit,
        "polarity": entry.polarity,
        "area_code": AREA,
        "area_name": AREA_NAME,
        "breakdown_type": "all",
        "breakdown": "all",
        "basis": basis,
        "latest_quarter": LATEST.label,
        "statistical_neighbours": "79.9" if compared else None,
        "england": "78.7" if compared else None,
        "south_east": "77.2" if compared else None,
        "like_for_like": False if compared else None,
        "comparator_note": "The year to March 2019 stands beside a quarter." if compared else None,
        "change_on_quarter": change,
        "change_on_year": numbers[7] - numbers[3] if numbers[3] is not None else None,
        "direction_of_travel": "not_compared" if change is None else "up" if change > 0 else "down",
        "dq_status": "pass",
        "findings": 1 if entry.id == "cpp_open" else 0,
    } | {f"quarter_{n}": "missing" if number is None else f"{number:.{places}f}" for n, number in enumerate(numbers, 1)}
