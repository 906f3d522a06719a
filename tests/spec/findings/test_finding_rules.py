"""What the finding rules find, and the near misses they must leave alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from assets.marts.arithmetic import define_arithmetic
from assets.marts.control_charts import define_control_charts
from expectations.finding_rule import finding_rules
from warehouse.quarters import FinancialQuarter

RULES = {rule.rule: rule for rule in finding_rules()}
COLUMNS = {
    "indicator_id": "VARCHAR", "area_code": "VARCHAR", "breakdown_type": "VARCHAR", "breakdown": "VARCHAR",
    "period_type": "VARCHAR", "period": "VARCHAR", "period_end": "DATE", "basis": "VARCHAR", "reported_in": "VARCHAR",
    "numerator": "DOUBLE", "denominator": "DOUBLE", "denominator_edition": "VARCHAR", "value": "DOUBLE",
    "printed": "VARCHAR", "status": "VARCHAR", "reason": "VARCHAR", "source": "VARCHAR", "unit": "VARCHAR",
    "agency": "VARCHAR", "decimals": "INTEGER", "counted": "VARCHAR",
}  # fmt: skip


def figure(quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    """A figure of one area, a count of 100 unless told otherwise."""
    end: date = FinancialQuarter.parse(quarter).end
    made = {
        **dict.fromkeys(COLUMNS), "indicator_id": "one", "area_code": "E06000045", "breakdown_type": "all",
        "breakdown": "all", "period_type": "quarter", "period": quarter, "period_end": end, "basis": "return",
        "reported_in": "2019-20 Q4", "status": "value", "unit": "count", "agency": "council", "decimals": 0,
        "counted": "children", "numerator": 100.0, "value": 100.0, "source": "receipt R000001", **given,
    }  # fmt: skip
    if made["printed"] is None and made["value"] is not None:
        made["printed"] = f"{made['value']:.{made['decimals']}f}"
    return made


def count(number: float, quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    return figure(quarter, numerator=number, value=number, **given)


def share(number: float, quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    return figure(quarter, **{"numerator": None, "value": number, "unit": "percent", "decimals": 1, **given})


def missing(quarter: str = "2019-20 Q4", **given: Any) -> dict[str, Any]:
    return figure(quarter, numerator=None, value=None, status="missing", reason="No data available", **given)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        define_arithmetic(opened)
        opened.execute("CREATE MACRO unit_words(unit) AS unit")
        opened.execute("CREATE TABLE indicator_part (total_id VARCHAR, part_id VARCHAR)")
        opened.execute("INSERT INTO indicator_part VALUES ('total', 'part_a'), ('total', 'part_b')")
        opened.execute("CREATE TABLE indicator_share AS SELECT 'share' AS part_id, 'whole' AS whole_id")
        opened.execute(
            "CREATE TABLE official_figure (indicator_id VARCHAR, measure VARCHAR, area_code VARCHAR, year_end DATE, "
            "counterpart VARCHAR, value DOUBLE, decimals INTEGER, edition VARCHAR, official_differs_by VARCHAR)"
        )
        opened.execute(
            "CREATE TABLE published_rate (indicator_id VARCHAR, measure VARCHAR, area_code VARCHAR, level VARCHAR, "
            "year_end DATE, comparator_period VARCHAR, value DOUBLE, n_areas INTEGER, decimals INTEGER, unit VARCHAR, "
            "edition VARCHAR)"
        )
        opened.execute("CREATE TABLE area (area_code VARCHAR, area_name VARCHAR, region_code VARCHAR)")
        opened.execute(
            "CREATE TABLE printed_comparator (indicator_id VARCHAR, measure VARCHAR, area_code VARCHAR, "
            "comparator VARCHAR, breakdown_type VARCHAR, breakdown VARCHAR, period VARCHAR, basis VARCHAR, "
            "edition VARCHAR, like_for_like BOOLEAN, note VARCHAR)"
        )
        opened.execute("CREATE TABLE indicator_label (indicator_id VARCHAR, measure VARCHAR, text VARCHAR)")
        yield opened


def hold(connection: duckdb.DuckDBPyConnection, name: str, figures: Any) -> None:
    columns = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
    connection.execute(f"CREATE TABLE {name} ({columns})")
    for row in figures:
        marks = ", ".join("?" for _ in COLUMNS)
        connection.execute(f"INSERT INTO {name} VALUES ({marks})", [row[column] for column in COLUMNS])


def found(connection: duckdb.DuckDBPyConnection, rule: str, *figures: Any, before: Any = ()) -> list[tuple[Any, ...]]:
    """(indicator, period, expected, found) of what a rule finds in figures, given those of the report before."""
    hold(connection, "figure", figures)
    hold(connection, "previous_report", before)
    query = f"SELECT indicator_id, period, expected, found FROM ({RULES[rule].sql}) ORDER BY ALL"
    return connection.execute(query).fetchall()


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


def official(connection: duckdb.DuckDBPyConnection, value: float, counterpart: str, measure: str = "count") -> None:
    connection.execute(
        "INSERT INTO official_figure VALUES ('one', ?, 'E06000045', '2020-03-31', ?, ?, ?, 'c1', 'contacts')",
        [measure, counterpart, value, 0 if measure == "count" else 1],
    )


def test_a_year_that_differs_from_the_official_count_is_found_with_its_likely_cause(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    official(connection, 4840, "four_quarters")
    quarters = [count(n, f"2019-20 Q{q}") for q, n in enumerate((1556, 1630, 1106, 1030), start=1)]
    assert found(connection, "return_against_official", *quarters) == [("one", "2019-20", "4840", "5322")]
    [(message,)] = connection.execute(f"SELECT message FROM ({RULES['return_against_official'].sql})").fetchall()
    assert message.endswith("(c1). contacts")


def test_a_year_within_a_fiftieth_of_the_official_count_is_not(connection: duckdb.DuckDBPyConnection) -> None:
    official(connection, 404, "four_quarters")
    quarters = [count(100, f"2019-20 Q{q}") for q in (1, 2, 3, 4)]
    assert not found(connection, "return_against_official", *quarters)


def test_three_quarters_are_no_year(connection: duckdb.DuckDBPyConnection) -> None:
    official(connection, 4840, "four_quarters")
    quarters = [count(100, f"2019-20 Q{q}") for q in (2, 3, 4)]
    assert not found(connection, "return_against_official", *quarters)


def test_a_count_on_the_same_day_as_the_official_one_is_set_against_it(connection: duckdb.DuckDBPyConnection) -> None:
    official(connection, 396, "same_end")
    figures = (count(417, period_type="snapshot"), count(479, "2019-20 Q3", period_type="snapshot"))
    assert found(connection, "return_against_official", *figures) == [("one", "2019-20 Q4", "396", "417")]


def test_a_share_that_is_the_official_one_is_not_found(connection: duckdb.DuckDBPyConnection) -> None:
    official(connection, 6.3, "same_end", "percent")
    assert not found(connection, "return_against_official", share(6.3), share(7.0, "2019-20 Q3"))


def test_a_share_that_is_not_the_official_one_is(connection: duckdb.DuckDBPyConnection) -> None:
    official(connection, 6.3, "same_end", "percent")
    assert found(connection, "return_against_official", share(6.5)) == [("one", "2019-20 Q4", "6.3", "6.5")]


def published(connection: duckdb.DuckDBPyConnection, level: str, *rates: float, n_areas: int = 1) -> None:
    """Rates of a nation, of its nine regions, or of as many authorities of the first region as are given."""
    letter = {"National": "E92", "Regional": "E12", "Local authority": "E06"}[level]
    for number, rate in enumerate(rates, start=1):
        code = f"{letter}00000{number}"
        connection.execute(
            "INSERT INTO published_rate VALUES ('one', 'rate', ?, ?, '2019-12-31', '2019', ?, ?, 0, 'rate', 'e1')",
            [code, level, rate, n_areas],
        )
        region = "E12000001" if level == "Local authority" else None
        connection.execute("INSERT INTO area VALUES (?, 'somewhere', ?)", [code, region])


def england(connection: duckdb.DuckDBPyConnection, indicator_id: str, rate: float) -> None:
    connection.execute(
        "INSERT INTO published_rate VALUES "
        "(?, 'rate', 'E92000001', 'National', '2019-12-31', '2019', ?, 151, 0, 'rate', 'e1')",
        [indicator_id, rate],
    )
    connection.execute(
        "INSERT INTO area SELECT 'E92000001', 'England', NULL WHERE 'E92000001' NOT IN (SELECT area_code FROM area)"
    )


NINE = (274, 210, 228, 206, 248, 173, 264, 172, 201)


def test_a_nation_outside_its_regions_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    published(connection, "Regional", *NINE)
    england(connection, "one", 1976)
    assert found(connection, "whole_outside_its_parts") == [("one", "2019", "172 to 274", "1976")]
    [(message,)] = connection.execute(f"SELECT message FROM ({RULES['whole_outside_its_parts'].sql})").fetchall()
    assert message.endswith("it is their sum")


def test_a_nation_within_its_regions_is_not_nor_one_with_a_region_missing(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    england(connection, "one", 220)
    england(connection, "two", 1976)
    published(connection, "Regional", *NINE)
    assert not found(connection, "whole_outside_its_parts")


def test_a_region_outside_its_authorities_is_found_where_all_are_held(connection: duckdb.DuckDBPyConnection) -> None:
    published(connection, "Local authority", 10, 20, 30)
    published(connection, "Regional", 31, n_areas=3)
    assert found(connection, "whole_outside_its_parts") == [("one", "2019", "10 to 30", "31")]


def test_a_region_some_of_whose_authorities_are_not_held_is_left_alone(connection: duckdb.DuckDBPyConnection) -> None:
    published(connection, "Local authority", 10, 20, 30)
    published(connection, "Regional", 31, n_areas=4)
    assert not found(connection, "whole_outside_its_parts")


def charted(connection: duckdb.DuckDBPyConnection, rule: str, *numbers: float) -> list[tuple[Any, ...]]:
    """What a rule finds in a series of counts, its last quarter being 2019-20 Q4."""
    last = FinancialQuarter.parse("2019-20 Q4")
    quarters = [last.shift(step - len(numbers) + 1).label for step in range(len(numbers))]
    connection.execute("CREATE TABLE catalogue AS SELECT 'one' AS id, 'count' AS measure")
    figures = [count(number, quarter) for number, quarter in zip(numbers, quarters, strict=True)]
    query = "SELECT *, NULL::DOUBLE AS lower_ci, NULL::DOUBLE AS upper_ci FROM figure"
    hold(connection, "figure", figures)
    define_control_charts(connection, query)
    return connection.execute(f"SELECT period, found FROM ({RULES[rule].sql}) ORDER BY ALL").fetchall()


STEADY = (100.0, 104.0, 97.0, 102.0, 99.0, 103.0, 98.0)


def test_a_figure_outside_the_limits_of_a_long_series_is_a_warning(connection: duckdb.DuckDBPyConnection) -> None:
    series = (*STEADY, *STEADY, 160.0)
    assert charted(connection, "beyond_own_limits", *series) == [("2019-20 Q4", "160")]
    assert connection.execute(f"SELECT count(*) FROM ({RULES['beyond_trial_limits'].sql})").fetchall() == [(0,)]


def test_a_figure_outside_trial_limits_is_no_warning(connection: duckdb.DuckDBPyConnection) -> None:
    assert charted(connection, "beyond_trial_limits", *STEADY, 160.0) == [("2019-20 Q4", "160")]
    assert connection.execute(f"SELECT count(*) FROM ({RULES['beyond_own_limits'].sql})").fetchall() == [(0,)]


def test_a_steady_series_is_left_alone(connection: duckdb.DuckDBPyConnection) -> None:
    assert charted(connection, "beyond_own_limits", *STEADY, *STEADY) == []


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


def test_every_rule_is_tried_here() -> None:
    from pathlib import Path

    text = Path(__file__).read_text(encoding="utf-8")
    assert [rule for rule in RULES if f'connection, "{rule}"' not in text.replace("\n        ", " ")] == []
