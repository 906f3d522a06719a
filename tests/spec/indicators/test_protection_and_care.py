"""Enquiries, conferences, protection plans and looked-after children: what counts, clause by clause."""

from __future__ import annotations

import pytest

from tests.derived import Row, Scene, counted

Q1, Q4 = "2019-20 Q1", "2019-20 Q4"
PLAN: Row = {"child_id": "C1", "started_on": "2019-10-07", "temporary_registration": False, "latest_category": "NEG"}
EPISODE: Row = {"child_id": "C1", "started_on": "2019-10-07", "legal_status": "C2", "reason_started": "S"}


def test_an_enquiry_counts_by_its_strategy_discussion_and_each_counts() -> None:
    rows = [{"child_id": "C1", "started_on": day} for day in ("2019-12-31", "2020-01-01", "2020-01-01", "2020-03-31")]
    assert counted("s47_started", Q4, "cin_census", section47_enquiry=rows).numerator == 3


def conferences(*days: tuple[str | None, str], transfer_in: bool = False) -> tuple[float | None, float | None]:
    rows = [
        {"child_id": "C1", "strategy_discussion_on": start, "held_on": held, "transfer_in": transfer_in}
        for start, held in days
    ]
    figure = counted("icpc_15wd", Q4, "cin_census", cp_conference=rows)
    return figure.numerator, figure.denominator


def test_a_conference_on_the_fifteenth_working_day_is_in_time_and_on_the_sixteenth_late() -> None:
    assert conferences(("2020-01-06", "2020-01-27")) == (1, 1)
    assert conferences(("2020-01-06", "2020-01-28")) == (0, 1)


def test_from_a_saturday_the_next_working_day_is_day_one() -> None:
    assert conferences(("2020-01-04", "2020-01-24")) == (1, 1)
    assert conferences(("2020-01-04", "2020-01-27")) == (0, 1)


def test_a_child_with_two_conferences_in_a_quarter_counts_twice() -> None:
    assert conferences(("2020-01-06", "2020-01-20"), ("2020-02-03", "2020-03-30")) == (1, 2)


def test_a_transfer_in_is_no_initial_conference_of_this_area() -> None:
    assert conferences((None, "2020-01-20"), transfer_in=True) == (0, 0)


def test_a_temporary_registration_is_not_counted() -> None:
    assert counted("cpp_open", Q4, "cin_census", cp_plan=[{**PLAN, "temporary_registration": True}]).numerator == 0


def test_a_plan_that_ended_on_the_last_day_is_not_open() -> None:
    assert counted("cpp_open", Q4, "cin_census", cp_plan=[{**PLAN, "ended_on": "2020-03-31"}]).numerator == 0
    assert counted("cpp_open", Q4, "cin_census", cp_plan=[{**PLAN, "ended_on": "2020-04-01"}]).numerator == 1


def test_open_plans_are_counted_by_the_latest_category_of_abuse() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q4, cp_plan=[PLAN, {**PLAN, "child_id": "C2", "latest_category": "EMO"}])
    scene.make(Q4)
    assert [scene.figure("cpp_open", Q4, category=code).numerator for code in ("NEG", "EMO")] == [1, 1]


def repeated(indicator: str, ended: str, started: str) -> tuple[float | None, float | None]:
    scene = Scene()
    scene.deliver("cin_census", "2017-18 Q4", cp_plan=[{**PLAN, "started_on": "2017-05-02", "ended_on": ended}])
    scene.deliver("cin_census", "2018-19 Q4")
    scene.deliver("cin_census", Q4, cp_plan=[{**PLAN, "started_on": started}])
    scene.make(Q4)
    figure = scene.figure(indicator, Q4)
    return figure.numerator, figure.denominator


def test_a_plan_within_two_years_of_the_formers_end_is_a_repeat() -> None:
    assert repeated("cpp_repeat_2y", "2018-02-12", "2020-02-12") == (1, 1)
    assert repeated("cpp_repeat_2y", "2018-02-11", "2020-02-12") == (0, 1)


def test_a_second_plan_at_any_time_is_a_repeat_ever() -> None:
    assert repeated("cpp_repeat_ever", "2017-06-01", "2020-02-12") == (1, 1)


def test_a_plan_before_the_first_delivery_is_known_from_the_number_of_previous_plans() -> None:
    plans = [{**PLAN, "started_on": "2020-02-12", "previous_plans": number} for number in (1, 0)]
    figure = counted("cpp_repeat_ever", Q4, "cin_census", cp_plan=[plans[0], {**plans[1], "child_id": "C2"}])
    assert (figure.numerator, figure.denominator) == (1, 2)


@pytest.mark.parametrize(("started", "long"), [("2018-02-12", 1), ("2018-02-13", 0)])
def test_a_plan_that_ends_two_years_to_the_day_has_lasted_two_years(started: str, long: int) -> None:
    plan = {**PLAN, "started_on": started, "ended_on": "2020-02-12"}
    figure = counted("cpp_duration_2y", Q4, "cin_census", cp_plan=[plan])
    assert (figure.numerator, figure.denominator) == (long, 1)


def looked_after(*episodes: Row) -> float | None:
    return counted("lac_open", Q4, "ssda903", cla_episode=episodes).numerator


def test_a_child_with_an_open_episode_is_looked_after() -> None:
    assert looked_after(EPISODE) == 1


@pytest.mark.parametrize("status", ["V3", "V4"])
def test_a_child_under_a_series_of_short_breaks_alone_is_not_counted(status: str) -> None:
    assert looked_after({**EPISODE, "legal_status": status}) == 0


def test_an_episode_that_ceased_on_the_last_day_is_not_open() -> None:
    assert looked_after({**EPISODE, "ended_on": "2020-03-31"}) == 0


def test_a_child_whose_legal_status_changed_counts_once() -> None:
    assert looked_after({**EPISODE, "ended_on": "2020-03-30"}, {**EPISODE, "started_on": "2020-03-30"}) == 1


def placed(*reasons: str) -> tuple[float | None, float | None]:
    days = ["2019-04-01", "2019-07-01", "2019-10-01", "2020-01-06", "2020-02-03"]
    ends = [*days[1 : len(reasons)], None]
    rows = [
        {**EPISODE, "started_on": day, "ended_on": end, "reason_started": reason}
        for day, end, reason in zip(days, ends, reasons, strict=False)
    ]
    figure = counted("lac_placements_3plus", Q4, "ssda903", cla_episode=rows)
    return figure.numerator, figure.denominator


def test_three_placements_in_twelve_months_are_counted_and_two_are_not() -> None:
    assert placed("S", "P", "T") == (1, 1)
    assert placed("S", "P") == (0, 1)


def test_a_change_of_legal_status_alone_begins_no_placement() -> None:
    assert placed("S", "L", "P", "L") == (0, 1)


def test_a_placement_that_ended_before_the_twelve_months_is_not_one_of_the_three() -> None:
    old = {**EPISODE, "started_on": "2018-05-01", "ended_on": "2019-03-31"}
    rows = [{**EPISODE, "started_on": "2019-03-31", "ended_on": "2019-09-02"}, {**EPISODE, "started_on": "2019-09-02"}]
    scene = Scene()
    scene.deliver("ssda903", "2018-19 Q4", cla_episode=[old])
    scene.deliver("ssda903", Q4, cla_episode=rows)
    scene.make(Q4)
    assert scene.figure("lac_placements_3plus", Q4).numerator == 0


def test_a_placement_that_goes_on_under_another_legal_status_is_one_of_the_three() -> None:
    before = {**EPISODE, "started_on": "2018-05-01", "ended_on": "2018-09-03"}
    goes_on = {**EPISODE, "started_on": "2018-09-03", "ended_on": "2019-06-03", "reason_started": "L"}
    second = {**EPISODE, "started_on": "2019-06-03", "ended_on": "2019-09-02", "reason_started": "P"}
    third = {**EPISODE, "started_on": "2019-09-02", "reason_started": "P"}
    scene = Scene()
    scene.deliver("ssda903", "2018-19 Q4", cla_episode=[before, {**goes_on, "ended_on": None}])
    scene.deliver("ssda903", Q4, cla_episode=[goes_on, second, third])
    scene.make(Q4)
    assert scene.figure("lac_placements_3plus", Q4).numerator == 1


def away(*episodes: tuple[str, str | None], category: str = "M", **more: bool) -> list[Row]:
    return [
        {"child_id": f"C{number}", "missing_from": start, "returned_at": end, "category": category, **more}
        for number, (start, end) in enumerate(episodes)
    ]


def missing_a_day(*episodes: tuple[str, str | None], category: str = "M") -> float | None:
    rows = away(*episodes, category=category)
    return counted("lac_missing_24h_plus", Q4, "looked_after_missing", looked_after_missing=rows).numerator


def test_an_episode_of_24_hours_counts_and_of_a_minute_less_does_not() -> None:
    assert missing_a_day(("2020-01-06 21:30:00", "2020-01-07 21:30:00")) == 1
    assert missing_a_day(("2020-01-06 21:30:00", "2020-01-07 21:29:00")) == 0


def test_an_open_episode_counts_once_it_has_reached_24_hours_by_the_end_of_the_extracts_day() -> None:
    assert missing_a_day(("2020-03-31 00:00:00", None)) == 1
    assert missing_a_day(("2020-03-31 00:01:00", None)) == 0


def test_away_without_leave_is_not_missing() -> None:
    assert missing_a_day(("2020-01-06 21:30:00", "2020-01-09 21:30:00"), category="A") == 0


def test_the_statutory_return_holds_no_times_and_gives_no_figure_of_hours() -> None:
    scene = Scene()
    scene.deliver("ssda903", Q4, looked_after_missing=[{"child_id": "C1", "missing_on": "2020-01-06"}])
    scene.make(Q4)
    figure = scene.figure("lac_missing_24h_plus", Q4)
    assert (figure.status, figure.numerator) == ("missing", None)
    assert figure.reason == "no delivery of looked_after_missing covers 2019-20 Q4"


def test_return_interviews_are_of_episodes_that_ended_and_acceptance_is_of_those_offered() -> None:
    ended = ("2020-01-06 21:30:00", "2020-01-07 21:30:00")
    rows = [
        *away(ended, interview_offered=True, interview_accepted=True),
        *away(ended, interview_offered=True, interview_accepted=False),
        *away(ended, interview_offered=False),
        *away(("2020-03-30 21:30:00", None)),
    ]
    delivered = {"looked_after_missing": rows}
    offered = counted("lac_return_interviews_offered", Q4, "looked_after_missing", **delivered)
    accepted = counted("lac_return_interviews_accepted", Q4, "looked_after_missing", **delivered)
    assert (offered[1:4], accepted[1:4]) == ((2, 3, "66.7"), (1, 2, "50.0"))
