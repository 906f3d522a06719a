"""The relations rules read, empty."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from assets.marts.arithmetic import define_arithmetic


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
        opened.execute(
            "CREATE TABLE indicator_counterpart (indicator_id VARCHAR, counterpart_id VARCHAR, how VARCHAR, "
            "differs_by VARCHAR)"
        )
        opened.execute("CREATE TABLE indicator_label (indicator_id VARCHAR, measure VARCHAR, text VARCHAR)")
        yield opened
