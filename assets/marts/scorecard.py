"""The scorecard people read: a row a figure, eight quarters across, then comparators and direction of travel.

Here: laying out the newest figures. Not here: how it is drawn (`assets.release.report`).
"""

from __future__ import annotations

import duckdb

from warehouse.units import replace_table

QUARTERS_ACROSS = 8


def write_scorecard(connection: duckdb.DuckDBPyConnection) -> int:
    """Replace the scorecard. An area's eight quarters end with the newest quarter any of its figures is about.

    An absence stands in its cell by its name (`missing`, `stopped`, ...); a cell is null where no delivery speaks of
    the quarter at all. Returns rows; runs in the caller's transaction, after findings and benchmarks.
    """
    cells = ", ".join(
        f"any_value(shown) FILTER (steps_back = {QUARTERS_ACROSS - position}) AS quarter_{position}"
        for position in range(1, QUARTERS_ACROSS + 1)
    )
    comparators = ", ".join(
        f"any_value(printed) FILTER (comparator = '{name}') AS {name}"
        for name in ("statistical_neighbours", "england", "south_east")
    )
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
            SELECT newest.*, catalogue.measure, newest.unit AS measure_unit, value AS number, printed AS text,
                   status AS cell_status
            FROM newest JOIN catalogue ON catalogue.id = newest.indicator_id
            UNION ALL BY NAME
            SELECT newest.*, 'count' AS measure, 'count' AS measure_unit, numerator AS number,
                   printed_number(numerator, 0) AS text,
                   CASE WHEN numerator IS NULL THEN 'missing' ELSE 'value' END AS cell_status
            FROM newest JOIN catalogue ON catalogue.id = newest.indicator_id
            -- The count belongs to the agency; a rate recomputed from it does not give it a second time.
            WHERE catalogue.measure <> 'count' AND catalogue.counted IS NOT NULL AND newest.basis = 'return'
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
                   any_value(measure_unit) AS unit, any_value(latest_quarter) AS latest_quarter,
                   any_value(period) FILTER (steps_back = 0) AS latest_period, {cells},
                   any_value(number) FILTER (steps_back = 0) AS number_now,
                   any_value(number) FILTER (steps_back = 1) AS number_before,
                   any_value(number) FILTER (steps_back = 4) AS number_last_year,
                   max(dq_status) AS dq_status
            FROM cell WHERE steps_back < {QUARTERS_ACROSS}
            GROUP BY indicator_id, measure, area_code, area_name, breakdown_type, breakdown, basis
        ), comparator AS (
            SELECT indicator_id, measure, area_code, breakdown_type, breakdown, {comparators},
                   bool_and(like_for_like) AS like_for_like, min(note) AS comparator_note
            FROM (SELECT * FROM marts.indicator_benchmarks WHERE basis = 'return'
                  QUALIFY reported_in = max(reported_in) OVER (PARTITION BY indicator_id, measure, area_code))
            GROUP BY indicator_id, measure, area_code, breakdown_type, breakdown
        ), finding AS (
            SELECT indicator_id, area_code, basis, count(*)::INTEGER AS findings FROM marts.findings
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
               CASE WHEN row.number_now IS NULL OR row.number_before IS NULL THEN 'not_compared'
                    WHEN row.number_now > row.number_before THEN 'up'
                    WHEN row.number_now < row.number_before THEN 'down' ELSE 'level' END AS direction_of_travel,
               row.dq_status, coalesce(finding.findings, 0) AS findings
        FROM row
        JOIN catalogue ON catalogue.id = row.indicator_id
        LEFT JOIN comparator ON comparator.indicator_id = row.indicator_id AND comparator.measure = row.measure
              AND comparator.area_code = row.area_code AND comparator.breakdown_type = row.breakdown_type
              AND comparator.breakdown = row.breakdown AND row.basis = 'return'
        LEFT JOIN finding ON finding.indicator_id = row.indicator_id AND finding.area_code = row.area_code
              AND finding.basis = row.basis
        """,
    )
