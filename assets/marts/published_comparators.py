"""Published comparators: figures of England, regions, neighbours and groups, made of series as the catalogue declares.

Here: the figures themselves, for every edition held. Not here: the area's gap to them and what it means
(`assets.marts.benchmarks`).
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from assets.marts.catalogue_model import Catalogue
from assets.marts.groups import GROUPS
from assets.marts.population import define_population_vintages

_DECLARED = pa.schema(
    [
        *((name, pa.string()) for name in ("indicator_id", "measure", "dataset", "filters", "kind")),
        ("numerator_series", pa.list_(pa.string())),
        ("denominator_series", pa.list_(pa.string())),
        ("any_series", pa.bool_()),
        ("parts_of_year", pa.int32()),
        *((name, pa.string()) for name in ("method", "like_for_like", "counterpart", "note")),
    ]
)


def define_published_comparators(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue) -> None:
    """Define `published_comparator`: a row a declared comparator, year and edition, for England and every region, and
    for the neighbours (mean and median, by model) and the group of every authority that has them (`for_area`).

    Beside it `published_figure`, the same for every area with its parts. A figure whose series are not all held for an
    area and year has no row.
    """
    define_population_vintages(connection)
    connection.execute(f"CREATE OR REPLACE TEMP MACRO {_YEAR_LABEL}")
    connection.register("rows_declared", pa.Table.from_pylist(_declared(catalogue), schema=_DECLARED))
    connection.execute("CREATE OR REPLACE TEMP TABLE published_declared AS SELECT * FROM rows_declared")
    connection.unregister("rows_declared")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE published_figure AS {_BASED}")
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
            "counterpart": published.counterpart,
            "note": published.note,
        }
        for entry in catalogue.values()
        for published in entry.published
    ]


_YEAR_LABEL = """
    year_label(first_day, last_day) AS CASE
        WHEN strftime(first_day, '%d-%m') = '01-04' THEN financial_year(last_day)
        WHEN strftime(first_day, '%d-%m') = '01-01' AND year(first_day) = year(last_day) THEN 'year ' || year(last_day)
        ELSE 'year to ' || strftime(last_day, '%B %Y') END
"""
"""A financial year by its name; a calendar year, and any other by the month it ends with, by their own."""

_BASED = """
    WITH summed AS (
        SELECT declared.*, statistic.area_code AS area, statistic.geographic_level AS level, statistic.edition,
               statistic.period_start AS year_start, statistic.period_end AS year_end,
               sum(statistic.value::DECIMAL(18,6)) FILTER (list_contains(numerator_series, statistic.series))::DOUBLE
                   AS summed_numerator,
               sum(statistic.value::DECIMAL(18,6)) FILTER (list_contains(denominator_series, statistic.series))::DOUBLE
                   AS series_denominator,
               count(*) FILTER (list_contains(numerator_series, statistic.series)) AS series_held
        FROM published_declared AS declared
        JOIN core.published_figure AS statistic
          ON statistic.dataset = declared.dataset AND statistic.status = 'value'
         AND contains(statistic.filters, declared.filters)
         AND (list_contains(numerator_series, statistic.series) OR list_contains(denominator_series, statistic.series))
        GROUP BY ALL
        -- A series that stands in two files, or under several filters, is several figures: their sum would be none.
        HAVING count(*) = count(DISTINCT statistic.series)
    ), authorities AS (
        SELECT place.area, place.year_end, count(DISTINCT authority.area_code)::INTEGER AS n_areas
        FROM (SELECT DISTINCT area, year_end FROM summed) AS place
        JOIN area AS authority ON authority.area_type = 'local_authority'
         AND (place.area = 'E92000001' OR place.area IN (authority.region_code, authority.area_code))
         AND coalesce(authority.valid_from, DATE '1974-04-01') <= place.year_end
         AND coalesce(authority.valid_to, DATE '9999-12-31') >= place.year_end
        GROUP BY place.area, place.year_end
    ), parts AS (
        SELECT summed.* EXCLUDE (summed_numerator, numerator_series, denominator_series, series_held, any_series),
               year_label(summed.year_start, summed.year_end) AS comparator_period, authorities.n_areas,
               persons.persons, rebased.persons AS rebased_persons,
               CASE WHEN kind <> 'as_published' THEN summed_numerator END AS numerator,
               CASE kind WHEN 'series' THEN series_denominator WHEN 'population' THEN persons.persons
                    WHEN 'authorities' THEN authorities.n_areas::DOUBLE END AS denominator,
               CASE WHEN kind = 'as_published' THEN summed_numerator END AS published_value,
               catalogue.multiplier, catalogue.decimals, catalogue.unit,
               CASE summed.measure WHEN 'rate' THEN catalogue.multiplier WHEN 'percent' THEN 100 ELSE 1 END
                   / parts_of_year::DOUBLE AS scale
        FROM summed
        JOIN authorities USING (area, year_end)
        JOIN catalogue ON catalogue.id = summed.indicator_id
        -- The department makes a rate of the year to 31 March Y on the mid-year before.
        LEFT JOIN population_vintage AS persons ON persons.area = summed.area
              AND persons.mye_year = year(summed.year_end) - 1 AND persons.edition IN ('first_release', 'revised')
        LEFT JOIN population_vintage AS rebased ON rebased.area = summed.area
              AND rebased.mye_year = year(summed.year_end) - 1 AND rebased.edition = 'rebased_2024'
        WHERE series_held >= CASE WHEN any_series THEN 1 ELSE len(numerator_series) END
    )
    SELECT * EXCLUDE (published_value),
           coalesce(published_value, CASE WHEN denominator > 0 THEN numerator / denominator * scale END) AS value
    FROM parts
"""
"""Every declared figure of every area, year and edition, with its parts where those are published."""

NEIGHBOURS = """
        SELECT authority.area_code AS for_area, other.area_code AS area, model_version
        FROM (SELECT DISTINCT model_version, old_la_code, neighbour_old_la_code FROM core.statistical_neighbour) AS pair
        JOIN area AS authority ON authority.dfe_code = pair.old_la_code
        JOIN area AS other ON other.dfe_code = pair.neighbour_old_la_code
"""
"""Who is whose neighbour by each model: directed, for a neighbour's neighbours are others."""

_COMPARATORS = f"""
    WITH own AS (
        SELECT * FROM published_figure WHERE value IS NOT NULL
    ), neighbour AS (
        {NEIGHBOURS}
    ), hips AS (
        SELECT unnest({list(GROUPS["hips"].members)}) AS area
    )
    SELECT indicator_id, measure, dataset, kind, parts_of_year, method, like_for_like, note, year_end,
           comparator_period, edition, multiplier, decimals, unit, rebased_persons, numerator, denominator, n_areas,
           value, area AS comparator_area,
           CASE area WHEN 'E92000001' THEN 'england' WHEN 'E12000008' THEN 'south_east' ELSE area END AS comparator,
           NULL AS for_area
    FROM own WHERE level IN ('National', 'Regional')
    UNION ALL BY NAME
    -- Neighbours: the simple mean, and beside it the median, of those that have the figure.
    SELECT own.indicator_id, own.measure, own.dataset, own.kind, own.parts_of_year,
           own.method || '; ' || statistic || ' of statistical neighbours, model of ' || neighbour.model_version
               AS method,
           own.like_for_like,
           'The ' || statistic || ' of the ' || count(*) || ' neighbours of the model of ' || neighbour.model_version
               || ' that have the figure. ' || own.note AS note,
           own.year_end, own.comparator_period, own.edition, own.multiplier, own.decimals, own.unit,
           count(*)::INTEGER AS n_areas,
           CASE statistic WHEN 'mean' THEN avg(value ORDER BY own.area) ELSE median(value) END AS value,
           'statistical_neighbours' AS comparator_area, 'statistical_neighbours' AS comparator, neighbour.for_area
    FROM own JOIN neighbour ON neighbour.area = own.area, (SELECT unnest(['mean', 'median']) AS statistic)
    WHERE own.level = 'Local authority'
    GROUP BY own.indicator_id, own.measure, own.dataset, own.kind, own.parts_of_year, own.like_for_like, own.note,
             own.method, own.year_end, own.comparator_period, own.edition, own.multiplier, own.decimals, own.unit,
             neighbour.model_version, neighbour.for_area, statistic
    UNION ALL BY NAME
    -- A group of areas: the sum divided by the sum, where every member has the figure.
    SELECT indicator_id, measure, dataset, kind, parts_of_year, own.method || '; ratio of sums' AS method,
           like_for_like,
           'Southampton, Portsmouth, Hampshire and the Isle of Wight: sum divided by sum. ' || note
               AS note,
           year_end, comparator_period, edition, multiplier, decimals, unit, sum(rebased_persons) AS rebased_persons,
           sum(numerator) AS numerator, sum(denominator) AS denominator, count(*)::INTEGER AS n_areas,
           sum(numerator) / sum(denominator) * min(scale) AS value, 'hips' AS comparator_area,
           'hips' AS comparator, member.area AS for_area
    FROM own SEMI JOIN hips USING (area), (SELECT area FROM hips) AS member
    WHERE denominator IS NOT NULL
    GROUP BY indicator_id, measure, dataset, kind, parts_of_year, own.method, like_for_like, note, year_end,
             comparator_period, edition, multiplier, decimals, unit, member.area
    HAVING count(*) = 4
"""
