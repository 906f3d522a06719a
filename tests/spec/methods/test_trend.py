"""The recent trend against the published vectors and at its boundaries; direction of travel in both forms."""

from __future__ import annotations

import csv
import math
import random
import time
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.marts.methods.trend import CHI_SQUARED_THRESHOLD, direction_of_travel, rate_direction, recent_trends
from tests.spec.methods.connections import VECTORS, evaluate, keyed
from warehouse.quarters import FinancialQuarter

with (VECTORS / "trend_vectors.csv").open(encoding="utf-8", newline="") as file:
    SERIES = keyed(csv.DictReader(file), "case")

PUBLISHED = {"Increasing": "increasing", "Decreasing": "decreasing", "NoChange": "no_significant_change"}


def _number(text: str) -> float | None:
    return float(text) if text else None


def _points(values: Sequence[float | None], half_widths: Sequence[float | None], series: str = "one") -> pl.DataFrame:
    pairs = list(zip(values, half_widths, strict=True))
    return pl.DataFrame(
        {
            "series": [series] * len(values),
            "step": list(range(len(values))),
            "value": values,
            "lower": [None if v is None or w is None else v - w for v, w in pairs],
            "upper": [None if v is None or w is None else v + w for v, w in pairs],
        },
        schema_overrides={"value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64},
    )


def _trend(points: pl.DataFrame) -> dict[str, object]:
    (row,) = recent_trends(points, series=["series"], order="step").to_dicts()
    return row


@pytest.mark.parametrize("case", SERIES, ids=lambda case: case[0])
def test_vector(case: tuple[str]) -> None:
    rows = SERIES[case]
    found = _trend(
        pl.DataFrame(
            {
                "series": [row["case"] for row in rows],
                "step": [int(row["year"]) for row in rows],
                "value": [_number(row["value"]) for row in rows],
                "lower": [_number(row["lower95"]) for row in rows],
                "upper": [_number(row["upper95"]) for row in rows],
            },
            schema_overrides={"lower": pl.Float64, "upper": pl.Float64},
        )
    )
    if not rows[0]["chi2"]:
        # The source reports "no change" of points without limits because no comparison with a slope that is not a
        # number holds. Nothing was weighed, and we say so.
        assert rows[0]["expected_trend"] == "NoChange"
        assert found == {
            "series": rows[0]["case"],
            "points": 0,
            "slope": None,
            "chi_squared": None,
            "trend": "cannot_be_calculated",
        }
        return
    assert found["trend"] == PUBLISHED[rows[0]["expected_trend"]]
    assert found["chi_squared"] == pytest.approx(float(rows[0]["chi2"]), abs=1e-6)


def test_four_points_are_too_few_and_five_are_enough() -> None:
    rising = [10.0, 20.0, 30.0, 40.0, 50.0]
    assert _trend(_points(rising[:4], [1.0] * 4)) == {
        "series": "one",
        "points": 4,
        "slope": None,
        "chi_squared": None,
        "trend": "cannot_be_calculated",
    }
    five = _trend(_points(rising, [1.0] * 5))
    assert (five["points"], five["slope"], five["trend"]) == (5, pytest.approx(10), "increasing")


def test_only_the_last_five_points_count() -> None:
    falling_before = [900.0, 500.0, 200.0, 10.0, 20.0, 30.0, 40.0, 50.0]
    assert _trend(_points(falling_before, [1.0] * 8))["trend"] == "increasing"


def test_points_without_value_or_limits_are_left_out() -> None:
    found = _trend(_points([10.0, 20.0, None, 30.0, 40.0, 50.0], [1.0] * 6))
    assert (found["points"], found["trend"]) == (5, "increasing")
    found = _trend(_points([10.0, 20.0, 30.0, 40.0, 50.0], [1.0, 1.0, 1.0, None, 0.0]))
    assert (found["points"], found["trend"]) == (3, "cannot_be_calculated")


@pytest.mark.parametrize(
    ("chi_squared", "expected"),
    [
        (CHI_SQUARED_THRESHOLD * (1 - 1e-9), "no_significant_change"),
        (CHI_SQUARED_THRESHOLD * (1 + 1e-9), "increasing"),
    ],
)
def test_chi_squared_at_its_threshold(chi_squared: float, expected: str) -> None:
    """Five points of one width on a line of slope 1: chi-squared is 10 over the squared standard error."""
    half_width = 3.92 / 2 * math.sqrt(10 / chi_squared)
    found = _trend(_points([1.0, 2.0, 3.0, 4.0, 5.0], [half_width] * 5))
    assert found["chi_squared"] == pytest.approx(chi_squared, rel=1e-12)
    assert found["trend"] == expected


def test_a_slope_that_hangs_on_one_point_is_no_trend() -> None:
    found = _trend(_points([10.0, 9.0, 8.0, 7.0, 30.0], [0.5] * 5))
    assert found["chi_squared"] > CHI_SQUARED_THRESHOLD
    assert found["trend"] == "no_significant_change"


def test_a_series_of_which_nothing_can_be_weighed_keeps_its_row() -> None:
    found = _trend(_points([None] * 6, [None] * 6))
    assert (found["points"], found["trend"]) == (0, "cannot_be_calculated")


widths = st.lists(st.floats(0.1, 100), min_size=5, max_size=5)
levels = st.lists(st.integers(0, 1000).map(float), min_size=5, max_size=5)


@given(levels, widths, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_other_series_matter(
    values: list[float], half_widths: list[float], shuffle: random.Random
) -> None:
    one = _points(values, half_widths)
    both = pl.concat([_points(values[::-1], half_widths[::-1], "another"), one])
    rows = list(range(both.height))
    shuffle.shuffle(rows)
    found = recent_trends(both[rows], series=["series"], order="step").filter(series="one").to_dicts()
    assert found == [_trend(one)]


@given(levels, widths)
def test_a_series_turned_upside_down_has_the_opposite_trend(values: list[float], half_widths: list[float]) -> None:
    opposite = {"increasing": "decreasing", "decreasing": "increasing"}
    trend = _trend(_points(values, half_widths))["trend"]
    assert _trend(_points([-value for value in values], half_widths))["trend"] == opposite.get(trend, trend)


def test_ten_thousand_series_take_less_than_five_seconds() -> None:
    draw = random.Random(1)
    height = 10_000 * 24
    points = pl.DataFrame(
        {
            "series": [number // 24 for number in range(height)],
            "step": [number % 24 for number in range(height)],
            "value": [draw.gauss(100, 10) for _ in range(height)],
        }
    ).with_columns((pl.col("value") - 5).alias("lower"), (pl.col("value") + 5).alias("upper"))
    started = time.perf_counter()
    assert recent_trends(points, series=["series"], order="step").height == 10_000
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    ("current", "earlier", "direction"),
    [
        (2.1, 2.0, "up"),
        (2.0, 2.1, "down"),
        (2.0, 2.0, "level"),
        (None, 2.0, "not_compared"),
        (2.0, None, "not_compared"),
    ],
)
def test_direction_of_travel(current: float | None, earlier: float | None, direction: str) -> None:
    assert direction_of_travel(current, earlier) == direction
    assert evaluate("direction_of_travel(?::DOUBLE, ?::DOUBLE)", current, earlier) == direction


@pytest.mark.parametrize(
    ("direction", "polarity", "rating"),
    [
        ("up", "high_good", "better"),
        ("up", "low_good", "worse"),
        ("up", "neutral", "higher"),
        ("down", "high_good", "worse"),
        ("down", "low_good", "better"),
        ("down", "neutral", "lower"),
        ("level", "high_good", "level"),
        ("not_compared", "low_good", "not_compared"),
    ],
)
def test_what_a_direction_means(direction: str, polarity: str, rating: str) -> None:
    assert rate_direction(direction, polarity) == rating
    assert evaluate("rate_direction(?, ?)", direction, polarity) == rating


@given(st.integers(1990, 2090), st.integers(1, 4))
def test_same_quarter_last_year(start_year: int, number: int) -> None:
    quarter = FinancialQuarter(start_year, number)
    assert evaluate("same_quarter_last_year(?)", quarter.label) == quarter.shift(-4).label
