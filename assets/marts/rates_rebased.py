"""Rates on today's population: the same counts once more, on the population as rebased since the census.

Here: the area's own rates and those of published comparators. Not here: rates as they were published
(`assets.marts.indicator_values`, `assets.marts.benchmarks`).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from assets.marts.benchmarks import OF_THE_YEARS
from assets.marts.catalogue_model import Catalogue
from assets.marts.published_comparators import define_published_comparators
from warehouse.units import define_scope, replace_unit

TODAY = "rebased_2024"
"""The edition that is today's."""


def write_rates_rebased(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, quarter: str, areas: Sequence[str]
) -> int:
    """Replace the rebased rates of a quarter's deliveries for some areas. Returns rows; in the caller's transaction.

    A rate whose mid-year was not rebased, or is not held, has no row.
    """
    define_scope(connection, quarter, areas)
    define_published_comparators(connection, catalogue)
    scope = "reported_in = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), own.area_code)"
    return replace_unit(
        connection,
        "marts.rates_rebased",
        quarter=quarter,
        areas=areas,
        quarter_column="reported_in",
        select=f"""
        SELECT own.indicator_id, own.area_code, 'area' AS comparator, own.breakdown_type, own.breakdown, own.period,
               own.period_start, own.period AS comparator_period, 'count on the population' AS method,
               'return' AS edition, own.numerator, rebased.persons AS denominator,
               'population 0-17 mid-' || rebased.mye_year || ' {TODAY}' AS denominator_edition,
               own.numerator * catalogue.multiplier / rebased.persons AS value,
               printed_rate(own.numerator, rebased.persons, catalogue.multiplier, catalogue.decimals) AS printed,
               own.printed AS printed_before, own.unit, own.reported_in
        FROM marts.indicator_values AS own
        JOIN catalogue ON catalogue.id = own.indicator_id AND catalogue.population_band = '0-17'
        JOIN population_vintage AS rebased ON rebased.area = own.area_code AND rebased.edition = '{TODAY}'
         AND rebased.mye_year = mid_year_in_effect(own.period_end)
        WHERE own.basis = 'recomputed' AND own.numerator IS NOT NULL AND {scope}
        UNION ALL BY NAME
        SELECT own.indicator_id, own.area_code,
               published.comparator,
               own.breakdown_type, own.breakdown, own.period, own.period_start,
               published.comparator_period, published.method,
               published.dataset || ', edition of ' || published.edition AS edition, published.numerator,
               published.rebased_persons AS denominator,
               'population 0-17 mid-' || (year(published.year_end) - 1) || ' {TODAY}' AS denominator_edition,
               published.numerator * published.multiplier / published.rebased_persons
                   / published.parts_of_year AS value,
               printed_value(published.numerator * published.multiplier / published.rebased_persons
                             / published.parts_of_year, published.decimals) AS printed,
               printed_value(published.value, published.decimals) AS printed_before, published.unit, own.reported_in
        FROM marts.indicator_values AS own
        JOIN area ON area.area_code = own.area_code
        JOIN published_comparator AS published
          ON published.indicator_id = own.indicator_id AND published.measure = 'rate' AND published.kind = 'population'
         AND (published.for_area = own.area_code OR published.comparator_area IN ('E92000001', area.region_code))
         AND published.{OF_THE_YEARS}
         AND published.rebased_persons IS NOT NULL
        WHERE own.basis = 'return' AND own.breakdown_type = 'all' AND own.period = own.reported_in AND {scope}
        """,
    )
