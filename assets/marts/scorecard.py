"""The scorecard people read: a row a figure, eight quarters across, then comparators and direction of travel.

Here: laying out the newest figures. Not here: how it is drawn (`assets.release.report`).
"""

from __future__ import annotations

import duckdb

from assets.marts.control_charts import define_control_charts
from assets.marts.findings import STANDING
from assets.marts.methods.comparison import define_comparison
from assets.marts.methods.trend import define_trend
from warehouse.units import replace_table

QUARTERS_ACROSS = 8
COMPARATORS = ("statistical_neighbours", "england", "south_east")


def write_scorecard(connection: duckdb.DuckDBPyConnection) -> int:
    """Replace the scorecard. An area's eight quarters end with the newest quarter any of its figures is about.

    A row is judged by its own basis alone: another's figures give it no direction, rating, limit or significance.
    An absence stands in its cell by its name (`missing`, `stopped`, ...); a cell is null where no delivery speaks of
    the quarter at all. Returns rows; runs in the caller's transaction, after findings and benchmarks.
    """
    define_trend(connection)
    define_comparison(connection)
    define_control_charts(connection, "SELECT * FROM marts.indicator_values")
    cells = ", ".join(
        f"min(shown) FILTER (steps_back = {QUARTERS_ACROSS - position}) AS quarter_{position}"
        for position in range(1, QUARTERS_ACROSS + 1)
    )
    comparators = ", ".join(f"min(printed) FILTER (comparator = '{name}') AS {name}" for name in COMPARATORS)
    official = ", ".join(
        f"min(printed) FILTER (comparator = '{name}') AS official_{name}, "
        f"min(value) FILTER (comparator = '{name}') AS value_{name}, "
        f"min(period) FILTER (comparator = '{name}' AND like_for_like) AS alike_{name}"
        for name in COMPARATORS
    )
    published = ", ".join(f"official.official_{name}" for name in COMPARATORS)
    against = ", ".join(_against(name) for name in COMPARATORS)
    return replace_table(
        connection,
        "marts.scorecard",
        f"""
        WITH newest AS (
            SELECT *, period_type IN ('quarter', 'snapshot', 'rolling_12_months') AS is_quarterly
            FROM marts.indicator_values
            QUALIFY row_number() OVER (
                PARTITION BY indicator_id, area_code, breakdown_type, breakdown, period_type, period, basis
                ORDER BY reported_in DESC) = 1
        ), measured AS (
            SELECT newest.*, catalogue.measure, catalogue.measure AS own_measure, catalogue.polarity,
                   newest.unit AS measure_unit, value AS number, printed AS text, status AS cell_status
            FROM newest JOIN catalogue ON catalogue.id = newest.indicator_id
            UNION ALL BY NAME
            SELECT newest.*, 'count' AS measure, catalogue.measure AS own_measure, catalogue.polarity,
                   'count' AS measure_unit, numerator AS number,
                   printed_number(numerator, 0) AS text,
                   CASE WHEN numerator IS NULL THEN 'missing' ELSE 'value' END AS cell_status
            FROM newest JOIN catalogue ON catalogue.id = newest.indicator_id
            -- The count belongs to the agency; a rate recomputed from it does not give it a second time.
            WHERE catalogue.measure <> 'count' AND catalogue.counted IS NOT NULL
              AND newest.basis IN ('return', 'derived')
              AND EXISTS (SELECT 1 FROM newest AS any_count WHERE any_count.indicator_id = newest.indicator_id
                          AND any_count.area_code = newest.area_code AND any_count.numerator IS NOT NULL)
        ), placed AS (
            SELECT *, max(reported_in) OVER (PARTITION BY area_code) AS newest_delivery,
                   max(period) FILTER (is_quarterly) OVER (PARTITION BY area_code) AS newest_quarter,
                   CASE WHEN cell_status = 'value' THEN text ELSE cell_status END AS shown
            FROM measured
        ), cell AS (
            -- A figure of a term, a year or no stated period stands in the latest column, the newest alone.
            SELECT *, coalesce(newest_quarter, newest_delivery) AS latest_quarter,
                   CASE WHEN cell_status = 'value' THEN try_cast(text AS DECIMAL(18,6))::DOUBLE END AS rounded,
                   CASE WHEN is_quarterly THEN
                             date_diff('month', quarter_first_day(period), quarter_first_day(newest_quarter)) // 3
                        ELSE 0 END
                   AS steps_back
            FROM placed
            QUALIFY is_quarterly OR row_number() OVER (
                PARTITION BY indicator_id, measure, area_code, breakdown_type, breakdown, basis
                ORDER BY period_end DESC NULLS LAST, period) = 1
        ), row AS (
            SELECT indicator_id, measure, area_code, area_name, breakdown_type, breakdown, basis,
                   min(measure_unit) AS unit, min(latest_quarter) AS latest_quarter,
                   min(period) FILTER (steps_back = 0) AS latest_period, {cells},
                   -- As printed: what lies below the last decimal is no direction.
                   min(rounded) FILTER (steps_back = 0) AS number_now,
                   min(rounded) FILTER (steps_back = 1) AS number_before,
                   min(rounded) FILTER (steps_back = 4) AS number_last_year,
                   max(dq_status) AS dq_status,
                   -- More of what a share counts is neither good nor bad: the polarity is the share's.
                   min(CASE WHEN measure = own_measure THEN polarity ELSE 'neutral' END) AS row_polarity
            FROM cell WHERE steps_back < {QUARTERS_ACROSS}
            GROUP BY indicator_id, measure, area_code, area_name, breakdown_type, breakdown, basis
        ), comparator AS (
            SELECT indicator_id, measure, area_code, breakdown_type, breakdown, {comparators},
                   bool_and(like_for_like) AS like_for_like, min(note) AS comparator_note
            FROM (SELECT * FROM marts.indicator_benchmarks WHERE basis = 'return'
                  QUALIFY reported_in = max(reported_in) OVER (PARTITION BY indicator_id, measure, area_code))
            GROUP BY indicator_id, measure, area_code, breakdown_type, breakdown
        ), official AS (
            -- Of the published comparators one each: like for like first, then the newest year and the newest edition.
            SELECT indicator_id, measure, area_code, {official}, bool_and(like_for_like) AS official_like_for_like,
                   string_agg(DISTINCT comparator_period || ', ' || edition, '; '
                              ORDER BY comparator_period || ', ' || edition) AS official_source,
                   coalesce(min(note) FILTER (NOT like_for_like AND comparator = 'england'),
                            min(note) FILTER (NOT like_for_like)) AS official_note
            FROM (
                SELECT * FROM marts.indicator_benchmarks WHERE basis = 'official' AND comparator IN {COMPARATORS}
                QUALIFY row_number() OVER (
                    PARTITION BY indicator_id, measure, area_code, comparator
                    -- A figure of a day stands before one of a year, then the newest model of neighbours.
                    ORDER BY reported_in DESC, like_for_like DESC, comparator_period DESC, contains(method, 'median'),
                             edition DESC, NOT contains(method, 'at a year''s end'), method DESC) = 1
            ) GROUP BY indicator_id, measure, area_code
        ), finding AS (
            SELECT indicator_id, area_code, basis, count(*)::INTEGER AS findings FROM marts.findings
            WHERE {STANDING}
            GROUP BY indicator_id, area_code, basis
        )
        SELECT catalogue.theme, catalogue.agency, row.indicator_id, catalogue.title, row.measure, row.unit,
               catalogue.polarity, row.area_code, row.area_name, row.breakdown_type, row.breakdown, row.basis,
               row.latest_quarter, row.latest_period, row.quarter_1, row.quarter_2, row.quarter_3, row.quarter_4,
               row.quarter_5, row.quarter_6, row.quarter_7, row.quarter_8,
               comparator.statistical_neighbours, comparator.england, comparator.south_east, comparator.like_for_like,
               comparator.comparator_note,
               row.number_now - row.number_before AS change_on_quarter,
               row.number_now - row.number_last_year AS change_on_year,
               direction_of_travel(row.number_now, row.number_before) AS direction_of_travel,
               rate_direction(direction_of_travel(row.number_now, row.number_before), row_polarity) AS rating,
               rate_direction(direction_of_travel(row.number_now, row.number_last_year), row_polarity)
                   AS rating_on_year,
               chart.lower AS lower_ci, chart.upper AS upper_ci, trend.recent_trend,
               chart.centre, chart.lower_limit, chart.upper_limit, chart.signal,
               chart.trial AS trial_limits,
               {published}, {against}, official.official_like_for_like, official.official_source,
               official.official_note,
               row.dq_status, coalesce(finding.findings, 0) AS findings
        FROM row
        JOIN catalogue ON catalogue.id = row.indicator_id
        LEFT JOIN comparator ON comparator.indicator_id = row.indicator_id AND comparator.measure = row.measure
              AND comparator.area_code = row.area_code AND comparator.breakdown_type = row.breakdown_type
              AND comparator.breakdown = row.breakdown AND row.basis = 'return'
        LEFT JOIN official ON official.indicator_id = row.indicator_id AND official.measure = row.measure
              AND official.area_code = row.area_code AND row.breakdown_type = 'all'
              AND row.basis IN ('derived', CASE WHEN row.measure = 'rate' THEN 'recomputed' ELSE 'return' END)
        LEFT JOIN control_chart AS chart ON chart.indicator_id = row.indicator_id AND chart.measure = row.measure
              AND chart.area_code = row.area_code AND chart.breakdown_type = row.breakdown_type
              AND chart.breakdown = row.breakdown AND chart.basis = row.basis AND chart.period = row.latest_period
        LEFT JOIN series_trend AS trend ON trend.indicator_id = row.indicator_id AND trend.measure = row.measure
              AND trend.area_code = row.area_code AND trend.breakdown_type = row.breakdown_type
              AND trend.breakdown = row.breakdown AND trend.basis = row.basis
        LEFT JOIN finding ON finding.indicator_id = row.indicator_id AND finding.area_code = row.area_code
              AND finding.basis = row.basis
        """,
    )


def _against(comparator: str) -> str:
    """What a row's own interval says of a published comparator that is like it in its very period.

    A benchmark judges one figure of an indicator, the returned one where there is one; a row of another basis has its
    own. A figure that an agency returned has no interval but the one of the rate made again from its count.
    """
    limits = (
        f"CASE WHEN row.basis <> 'return' AND row.measure = catalogue.measure THEN chart.{end} END"
        for end in ("lower", "upper")
    )
    return (
        f"CASE WHEN official.official_{comparator} IS NOT NULL THEN significance({', '.join(limits)}, "
        f"official.value_{comparator}, catalogue.polarity, row.area_code, '{comparator}', "
        f"row.latest_period = official.alike_{comparator}) END AS against_{comparator}"
    )
