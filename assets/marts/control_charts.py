"""What the history of a series says of its figures: its control limits, and the recent trend of its last points.

Here: both for figures that stand in a relation. Not here: the methods (`assets.marts.methods.spc`,
`assets.marts.methods.trend`), nor what is made of them (`assets.marts.scorecard`, `assets.marts.findings`).
"""

from __future__ import annotations

import duckdb
import polars as pl

from assets.marts.methods.intervals import rate_interval
from assets.marts.methods.spc import charts
from assets.marts.methods.trend import recent_trends

SERIES = ("indicator_id", "measure", "area_code", "breakdown_type", "breakdown", "basis", "period_type")
"""What together names a series: one measure of one indicator on one basis, of one kind of period."""

LONGEST = 24
"""Quarters a chart looks back over: limits of longer ago describe another process, and the cost stays the same."""

_QUARTERLY = "('quarter', 'snapshot', 'rolling_12_months')"


def define_control_charts(connection: duckdb.DuckDBPyConnection, figures: str) -> None:
    """Define `control_chart` and `series_trend` for the figures a SELECT gives, in the columns of `indicator_values`.

    Reads the temporary table `catalogue`. `control_chart` has a row a point: the series' name, `period`, `period_end`,
    `number`, its 95 % interval `lower` and `upper`, `centre`, `lower_limit`, `upper_limit`, `signal`, `trial` and
    `alert`. `series_trend` has a row a series: its name, `recent_trend` and `trend_points`. A rate with a count is two
    series, its count and its value. Where a period was reported more than once the newest report stands.
    """
    points = connection.execute(_POINTS.format(figures=figures)).pl()
    # A count's interval is that of a Poisson count; a rate brings its own. A share as returned has none, and no trend.
    limits = [
        rate_interval(int(number), 1.0, 1) if measure == "count" and number >= 0 and number == int(number) else None
        for measure, number in points.select("measure", "number").iter_rows()
    ]
    points = points.with_columns(
        pl.coalesce(pl.Series([limit and limit.lower for limit in limits], dtype=pl.Float64), "lower").alias("lower"),
        pl.coalesce(pl.Series([limit and limit.upper for limit in limits], dtype=pl.Float64), "upper").alias("upper"),
    )
    chart = charts(points, series=SERIES, order="period_end", value="number")
    trend = recent_trends(points.rename({"number": "value"}), series=SERIES, order="period_end").select(
        *SERIES, pl.col("trend").alias("recent_trend"), pl.col("points").alias("trend_points")
    )
    for name, frame in (("control_chart", chart), ("series_trend", trend)):
        connection.register("charted", frame.to_arrow())
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM charted")
        connection.unregister("charted")


_POINTS = f"""
    WITH given AS (
        SELECT given.*, row_number() OVER (
                   PARTITION BY indicator_id, area_code, breakdown_type, breakdown, basis, period_type, period
                   ORDER BY reported_in DESC) AS newest
        FROM ({{figures}}) AS given WHERE period_type IN {_QUARTERLY} AND period_end IS NOT NULL
    ), measured AS (
        SELECT given.*, catalogue.measure, value AS number, lower_ci AS lower, upper_ci AS upper
        FROM given JOIN catalogue ON catalogue.id = given.indicator_id
        WHERE newest = 1 AND status = 'value'
        UNION ALL BY NAME
        SELECT given.*, 'count' AS measure, numerator AS number
        FROM given JOIN catalogue ON catalogue.id = given.indicator_id
        WHERE newest = 1 AND basis IN ('return', 'derived') AND catalogue.measure <> 'count' AND numerator IS NOT NULL
    )
    SELECT {", ".join(SERIES)}, period, period_end, number, lower, upper FROM measured WHERE number IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY {", ".join(SERIES)} ORDER BY period_end DESC, period) <= {LONGEST}
    ORDER BY ALL
"""
