"""Findings: what does not add up, found by the general rules over the figures of one quarter's deliveries.

Here: the relations the rules read, running them, and writing what they find. Not here: the rules
(`expectations/rules`), nor rows at fault in a delivery (quarantine).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from assets.core.event_tables import define_event_companions, define_event_differences
from assets.marts.catalogue_model import Catalogue
from assets.marts.control_charts import define_control_charts
from assets.marts.published_comparators import define_published_comparators
from expectations.expectation import literal
from expectations.finding_rule import FindingRule
from warehouse.units import define_scope, replace_unit

STANDING = """NOT EXISTS (
    SELECT 1 FROM marts.indicator_values AS later
    WHERE later.indicator_id = findings.indicator_id AND later.area_code = findings.area_code
      AND later.period = findings.period AND later.basis = findings.basis AND later.reported_in > findings.reported_in)
"""
"""Which rows of `marts.findings` are of figures as they stand: one reported again later is judged as it was then."""
_COLUMNS = "indicator_id, area_code, period, basis, expected, found, message, source"


def define_relations(connection: duckdb.DuckDBPyConnection, quarter: str, areas: Sequence[str]) -> None:
    """Define what rules read: `figure`, the figures reported in the quarter with the catalogue's attributes;
    `previous_report`, the same of the area's last earlier report of each agency; `printed_comparator`, what returns
    print beside figures; `official_figure`, the newest published counterpart of an area's own figures;
    `published_rate`, the published rates and shares of every area and edition; `control_chart`, the figures with the
    limits of their own series; `event_difference`, how often extracts differ on events both have;
    `event_companion`, how many children have an event without the other that goes with it; and the catalogue's
    `indicator_part`, `indicator_share`, `indicator_label` and `indicator_counterpart`.
    """
    define_scope(connection, quarter, areas)
    attributes = "value.* EXCLUDE (unit), value.unit, catalogue.agency, catalogue.decimals, catalogue.counted"
    attributes += ", catalogue.title, catalogue.derived_differs_by"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE figure AS
        SELECT {attributes} FROM marts.indicator_values AS value JOIN catalogue ON catalogue.id = value.indicator_id
        WHERE reported_in = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code)
        """
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE previous_report AS
        SELECT {attributes} FROM marts.indicator_values AS value JOIN catalogue ON catalogue.id = value.indicator_id
        JOIN (
            SELECT value.area_code, catalogue.agency, max(reported_in) AS reported_in
            FROM marts.indicator_values AS value JOIN catalogue ON catalogue.id = value.indicator_id
            WHERE reported_in < getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code)
              AND basis = 'return'
            GROUP BY value.area_code, catalogue.agency
        ) AS last USING (area_code, agency, reported_in)
        """
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE printed_comparator AS
        SELECT * FROM marts.indicator_benchmarks WHERE basis = 'return'
          AND reported_in = getvariable('scope_quarter') AND list_contains(getvariable('scope_areas'), area_code)
        """
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE official_figure AS
        SELECT indicator_id, published_figure.measure, area AS area_code, year_start, year_end, counterpart,
               comparator_period,
               CASE WHEN published_figure.measure = 'count' THEN numerator ELSE value END AS value,
               CASE WHEN published_figure.measure = 'count' THEN 0 ELSE published_figure.decimals END AS decimals,
               dataset || ', edition of ' || edition AS edition, catalogue.official_differs_by
        FROM published_figure JOIN catalogue ON catalogue.id = published_figure.indicator_id
        WHERE counterpart IS NOT NULL AND list_contains(getvariable('scope_areas'), area)
        QUALIFY row_number() OVER (
            PARTITION BY indicator_id, published_figure.measure, area, year_end ORDER BY edition DESC, dataset) = 1
        """
    )
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE published_rate AS
        SELECT indicator_id, measure, dataset, area AS area_code, level, year_end, comparator_period, value, n_areas,
               published_figure.decimals, published_figure.unit, dataset || ', edition of ' || edition AS edition
        FROM published_figure
        WHERE measure IN ('rate', 'percent') AND value IS NOT NULL AND len(getvariable('scope_areas')) > 0
          AND year_end BETWEEN year_first_day(getvariable('scope_quarter')) - 1
                           AND year_last_day(getvariable('scope_quarter'))
        """
    )
    define_control_charts(connection, "SELECT * FROM figure")
    define_event_differences(connection, quarter, areas)
    define_event_companions(connection, quarter, areas)
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO unit_words(unit) AS CASE unit WHEN 'per_10000' THEN 'per 10,000' "
        "WHEN 'per_100000' THEN 'per 100,000' WHEN 'percent' THEN 'per cent' ELSE unit END"
    )


def write_findings(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    rules: Iterable[FindingRule],
    quarter: str,
    areas: Sequence[str],
) -> int:
    """Replace what was found in a quarter's deliveries for some areas, and in the published figures beside them.

    Returns rows; in the caller's transaction.
    """
    define_published_comparators(connection, catalogue)
    define_relations(connection, quarter, areas)
    select = " UNION ALL BY NAME ".join(
        f"SELECT {literal(rule.rule)} AS rule, {literal(rule.severity)} AS severity, {_COLUMNS}, "
        f"{literal(quarter)} AS reported_in FROM ({rule.sql})"
        for rule in rules
    )
    # What is found in published figures is about the nation or a region, and is made anew with any area's.
    wider = connection.execute("SELECT area_code FROM area WHERE area_type <> 'local_authority' ORDER BY 1").fetchall()
    return replace_unit(
        connection,
        "marts.findings",
        quarter=quarter,
        areas=[*areas, *(code for (code,) in wider)] if areas else [],
        quarter_column="reported_in",
        select=select,
    )
