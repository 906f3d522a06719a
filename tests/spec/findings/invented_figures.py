"""Made-up figures and the relations rules read, for tests of rules.

Here: staging a rule's relations and running it. Not here: any expectation.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from expectations.finding_rule import finding_rules
from warehouse.quarters import FinancialQuarter

RULES = {rule.rule: rule for rule in finding_rules()}
COLUMNS = {
    "indicator_id": "VARCHAR", "area_code": "VARCHAR", "breakdown_type": "VARCHAR", "breakdown": "VARCHAR",
    "period_type": "VARCHAR", "period": "VARCHAR", "period_end": "DATE", "basis": "VARCHAR", "reported_in": "VARCHAR",
    "numerator": "DOUBLE", "denominator": "DOUBLE", "denominator_edition": "VARCHAR", "value": "DOUBLE",
    "printed": "VARCHAR", "status": "VARCHAR", "reason": "VARCHAR", "source": "VARCHAR", "unit": "VARCHAR",
    "agency": "VARCHAR", "decimals": "INTEGER", "counted": "VARCHAR",
    "title": "VARCHAR", "derived_differs_by": "VARCHAR",
}  # fmt: skip


def figure(quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    """A figure of one area, a count of 100 unless told otherwise."""
    end: date = FinancialQuarter.parse(quarter).end
    made = {
        **dict.fromkeys(COLUMNS), "indicator_id": "one", "area_code": "E06000045", "breakdown_type": "all",
        "breakdown": "all", "period_type": "quarter", "period": quarter, "period_end": end, "basis": "return",
        "reported_in": "2019-20 Q4", "status": "value", "unit": "count", "agency": "council", "decimals": 0,
        "counted": "children", "numerator": 100.0, "value": 100.0, "source": "receipt R000001", **given,
    }  # fmt: skip
    if made["printed"] is None and made["value"] is not None:
        made["printed"] = f"{made['value']:.{made['decimals']}f}"
    return made


def count(number: float, quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    return figure(quarter, numerator=number, value=number, **given)


def share(number: float, quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    return figure(quarter, **{"numerator": None, "value": number, "unit": "percent", "decimals": 1, **given})


def missing(quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    return figure(quarter, numerator=None, value=None, status="missing", reason="No data available", **given)


def hold(connection: duckdb.DuckDBPyConnection, name: str, figures: Any) -> None:
    columns = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE {name} ({columns})")
    for row in figures:
        marks = ", ".join("?" for _ in COLUMNS)
        connection.execute(f"INSERT INTO {name} VALUES ({marks})", [row[column] for column in COLUMNS])


def found(connection: duckdb.DuckDBPyConnection, rule: str, *figures: Any, before: Any = ()) -> list[tuple[Any, ...]]:
    """(indicator, period, expected, found) of what a rule finds in figures, given those of the report before."""
    hold(connection, "figure", figures)
    hold(connection, "previous_report", before)
    query = f"SELECT indicator_id, period, expected, found FROM ({RULES[rule].sql}) ORDER BY ALL"
    return connection.execute(query).fetchall()
