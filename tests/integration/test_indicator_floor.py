"""The proof of what the catalogue costs, in its small version: it runs, counts, and history does not make it dearer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.indicators import measure_area, measure_nation

pytestmark = pytest.mark.slow


def test_one_areas_quarter_costs_no_more_for_a_long_history_than_for_a_short_one(tmp_path: Path) -> None:
    found = measure_area(4, 40, 60, tmp_path, times=1)
    assert found["long_rows"] > 8 * found["short_rows"] > 0
    # Ten times the history and the same indicators; twice the time leaves room for other work on the machine.
    assert found["same"] < 2 * found["short"] + 1
    # Those that look back further are missing with little history, and counted with much.
    assert found["long_indicators"] > found["short_indicators"] > 25


def test_several_areas_are_counted_in_a_fixed_number_of_queries(tmp_path: Path) -> None:
    one, ten = (measure_nation(areas, 1, 60, tmp_path) for areas in (1, 10))
    assert ten["rows"] > 8 * one["rows"]
    assert ten["seconds"] < 3 * one["seconds"] + 1
