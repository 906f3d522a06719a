"""Indicator values: every figure, from every basis, for the quarter it was reported in.

Here: figures as agencies returned them (`return`), the rates their counts give on the population in effect
(`recomputed`), and beside them those counted from child-level extracts (`derived`). Not here: the counting
(`assets.marts.derived`), comparators (`assets.marts.benchmarks`) or which report is the newest, which a release and its
readers tell from `reported_in`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from assets.marts.catalogue_model import Catalogue
from assets.marts.derived.figures import define_derived
from assets.marts.derived.readable import Readable
from assets.marts.groups import define_group_figures, groups_of
from assets.marts.methods.intervals import define_intervals
from assets.marts.population import define_population_in_effect
from warehouse.units import define_scope, replace_unit


def write_indicator_values(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    tables: Mapping[str, Readable],
    quarter: str,
    areas: Sequence[str],
) -> dict[str, int]:
    """Replace the figures reported in a quarter for some areas, and the breakdowns of those that were counted.

    `tables` are those that may be counted from. Returns rows of `indicator_values` and of `indicator_breakdowns`; runs
    in the caller's transaction.
    """
    define_population_in_effect(connection, catalogue.population_bands)
    define_intervals(connection)
    define_derived(connection, catalogue, tables, quarter, areas)
    define_group_figures(connection, areas)
    define_scope(connection, quarter, areas)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE returned AS {_returned()}")
    _note_stale_dataset_rows(connection)
    rows = replace_unit(
        connection,
        "marts.indicator_values",
        quarter=quarter,
        areas=[*areas, *groups_of(areas)],
        quarter_column="reported_in",
        select=f"{_as_returned()} UNION ALL BY NAME {_recomputed()} UNION ALL BY NAME {_stopped()} "
        "UNION ALL BY NAME SELECT * FROM derived_figure UNION ALL BY NAME SELECT * FROM derived_group",
    )
    _note_stale_dataset_rows(connection)
    parts = replace_unit(
        connection,
        "marts.indicator_breakdowns",
        quarter=quarter,
        areas=areas,
        quarter_column="reported_in",
        select="SELECT * FROM derived_part",
    )
    return {"indicator_values": rows, "indicator_breakdowns": parts}


def _note_stale_dataset_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """The quarters these figures are about, before and after: their rows of the wide dataset are to be made anew."""
    connection.execute(
        """
        INSERT INTO ops.stale
        SELECT DISTINCT 'multi_agency_dataset', area_code, period FROM marts.indicator_values
        WHERE reported_in = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code)
          AND period_type IN ('quarter', 'snapshot', 'rolling_12_months')
        EXCEPT SELECT * FROM ops.stale
        """
    )


def _in_scope(table: str) -> str:
    return (
        f"{table}.quarter = getvariable('scope_quarter') "
        f"AND list_contains(getvariable('scope_areas'), {table}.area_code)"
    )


def _returned() -> str:
    """One row a figure of the area, its count and its value side by side, with the catalogue's attributes."""
    is_count = "figure.measure = 'count'"
    return f"""
        SELECT figure.indicator_id, figure.area_code, area.area_name,
               figure.breakdown_type, figure.breakdown_value AS breakdown,
               figure.period_type, figure.period_label AS period,
               any_value(figure.period_start) AS period_start, any_value(figure.period_end) AS period_end,
               figure.quarter AS reported_in,
               any_value(figure.number) FILTER ({is_count}) AS count_number,
               any_value(figure.status) FILTER ({is_count}) AS count_status,
               any_value(figure.reason) FILTER ({is_count}) AS count_reason,
               any_value(figure.number) FILTER (NOT {is_count}) AS value_number,
               any_value(figure.status) FILTER (NOT {is_count}) AS value_status,
               any_value(figure.reason) FILTER (NOT {is_count}) AS value_reason,
               any_value(figure.decimals) FILTER (figure.measure = catalogue.measure) AS sent_decimals,
               max(figure.base) AS base,
               max(figure.dq_status) AS dq_status,
               'receipt ' || min(figure.receipt_id) || ' sha256:' || min(receipt.sha256) || ' '
                   || string_agg(figure.location, '; ' ORDER BY figure.location) AS source,
               any_value(catalogue.unit) AS unit, any_value(catalogue.measure) AS measure,
               any_value(catalogue.counted) AS counted, any_value(catalogue.decimals) AS decimals,
               any_value(catalogue.official) AS official,
               any_value(catalogue.population_band) AS population_band, any_value(catalogue.multiplier) AS multiplier
        FROM core.reported_figure AS figure
        JOIN catalogue ON catalogue.id = figure.indicator_id
        JOIN area ON area.area_code = figure.area_code
        JOIN ops.receipt AS receipt ON receipt.receipt_id = figure.receipt_id
        WHERE figure.subject = 'area' AND {_in_scope("figure")}
        GROUP BY figure.indicator_id, figure.area_code, area.area_name, figure.breakdown_type, figure.breakdown_value,
                 figure.period_type, figure.period_label, figure.quarter
    """


_PLACE = (
    "indicator_id, returned.area_code, area_name, breakdown_type, breakdown, period_type, period, period_start, "
    "period_end, reported_in, unit, dq_status, source"
)


def _as_returned() -> str:
    return f"""
        SELECT {_PLACE}, 'return' AS basis,
               count_number::DOUBLE AS numerator, base::DOUBLE AS denominator,
               CASE WHEN measure = 'count' THEN count_number ELSE value_number END::DOUBLE AS value,
               -- What is published elsewhere is passed through: it is not given decimals it was not sent with.
               printed_number(CASE WHEN measure = 'count' THEN count_number ELSE value_number END,
                              CASE WHEN official THEN least(decimals, sent_decimals) ELSE decimals END::INTEGER)
                   AS printed,
               {_limit_of_share("lower")} AS lower_ci, {_limit_of_share("upper")} AS upper_ci,
               coalesce(CASE WHEN measure = 'count' THEN count_status ELSE value_status END, 'missing') AS status,
               CASE WHEN measure = 'count' THEN count_reason
                    WHEN value_status IS NULL THEN 'the return gives the count and no ' || measure
                    ELSE value_reason END AS reason
        FROM returned
    """


def _recomputed() -> str:
    """The rate a count gives on the population in effect on the period's last day, or why there is none."""
    return f"""
        SELECT {_PLACE}, 'recomputed' AS basis,
               count_number::DOUBLE AS numerator, held.persons::DOUBLE AS denominator,
               'population ' || population_band || ' mid-' || mid_year_in_effect(period_end)
                   || coalesce(' ' || held.edition, '') AS denominator_edition,
               count_number::DOUBLE * multiplier / held.persons::DOUBLE AS value,
               {_limit("lower")} AS lower_ci, {_limit("upper")} AS upper_ci,
               CASE WHEN count_number IS NOT NULL AND held.persons IS NOT NULL
                    THEN printed_rate(count_number, held.persons, multiplier, decimals) END AS printed,
               CASE WHEN count_status <> 'value' THEN count_status WHEN held.persons IS NULL THEN 'missing'
                    ELSE 'value' END AS status,
               CASE WHEN count_status <> 'value' THEN count_reason
                    WHEN held.persons IS NULL THEN 'no population ' || population_band || ' of mid-'
                         || mid_year_in_effect(period_end) || ' is held for ' || area_name END AS reason
        FROM returned
        LEFT JOIN population_in_effect AS held
          ON held.area_code = returned.area_code AND held.age_band = returned.population_band
         AND held.mid_year = mid_year_in_effect(returned.period_end) AND held.effective_from <= returned.period_end
        WHERE measure = 'rate' AND population_band IS NOT NULL AND count_status IS NOT NULL
    """


def _limit(end: str) -> str:
    """A limit of the rate's 95 % interval, where there is a rate of a whole number of events."""
    return (
        "CASE WHEN count_number = round(count_number) AND count_number >= 0 AND held.persons > 0 "
        f"THEN rate_interval(count_number::DOUBLE, held.persons::DOUBLE, multiplier).{end} END"
    )


def _limit_of_share(end: str) -> str:
    """A limit of a share's 95 % interval, where the return gives its count and what it is of."""
    return (
        "CASE WHEN measure = 'percent' AND value_status = 'value' AND base > 0 AND count_number BETWEEN 0 AND base "
        f"THEN proportion_interval(count_number::DOUBLE, base::DOUBLE, 100).{end} END"
    )


def _stopped() -> str:
    """Where a return was stopped and none is in force, every figure expected of it says so."""
    return f"""
        SELECT catalogue.id AS indicator_id, gate.area_code, area.area_name, 'all' AS breakdown_type,
               'all' AS breakdown, catalogue.period_type, gate.quarter AS period,
               quarter_first_day(gate.quarter)::DATE AS period_start, quarter_last_day(gate.quarter) AS period_end,
               gate.quarter AS reported_in, 'return' AS basis, catalogue.unit, 'stopped' AS status,
               'the delivery was stopped: ' || gate.reason AS reason, 'warn' AS dq_status,
               'receipt ' || gate.receipt_id || ' sha256:' || receipt.sha256 AS source
        FROM (SELECT * FROM ops.gate WHERE extract = 'indicator_return' AND {_in_scope("gate")}) AS gate
        JOIN area ON area.area_code = gate.area_code
        JOIN catalogue ON catalogue.agency = gate.agency
        JOIN ops.receipt AS receipt ON receipt.receipt_id = gate.receipt_id
        WHERE NOT EXISTS (SELECT 1 FROM core.reported_figure AS figure WHERE figure.agency = gate.agency
                          AND figure.area_code = gate.area_code AND figure.quarter = gate.quarter)
    """
