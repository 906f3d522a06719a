"""Children in need, referrals and assessments: what counts, clause by clause."""

from __future__ import annotations

import pytest

from tests.derived import Row, Scene, counted

Q3, Q4 = "2019-20 Q3", "2019-20 Q4"
CASE: Row = {"child_id": "C1", "referred_on": "2019-09-02", "no_further_action": False, "primary_need": "N1"}


def open_at_the_end(*cases: Row) -> float | None:
    return counted("cin_open", Q4, "cin_census", cin_episode=cases).numerator


def test_a_case_closed_after_the_last_day_is_open() -> None:
    assert open_at_the_end({**CASE, "closed_on": "2020-04-01"}) == 1


def test_a_case_closed_on_the_last_day_counts_as_closed() -> None:
    assert open_at_the_end({**CASE, "closed_on": "2020-03-31"}) == 0


def test_a_case_opened_on_the_last_day_is_open() -> None:
    assert open_at_the_end({**CASE, "referred_on": "2020-03-31"}) == 1


def test_a_referral_that_led_to_nothing_opens_no_case() -> None:
    assert open_at_the_end({**CASE, "no_further_action": True}) == 0


def test_a_case_of_adoption_support_alone_is_none_of_need() -> None:
    assert open_at_the_end({**CASE, "primary_need": "N9"}) == 0


def test_a_child_with_two_open_cases_counts_once_and_its_episodes_twice() -> None:
    cases = [CASE, {**CASE, "referred_on": "2020-01-06"}]
    assert open_at_the_end(*cases) == 1
    assert counted("cin_episodes_open", Q4, "cin_census", cin_episode=cases).numerator == 2


def band_of_a_child(born: str | None, expected: str | None = None) -> list[str]:
    """The age bands in which a child with an open case is counted, among all children in need."""
    scene = Scene()
    person = {"child_id": "C1", "date_of_birth": born, "expected_on": expected, "sex": "U"}
    scene.deliver("cin_census", Q4, cin_episode=[CASE], person_record=[person])
    scene.make(Q4)
    assert scene.figure("cin_open", Q4).numerator == 1
    found = scene.connection.execute(
        "SELECT breakdown FROM marts.indicator_breakdowns WHERE indicator_id = 'cin_open' AND period = ? "
        "AND breakdown_type = 'age_band' AND numerator > 0",
        [Q4],
    ).fetchall()
    return [band for (band,) in found]


@pytest.mark.parametrize(("born", "expected"), [(None, "2020-05-02"), ("2020-05-02", None)])
def test_an_unborn_child_is_in_need_in_a_band_of_its_own(born: str | None, expected: str | None) -> None:
    assert band_of_a_child(born, expected) == ["unborn"]


@pytest.mark.parametrize("born", ["2002-03-30", "1995-04-01"])
def test_a_care_leaver_of_18_to_25_is_in_need_in_a_band_of_its_own(born: str) -> None:
    assert band_of_a_child(born) == ["18+"]


def test_an_18th_birthday_on_the_last_day_is_18_and_one_on_the_next_day_17() -> None:
    assert band_of_a_child("2002-03-31") == ["18+"]
    assert band_of_a_child("2002-04-01") == ["16-17"]


@pytest.mark.parametrize(("born", "band"), [("2019-08-01", "0"), ("2019-03-31", "1-4"), ("2004-02-29", "16-17")])
def test_other_ages_are_those_on_the_last_day(born: str, band: str) -> None:
    assert band_of_a_child(born) == [band]


def referred(*days: str, cases: tuple[Row, ...] = (), period: str = Q4) -> float | None:
    return counted(
        "cin_referrals", period, "cin_census", referral=[{"child_id": "C1", "referred_on": day} for day in days],
        cin_episode=cases,
    ).numerator  # fmt: skip


def test_every_referral_of_the_quarter_counts_also_two_of_one_day() -> None:
    assert referred("2020-01-01", "2020-02-03", "2020-02-03", "2020-03-31") == 4


def test_a_referral_before_or_after_the_quarter_does_not_count() -> None:
    assert referred("2019-12-31", "2020-04-01") == 0


def test_a_referral_inside_another_open_case_does_not_count() -> None:
    assert referred("2020-02-03", cases=({**CASE, "closed_on": "2020-02-04"},)) == 0
    assert referred("2020-02-03", cases=(CASE,)) == 0


def test_a_referral_on_the_day_of_closure_counts() -> None:
    assert referred("2020-02-03", cases=({**CASE, "closed_on": "2020-02-03"},)) == 1


def test_a_case_that_led_to_nothing_holds_no_referral_inside() -> None:
    assert referred("2020-02-03", cases=({**CASE, "no_further_action": True},)) == 1


def again(first: str, second: str, period: str) -> tuple[float | None, float | None]:
    year = int(period[:4])
    scene = Scene()
    scene.deliver("cin_census", f"{year - 1}-{year % 100:02d} Q4", referral=[{"child_id": "C1", "referred_on": first}])
    scene.deliver("cin_census", period, referral=[{"child_id": "C1", "referred_on": second}])
    scene.make(period)
    figure = scene.figure("cin_rereferrals_12m", period)
    return figure.numerator, figure.denominator


def test_exactly_twelve_months_is_within_twelve_months() -> None:
    assert again("2019-02-10", "2020-02-10", Q4) == (1, 1)
    assert again("2019-02-09", "2020-02-10", Q4) == (0, 1)


def test_twelve_months_before_29_february_is_28_february() -> None:
    assert again("2019-02-28", "2020-02-29", Q4) == (1, 1)


def test_a_referral_of_the_same_day_is_no_earlier_one() -> None:
    figure = counted(
        "cin_rereferrals_12m", Q4, "cin_census", referral=[{"child_id": "C1", "referred_on": "2020-02-03"}] * 2
    )
    assert (figure.numerator, figure.denominator) == (0, 2)


def test_a_referral_inside_an_open_case_is_no_earlier_one() -> None:
    figure = counted(
        "cin_rereferrals_12m", Q4, "cin_census",
        referral=[{"child_id": "C1", "referred_on": day} for day in ("2020-01-13", "2020-02-03")],
        cin_episode=[{**CASE, "closed_on": "2020-01-20"}],
    )  # fmt: skip
    assert (figure.numerator, figure.denominator) == (0, 1)


def assessed(started: str, authorised: str, referred: str | None = None, period: str = Q4) -> float | None:
    figure = counted(
        "single_assessments_45wd", period, "cin_census",
        assessment=[
            {"child_id": "C1", "referred_on": referred or started, "started_on": started, "authorised_on": authorised}
        ],
    )  # fmt: skip
    assert figure.denominator == 1
    return figure.numerator


def test_45_working_days_across_christmas_are_in_time_and_46_are_late() -> None:
    # Christmas Day, Boxing Day and New Year's Day are no working days.
    assert assessed("2019-12-02", "2020-02-06") == 1
    assert assessed("2019-12-02", "2020-02-07") == 0


def test_the_bank_holiday_of_8_may_2020_is_no_working_day_and_that_of_4_may_is_one() -> None:
    assert assessed("2020-03-02", "2020-05-06", period="2020-21 Q1") == 1
    assert assessed("2020-03-02", "2020-05-07", period="2020-21 Q1") == 0
    assert assessed("2020-03-04", "2020-05-08", period="2020-21 Q1") == 1


def test_the_clock_of_a_first_assessment_starts_with_the_referral() -> None:
    assert assessed("2020-01-20", "2020-03-16", referred="2020-01-02") == 0


def test_the_clock_of_a_later_assessment_starts_with_the_assessment() -> None:
    both = [
        {"child_id": "C1", "referred_on": "2019-11-04", "started_on": started, "authorised_on": authorised}
        for started, authorised in (("2019-11-04", "2019-12-02"), ("2020-02-03", "2020-03-16"))
    ]
    figure = counted("single_assessments_45wd", Q4, "cin_census", assessment=both)
    assert (figure.numerator, figure.denominator) == (1, 1)


def test_the_first_assessment_may_stand_in_an_earlier_years_delivery() -> None:
    of_the_case = {"child_id": "C1", "referred_on": "2019-02-04"}
    scene = Scene()
    first = {**of_the_case, "started_on": "2019-02-04", "authorised_on": "2019-03-01"}
    scene.deliver("cin_census", "2018-19 Q4", assessment=[first])
    scene.deliver(
        "cin_census", "2019-20 Q1",
        assessment=[{**of_the_case, "started_on": "2019-05-01", "authorised_on": "2019-06-14"}],
    )  # fmt: skip
    scene.make("2019-20 Q1")
    figure = scene.figure("single_assessments_45wd", "2019-20 Q1")
    assert (figure.numerator, figure.denominator) == (1, 1)


def test_an_assessment_counts_in_the_quarter_it_was_authorised_in() -> None:
    rows = [{"child_id": "C1", "referred_on": "2019-12-02", "started_on": "2019-12-02", "authorised_on": None}]
    figure = counted("single_assessments_45wd", Q4, "cin_census", assessment=rows)
    assert (figure.status, figure.denominator) == ("not_applicable", 0)


def test_assessments_are_counted_by_each_of_their_factors_of_all_that_were_authorised() -> None:
    rows = [
        {"child_id": child, "started_on": "2020-01-02", "authorised_on": "2020-02-03", "factors": factors}
        for child, factors in (("C1", "1A|2B"), ("C2", "2B"), ("C3", None))
    ]
    scene = Scene()
    scene.deliver("cin_census", Q4, assessment=rows)
    scene.make(Q4)
    found = [scene.figure("assessment_factors", Q4, factor=factor)[1:3] for factor in ("1A", "2B")]
    assert found == [(1, 3), (2, 3)]
    assert scene.figure("assessment_factors", Q4)[1:3] == (2, 3)
