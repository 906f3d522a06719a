"""The generator's arithmetic on days against the product's and Python's own: two countings made apart agree."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.synthetic.timeline import (
    NEVER,
    Quarter,
    add_working_days,
    age_on,
    birthday,
    dates,
    day,
    months_before,
    working_days,
)
from warehouse.quarters import FinancialQuarter

DAYS = st.dates(date(2013, 1, 1), date(2026, 12, 31))
EPOCH = date(1970, 1, 1)


def number(of: date) -> int:
    return (of - EPOCH).days


@given(DAYS, st.integers(0, 200))
def test_working_days_are_counted_by_the_rule(start: date, length: int) -> None:
    end = start + timedelta(length)
    one_by_one = sum(int(working_days(number(start) + step, number(start) + step + 1)) for step in range(length))
    assert int(working_days(number(start), number(end))) == one_by_one


def test_the_holiday_of_may_2020_moved() -> None:
    assert int(working_days(day(2020, 3, 2), day(2020, 5, 7))) == 46


@given(DAYS, st.integers(1, 60))
def test_a_deadline_is_the_last_day_within_it(start: date, count: int) -> None:
    last = int(add_working_days(number(start), count))
    assert int(working_days(number(start), last)) == count
    assert int(working_days(number(start), last + 1)) == count + 1


@given(st.dates(date(1995, 1, 1), date(2026, 1, 1)), DAYS)
def test_ages_are_those_of_the_calendar(born: date, on: date) -> None:
    expected = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert age_on(np.array([number(born)]), number(on))[0] == expected


def test_one_born_on_29_february_has_a_birthday_on_1_march() -> None:
    born = np.array([day(2004, 2, 29)])
    assert birthday(born, 18)[0] == day(2022, 3, 1)
    assert birthday(born, 16)[0] == day(2020, 2, 29)
    assert months_before(np.array([day(2020, 2, 29)]), 12)[0] == day(2019, 2, 28)


@given(st.integers(2013, 2030), st.integers(1, 4), st.integers(-9, 9))
def test_quarters_are_the_products(year: int, quarter: int, by: int) -> None:
    ours, theirs = Quarter(year, quarter), FinancialQuarter.parse(Quarter(year, quarter).label)
    assert (ours.label, EPOCH + timedelta(ours.start)) == (theirs.label, theirs.start)
    assert EPOCH + timedelta(ours.end) == theirs.end
    assert ours.shift(by).label == theirs.shift(by).label
    assert ours.shift(by).minus(ours) == by
    assert Quarter.parse(ours.path) == ours


@pytest.mark.parametrize("text", ["2019-21-Q1", "2019-20-Q5", "2019-20", "Q1 2019-20"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a quarter"):
        Quarter.parse(text)


def test_what_never_happens_is_no_date() -> None:
    assert np.isnat(dates(np.array([NEVER]))[0])
