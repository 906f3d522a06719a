"""Working days against the census practice's cases, in both forms, and at the edges of the calendar."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.marts.methods.working_days import bank_holidays, working_days_elapsed, working_days_to
from tests.spec.methods.connections import CONNECTION, VECTORS, evaluate

with (VECTORS / "working_day_vectors.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))

days = st.dates(date(2012, 1, 1), date(2027, 12, 31))


def _in_both_forms(start: date | None, end: date | None) -> int | None:
    elapsed = working_days_elapsed(start, end)
    assert evaluate("working_days_elapsed(?::DATE, ?::DATE)", start, end) == elapsed
    return elapsed


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['clock_start']} to {case['end_date']}")
def test_vector(case: dict[str, str]) -> None:
    elapsed = _in_both_forms(date.fromisoformat(case["clock_start"]), date.fromisoformat(case["end_date"]))
    assert elapsed == int(case["elapsed_working_days"])
    assert (elapsed <= int(case["limit_working_days"])) == (case["within_limit"] == "1")


def test_the_may_holiday_of_2020_was_moved_to_the_8th() -> None:
    assert date(2020, 5, 4) not in bank_holidays()
    assert date(2020, 5, 8) in bank_holidays()
    assert _in_both_forms(date(2020, 3, 2), date(2020, 5, 7)) == 46
    assert _in_both_forms(date(2020, 5, 7), date(2020, 5, 8)) == 0


def test_from_a_saturday_the_next_working_day_is_day_1() -> None:
    assert _in_both_forms(date(2019, 6, 1), date(2019, 6, 2)) == 0
    assert _in_both_forms(date(2019, 6, 1), date(2019, 6, 3)) == 1


def test_a_missing_day_has_no_count() -> None:
    assert _in_both_forms(None, date(2019, 6, 3)) is None
    assert _in_both_forms(date(2019, 6, 3), None) is None


@pytest.mark.parametrize("day", [date(2011, 12, 31), date(2028, 1, 1)])
def test_a_day_without_bank_holidays_is_an_error_that_does_not_name_it(day: date) -> None:
    with pytest.raises(ValueError, match="from 2012-01-01 to 2027-12-31") as in_python:
        working_days_to(day)
    with pytest.raises(duckdb.InvalidInputException, match="from 2012-01-01 to 2027-12-31") as in_sql:
        evaluate("working_days_to(?::DATE)", day)
    assert str(day) not in str(in_python.value)
    assert str(day) not in str(in_sql.value)


def test_the_calendar_has_a_row_for_every_day() -> None:
    first, last, rows, counted = CONNECTION.execute(
        "SELECT min(day), max(day), count(*), max(working_days_to) FROM working_day_calendar"
    ).fetchall()[0]
    assert (first, last, rows) == (date(2012, 1, 1), date(2027, 12, 31), (last - first).days + 1)
    weekdays = sum((first + timedelta(days=offset)).weekday() < 5 for offset in range(rows))
    assert counted == weekdays - len(bank_holidays())
    assert all(holiday.weekday() < 5 for holiday in bank_holidays())


@given(days, days, days)
def test_counts_add_up_and_turn_round(first: date, second: date, third: date) -> None:
    whole = _in_both_forms(first, third)
    assert working_days_elapsed(first, second) + working_days_elapsed(second, third) == whole
    assert working_days_elapsed(third, first) == -whole


@given(days)
def test_a_day_adds_one_where_it_is_worked_and_none_elsewhere(day: date) -> None:
    before = day - timedelta(days=1)
    if before.year >= 2012:
        is_worked = day.weekday() < 5 and day not in bank_holidays()
        assert working_days_elapsed(before, day) == is_worked
