"""Rules that set returns beside official figures, wholes beside their parts, and points beside their own series."""

from __future__ import annotations

from typing import Any

import duckdb

from assets.marts.control_charts import define_control_charts
from tests.spec.findings.invented_figures import RULES, count, found, hold, share
from warehouse.quarters import FinancialQuarter


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
