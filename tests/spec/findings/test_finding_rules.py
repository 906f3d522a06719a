"""What the finding rules find in the figures of returns, and the near misses they must leave alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from tests.spec.findings.invented_figures import RULES, count, figure, found, missing, share


def test_a_rate_that_its_count_does_not_give_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    sent = figure(numerator=272, value=62, unit="per_10000")
    again = figure(numerator=272, denominator=50305, value=54.07, printed="54", unit="per_10000", basis="recomputed",
                   denominator_edition="mid-2017")  # fmt: skip
    assert found(connection, "count_against_rate", sent, again) == [("one", "2019-20 Q4", "54", "62")]


def test_a_rate_that_its_count_gives_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    sent = figure(numerator=272, value=54, unit="per_10000")
    again = figure(numerator=272, denominator=50305, value=54.07, printed="54", unit="per_10000", basis="recomputed")
    assert not found(connection, "count_against_rate", sent, again)


def test_a_percentage_that_is_not_its_count_over_its_base_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    wrong = share(22.3, numerator=53000, denominator=252800)
    right = share(21.0, "2019-20 Q3", numerator=53000, denominator=252800)
    assert found(connection, "count_against_rate", wrong, right) == [("one", "2019-20 Q4", "21.0", "22.3")]


def test_whole_numbers_that_do_not_add_up_are_found(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (
        count(159115, indicator_id="total"), count(99516, indicator_id="part_a"), count(59596, indicator_id="part_b")
    )  # fmt: skip
    assert found(connection, "parts_against_total", *figures) == [("total", "2019-20 Q4", "159112", "159115")]


def test_rounding_of_parts_is_no_finding(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (
        share(5.8, indicator_id="total"), share(2.9, indicator_id="part_a"), share(2.8, indicator_id="part_b")
    )  # fmt: skip
    assert not found(connection, "parts_against_total", *figures)


def test_more_than_rounding_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (
        share(5.8, indicator_id="total"), share(2.9, indicator_id="part_a"), share(2.7, indicator_id="part_b")
    )  # fmt: skip
    assert found(connection, "parts_against_total", *figures) == [("total", "2019-20 Q4", "5.6", "5.8")]


def test_a_total_with_a_part_missing_is_left_alone(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(
        connection, "parts_against_total", count(10, indicator_id="total"), count(4, indicator_id="part_a")
    )


def test_a_share_that_its_count_and_whole_do_not_give_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    whole = count(252800, indicator_id="whole")
    assert found(connection, "share_against_its_whole", share(22.3, numerator=53000, indicator_id="share"), whole) == [
        ("share", "2019-20 Q4", "21.0", "22.3")
    ]


def test_a_share_that_they_give_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    whole = count(252800, indicator_id="whole")
    assert not found(connection, "share_against_its_whole", share(21.0, numerator=53000, indicator_id="share"), whole)


def paid(by: str, pounds: float) -> dict[str, Any]:
    kind = "all" if by == "all" else "partner"
    return figure(unit="gbp", numerator=None, value=pounds, breakdown_type=kind, breakdown=by)


def test_payments_that_do_not_add_up_to_their_total_are_found(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (paid("all", 159115), paid("council", 99516), paid("police", 59596))
    assert found(connection, "breakdown_against_total", *figures) == [("one", "2019-20 Q4", "159112", "159115")]


def test_payments_that_add_up_are_not(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "breakdown_against_total", paid("all", 3), paid("council", 1), paid("police", 2))


def test_a_gap_inside_a_series_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (count(1, "2019-20 Q2"), missing("2019-20 Q3"), count(1, "2019-20 Q4"))
    assert found(connection, "gap_in_series", *figures) == [("one", "2019-20 Q3", "a figure", "missing")]


def test_a_series_that_begins_later_or_has_not_gone_on_has_no_gap(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (missing("2019-20 Q1"), count(1, "2019-20 Q2"), count(1, "2019-20 Q3"), missing("2019-20 Q4"))
    assert not found(connection, "gap_in_series", *figures)


def test_a_figure_the_last_return_gave_and_this_one_leaves_out_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    before = (count(5, "2019-20 Q2", reported_in="2019-20 Q3"),)
    now = (count(6, "2019-20 Q1"), missing("2019-20 Q2"), count(6, "2019-20 Q4"))
    assert found(connection, "coverage_shrinks", *now, before=before) == [("one", "2019-20 Q2", "5", "missing")]


def test_a_quarter_before_the_first_of_a_return_drops_out(connection: duckdb.DuckDBPyConnection) -> None:
    before = (count(5, "2017-18 Q2", reported_in="2019-20 Q3"),)
    assert not found(connection, "coverage_shrinks", count(6, "2019-20 Q1"), before=before)


def test_a_restatement_of_more_than_a_tenth_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    before = (count(100, reported_in="2019-20 Q3"),)
    assert found(connection, "restated", count(111), before=before) == [("one", "2019-20 Q4", "100", "111")]


def test_a_restatement_of_a_tenth_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "restated", count(110), before=(count(100, reported_in="2019-20 Q3"),))


def test_a_last_decimal_restated_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "restated", count(5), before=(count(4, reported_in="2019-20 Q3"),))


def test_a_count_that_doubles_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (count(670, "2019-20 Q3"), count(1247, "2019-20 Q4"))
    assert found(connection, "jump_between_periods", *figures) == [("one", "2019-20 Q4", "670", "1247")]


def test_chance_in_small_counts_is_no_jump(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "jump_between_periods", count(9, "2019-20 Q3"), count(17, "2019-20 Q4"))


def test_a_percentage_that_moves_by_more_than_20_points_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (share(73.8, "2019-20 Q3"), share(53.7, "2019-20 Q4"))
    assert found(connection, "jump_between_periods", *figures) == [("one", "2019-20 Q4", "73.8", "53.7")]


def test_a_percentage_that_moves_by_20_points_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "jump_between_periods", share(50.0, "2019-20 Q3"), share(70.0, "2019-20 Q4"))


def test_a_jump_is_between_periods_that_follow_one_another(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "jump_between_periods", count(670, "2018-19 Q4"), count(1247, "2019-20 Q4"))


def test_a_rate_on_an_inferred_population_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    inferred = figure(basis="recomputed", denominator=49911, denominator_edition="mid-2016 first_release_inferred")
    published = figure(
        "2019-20 Q3", basis="recomputed", denominator=50305, denominator_edition="mid-2017 first_release"
    )
    assert [row[:2] for row in found(connection, "rate_on_inferred_population", inferred, published)] == [
        ("one", "2019-20 Q4")
    ]


def test_comparators_of_another_basis_are_found_once_a_measure(connection: duckdb.DuckDBPyConnection) -> None:
    for name, same in (("england", False), ("south_east", False), ("statistical_neighbours", True)):
        connection.execute(
            "INSERT INTO printed_comparator VALUES ('one', 'count', 'E06000045', ?, 'all', 'all', '2019-20 Q4', "
            "'return', 'as printed', ?, 'of another year')",
            [name, same],
        )
    assert found(connection, "comparator_not_like_for_like") == [
        ("one", "2019-20 Q4", "comparators of the same basis and period", "england, south_east")
    ]


def test_a_rate_titled_a_number_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("INSERT INTO indicator_label VALUES ('one', 'rate', 'Number of entrants per 100,000')")
    connection.execute("INSERT INTO indicator_label VALUES ('two', 'rate', 'Rate of referrals')")
    figures = (figure(unit="per_100000"), figure(indicator_id="two", unit="per_10000"))
    assert found(connection, "title_against_unit", *figures) == [("one", "2019-20 Q4", "per_100000", "number")]


def test_two_extracts_that_differ_on_an_event_are_found_in_counts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("SET VARIABLE scope_quarter = '2019-20 Q4'")
    connection.execute(
        "CREATE TABLE event_difference AS SELECT 'cp_plan' AS event, 'Plans' AS title, 'ended_on' AS field, "
        "'cin_census' AS first_extract, 'annex_a' AS later_extract, 'E06000045' AS area_code, 9 AS compared, "
        "unnest([2, 0]) AS differing"
    )
    assert found(connection, "extracts_disagree") == [(None, "2019-20 Q4", "9 alike", "2 of 9 differ")]


def test_children_without_an_event_that_goes_with_another_are_found_in_counts(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("SET VARIABLE scope_quarter = '2019-20 Q4'")
    connection.execute(
        "CREATE TABLE event_companion AS SELECT 'children' AS says, 'A cause.' AS likely_cause, 'ssda903' AS extract, "
        "'cin_census' AS companion_extract, 'E06000045' AS area_code, 9 AS children, unnest([2, 0]) AS alone"
    )
    assert found(connection, "children_without_companion") == [(None, "2019-20 Q4", "0", "2 of 9")]


def test_every_rule_is_tried_here() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [rule for rule in RULES if f'connection, "{rule}"' not in text.replace("\n        ", " ")] == []
