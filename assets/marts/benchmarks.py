"""Benchmarks: the same area's figure beside others, each with its basis, method and whether it may be compared.

Here: comparators as a return printed them, and England's and the region's as published figures give them. Not here: the
area's own figures (`assets.marts.indicator_values`), how published figures make a comparator
(`assets.marts.published_comparators`), or other areas' derived figures (`assets.marts.derived_comparators`).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from assets.marts.catalogue_model import Catalogue
from assets.marts.derived_comparators import AS_DERIVED
from assets.marts.methods.comparison import define_comparison
from assets.marts.published_comparators import define_published_comparators
from warehouse.units import define_scope, replace_unit

NOT_SAID = "the return does not say which period or method the comparator has"
OF_THE_YEARS = (
    "year_end BETWEEN year_first_day(getvariable('scope_quarter')) - 1 AND year_last_day(getvariable('scope_quarter'))"
)
"""The years a quarter is set beside: those that ended with its own year or the day before that began, or between."""


def write_benchmarks(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, quarter: str, areas: Sequence[str]
) -> int:
    """Replace the comparators of a quarter's figures for some areas.

    Returns rows; runs in the caller's transaction, after `write_indicator_values`.
    """
    define_scope(connection, quarter, areas)
    define_comparison(connection)
    define_published_comparators(connection, catalogue)
    return replace_unit(
        connection,
        "marts.indicator_benchmarks",
        quarter=quarter,
        areas=areas,
        quarter_column="reported_in",
        select=f"FROM ({_AS_RETURNED}) UNION ALL BY NAME FROM ({_AS_PUBLISHED}) UNION ALL BY NAME FROM ({AS_DERIVED})",
    )


_AS_RETURNED = f"""
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
"""

_OWN = """
        SELECT * FROM marts.indicator_values
        WHERE basis IN ('return', 'derived') AND breakdown_type = 'all' AND period = reported_in
          AND reported_in = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code)
        -- As the agency returned it or, where it returned nothing, as it was counted.
        QUALIFY row_number() OVER (
            PARTITION BY indicator_id, area_code, period_type
            ORDER BY coalesce(value, numerator) IS NULL, basis = 'derived') = 1
"""
_LIMIT = (
    "CASE WHEN own.basis = 'return' THEN again.{0}_ci WHEN published.measure = catalogue.measure THEN own.{0}_ci END"
)
"""A returned rate has its interval where it was made again from its count."""

_AS_PUBLISHED = (
    f"""
        SELECT published.indicator_id, published.measure, own.area_code,
               published.comparator,
               own.breakdown_type, own.breakdown, own.period_type, own.period, own.period_start,
               published.comparator_period, 'official' AS basis,
               published.dataset || ', edition of ' || published.edition AS edition, published.method,
               published.n_areas, CASE WHEN published.measure = 'count' THEN 'count' ELSE published.unit END AS unit,
               published.numerator, published.denominator, published.value,
               printed_value(published.value, CASE WHEN published.measure = 'count' THEN 0 ELSE published.decimals END)
                   AS printed,
               CASE WHEN published.measure = 'count' THEN own.numerator ELSE own.value END - published.value AS gap,
               significance({{lower}}, {{upper}}, published.value, catalogue.polarity, own.area_code,
                            published.comparator_area, {{same_day}}) AS significance,
               {{same_day}} AS like_for_like, published.note, own.reported_in
        FROM ({_OWN}) AS own
        JOIN catalogue ON catalogue.id = own.indicator_id
        JOIN area ON area.area_code = own.area_code
        JOIN published_comparator AS published
          ON published.indicator_id = own.indicator_id AND published.comparator_area <> own.area_code
         AND (published.for_area = own.area_code OR published.comparator_area IN ('E92000001', area.region_code))
         AND published.{OF_THE_YEARS}
        LEFT JOIN marts.indicator_values AS again
          ON again.indicator_id = own.indicator_id AND again.area_code = own.area_code AND again.basis = 'recomputed'
         AND again.breakdown_type = own.breakdown_type AND again.breakdown = own.breakdown
         AND again.period = own.period AND again.reported_in = own.reported_in AND published.measure = 'rate'
         AND own.basis = 'return'
""".replace("{lower}", _LIMIT.format("lower"))
    .replace("{upper}", _LIMIT.format("upper"))
    .replace("{same_day}", "(published.like_for_like = 'same_day' AND published.year_end = own.period_end)")
)
