"""Which population is in effect: one edition an area, age band and day, or none.

Here: the rule and its exceptions. Not here: the populations themselves (`core.population` and
`core.population_vintage`, delivered under `landing/reference/`).
"""

from __future__ import annotations

import duckdb

EDITIONS_IN_EFFECT = ("first_release", "first_release_inferred", "revised")
"""Editions a rate may be made on as it was published, in order of preference; rebased ones are for `rates_rebased`."""


def define_population_in_effect(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `population_in_effect`: area_code, age_band, mid_year, edition, persons, inferred, effective_from.

    The mid-year estimate of Y takes effect on 1 July of Y + 1 unless its row says otherwise. Another mid-year is
    never taken in the place of one that is not held.
    """
    order = ", ".join(f"'{edition}'" for edition in EDITIONS_IN_EFFECT)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP VIEW population_in_effect AS
        WITH held AS (
            SELECT area, age_band, mid_year, edition, value, half_width, effective_from, quarter FROM core.population
            UNION ALL
            SELECT area, '0-17', mye_year, edition, value, half_width, NULL, quarter FROM core.population_vintage
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


def define_population_vintages(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `population_vintage`: area, mye_year, edition, persons; of what was delivered twice, the newest."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP VIEW population_vintage AS
        SELECT area, mye_year, edition, value::DOUBLE AS persons FROM core.population_vintage
        QUALIFY row_number() OVER (PARTITION BY area, mye_year, edition ORDER BY quarter DESC, area_code) = 1
        """
    )
