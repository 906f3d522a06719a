"""Windows and look-backs of any events are what counting them one by one gives."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assets.marts.methods.working_days import working_days_elapsed
from tests.derived import Row, Scene
from tests.homes import SOUTHAMPTON
from warehouse.quarters import FinancialQuarter

YEARS = ("2017-18 Q4", "2018-19 Q4", "2019-20 Q4")
QUARTERS = [FinancialQuarter(2019, number) for number in (1, 2, 3, 4)]
BOUNDED = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(2017, 4, 1), date(2020, 3, 31))
LATE = st.dates(date(2018, 10, 1), date(2020, 3, 31))
PEOPLE = st.sampled_from(["A", "B", "C"])


def derived(
    indicator: str, extract: str, table: str, rows: list[dict[str, Any]], by: str
) -> dict[str, tuple[Any, Any]]:
    """The figures of 2019-20 from rows that are each delivered in the year their date lies in."""
    scene = Scene(indicator)
    for year in YEARS:
        quarter = FinancialQuarter.parse(year)
        delivered: list[Row] = [row for row in rows if quarter.year_start <= row[by] <= quarter.end]
        scene.deliver(extract, year, **{table: delivered})
    scene.make(YEARS[-1])
    return {quarter.label: scene.figure(indicator, quarter.label, area=SOUTHAMPTON)[1:3] for quarter in QUARTERS}


@BOUNDED
@given(st.lists(st.tuples(PEOPLE, LATE), max_size=40))
def test_three_episodes_within_ninety_days(episodes: list[tuple[str, date]]) -> None:
    rows = [
        {"police_person_ref": who, "reported_at": day, "category": "missing", "date_of_birth": date(2006, 5, 1),
         "la_of_residence": SOUTHAMPTON}
        for who, day in episodes
    ]  # fmt: skip
    by_person: dict[str, list[date]] = defaultdict(list)
    for who, day in episodes:
        by_person[who].append(day)
    expected = {}
    for quarter in QUARTERS:
        often = 0
        for days in by_person.values():
            # Any day of the quarter with three episodes in the 90 days that end with it, itself among them.
            often += any(
                sum(last - timedelta(days=89) <= day <= last for day in days) >= 3
                for last in days
                if quarter.start <= last <= quarter.end
            )
        expected[quarter.label] = (often, None)
    assert derived("missing_persons_3plus_90d", "missing_episodes", "missing_episode", rows, "reported_at") == expected


@BOUNDED
@given(st.lists(st.tuples(PEOPLE, LATE), max_size=30))
def test_referrals_within_twelve_months_of_an_earlier_one(referrals: list[tuple[str, date]]) -> None:
    rows = [{"child_id": who, "referred_on": day} for who, day in referrals]
    expected = {}
    for quarter in QUARTERS:
        own = [(who, day) for who, day in referrals if quarter.start <= day <= quarter.end]
        again = sum(
            any(who == other and _twelve_months_before(day) <= before < day for other, before in referrals)
            for who, day in own
        )
        expected[quarter.label] = (again, len(own))
    assert derived("cin_rereferrals_12m", "cin_census", "referral", rows, "referred_on") == expected


def _twelve_months_before(day: date) -> date:
    return date(day.year - 1, 2, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


@BOUNDED
@given(st.lists(st.tuples(PEOPLE, DAYS, st.integers(0, 70)), max_size=25))
def test_assessments_within_45_working_days_of_their_clock(given_rows: list[tuple[str, date, int]]) -> None:
    rows = []
    for who, referred, days in given_rows:
        authorised = min(referred + timedelta(days=days), date(2020, 3, 31))
        rows.append({"child_id": who, "referred_on": referred, "started_on": referred, "authorised_on": authorised})
    expected = {}
    for quarter in QUARTERS:
        own = [row for row in rows if quarter.start <= row["authorised_on"] <= quarter.end]
        in_time = sum((working_days_elapsed(row["referred_on"], row["authorised_on"]) or 0) <= 45 for row in own)
        expected[quarter.label] = (in_time, len(own))
    found = derived("single_assessments_45wd", "cin_census", "assessment", rows, "authorised_on")
    assert found == expected
