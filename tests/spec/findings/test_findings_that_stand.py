"""Which findings speak of figures as they stand: a figure that is reported again is judged by its newest report."""

from __future__ import annotations

import duckdb
import pytest

from assets.marts.findings import STANDING


def standing(finding: str, *reports: str) -> bool:
    """Whether a finding (of a figure, as reported in a quarter) stands beside these reports of figures."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA marts")
        for table, rows in (("findings", [finding]), ("indicator_values", list(reports))):
            columns = "indicator_id, area_code, period, basis, reported_in"
            connection.execute(
                f"CREATE TABLE marts.{table} AS SELECT * FROM (VALUES {', '.join(rows)}) AS given ({columns})"
            )
        return bool(connection.execute(f"SELECT * FROM marts.findings WHERE {STANDING}").fetchall())


FINDING = "('lac_open', 'E06000045', '2019-20 Q1', 'derived', '2019-20 Q1')"
AGAIN = "('lac_open', 'E06000045', '2019-20 Q1', 'derived', '2019-20 Q2')"


def test_one_of_the_newest_report_stands() -> None:
    assert standing(FINDING, FINDING)
    assert standing(AGAIN, FINDING, AGAIN)


def test_one_of_a_figure_reported_again_does_not() -> None:
    assert not standing(FINDING, FINDING, AGAIN)


@pytest.mark.parametrize(
    "other",
    [
        AGAIN.replace("lac_open", "cin_open"),
        AGAIN.replace("E06000045", "E06000044"),
        AGAIN.replace("'2019-20 Q1', 'derived'", "'2019-20 Q2', 'derived'"),
        AGAIN.replace("derived", "return"),
    ],
)
def test_another_figure_reported_later_leaves_it_standing(other: str) -> None:
    assert standing(FINDING, FINDING, other)


def test_one_of_no_figure_stands() -> None:
    assert standing("(NULL, 'E06000045', '2019-20 Q1', 'derived', '2019-20 Q1')", AGAIN)
