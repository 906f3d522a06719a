"""Control charts against the published vectors, at their boundaries, and many series at once."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.marts.methods.spc import (
    assurance,
    charts,
    part_of_seven,
    part_of_two_of_three,
    seven_on_one_side,
    seven_point_trend,
    two_of_three,
)
from tests.spec.methods.connections import VECTORS

CASES = json.loads((VECTORS / "spc_vectors.json").read_text(encoding="utf-8"))
COLUMN_OF_LIMIT = {
    "mean": "centre",
    "lpl": "lower_limit",
    "upl": "upper_limit",
    "nlpl": "near_lower_limit",
    "nupl": "near_upper_limit",
}
POLARITY = {"increase": "high_good", "decrease": "low_good", "neutral": "neutral"}


def _chart(values: Sequence[float | None], screen: bool = True) -> pl.DataFrame:
    return charts(_points({"one": values}), series=["series"], order="step", screen=screen)


def _points(series: dict[str, Sequence[float | None]]) -> pl.DataFrame:
    rows = [(name, step, value) for name, values in series.items() for step, value in enumerate(values)]
    return pl.DataFrame(rows, schema={"series": pl.String, "step": pl.Int64, "value": pl.Float64}, orient="row")


def _of(function: str) -> list[dict]:
    cases = [case for case in CASES if case["fn"] == function]
    assert cases
    return cases


@pytest.mark.parametrize("case", _of("xmr_limits"), ids=lambda case: case["case"])
def test_limits(case: dict) -> None:
    screens = case["screen_outliers"]
    for screen in screens if isinstance(screens, list) else [screens]:
        first = _chart(case["y"], screen).row(0, named=True)
        for name, expected in case["expected"].items():
            assert first[COLUMN_OF_LIMIT[name]] == pytest.approx(expected, abs=case["tol"], rel=0)


@pytest.mark.parametrize(
    ("function", "rule"),
    [
        ("seven_point_one_side", seven_on_one_side),
        ("part_of_seven", part_of_seven),
        ("seven_point_trend", seven_point_trend),
    ],
)
def test_rules_of_seven(function: str, rule) -> None:
    for case in _of(function):
        found = pl.DataFrame({"input": case["input"]}).select(rule(pl.col("input")).cast(pl.Int64))
        assert found["input"].to_list() == case["expected"]


@pytest.mark.parametrize(
    ("function", "rule"), [("two_in_three", two_of_three), ("part_of_two_in_three_pipeline", part_of_two_of_three)]
)
def test_rules_of_three(function: str, rule) -> None:
    for case in _of(function):
        found = pl.DataFrame(case["input"]).select(
            rule(pl.col("close_to_limits"), pl.col("relative_to_mean")).cast(pl.Int64).alias("found")
        )
        assert found["found"].to_list() == case["expected"]


@pytest.mark.parametrize("case", _of("assurance"), ids=lambda case: case["input"]["improvement_direction"])
def test_assurance(case: dict) -> None:
    given_limits = case["input"]
    found = pl.DataFrame({"lower": given_limits["lpl"], "upper": given_limits["upl"]}).select(
        assurance(
            pl.col("lower"),
            pl.col("upper"),
            pl.lit(given_limits["target"]),
            pl.lit(POLARITY[given_limits["improvement_direction"]]),
        ).alias("found")
    )
    assert found["found"].to_list() == case["expected"]


def test_near_opposite_limits_is_common_cause() -> None:
    for case in _of("xmr_point_type"):
        assert _chart(case["y"])["signal"].to_list()[-2:] == case["expected_last_two"]


def test_every_vector_is_of_a_kind_tested_here() -> None:
    assert {case["fn"] for case in CASES} == {
        "xmr_limits",
        "seven_point_one_side",
        "part_of_seven",
        "seven_point_trend",
        "two_in_three",
        "part_of_two_in_three_pipeline",
        "assurance",
        "xmr_point_type",
    }


def test_twelve_points_have_trial_limits_and_no_alert() -> None:
    quiet = [10.0, 11.0, 10.0, 9.0, 10.0, 11.0, 10.0, 9.0, 10.0, 11.0, 10.0]
    twelve, thirteen = _chart([*quiet, 15.0]), _chart([*quiet, 9.0, 15.0])
    assert twelve["signal"].to_list()[-1] == thirteen["signal"].to_list()[-1] == "outside_limits"
    assert twelve["trial"].all()
    assert not twelve["alert"].any()
    assert not thirteen["trial"].any()
    assert thirteen["alert"].to_list() == [False] * 12 + [True]


def test_precedence_of_signals() -> None:
    """A run that ends outside the limits: the outermost points are outside, the others a trend, whatever side."""
    signals = _chart([10.0, 10.5] * 6 + [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0])["signal"].to_list()
    assert signals[-1] == "outside_limits"
    assert signals[-7] == "seven_point_trend"
    level = _chart([1.0, 2.0] * 6 + [3.0, 4.0] * 6)["signal"].to_list()
    assert set(level) <= {"seven_on_one_side", "two_of_three_near_limit", "outside_limits"}
    assert "seven_on_one_side" in level


@pytest.mark.parametrize("value", [0.0, 0.1, 0.3, 57.37, 1e6 / 3])
def test_a_series_that_never_moves_has_no_signal(value: float) -> None:
    chart = _chart([value] * 20)
    assert chart["signal"].unique().to_list() == ["common_cause"]
    assert chart["upper_limit"].to_list() == pytest.approx([value] * 20)


def test_one_point_has_a_centre_and_no_limits() -> None:
    (row,) = _chart([4.0]).to_dicts()
    assert (row["centre"], row["lower_limit"], row["signal"], row["alert"]) == (4, None, "common_cause", False)


def test_points_without_a_value_are_left_out() -> None:
    with_gap = _chart([1.0, None, 3.0, 2.0]).drop("step")
    assert with_gap.equals(_chart([1.0, 3.0, 2.0]).drop("step"))


series_of_values = st.lists(st.integers(-50, 50).map(float), min_size=2, max_size=30)


@given(series_of_values, series_of_values, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_other_series_matter(
    values: list[float], others: list[float], shuffle: random.Random
) -> None:
    both = _points({"another": others, "one": values})
    rows = list(range(both.height))
    shuffle.shuffle(rows)
    together = charts(both[rows], series=["series"], order="step").filter(series="one")
    assert together.equals(_chart(values))


@given(series_of_values)
def test_a_series_turned_upside_down_has_the_same_signals(values: list[float]) -> None:
    assert _chart(values)["signal"].equals(_chart([-value for value in values])["signal"])


@given(series_of_values)
def test_limits_stand_in_order_and_hold_every_point_that_is_not_outside(values: list[float]) -> None:
    for row in _chart(values).to_dicts():
        assert row["lower_limit"] <= row["near_lower_limit"] <= row["centre"]
        assert row["centre"] <= row["near_upper_limit"] <= row["upper_limit"]
        if row["signal"] != "outside_limits":
            assert row["lower_limit"] - 1e-9 <= row["value"] <= row["upper_limit"] + 1e-9


def test_ten_thousand_series_take_less_than_five_seconds() -> None:
    draw = random.Random(1)
    lengths = [draw.randint(8, 40) for _ in range(10_000)]
    points = pl.DataFrame(
        {
            "series": [number for number, length in enumerate(lengths) for _ in range(length)],
            "step": [step for length in lengths for step in range(length)],
            "value": [draw.gauss(100, 10) for _ in range(sum(lengths))],
        }
    )
    started = time.perf_counter()
    assert charts(points, series=["series"], order="step").height == sum(lengths)
    assert time.perf_counter() - started < 5
