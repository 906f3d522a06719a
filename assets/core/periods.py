"""Periods as people write them, and the days they stand for.

Here: quarters in headers, however they are spaced or stacked, and financial years. Not here: the partitions a
run is for (`pipelines.quarters`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from assets.labels import label_key
from warehouse.quarters import FinancialQuarter

_QUARTER = re.compile(r"(?:q(?P<n1>[1-4])(?P<y1>\d{6}|\d{8})|(?P<y2>\d{6}|\d{8})q(?P<n2>[1-4]))")
NOT_STATED = "not stated"


@dataclass(frozen=True)
class Period:
    """A period: its label as everywhere, its first and last day."""

    label: str
    start: date
    end: date


def read_quarter(text: str) -> FinancialQuarter | None:
    """The quarter a header names (`Q1 2018- 19`, `Q3 201 8-19`, `2019-20 Q4`), or None where none that exists."""
    match = _QUARTER.fullmatch(label_key(text))
    if match is None:
        return None
    years, number = match["y1"] or match["y2"], int(match["n1"] or match["n2"])
    start_year, end_year = int(years[:4]), years[4:]
    follows = f"{start_year + 1}"
    return FinancialQuarter(start_year, number) if end_year in (follows, follows[2:]) else None


def period_of(quarter: FinancialQuarter, period_type: str) -> Period:
    """The days a figure of a quarter is about: the quarter's own, or the twelve months that end with it."""
    start = quarter.shift(-3).start if period_type == "rolling_12_months" else quarter.start
    return Period(quarter.label, start, quarter.end)
