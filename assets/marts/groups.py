"""Groups of areas that people compare with and report together: their names and members.

Here: the groups, and their figures as the sum of their members' divided by the sum. Not here: a member's own figure
(`assets.marts.derived`), or a group's published figures (`assets.marts.published_comparators`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from expectations.expectation import literal


@dataclass(frozen=True)
class Group:
    """A group of areas under a code of its own."""

    name: str
    members: tuple[str, ...]


GROUPS: Mapping[str, Group] = {
    "hips": Group(
        "Hampshire, Isle of Wight, Portsmouth and Southampton", ("E06000044", "E06000045", "E06000046", "E10000014")
    )
}


def groups_of(areas: Sequence[str]) -> list[str]:
    """The groups any of the areas is a member of."""
    return [code for code, group in GROUPS.items() if set(group.members) & set(areas)]


def define_group_figures(connection: duckdb.DuckDBPyConnection, areas: Sequence[str]) -> None:
    """Define `derived_group`: the unit's derived figures of every group one of whose members is among the areas.

    A member outside the unit gives the newest figure it has so far. A figure is the ratio of sums, never a mean of
    rates, and `missing` unless every member has it; a member to which it is not applicable adds nothing.
    """
    rows = " UNION ALL ".join(_rows_of(code) for code in groups_of(areas))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE derived_group AS {rows or 'SELECT * FROM derived_figure WHERE FALSE'}"
    )


def _rows_of(code: str) -> str:
    group = GROUPS[code]
    members = ", ".join(literal(member) for member in group.members)
    return f"""
        SELECT indicator_id, {literal(code)} AS area_code, {literal(group.name)} AS area_name, breakdown_type,
               breakdown, period_type, period, period_start, period_end, 'derived' AS basis,
               getvariable('scope_quarter') AS reported_in, numerator, denominator, denominator_edition,
               CASE WHEN status = 'value' THEN
                    CASE WHEN denominator IS NULL THEN numerator ELSE numerator * scale / denominator END END AS value,
               CASE WHEN status = 'value' THEN
                    CASE WHEN denominator IS NULL THEN printed_number(numerator, decimals)
                         ELSE printed_rate(numerator, denominator, scale, decimals) END END AS printed,
               unit, status,
               CASE status WHEN 'missing' THEN 'not every member of the group has the figure'
                    WHEN 'not_applicable' THEN 'none to divide by in any member' END AS reason,
               CASE WHEN status = 'value' AND measure = 'rate' THEN rate_interval(numerator, denominator, scale).lower
                    WHEN status = 'value' AND measure = 'percent'
                    THEN proportion_interval(numerator, denominator, scale).lower END AS lower_ci,
               CASE WHEN status = 'value' AND measure = 'rate' THEN rate_interval(numerator, denominator, scale).upper
                    WHEN status = 'value' AND measure = 'percent'
                    THEN proportion_interval(numerator, denominator, scale).upper END AS upper_ci,
               dq_status, source
        FROM (
            SELECT figure.indicator_id, breakdown_type, breakdown, figure.period_type, period,
                   min(period_start) AS period_start, min(period_end) AS period_end, figure.unit,
                   any_value(catalogue.measure) AS measure, any_value(catalogue.decimals) AS decimals,
                   CASE any_value(catalogue.measure) WHEN 'rate' THEN any_value(catalogue.multiplier)
                        WHEN 'percent' THEN 100 ELSE 1 END AS scale,
                   CASE WHEN count_if(status IN ('value', 'not_applicable')) < {len(group.members)} THEN 'missing'
                        WHEN count_if(status = 'value') = 0 THEN 'not_applicable' ELSE 'value' END AS status,
                   CASE WHEN count_if(status IN ('value', 'not_applicable')) = {len(group.members)}
                        THEN sum(numerator) END AS numerator,
                   CASE WHEN count_if(status IN ('value', 'not_applicable')) = {len(group.members)}
                        THEN sum(denominator) END AS denominator,
                   string_agg(DISTINCT denominator_edition, '; ' ORDER BY denominator_edition) AS denominator_edition,
                   max(dq_status) AS dq_status, string_agg(source, '; ' ORDER BY figure.area_code) AS source
            FROM (
                SELECT * FROM derived_figure WHERE area_code IN ({members})
                UNION ALL BY NAME
                SELECT * FROM (
                    SELECT * FROM marts.indicator_values
                    WHERE basis = 'derived' AND area_code IN ({members})
                      AND NOT list_contains(getvariable('scope_areas'), area_code)
                      AND reported_in <= getvariable('scope_quarter')
                      AND left(reported_in, 7) = left(getvariable('scope_quarter'), 7)
                    QUALIFY row_number() OVER (
                        PARTITION BY indicator_id, area_code, breakdown_type, breakdown, period_type, period
                        ORDER BY reported_in DESC) = 1)
            ) AS figure
            JOIN catalogue ON catalogue.id = figure.indicator_id
            GROUP BY figure.indicator_id, breakdown_type, breakdown, figure.period_type, period, figure.unit
        )
    """
