"""What a delivery speaks for, what it replaces, and what a figure says that no delivery covers."""

from __future__ import annotations

import pytest

from assets.marts.revisions import write_revisions
from tests.derived import Row, Scene
from tests.homes import PORTSMOUTH, SOUTHAMPTON

Q1, Q2, Q3, Q4 = (f"2019-20 Q{number}" for number in (1, 2, 3, 4))
CASE: Row = {"child_id": "C1", "referred_on": "2019-05-06", "no_further_action": False}


def test_a_delivery_speaks_for_the_quarters_of_its_own_year_up_to_its_own() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q3, cin_episode=[{**CASE, "referred_on": "2018-05-07"}])
    scene.make(Q3)
    rows = scene.connection.execute(
        "SELECT DISTINCT period, reported_in FROM marts.indicator_values WHERE indicator_id = 'cin_open' ORDER BY ALL"
    ).fetchall()
    assert rows == [(Q1, Q3), (Q2, Q3), (Q3, Q3)]


def test_a_later_delivery_restates_and_the_earlier_figure_stays() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q1, cin_episode=[CASE])
    scene.make(Q1)
    scene.deliver("cin_census", Q2, cin_episode=[CASE, {**CASE, "child_id": "C2"}])
    scene.make(Q2)
    assert [scene.figure("cin_open", Q1, made).numerator for made in (Q1, Q2)] == [1, 2]


def test_an_event_that_is_gone_from_the_years_newest_delivery_counts_no_more() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q1, referral=[{"child_id": "C1", "referred_on": "2019-05-06"}])
    scene.deliver("cin_census", Q2, referral=[{"child_id": "C1", "referred_on": "2019-05-07"}])
    scene.make(Q2)
    assert scene.figure("cin_referrals", Q1, Q2).numerator == 1


def test_what_no_delivery_covers_is_missing_and_never_nought() -> None:
    scene = Scene()
    scene.deliver("ssda903", Q4)
    scene.make(Q4)
    figure = scene.figure("cin_open", Q4)
    assert (figure.status, figure.numerator, figure.printed) == ("missing", None, None)
    assert figure.reason == "no delivery of cin_census or annex_a covers 2019-20 Q4"


def test_an_area_that_delivered_and_had_no_event_is_nought() -> None:
    scene = Scene()
    scene.populate(2018, 50_832)
    scene.deliver("cin_census", Q4)
    scene.make(Q4)
    assert scene.figure("cin_open", Q4)[:4] == ("value", 0, 50_832, "0")


def test_a_stopped_delivery_gives_stopped_and_its_reason() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q4, stopped="it cannot be read")
    scene.make(Q4)
    figure = scene.figure("cin_open", Q4)
    assert (figure.status, figure.reason) == ("stopped", "the delivery was stopped: it cannot be read")


def test_what_was_in_force_stays_where_a_newer_delivery_was_stopped() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q4, cin_episode=[CASE])
    scene.deliver("cin_census", Q4, stopped="it cannot be read")
    scene.make(Q4)
    assert scene.figure("cin_open", Q4).numerator == 1


@pytest.mark.parametrize(
    ("indicator", "needed"),
    [
        ("cin_rereferrals_12m", "2018-04-01"),
        ("cpp_repeat_2y", "2017-04-01"),
    ],
)
def test_a_look_back_before_the_first_delivery_is_missing_and_says_from_when_history_is_needed(
    indicator: str, needed: str
) -> None:
    scene = Scene()
    scene.deliver("cin_census", Q4, referral=[{"child_id": "C1", "referred_on": "2020-02-03"}])
    scene.make(Q4)
    figure = scene.figure(indicator, Q1)
    assert (figure.status, figure.reason) == ("missing", f"history from {needed} needed")


def test_windows_of_days_need_the_days_before_the_quarter() -> None:
    scene = Scene()
    scene.deliver("missing_episodes", Q2)
    scene.make(Q2)
    first, second = (scene.figure("missing_persons_3plus_90d", period) for period in (Q1, Q2))
    assert (first.reason, second.status) == ("history from 2019-01-02 needed", "value")


def test_a_year_that_was_not_delivered_to_its_end_is_no_whole_history() -> None:
    scene = Scene()
    scene.deliver("youth_outcomes", "2018-19 Q3")
    scene.deliver("youth_outcomes", Q1)
    scene.make(Q1)
    assert scene.figure("fte_youth_justice", Q1).reason == "history from 2018-07-01 needed"


def test_short_of_history_and_of_a_population_the_reason_is_history() -> None:
    scene = Scene()
    scene.deliver("youth_outcomes", Q1)
    scene.make(Q1)
    assert scene.figure("fte_youth_justice", Q1).reason == "history from 2018-07-01 needed"


def test_the_lists_of_annex_a_that_show_a_day_speak_for_that_day_alone() -> None:
    scene = Scene()
    scene.deliver("annex_a", Q2, cin_episode=[CASE], referral=[{"child_id": "C1", "referred_on": "2019-05-06"}])
    scene.make(Q2)
    assert [scene.figure("cin_open", period).status for period in (Q1, Q2)] == ["missing", "missing"]
    assert [scene.figure("cin_open", period).numerator for period in (Q1, Q2)] == [None, 1]
    assert scene.figure("cin_referrals", Q1).numerator == 1


def test_the_statutory_return_decides_where_it_covers_the_period() -> None:
    scene = Scene()
    scene.deliver("annex_a", Q4, cin_episode=[CASE, {**CASE, "child_id": "C2"}])
    scene.deliver("cin_census", Q4, cin_episode=[CASE])
    scene.make(Q4)
    assert scene.figure("cin_open", Q4).numerator == 1


def test_of_several_deliveries_that_cover_a_quarter_the_newest_of_the_deciding_extract_is_read() -> None:
    scene = Scene()
    scene.deliver("annex_a", Q1, referral=[{"child_id": "C1", "referred_on": "2019-05-06"}])
    scene.make(Q1)
    scene.deliver("cin_census", Q4, referral=[{"child_id": f"C{n}", "referred_on": "2019-05-06"} for n in (1, 2)])
    scene.make(Q4)
    assert [scene.figure("cin_referrals", Q1, made).numerator for made in (Q1, Q4)] == [1, 2]


def test_a_child_who_moves_area_counts_in_each_by_its_own_delivery() -> None:
    scene = Scene()
    left = {**CASE, "closed_on": "2019-09-02"}
    scene.deliver("cin_census", Q4, cin_episode=[left])
    scene.deliver("cin_census", Q4, PORTSMOUTH, cin_episode=[{**CASE, "child_id": "X9", "referred_on": "2019-09-02"}])
    scene.make(Q4, SOUTHAMPTON, PORTSMOUTH)
    found = [
        [scene.figure("cin_open", period, area=area).numerator for period in (Q1, Q2, Q4)]
        for area in (SOUTHAMPTON, PORTSMOUTH)
    ]
    assert found == [[1, 0, 0], [0, 1, 1]]


def test_areas_are_made_together_or_one_by_one_alike() -> None:
    def figures(*units: tuple[str, ...]) -> list[tuple[object, ...]]:
        scene = Scene()
        scene.deliver("cin_census", Q4, cin_episode=[CASE])
        scene.deliver("cin_census", Q4, PORTSMOUTH, cin_episode=[CASE, {**CASE, "child_id": "C2"}])
        for unit in units:
            scene.make(Q4, *unit)
        columns = "* EXCLUDE (source)"
        return scene.connection.execute(f"SELECT {columns} FROM marts.indicator_values ORDER BY ALL").fetchall()

    assert figures((SOUTHAMPTON, PORTSMOUTH)) == figures((PORTSMOUTH,), (SOUTHAMPTON,))


def test_the_worst_check_of_the_rows_behind_a_figure_is_its_own() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q4, cin_episode=[CASE, {**CASE, "child_id": "C2", "dq_status": "warn"}])
    scene.make(Q4)
    query = (
        "SELECT dq_status FROM marts.indicator_values "
        f"WHERE area_code = '{SOUTHAMPTON}' AND indicator_id = ? AND period = ?"
    )
    assert scene.connection.execute(query, ["cin_open", Q4]).fetchall() == [("warn",)]
    assert scene.connection.execute(query, ["s47_started", Q4]).fetchall() == [("pass",)]


def test_a_figure_names_the_receipts_of_every_delivery_it_looked_into() -> None:
    scene = Scene()
    receipts = [scene.deliver("cin_census", quarter) for quarter in ("2018-19 Q4", Q4)]
    scene.make(Q4)
    [(source,)] = scene.connection.execute(
        "SELECT source FROM marts.indicator_values "
        "WHERE indicator_id = 'cin_rereferrals_12m' AND period = ? AND area_code = ?",
        [Q4, SOUTHAMPTON],
    ).fetchall()
    assert source == "; ".join(f"receipt {receipt} sha256:{receipt.lower() * 8}" for receipt in reversed(receipts))


def test_no_breakdown_by_a_characteristic_stands_among_the_figures_that_are_released() -> None:
    scene = Scene()
    scene.deliver("cin_census", Q4, cin_episode=[CASE], person_record=[{"child_id": "C1", "sex": "F"}])
    scene.make(Q4)
    kinds = "SELECT DISTINCT breakdown_type FROM marts.{} ORDER BY 1"
    assert scene.connection.execute(kinds.format("indicator_values")).fetchall() == [("all",)]
    assert ("sex",) in scene.connection.execute(kinds.format("indicator_breakdowns")).fetchall()
    assert scene.figure("cin_open", Q4, sex="F").numerator == 1


def test_a_figure_stands_as_first_reported_and_as_it_is_now_with_the_revision_between() -> None:
    scene = Scene()
    for quarter, children in ((Q1, 1), (Q2, 2), (Q3, 4)):
        scene.deliver("cin_census", quarter, cin_episode=[{**CASE, "child_id": f"C{n}"} for n in range(children)])
        scene.make(quarter)
    write_revisions(scene.connection)
    columns = "period, first_reported_in, first_numerator, latest_reported_in, latest_numerator, revision_of_numerator"
    rows = scene.connection.execute(
        f"SELECT {columns}, reports, is_revised FROM marts.revisions "
        "WHERE indicator_id = 'cin_open' AND area_code = ? ORDER BY period",
        [SOUTHAMPTON],
    ).fetchall()
    assert rows == [
        (Q1, Q1, 1, Q3, 4, 3, 3, True),
        (Q2, Q2, 2, Q3, 4, 2, 2, True),
        (Q3, Q3, 4, Q3, 4, 0, 1, False),
    ]
