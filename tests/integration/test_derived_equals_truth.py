"""Partnerships that do not exist, from their files to figures: every figure that can be counted is the true one.

A hundred of them at random are a proof of its own (`tests/benchmarks/truths.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.round_trip import counted, define_differences, draw, write_partnerships
from warehouse.home import Home

pytestmark = pytest.mark.slow
PARTNERSHIPS, SEED = 3, 70
LOOKING_BACK = {
    "cin_rereferrals_12m", "cpp_repeat_2y", "fte_youth_justice", "lac_placements_3plus", "missing_persons_3plus_90d",
}  # fmt: skip
"""The indicators that need deliveries of earlier years."""


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("truths")
    write_partnerships(draw(PARTNERSHIPS, SEED, most_areas=1, most_quarters=3), root)
    return root


@pytest.fixture(scope="module")
def connection(landed: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with counted(Home(landed).create()) as opened:
        define_differences(opened, landed / "truth")
        yield opened


def outcomes(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return dict(connection.execute("SELECT outcome, count(*) FROM compared GROUP BY outcome").fetchall())


def test_every_figure_that_can_be_counted_is_the_true_one(connection: duckdb.DuckDBPyConnection) -> None:
    assert connection.execute("SELECT * FROM compared WHERE outcome = 'unequal' ORDER BY ALL").fetchall() == []
    assert outcomes(connection)["equal"] > 500
    indicators, areas = connection.execute(
        "SELECT count(DISTINCT indicator_id), count(DISTINCT area_code) FROM compared WHERE outcome = 'equal'"
    ).fetchone() or (0, 0)
    assert indicators > 25
    assert areas == PARTNERSHIPS


def test_deliveries_in_error_that_were_replaced_are_among_them(connection: duckdb.DuckDBPyConnection) -> None:
    [(superseded,)] = connection.execute(
        "SELECT count(*) FROM ops.receipt WHERE outcome = 'superseded' AND file_name LIKE 'in-error-%'"
    ).fetchall()
    assert superseded > 0


def test_what_lacks_history_is_missing_and_only_where_a_look_back_needs_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = connection.execute("SELECT DISTINCT indicator_id FROM compared WHERE outcome = 'history'").fetchall()
    assert {name for (name,) in found} == LOOKING_BACK


def test_a_figure_that_is_not_the_true_one_would_be_seen(landed: Path, connection: duckdb.DuckDBPyConnection) -> None:
    before = outcomes(connection)
    connection.execute("BEGIN TRANSACTION")
    changed = connection.execute(
        "UPDATE marts.indicator_values SET numerator = numerator + 1 WHERE indicator_id = 'cin_referrals'"
    ).fetchall()
    define_differences(connection, landed / "truth")
    after = outcomes(connection)
    connection.execute("ROLLBACK")
    assert changed[0][0] > 0
    assert after["unequal"] > 0
    assert after["equal"] + after["unequal"] == before["equal"]
