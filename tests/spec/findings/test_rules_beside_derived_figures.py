"""Rules that set derived figures beside returns, beside another agency's, and beside published ones."""

from __future__ import annotations

import duckdb
import pytest

from tests.spec.findings.invented_figures import count, figure, found, share

DERIVED = {"basis": "derived", "source": "receipt R000002"}


def test_a_return_that_its_own_children_bear_out_is_not_found(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "return_against_derived", count(100), count(100, **DERIVED))


def test_a_return_that_counts_one_more_than_its_children_is_found(connection: duckdb.DuckDBPyConnection) -> None:
    figures = (count(101), count(100, **DERIVED))
    assert found(connection, "return_against_derived", *figures) == [("one", "2019-20 Q4", "100", "101")]


def test_a_share_without_its_count_is_compared_as_printed(connection: duckdb.DuckDBPyConnection) -> None:
    derived = figure(**{**DERIVED, "numerator": 5, "denominator": 8, "value": 62.5, "unit": "percent", "decimals": 1})
    assert found(connection, "return_against_derived", share(62.4), derived) == [("one", "2019-20 Q4", "62.5", "62.4")]


def test_a_count_is_compared_though_the_rate_has_no_population(connection: duckdb.DuckDBPyConnection) -> None:
    derived = figure(**{**DERIVED, "numerator": 9, "value": None, "status": "missing", "unit": "per_10000"})
    sent = figure(numerator=10, value=2, unit="per_10000")
    assert found(connection, "return_against_derived", sent, derived) == [("one", "2019-20 Q4", "9", "10")]


def test_figures_of_two_periods_are_not_compared(connection: duckdb.DuckDBPyConnection) -> None:
    assert not found(connection, "return_against_derived", count(101), count(100, "2019-20 Q3", **DERIVED))


def test_the_reason_the_catalogue_knows_is_told(connection: duckdb.DuckDBPyConnection) -> None:
    from tests.spec.findings.invented_figures import RULES

    found(connection, "return_against_derived", count(101, derived_differs_by="Late entries."), count(100, **DERIVED))
    message = connection.execute(f"SELECT message FROM ({RULES['return_against_derived'].sql})").fetchall()
    assert message == [("the return gives 101 and the child-level extracts 100. Late entries.",)]


@pytest.mark.parametrize(
    ("how", "other", "expected"),
    [
        ("equal", 100, None),
        ("equal", 99, "99"),
        ("equal", 101, "101"),
        ("at_most", 101, None),
        ("at_most", 99, "at most 99"),
    ],
)
def test_totals_of_two_agencies_are_compared_as_the_catalogue_declares(
    connection: duckdb.DuckDBPyConnection, how: str, other: int, expected: str | None
) -> None:
    connection.execute("INSERT INTO indicator_counterpart VALUES ('one', 'two', ?, 'For a reason.')", [how])
    figures = (
        count(100, **DERIVED, title="One"),
        count(other, **DERIVED, indicator_id="two", agency="health", title="Two"),
    )
    rows = found(connection, "agencies_disagree", *figures)
    assert rows == ([("one", "2019-20 Q4", expected, "100")] if expected else [])


def test_a_figure_of_a_term_stands_beside_the_quarter_it_was_delivered_in(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("INSERT INTO indicator_counterpart VALUES ('one', 'two', 'at_most', 'For a reason.')")
    term = count(9, **DERIVED, indicator_id="two")
    term |= {"period_type": "term", "period": "2019-20 Autumn term"}
    earlier = count(100, "2019-20 Q3", **DERIVED)
    rows = found(connection, "agencies_disagree", count(100, **DERIVED), earlier, term)
    assert rows == [("one", "2019-20 Q4", "at most 9", "100")]


def test_four_derived_quarters_stand_beside_the_official_year(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "INSERT INTO official_figure "
        "VALUES ('one', 'count', 'E06000045', '2020-03-31', 'four_quarters', 500, 0, 'x', '')"
    )
    quarters = [count(100, f"2019-20 Q{number}", **DERIVED) for number in (1, 2, 3, 4)]
    assert found(connection, "return_against_official", *quarters) == [("one", "2019-20", "500", "400")]
