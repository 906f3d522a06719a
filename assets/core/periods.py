"""Periods as people write them, and the days they stand for.

Here: quarters in headers, however they are spaced or stacked; terms; years. Not here: the partitions a run is for
(`pipelines.quarters`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assets.labels import label_key
from warehouse.quarters import FinancialQuarter, quarter_or_none

_QUARTER = re.compile(r"(?:q(?P<n1>[1-4])(?P<y1>\d{6}|\d{8})|(?P<y2>\d{6}|\d{8})q(?P<n2>[1-4]))")
_TERM = re.compile(r"\b(autumn|spring|summer)\s+term\s+(\d{4})\b", re.IGNORECASE)
_FINANCIAL_YEAR = re.compile(r"(\d{4})-(\d{2})")
_CALENDAR_YEAR = re.compile(r"(?:19|20)\d{2}")
NOT_STATED = "not stated"
TERMS = {"autumn": ((9, 1), (12, 31)), "spring": ((1, 1), (3, 31)), "summer": ((4, 1), (7, 31))}
"""First and last day of a term, nominal: schools set their own, and a figure of a term is about all of them."""


@dataclass(frozen=True)
class Period:
    """A period: its type and label as everywhere, its first and last day (None where no period is stated)."""

    period_type: str
    label: str
    start: date | None
    end: date | None


UNSTATED = Period("not_stated", NOT_STATED, None, None)


def read_quarter(text: str) -> FinancialQuarter | None:
    """The quarter a header names (`Q1 2018- 19`, `Q3 201 8-19`, `2019-20 Q4`), or None where none that exists."""
    match = _QUARTER.fullmatch(label_key(text))
    if match is None:
        return None
    years, number = match["y1"] or match["y2"], int(match["n1"] or match["n2"])
    start_year, end_year = int(years[:4]), years[4:]
    follows = f"{start_year + 1}"
    return quarter_or_none(f"{start_year}-{follows[2:]} Q{number}") if end_year in (follows, follows[2:]) else None


def quarter_period(quarter: FinancialQuarter, period_type: str) -> Period:
    """The days a figure of a quarter is about: the quarter's own, or the twelve months that end with it."""
    start = quarter.shift(-3).start if period_type == "rolling_12_months" else quarter.start
    return Period(period_type, quarter.label, start, quarter.end)


def read_term(text: str) -> Period | None:
    """The school term a title names: `Autumn Term 2019` is of the school year 2019-20, and so is `Spring Term 2020`."""
    match = _TERM.search(text)
    if match is None:
        return None
    term, year = match[1].lower(), int(match[2])
    first_year = year if term == "autumn" else year - 1
    (first_month, first_day), (last_month, last_day) = TERMS[term]
    label = f"{first_year}-{(first_year + 1) % 100:02d} {term.capitalize()} term"
    return Period("term", label, date(year, first_month, first_day), date(year, last_month, last_day))


def read_year(text: str) -> Period | None:
    """A financial year (`2019-20`) or a calendar year (`2015`), alone in its cell."""
    stripped = text.strip()
    if match := _FINANCIAL_YEAR.fullmatch(stripped):
        first = int(match[1])
        if (first + 1) % 100 == int(match[2]):
            return Period("year", stripped, date(first, 4, 1), date(first + 1, 3, 31))
        return None
    if _CALENDAR_YEAR.fullmatch(stripped):
        return Period("year", stripped, date(int(stripped), 1, 1), date(int(stripped), 12, 31))
    return None
