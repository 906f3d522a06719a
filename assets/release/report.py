"""The page people read in the partnership's meeting: `report/index.html`, one file, sufficient to itself.

Here: what the page says, read from the release's own database, and its rendering. Not here: the scorecard's
tables (`assets.release.scorecard`) and the look (`templates/`). The page asks nothing of any network, runs
no script and knows no clock but the as-of date it is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from assets.marts.groups import GROUPS
from assets.marts.schema import MartTable
from assets.release.partner import SMALL_COUNT, SMALL_DENOMINATOR, quoted
from assets.release.scorecard import UNIT_WORDS, AreaScorecard, in_words, quarter_labels, read_scorecards
from warehouse.quarters import quarter_or_none

REPORT_PATH, WORKBOOK_PATH = "report/index.html", "report/scorecard.xlsx"

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SEVERITIES = ("error", "warning", "info")
_POLARITY_WORDS = {"high_good": "higher is better", "low_good": "lower is better", "neutral": "neither is better"}
_KIND_WORDS = {
    "snapshot": "on the last day of the quarter",
    "flow": "within the quarter",
    "rolling": "over the twelve months to the quarter's end",
    "term": "within the term",
    "year": "within the year",
}
_OUTCOME_WORDS = {
    "accepted": "received",
    "accepted_with_quarantine": "received, some rows set aside",
    "stopped": "stopped",
    "unrecognised": "not recognised",
    "duplicate": "sent twice",
    "superseded": "replaced by a later file",
    "missing": "missing",
}
_RECEIVED = frozenset({"accepted", "accepted_with_quarantine", "superseded"})
_FAULTS = frozenset({"stopped", "unrecognised", "missing"})
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("assets.release"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


@dataclass(frozen=True)
class DeliveryLine:
    """A file received, or due and not received, in words."""

    agency: str
    area: str
    quarter: str
    extract: str
    outcome: str
    is_fault: bool
    lateness: str
    is_late: bool
    rows: str
    reason: str


def write_report(database: duckdb.DuckDBPyConnection, tables: Mapping[str, MartTable], path: Path, as_of: date) -> None:
    """Write the page from a release's own database; the same figures and as-of date give the same bytes."""
    scorecards = read_scorecards(database)
    own = [area for area in scorecards if area.code not in GROUPS]
    groups = [area for area in scorecards if area.code in GROUPS]
    # Areas stand before the groups they are members of.
    areas = own + [group for group in groups if group.has_figures]
    names = _area_names(database, scorecards)
    findings = _read(database, tables["findings"], "rule, indicator_id, area_code, period, basis, message")
    findings.sort(key=lambda finding: _severity_rank(finding["severity"]))
    indicators = _read(database, tables["indicators"], "title, id")
    quarters = sorted({label for area in areas for label in quarter_labels(area.latest_quarter)})
    deliveries = _read_deliveries(database, tables["deliveries"], names, quarters)
    page = _ENVIRONMENT.get_template("index.html").render(
        heading=_heading(own),
        quarters=quarters,
        as_of=_in_full(as_of),
        areas=areas,
        silent_groups=[group for group in groups if not group.has_figures],
        area_names=names,
        findings=findings,
        severity_counts=[(name, sum(f["severity"] == name for f in findings)) for name in _SEVERITIES],
        titles={indicator["id"]: indicator["title"] for indicator in indicators},
        deliveries=deliveries,
        delivery_counts=_delivery_counts(deliveries),
        failures=_read_failures(database),
        indicators=indicators,
        unit_words=UNIT_WORDS,
        polarity_words=_POLARITY_WORDS,
        kind_words=_KIND_WORDS,
        small_count=SMALL_COUNT,
        small_denominator=SMALL_DENOMINATOR,
        in_words=in_words,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8", newline="\n")


def _read(database: duckdb.DuckDBPyConnection, table: MartTable, order: str) -> list[dict[str, Any]]:
    # Completed by all columns, so that no tie is left to chance.
    columns = ", ".join(map(quoted, table.column_names))
    relation = database.sql(f"SELECT {columns} FROM marts.{quoted(table.name)} ORDER BY {order}, {columns}")
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _area_names(database: duckdb.DuckDBPyConnection, areas: Sequence[AreaScorecard]) -> dict[str, str]:
    known = dict(database.sql("SELECT area_code, coalesce(area_name, area_code) FROM marts.areas").fetchall())
    return known | {area.code: area.name for area in areas}


def _heading(areas: Sequence[AreaScorecard]) -> str:
    names = [area.name for area in areas]
    if not names:
        return "No area has figures yet"
    if len(names) > 4:
        return f"{len(names)} areas"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _severity_rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _read_deliveries(
    database: duckdb.DuckDBPyConnection, table: MartTable, names: Mapping[str, str], quarters: Sequence[str]
) -> list[DeliveryLine]:
    """The deliveries since the page's first quarter, the newest first, what went wrong first within a quarter.

    Reference editions, and files whose quarter nobody could tell, are always among them.
    """
    since = quarter_or_none(quarters[0]) if quarters else None
    rows = []
    for row in _read(database, table, "agency, area_code, extract"):
        quarter = quarter_or_none(row["quarter"])
        if quarter is None or since is None or quarter >= since:
            rows.append(row)
    rows.sort(key=lambda row: row["outcome"] not in _FAULTS)
    rows.sort(key=lambda row: row["quarter"] or "", reverse=True)
    return [_delivery_line(row, names) for row in rows]


def _delivery_line(row: Mapping[str, Any], names: Mapping[str, str]) -> DeliveryLine:
    late = row["days_late"] or 0
    days = f"{late} day{'' if late == 1 else 's'}"
    if row["due_on"] is None:
        lateness = "not on the calendar"
    elif row["outcome"] == "missing":
        lateness = f"due {_in_full(row['due_on'])}" + (f", {days} ago" if late > 0 else "")
    else:
        lateness = f"{days} late" if late > 0 else "on time"
    read, accepted, aside = (row[f"rows_{kind}"] for kind in ("read", "accepted", "quarantined"))
    return DeliveryLine(
        agency=in_words(row["agency"] or "not known"),
        area=names.get(row["area_code"], row["area_code"] or "not known"),
        quarter=row["quarter"] or "not known",
        extract=in_words(row["extract"] or "not recognised"),
        outcome=_OUTCOME_WORDS.get(row["outcome"], row["outcome"]) + (", withdrawn" if row["withdrawn"] else ""),
        is_fault=row["outcome"] in _FAULTS,
        lateness=lateness,
        is_late=late > 0,
        rows="" if not read else f"{read} read = {accepted} accepted + {aside} set aside",
        reason=row["reason"] or "",
    )


def _delivery_counts(deliveries: Sequence[DeliveryLine]) -> list[tuple[str, int]]:
    """How many files were received, late, stopped, not recognised and missing, as the summary says it."""
    received = {_OUTCOME_WORDS[outcome] for outcome in _RECEIVED}
    return [
        ("received", sum(line.outcome in received for line in deliveries)),
        ("late", sum(line.is_late and not line.is_fault for line in deliveries)),
        *((name, sum(line.outcome == _OUTCOME_WORDS[name] for line in deliveries)) for name in ("stopped", "missing")),
        ("not recognised", sum(line.outcome == _OUTCOME_WORDS["unrecognised"] for line in deliveries)),
    ]


def _read_failures(database: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rules that rows broke, over all areas and quarters: what stops first, then the most broken."""
    relation = database.sql("""
        SELECT extract, agency, expectation, gate, sum(failed)::BIGINT AS failed, sum(evaluated)::BIGINT AS evaluated,
               count(*) AS deliveries
        FROM marts.quality WHERE NOT success
        GROUP BY ALL ORDER BY gate, failed DESC, agency, extract, expectation
    """)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _in_full(day: date | datetime) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
