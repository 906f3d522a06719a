"""The calendar: what is due from whom and when, from the home's calendar file and nothing else.

Here: reading it. Not here: what arrived (`assets.marts.deliveries`).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from warehouse.quarters import FinancialQuarter

DEFAULT_DUE_DAYS = 31
"""Days after a quarter's end that a delivery is due, where the calendar says nothing."""


class CalendarError(Exception):
    """The calendar file cannot be read; the message names the line, the rule and the remedy."""


@dataclass(frozen=True)
class Due:
    """One delivery expected."""

    agency: str
    extract: str
    area_code: str
    quarter: FinancialQuarter
    due_on: date


def due_deliveries(calendar: Path, as_of: date) -> list[Due]:
    """Every delivery of the calendar for quarters that ended by `as_of`, due already or not.

    The file has agency, extract, area, from, to (quarters; `to` blank for ever) and, optionally, due_days.
    No file, nothing due. Raises CalendarError with every problem of it.
    """
    if not calendar.is_file():
        return []
    due, problems = [], []
    with calendar.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"agency", "extract", "area", "from", "to"} - set(reader.fieldnames or ())
        if missing:
            raise CalendarError(f"{calendar.name}: no column {', '.join(sorted(missing))}; add it to the first line")
        for row in reader:
            try:
                first = FinancialQuarter.parse(row["from"])
                last = FinancialQuarter.parse(row["to"]) if (row["to"] or "").strip() else None
                days = int(row.get("due_days") or DEFAULT_DUE_DAYS)
            except (ValueError, TypeError) as error:
                problems.append(f"{calendar.name}:{reader.line_num}: {error}")
                continue
            quarter = first
            while quarter.end < as_of and (last is None or quarter <= last):
                due_on = quarter.end + timedelta(days=days)
                due.append(Due(row["agency"].strip(), row["extract"].strip(), row["area"].strip(), quarter, due_on))
                quarter = quarter.shift(1)
    if problems:
        raise CalendarError("; ".join(problems))
    return due
