"""Published comparators: England's and the region's figures, made of published series as the catalogue declares.

Here: the figures themselves, for every edition held. Not here: the area's gap to them and what it means
(`assets.marts.benchmarks`).
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from assets.marts.catalogue_model import Catalogue
from assets.marts.population import define_population_vintages

_DECLARED = pa.schema(
    [
        *((name, pa.string()) for name in ("indicator_id", "measure", "dataset", "filters", "kind")),
        ("numerator_series", pa.list_(pa.string())),
        ("denominator_series", pa.list_(pa.string())),
        ("any_series", pa.bool_()),
        ("parts_of_year", pa.int32()),
        *((name, pa.string()) for name in ("method", "like_for_like", "note")),
    ]
)


def define_published_comparators(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Define `published_comparator`: a row a declared comparator, area (England or a region), year and edition.

    A comparator whose series are not all held for an area and year has no row.
    """
    define_population_vintages(connection)
    connection.register("rows_declared", pa.Table.from_pylist(_declared(catalogue), schema=_DECLARED))
    connection.execute("CREATE OR REPLACE TEMP TABLE published_declared AS SELECT * FROM rows_declared")
    connection.unregister("rows_declared")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE published_comparator AS {_COMPARATORS}")


def _declared(catalogue: Catalogue) -> list[dict[str, object]]:
    return [
        {
            "indicator_id": entry.id,
            "measure": published.measure,
            "dataset": published.dataset,
            "filters": published.filters,
            "kind": published.denominator if isinstance(published.denominator, str) else "series",
            "numerator_series": list(published.numerator),
            "denominator_series": [] if isinstance(published.denominator, str) else list(published.denominator),
            "any_series": published.any_series,
            "parts_of_year": published.parts_of_year,
            "method": published.method,
            "like_for_like": published.like_for_like,
            "note": published.note,
        }
        for entry in catalogue.values()
        for published in entry.published
    ]


_COMPARATORS = """
    WITH summed AS (
        SELECT declared.*, statistic.area, statistic.period_end AS year_end, statistic.quarter AS edition,
               sum(statistic.value) FILTER (list_contains(numerator_series, statistic.series)) AS numerator,
               sum(statistic.value) FILTER (list_contains(denominator_series, statistic.series)) AS series_denominator,
               count(*) FILTER (list_contains(numerator_series, statistic.series)) AS series_held
        FROM published_declared AS declared
        JOIN core.education_statistic AS statistic
          ON statistic.area_code = declared.dataset AND statistic.status = 'value'
         AND contains(statistic.filters, declared.filters)
         AND (list_contains(numerator_series, statistic.series) OR list_contains(denominator_series, statistic.series))
        WHERE statistic.geographic_level IN ('National', 'Regional')
        GROUP BY ALL
    ), authorities AS (
        SELECT place.area, place.year_end, count(DISTINCT authority.area_code)::INTEGER AS n_areas
        FROM (SELECT DISTINCT area, year_end FROM summed) AS place
        JOIN area AS authority ON authority.area_type = 'local_authority'
         AND (place.area = 'E92000001' OR authority.region_code = place.area)
         AND coalesce(authority.valid_from, DATE '1974-04-01') <= place.year_end
         AND coalesce(authority.valid_to, DATE '9999-12-31') >= place.year_end
        GROUP BY place.area, place.year_end
    ), based AS (
        SELECT summed.* EXCLUDE (numerator), summed.numerator::DOUBLE AS numerator, authorities.n_areas,
               persons.persons, rebased.persons AS rebased_persons,
               CASE kind WHEN 'series' THEN series_denominator::DOUBLE WHEN 'population' THEN persons.persons
                    ELSE authorities.n_areas::DOUBLE END AS denominator
        FROM summed
        JOIN authorities USING (area, year_end)
        -- The department makes a rate of the year to 31 March Y on the mid-year before.
        LEFT JOIN population_vintage AS persons ON persons.area = summed.area
              AND persons.mye_year = year(summed.year_end) - 1 AND persons.edition IN ('first_release', 'revised')
        LEFT JOIN population_vintage AS rebased ON rebased.area = summed.area
              AND rebased.mye_year = year(summed.year_end) - 1 AND rebased.edition = 'rebased_2024'
        WHERE series_held >= CASE WHEN any_series THEN 1 ELSE len(numerator_series) END
    )
    SELECT based.* EXCLUDE (persons, numerator_series, denominator_series, series_held, series_denominator, any_series),
           catalogue.multiplier, catalogue.decimals, catalogue.unit,
           based.numerator / based.denominator / parts_of_year
               * CASE based.measure WHEN 'rate' THEN catalogue.multiplier WHEN 'percent' THEN 100 ELSE 1 END AS value
    FROM based JOIN catalogue ON catalogue.id = based.indicator_id
    WHERE based.denominator > 0
"""
