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
               catalogue.period_type, figure.quarter AS period, quarter_first_day(figure.quarter)::DATE AS period_start,
               coalesce(note.period, 'not stated') AS comparator_period, 'return' AS basis,
               'as printed in the return of ' || figure.quarter AS edition,
               coalesce(note.method, 'not stated') AS method,
               CASE WHEN figure.measure = 'count' THEN 'count' ELSE catalogue.unit END AS unit,
               CASE WHEN figure.measure = 'count' THEN figure.number END::DOUBLE AS numerator,
               figure.number::DOUBLE AS value,
               printed_number(figure.number, CASE WHEN figure.measure = 'count' THEN 0 ELSE catalogue.decimals END)
                   AS printed,
               CASE WHEN figure.measure = 'count' THEN own.numerator ELSE own.value END - figure.number::DOUBLE AS gap,
               'not_compared' AS significance,
               coalesce(note.like_for_like, FALSE) AS like_for_like,
               coalesce(note.note, '{NOT_SAID}') AS note,
               figure.quarter AS reported_in
        FROM core.reported_figure AS figure
        JOIN catalogue ON catalogue.id = figure.indicator_id
        LEFT JOIN comparator_note AS note ON note.indicator_id = figure.indicator_id AND note.measure = figure.measure
        LEFT JOIN marts.indicator_values AS own
          ON own.indicator_id = figure.indicator_id AND own.area_code = figure.area_code AND own.basis = 'return'
         AND own.breakdown_type = figure.breakdown_type AND own.breakdown = figure.breakdown_value
         AND own.reported_in = figure.quarter AND own.period = figure.quarter
        WHERE figure.subject <> 'area' AND figure.status = 'value'
          AND figure.quarter = getvariable('scope_quarter')
          AND list_contains(getvariable('scope_areas'), figure.area_code)
        """,
    )
