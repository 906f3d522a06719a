"""Where a figure is heading: the recent trend over five points, and the direction of travel over a year.

Here: both, and what a direction means for a polarity. Not here: the limits a trend weighs its points by
(`assets.marts.methods.intervals`), nor signals of a single point (`assets.marts.methods.spc`).

Source: the recent trend of the public health profiles for England: a straight line through the last five points, each
weighed by the inverse square of its standard error, which is its 95 % interval over 3.92.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import duckdb
import polars as pl

from assets.marts.methods.comparison import Polarity

POINTS = 5
CHI_SQUARED_THRESHOLD = 9.54953570608324
"""The 99.8 % quantile of chi-square with one degree of freedom."""

Trend = Literal["increasing", "decreasing", "no_significant_change", "cannot_be_calculated"]
Direction = Literal["up", "down", "level", "not_compared"]
DirectionRating = Literal["better", "worse", "higher", "lower", "level", "not_compared"]


class RecentTrend(NamedTuple):
    """How many points the trend rests on, its slope (units per point), chi-squared, and what they say."""

    points: int
    slope: float | None
    chi_squared: float | None
    trend: Trend


def recent_trend(points: Iterable[tuple[float | None, float | None, float | None]]) -> RecentTrend:
    """The recent trend of one series of (value, lower limit, upper limit), oldest first, in one unit.

    A point without a value, without limits or with limits of no width cannot be weighed and is left out; the last five
    that remain stand one step apart, whatever time lies between them. With fewer the trend `cannot_be_calculated`.
    It is significant where chi-squared is above its threshold and the slope keeps its sign whichever point is dropped.
    """
    weighed = [
        (value, _weight(lower, upper))
        for value, lower, upper in points
        if value is not None and lower is not None and upper is not None and upper > lower
    ][-POINTS:]
    if len(weighed) < POINTS:
        return RecentTrend(len(weighed), None, None, "cannot_be_calculated")
    steps = [(float(step), value, weight) for step, (value, weight) in enumerate(weighed)]
    slope, precision = _slope_and_precision(steps)
    chi_squared = slope * slope * precision
    slopes = [slope, *(_slope_and_precision(steps[:drop] + steps[drop + 1 :])[0] for drop in range(POINTS))]
    trend: Trend = "no_significant_change"
    if chi_squared > CHI_SQUARED_THRESHOLD:
        if min(slopes) > 0:
            trend = "increasing"
        elif max(slopes) < 0:
            trend = "decreasing"
    return RecentTrend(POINTS, slope, chi_squared, trend)


def recent_trends(points: pl.DataFrame, *, series: Sequence[str], order: str) -> pl.DataFrame:
    """The recent trends of many series at once.

    `points` has the columns of `series` (which together name a series), `order` (anything that sorts, the oldest
    first), and `value`, `lower`, `upper` as numbers. Returns a row per series, sorted by it, with the columns of
    RecentTrend beside its name. Each series is calculated by itself: six lines through five points are so few steps
    that ten thousand series take about a second, and one form of the arithmetic serves both.
    """
    name = list(series)
    limits = ("value", "lower", "upper")
    gathered = (
        points.select(*name, order, pl.col(limits).cast(pl.Float64))
        .sort(*name, order)
        .group_by(name, maintain_order=True)
        .agg(pl.col(limits))
    )
    trends = [recent_trend(zip(*lists, strict=True)) for lists in gathered.select(limits).iter_rows()]
    columns = {"points": pl.Int64, "slope": pl.Float64, "chi_squared": pl.Float64, "trend": pl.String}
    return gathered.select(name).hstack(pl.DataFrame(trends, schema=columns, orient="row"))


def direction_of_travel(current: float | None, earlier: float | None) -> Direction:
    """Where a figure went since an earlier period, commonly the same quarter last year.

    Compares the numbers as given: hand in the figures as rounded for print, or noise below the last decimal is a
    direction.
    """
    if current is None or earlier is None:
        return "not_compared"
    if current == earlier:
        return "level"
    return "up" if current > earlier else "down"


def rate_direction(direction: Direction, polarity: Polarity) -> DirectionRating:
    """What a direction means: `better` or `worse`, and `higher` or `lower` for a neutral figure.

    `level` and `not_compared` mean themselves.
    """
    if direction in ("level", "not_compared"):
        return direction
    if polarity == "neutral":
        return "higher" if direction == "up" else "lower"
    return "better" if (direction == "up") == (polarity == "high_good") else "worse"


def define_trend(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the direction of travel as SQL.

    `same_quarter_last_year(quarter)` takes `2019-20 Q4` to `2018-19 Q4`; `direction_of_travel(current, earlier)` and
    `rate_direction(direction, polarity)` are the functions of those names. All are VARCHAR.
    """
    for macro in _MACROS:
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def _weight(lower: float, upper: float) -> float:
    standard_error = (upper - lower) / 3.92
    return 1 / (standard_error * standard_error)


def _slope_and_precision(points: Sequence[tuple[float, float, float]]) -> tuple[float, float]:
    """The slope of the line through points of (step, value, weight), and the inverse of its squared standard error."""
    # About the weighted means: the raw sums lose their digits where values are large and move little.
    total = sum(weight for _, _, weight in points)
    mean_step = sum(weight * step for step, _, weight in points) / total
    mean_value = sum(weight * value for _, value, weight in points) / total
    precision = sum(weight * (step - mean_step) ** 2 for step, _, weight in points)
    moved_together = sum(weight * (step - mean_step) * (value - mean_value) for step, value, weight in points)
    return moved_together / precision, precision


_MACROS = (
    "same_quarter_last_year(quarter) AS "
    "(left(quarter, 4)::INTEGER - 1) || '-' || substr(quarter, 3, 2) || right(quarter, 3)",
    "direction_of_travel(current_figure, earlier_figure) AS CASE "
    "WHEN current_figure IS NULL OR earlier_figure IS NULL THEN 'not_compared' "
    "WHEN current_figure > earlier_figure THEN 'up' WHEN current_figure < earlier_figure THEN 'down' ELSE 'level' END",
    "rate_direction(direction, polarity) AS CASE "
    "WHEN direction IN ('level', 'not_compared') THEN direction "
    "WHEN polarity = 'neutral' THEN CASE WHEN direction = 'up' THEN 'higher' ELSE 'lower' END "
    "WHEN (direction = 'up') = (polarity = 'high_good') THEN 'better' ELSE 'worse' END",
)
