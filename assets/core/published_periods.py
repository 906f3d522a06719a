"""Periods of the department's long file: a label and the kind of year its measure has, to days.

Here: what each form of label says. Not here: periods of printed returns (`assets.core.periods`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

Days = tuple[date, date]

_REMARK = re.compile(r" \((?:OT|Rev|Final|prov)\)$")
"""Out-turn, revised, final, provisional: how sure the figure is, not when it is of."""
_YEAR = re.compile(r"(\d{4})")
_SPLIT = re.compile(r"(\d{4})[/-](\d{2})")
_YEARS_OF_SPLITS = re.compile(r"(\d{4})/(\d{2})-(\d{2})/(\d{2})")

_FIRST_DAY = {
    "Academic Year": (9, 1),
    "Financial Year": (4, 1),
    "Annual (end of Sept)": (10, 1),
    "Calendar Year": (1, 1),
    # A count on a day of the year named: which day, the file does not say.
    "Annual": (1, 1),
    "Annual - January": (1, 1),
}
"""Month and day each kind of year begins on. Years that begin later than January are named by the year they end in."""


@cache
def kinds_of_year() -> Mapping[str, str]:
    """The kind of year of every measure the department's dictionary has, by the measure's short name."""
    text = (files("assets.reference") / "data" / "lait_measures.csv").read_text(encoding="utf-8")
    return {row["measure"]: row["kind_of_year"] for row in csv.DictReader(text.splitlines())}


def days_of(label: str, kind: str | None) -> Days | None:
    """First and last day of a labelled period, or None where the label names none or the kind of year is not known.

    `2019` is the year ending in 2019; `2015/16` and `2015-16` the year begun in 2015; `2014-16` the years 2014 to 2016;
    `2021/22-23/24` the years begun in 2021 to 2023.
    """
    if kind is None or kind not in _FIRST_DAY:
        return None
    label = _REMARK.sub("", label)
    begins_in_january = _FIRST_DAY[kind] == (1, 1)
    if match := _YEAR.fullmatch(label):
        year = int(match[1])
        return _days(year if begins_in_january else year - 1, 1, kind) if 1990 <= year <= 2100 else None
    if match := _YEARS_OF_SPLITS.fullmatch(label):
        first, end_of_first, begin_of_last, end = (int(part) for part in match.groups())
        consistent = _follows(first, end_of_first) and _follows(begin_of_last, end)
        years = (begin_of_last - first) % 100 + 1
        return _days(first, years, kind) if consistent and years <= 10 else None
    if match := _SPLIT.fullmatch(label):
        first, end = int(match[1]), int(match[2])
        if _follows(first, end):
            # Split over two years: no calendar year, even of a measure that has one otherwise.
            return _days(first, 2 if begins_in_january else 1, kind)
        years = (end - first) % 100 + 1
        return _days(first if begins_in_january else first - 1, years, kind) if 2 < years <= 10 else None
    return None


def _follows(year: int, next_year: int) -> bool:
    return (year + 1) % 100 == next_year % 100


def _days(first: int, years: int, kind: str) -> Days:
    month, day = _FIRST_DAY[kind]
    return date(first, month, day), date(first + years, month, day) - timedelta(days=1)
