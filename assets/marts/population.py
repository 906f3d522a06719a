"""Which population is in effect: one edition an area, age band and day, or none.

Here: the rule and its exceptions. Not here: the populations themselves (`core.population`, `core.population_vintage`
and `core.population_by_age`, delivered under `landing/reference/`).
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

EDITIONS_IN_EFFECT = (
    "first_release",
    "first_release_inferred",
    "revised",
    "summed_from_ages",
    "summed_from_small_areas",
)
"""Editions a rate may be made on as it was published, in order of preference; rebased ones are for `rates_rebased`.

The last two are of bands that no file of bands holds: the single years of the area's own row, or of every small area in
it, added up.
"""


def define_population_in_effect(connection: duckdb.DuckDBPyConnection, bands: Iterable[str]) -> None:
    """Define `population_in_effect`: area_code, age_band, mid_year, edition, persons, inferred, effective_from.

    Of the age bands given (`10-17`) there are also sums of single years of age. The mid-year estimate of Y takes effect
    on 1 July of Y + 1 unless its row says otherwise. Another mid-year is never taken in the place of one that is not
    held.
    """
    order = ", ".join(f"'{edition}'" for edition in EDITIONS_IN_EFFECT)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE population_summed AS {_summed(bands)}")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW population_in_effect AS
        WITH held AS (
            SELECT area, age_band, mid_year, edition, value, half_width, effective_from, quarter FROM core.population
            UNION ALL
            SELECT area, '0-17', mye_year, edition, value, half_width, NULL, quarter FROM core.population_vintage
            UNION ALL
            SELECT area, age_band, mid_year, edition, persons, NULL, NULL, quarter FROM population_summed
        )
        SELECT population.area AS area_code, age_band, mid_year, edition, value AS persons,
               edition LIKE '%inferred' AS inferred, half_width,
               coalesce(effective_from, make_date(mid_year + 1, 7, 1)) AS effective_from
        FROM held AS population
        WHERE edition IN ({order})
        QUALIFY row_number() OVER (
            PARTITION BY population.area, age_band, mid_year
            -- A published figure comes before one that is implied and may be off by a half width.
            ORDER BY list_position([{order}], edition), half_width NULLS FIRST, population.quarter DESC
        ) = 1
        """
    )


def _summed(bands: Iterable[str]) -> str:
    """Persons of every band by area and mid-year; small areas only where all of an authority's are held."""
    ages = ", ".join(f"('{band}', {band.replace('-', ', ')})" for band in sorted(set(bands))) or "(NULL, NULL, NULL)"
    return f"""
        WITH band (age_band, youngest, oldest) AS (VALUES {ages}),
        newest AS (
            SELECT * FROM core.population_by_age
            QUALIFY row_number() OVER (PARTITION BY area, mid_year, age ORDER BY quarter DESC, area_code) = 1
        ), whole AS (
            SELECT local_authority, count(DISTINCT area) AS small_areas FROM core.small_area GROUP BY local_authority
        ), of_area AS (
            SELECT area, age_band, mid_year, 'summed_from_ages' AS edition, sum(persons)::DOUBLE AS persons,
                   max(quarter) AS quarter
            FROM newest JOIN band ON age BETWEEN youngest AND oldest WHERE NOT is_small_area GROUP BY ALL
        ), of_small_areas AS (
            SELECT local_authority AS area, age_band, mid_year, 'summed_from_small_areas' AS edition,
                   sum(persons)::DOUBLE AS persons, max(quarter) AS quarter, count(DISTINCT newest.area) AS held
            FROM newest JOIN band ON age BETWEEN youngest AND oldest WHERE is_small_area GROUP BY ALL
        )
        SELECT * FROM of_area
        UNION ALL BY NAME
        SELECT of_small_areas.* EXCLUDE (held) FROM of_small_areas
        JOIN whole ON whole.local_authority = of_small_areas.area AND whole.small_areas = of_small_areas.held
    """


def define_population_vintages(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `population_vintage`: area, mye_year, edition, persons; of what was delivered twice, the newest."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP VIEW population_vintage AS
        SELECT area, mye_year, edition, value::DOUBLE AS persons FROM core.population_vintage
        QUALIFY row_number() OVER (PARTITION BY area, mye_year, edition ORDER BY quarter DESC, area_code) = 1
        """
    )
