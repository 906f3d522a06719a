"""Statistical process control: the XmR chart of a series, its limits, and the points that are more than noise.

Here: limits, signals, and whether a target lies within reach. Not here: drawing the chart, nor trends judged by
the intervals of their points (`assets.marts.methods.trend`).

Sources: Wheeler, Understanding Variation (1993), for the individuals and moving range chart; the NHS Making Data Count
programme for the rules of its signals, their precedence and the assurance of a target.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

FIRM_LIMITS_FROM = 13
"""Points from which on limits are firm; with fewer they are trial limits, too loose or too tight to alert by."""

LIMIT_OF_RANGES = 3.267
"""A moving range of this many mean ranges or more is an upset of its own and would widen the limits for all."""

LIMIT_WIDTH = 2.66
NEAR_LIMIT_WIDTH = LIMIT_WIDTH * 2 / 3
RUN = 7


def charts(
    points: pl.DataFrame, *, series: Sequence[str], order: str, value: str = "value", screen: bool = True
) -> pl.DataFrame:
    """The XmR charts of many series at once.

    `points` has the columns of `series` (which together name a series), `order` (anything that sorts, the oldest
    first) and `value`. Points without a value are left out: their neighbours then stand side by side. Returns the
    points that remain, sorted by series and order, with their own columns and

    - `centre`, `lower_limit`, `upper_limit`, `near_lower_limit`, `near_upper_limit`: in the value's unit,
      from the whole series; limits are null for a single point. `screen` drops moving ranges of 3.267 mean ranges or
      more, once;
    - `signal`: `outside_limits`, `seven_point_trend`, `two_of_three_near_limit`, `seven_on_one_side` (the first
      that holds) or `common_cause`;
    - `trial`: whether the series has fewer than 13 points;
    - `alert`: whether the point has a signal and its limits are firm.
    """
    name = list(series)
    number = pl.col(value).cast(pl.Float64)
    moving_range = number.diff().abs()
    mean_range = moving_range.mean()
    # Where nothing ever moves every range is as large as the mean, and none is an upset.
    is_upset = (moving_range >= LIMIT_OF_RANGES * mean_range) & (moving_range > 0)
    with_limits = (
        points.filter(pl.col(value).is_not_null())
        .sort(*name, order)
        .with_columns(
            number.mean().over(name).alias("centre"),
            (moving_range.filter(~is_upset).mean() if screen else mean_range).over(name).alias("_range"),
            (pl.len().over(name) < FIRM_LIMITS_FROM).alias("trial"),
        )
        .with_columns(
            (pl.col("centre") - LIMIT_WIDTH * pl.col("_range")).alias("lower_limit"),
            (pl.col("centre") + LIMIT_WIDTH * pl.col("_range")).alias("upper_limit"),
            (pl.col("centre") - NEAR_LIMIT_WIDTH * pl.col("_range")).alias("near_lower_limit"),
            (pl.col("centre") + NEAR_LIMIT_WIDTH * pl.col("_range")).alias("near_upper_limit"),
        )
    )
    is_outside = _is_beyond(number, "lower_limit", "upper_limit")
    return (
        with_limits.with_columns(
            is_outside.alias("_outside"),
            (_is_beyond(number, "near_lower_limit", "near_upper_limit") & ~is_outside).alias("_near"),
            (
                _is_above(number, pl.col("centre")).cast(pl.Int8) - _is_above(pl.col("centre"), number).cast(pl.Int8)
            ).alias("_side"),
        )
        .with_columns(
            pl.when(pl.col("_outside"))
            .then(pl.lit("outside_limits"))
            .when(part_of_seven(seven_point_trend(number)).over(name))
            .then(pl.lit("seven_point_trend"))
            .when(part_of_two_of_three(pl.col("_near"), pl.col("_side")).over(name))
            .then(pl.lit("two_of_three_near_limit"))
            .when(part_of_seven(seven_on_one_side(pl.col("_side"))).over(name))
            .then(pl.lit("seven_on_one_side"))
            .otherwise(pl.lit("common_cause"))
            .alias("signal")
        )
        .with_columns(((pl.col("signal") != "common_cause") & ~pl.col("trial")).alias("alert"))
        .drop("_range", "_outside", "_near", "_side")
    )


def seven_on_one_side(side: pl.Expr) -> pl.Expr:
    """1 at every point that ends seven on one side of the centre, else 0; `side` is 1 above, -1 below, 0 on it."""
    return (side.cast(pl.Int64).rolling_sum(RUN).abs() == RUN).fill_null(False).cast(pl.Int8)


def seven_point_trend(value: pl.Expr) -> pl.Expr:
    """1 at every point that ends seven rising without a pause, -1 seven falling, else 0."""
    step = (value > value.shift(1)).cast(pl.Int64) - (value < value.shift(1)).cast(pl.Int64)
    steps = step.fill_null(0).rolling_sum(RUN - 1).fill_null(0)
    return (steps == RUN - 1).cast(pl.Int8) - (steps == 1 - RUN).cast(pl.Int8)


def part_of_seven(end_of_seven: pl.Expr) -> pl.Expr:
    """Whether a point is one of the seven that end at a point that is not 0."""
    return pl.any_horizontal(end_of_seven.shift(-later, fill_value=0) != 0 for later in range(RUN))


def two_of_three(near: pl.Expr, side: pl.Expr) -> pl.Expr:
    """Whether a point is one of three in a row on one side of the centre of which two or more are near a limit.

    A point is `near` between the near limit and the limit: one outside is not.
    """
    ends = (side.cast(pl.Int64).rolling_sum(3).abs() == 3) & (near.cast(pl.Int64).rolling_sum(3) >= 2)
    ends = ends.fill_null(False)
    return pl.any_horizontal(ends.shift(-later, fill_value=False) for later in range(3))


def part_of_two_of_three(near: pl.Expr, side: pl.Expr) -> pl.Expr:
    """Whether a point is near a limit itself and one of such three: the third in between is no signal."""
    return two_of_three(near, side) & near.cast(pl.Boolean)


def assurance(lower_limit: pl.Expr, upper_limit: pl.Expr, target: pl.Expr, polarity: pl.Expr) -> pl.Expr:
    """Whether the process, left as it is, meets a target: `consistent_pass`, `consistent_fail` or `inconsistent`.

    Consistent where both limits lie on one side of the target; null for a neutral figure and where anything is missing.
    """
    is_above, is_below = lower_limit > target, upper_limit < target
    passes, fails = pl.lit("consistent_pass"), pl.lit("consistent_fail")
    return (
        pl.when(is_above.is_null() | is_below.is_null() | ~polarity.is_in(["high_good", "low_good"]).fill_null(False))
        .then(pl.lit(None, pl.String))
        .when(is_above)
        .then(pl.when(polarity == "high_good").then(passes).otherwise(fails))
        .when(is_below)
        .then(pl.when(polarity == "high_good").then(fails).otherwise(passes))
        .otherwise(pl.lit("inconsistent"))
    )


def _is_beyond(number: pl.Expr, lower: str, upper: str) -> pl.Expr:
    is_beyond = _is_above(number, pl.col(upper)) | _is_above(pl.col(lower), number)
    return is_beyond.fill_null(False)


def _is_above(number: pl.Expr, other: pl.Expr) -> pl.Expr:
    # A mean of equal numbers may miss them by its last digits, and would put all of them above it.
    rounding = 1e-12 * (pl.col("centre").abs() + pl.col("_range").fill_null(0))
    return number - other > rounding
