"""Benchmarks: the same area's figure beside others, each with its basis, method and whether it may be compared.

Here: comparators as a return printed them. Not here: the area's own figures (`assets.marts.indicator_values`).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from warehouse.units import replace_unit

NOT_SAID = "the return does not say which period or method the comparator has"


def write_benchmarks(connection: duckdb.DuckDBPyConnection, quarter: str, areas: Sequence[str]) -> int:
    """Replace the comparators returned in a quarter for some areas, each beside the area's figure of that quarter.

    Returns rows; runs in the caller's transaction, after `write_indicator_values`.
    """
    connection.execute("SET VARIABLE scope_quarter = ?", [quarter])
    connection.execute("SET VARIABLE scope_areas = ?::VARCHAR[]", [list(areas)])
    return replace_unit(
        connection,
        "marts.indicator_benchmarks",
        quarter=quarter,
        areas=areas,
        quarter_column="reported_in",
        select=f"""
        SELECT figure.indicator_id, figure.measure, figure.area_code, figure.subject AS comparator,
               figure.breakdown_type, figure.breakdown_value AS breakdown,
               own.period_type, own.period, own.period_start,
               CASE WHEN figure.period_type <> 'not_stated' THEN figure.period_label
                    ELSE coalesce(note.period, 'not stated') END AS comparator_period,
               'return' AS basis, 'as printed in the return of ' || figure.quarter AS edition,
               coalesce(note.method, 'not stated') AS method,
               CASE WHEN figure.measure = 'count' THEN 'count' ELSE catalogue.unit END AS unit,
               CASE WHEN figure.measure = 'count' THEN figure.number END::DOUBLE AS numerator,
               figure.number::DOUBLE AS value,
               -- Another's figure is printed as it was sent, with the decimals it had there.
               printed_number(figure.number, figure.decimals::INTEGER) AS printed,
               coalesce(gap.number, CASE WHEN figure.measure = 'count' THEN own.numerator ELSE own.value END
                                    - figure.number::DOUBLE)::DOUBLE AS gap,
               'not_compared' AS significance,
               coalesce(note.like_for_like, FALSE) AS like_for_like,
               coalesce(note.note, '{NOT_SAID}') AS note,
               figure.quarter AS reported_in
        FROM core.reported_figure AS figure
        JOIN catalogue ON catalogue.id = figure.indicator_id
        LEFT JOIN comparator_note AS note ON note.indicator_id = figure.indicator_id AND note.measure = figure.measure
        LEFT JOIN core.reported_figure AS gap
          ON gap.measure = 'gap' AND gap.indicator_id = figure.indicator_id AND gap.area_code = figure.area_code
         AND gap.subject = figure.subject AND gap.quarter = figure.quarter AND gap.status = 'value'
         AND gap.breakdown_type = figure.breakdown_type AND gap.breakdown_value = figure.breakdown_value
         AND gap.period_label = figure.period_label
        -- The area's figure of the comparator's own period or, where that is not stated, of the quarter delivered.
        JOIN marts.indicator_values AS own
          ON own.indicator_id = figure.indicator_id AND own.area_code = figure.area_code AND own.basis = 'return'
         AND own.breakdown_type = figure.breakdown_type AND own.breakdown = figure.breakdown_value
         AND own.reported_in = figure.quarter
        WHERE figure.subject <> 'area' AND figure.status = 'value' AND figure.measure <> 'gap'
          AND own.period IN (figure.period_label, figure.quarter)
          AND figure.quarter = getvariable('scope_quarter')
          AND list_contains(getvariable('scope_areas'), figure.area_code)
        QUALIFY row_number() OVER (
            PARTITION BY figure.indicator_id, figure.measure, figure.area_code, figure.subject, figure.breakdown_type,
                         figure.breakdown_value
            ORDER BY own.period = figure.period_label DESC) = 1
        """,
    )
