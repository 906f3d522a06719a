"""Working days: how many lie between two dates, by the bank holidays of England.

Here: the count, as Python for two dates and as a calendar table with SQL macros for many. Not here: which date a clock
starts or stops on, nor how many days are in time (the catalogue).

Source: the practice of the children in need census: the start day is day 0, and from a Saturday the next working day is
day 1. Bank holidays: gov.uk, England and Wales; in 2020 the early May holiday was on the 8th, not the 4th.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

import duckdb


@cache
def bank_holidays() -> frozenset[date]:
    """England's bank holidays, from `assets/reference/data/bank_holidays.csv`: whole calendar years, without a gap."""
    text = (files("assets.reference") / "data" / "bank_holidays.csv").read_text(encoding="utf-8")
    return frozenset(date.fromisoformat(row["date"]) for row in csv.DictReader(text.splitlines()))


def working_days_to(day: date) -> int:
    """Working days up to and including a day, from the first the bank holidays are held for.

    Raises ValueError for a day in a year without bank holidays. The message does not name the day: it may be a child's.
    """
    calendar, first = _calendar(), _first_day()
    position = (day - first).days
    if not 0 <= position < len(calendar):
        raise ValueError(_out_of_range())
    return calendar[position]


def working_days_elapsed(start: date | None, end: date | None) -> int | None:
    """Working days from `start`, day 0, to `end`; negative where `end` is earlier; None where either is missing.

    Raises ValueError for a day in a year without bank holidays.
    """
    if start is None or end is None:
        return None
    return working_days_to(end) - working_days_to(start)


def define_working_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the calendar, as a table that lasts as long as the connection, and define the counts over it.

    `working_day_calendar(day DATE, working_days_to INTEGER)` has a row a day. `working_days_to(day)` and
    `working_days_elapsed(start_day, end_day)` are INTEGER and null where a day is missing; a day in a year without bank
    holidays raises InvalidInputException.
    """
    counts = _calendar()
    days = [_first_day() + timedelta(days=offset) for offset in range(len(counts))]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE working_day_calendar AS "
        "SELECT unnest(?::DATE[]) AS day, unnest(?::INTEGER[]) AS working_days_to",
        [days, list(counts)],
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP MACRO working_days_to(sought_day) AS CASE
            WHEN sought_day IS NULL THEN NULL
            ELSE coalesce(
                (SELECT calendar.working_days_to FROM working_day_calendar AS calendar
                 WHERE calendar.day = sought_day::DATE),
                error('{_out_of_range()}')) END
    """)
    connection.execute("""
        CREATE OR REPLACE TEMP MACRO working_days_elapsed(start_day, end_day) AS
            working_days_to(end_day) - working_days_to(start_day)
    """)


@cache
def _calendar() -> tuple[int, ...]:
    counts, count, day = [], 0, _first_day()
    while day <= _last_day():
        count += day.weekday() < 5 and day not in bank_holidays()
        counts.append(count)
        day += timedelta(days=1)
    return tuple(counts)


@cache
def _first_day() -> date:
    return date(min(bank_holidays()).year, 1, 1)


@cache
def _last_day() -> date:
    return date(max(bank_holidays()).year, 12, 31)


def _out_of_range() -> str:
    return (
        f"bank holidays are held from {_first_day()} to {_last_day()} and no working day can be counted outside: "
        "correct the date, or add the holidays of its year to assets/reference/data/bank_holidays.csv"
    )
