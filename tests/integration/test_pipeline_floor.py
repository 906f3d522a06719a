"""The small version of the proof "pipeline": what is measured is the same work, whatever it costs.

Here: product and floor hold the same rows, and a re-delivery touches its own quarter alone. Not here: any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.homes import History, example_home, local_authorities, quarters_begun
from tests.benchmarks.pipeline import floor_of, recorded_run, timed_run
from tests.benchmarks.stopwatch import Stopwatch
from warehouse.quarters import FinancialQuarter


def _rows(warehouse: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of core and marts, by table, in an order of their own."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.sql(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
            "WHERE schema_name IN ('core', 'marts') ORDER BY 1"
        ).fetchall()
        return {name: connection.sql(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for (name,) in tables}


@pytest.fixture(scope="module")
def two_areas() -> list[str]:
    return local_authorities(2)


def test_the_floor_makes_the_rows_the_product_makes(tmp_path: Path, two_areas: list[str]) -> None:
    home = example_home(tmp_path / "home", two_areas, statistics=False)
    recording = recorded_run(home)
    floor, replayed = floor_of(recording, tmp_path / "floor")
    product = _rows(home.warehouse)
    assert _rows(floor) == product
    assert {row[0] for row in _of(home.warehouse, "SELECT DISTINCT area_code FROM core.reported_figure")} == set(
        two_areas
    )
    assert len(product["marts.indicator_values"]) > 100
    assert 0 < replayed.statements == len(recording.statements)


def test_every_stage_is_seen_and_a_redelivery_makes_its_own_quarter_and_no_other(tmp_path: Path) -> None:
    first = FinancialQuarter(2019, 2)
    history = History(tmp_path / "home", [first.shift(step) for step in range(3)], statistics=False)
    _all_seen(*timed_run(history.home))
    before = _of(history.home.warehouse, "SELECT * FROM core.reported_figure WHERE quarter < '2019-20 Q4' ORDER BY ALL")
    history.deliver(history.newest, 1)
    _all_seen(*timed_run(history.home))
    after = _of(history.home.warehouse, "SELECT * FROM core.reported_figure WHERE quarter < '2019-20 Q4' ORDER BY ALL")
    assert after == before
    assert len(after) > 0
    [(number,)] = _of(
        history.home.warehouse,
        "SELECT count(*) FROM core.reported_figure WHERE quarter = '2019-20 Q4' AND number = 401",
    )
    assert number == 1


def _all_seen(total: float, stages: Mapping[str, float]) -> None:
    """A run's time, stage by stage, leaves nothing out."""
    # Great Expectations counts beside the rest, and so comes on top.
    assert total - 1e-6 <= sum(stages.values()) <= total + stages["Great Expectations"] + 1e-6
    assert {"intake", "raw", "staging and SQL rules", "Great Expectations", "core write", "marts"} <= set(stages)
    assert {"findings", "release", "Data Docs", "Dagster, around the steps"} <= set(stages)
    assert min(stages.values()) >= 0


def test_history_ends_with_the_quarter_that_has_begun() -> None:
    from datetime import UTC, datetime

    assert quarters_begun(40, datetime(2018, 1, 1, tzinfo=UTC))[-1] == FinancialQuarter(2017, 4)
    assert len(quarters_begun(5, datetime(2026, 1, 1, tzinfo=UTC))) == 5


def test_a_stage_inside_another_is_taken_off_it() -> None:
    watch = Stopwatch()
    with watch.time("outer"), watch.time("inner"):
        sum(range(200_000))
    assert watch.seconds["inner"] > watch.seconds["outer"] >= 0


def _of(warehouse: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.sql(query).fetchall()
