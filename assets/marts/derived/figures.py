"""Derived figures: counted by the compiled queries, divided, and given a status where there is nothing to count.

Here: which figures a unit's deliveries are asked for, running the queries, and what each figure is then. Not here: the
queries (`assets.marts.derived.compiler`), or where the rows go (`assets.marts.indicator_values`,
`assets.marts.indicator_breakdowns`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from assets.marts.catalogue_model import RATE_MULTIPLIERS, Catalogue, Indicator
from assets.marts.derived.coverage import Reading, define_coverage, kind_of
from assets.marts.derived.known import define_children, define_schools
from assets.marts.derived.model import Derived
from assets.marts.derived.readable import Readable
from assets.marts.methods.working_days import define_working_days

_COUNTS = {
    "indicator_id": "VARCHAR",
    "area_code": "VARCHAR",
    "kind": "VARCHAR",
    "period": "VARCHAR",
    "breakdown_type": "VARCHAR",
    "breakdown": "VARCHAR",
    "numerator": "DOUBLE",
    "denominator": "DOUBLE",
    "dq_status": "VARCHAR",
}


def define_derived(
    connection: duckdb.DuckDBPyConnection,
    catalogue: Catalogue,
    tables: Mapping[str, Readable],
    quarter: str,
    areas: Sequence[str],
) -> None:
    """Define `derived_figure`, a row a figure that the unit's deliveries speak for, in the columns of
    `marts.indicator_values`, and `derived_part`, the same of breakdowns that do not leave the warehouse.

    Reads the temporary tables `catalogue`, `area` and `population_in_effect`, and the intervals' macros.
    """
    declared = [(entry, entry.derived) for entry in catalogue.values() if entry.derived is not None]
    readings: dict[Reading, int] = {}
    for _, derived in declared:
        reading = _reading(derived, tables)
        readings[reading] = max(readings.get(reading, 0), derived.years_back)
    define_coverage(connection, readings, quarter, areas)
    _define_wanted(connection, declared, tables)
    connection.execute("CREATE OR REPLACE TEMP TABLE derived_scope AS SELECT getvariable('scope_quarter') AS until")
    columns = ", ".join(f"{name} {kind}" for name, kind in _COUNTS.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE derived_count ({columns})")
    covered = {
        indicator_id
        for (indicator_id,) in connection.execute(
            "SELECT DISTINCT indicator_id FROM derived_wanted WHERE status = 'value'"
        ).fetchall()
    }
    if covered:
        _count(connection, [(entry, derived) for entry, derived in declared if entry.id in covered], tables)
    for name, query in (("derived_figure", _figures(True)), ("derived_part", _figures(False))):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def _reading(derived: Derived, tables: Mapping[str, Readable]) -> Reading:
    return Reading(tables[derived.table], derived.extracts)


def _count(
    connection: duckdb.DuckDBPyConnection,
    declared: Sequence[tuple[Indicator, Derived]],
    tables: Mapping[str, Readable],
) -> None:
    # Ibis takes a second to import: commands that count nothing do not wait for it.
    from assets.marts.derived.compiler import sql_of  # noqa: PLC0415

    define_working_days(connection)
    define_children(connection)
    define_schools(connection)
    for entry, derived in declared:
        connection.execute(
            f"INSERT INTO derived_count BY NAME SELECT '{entry.id}' AS indicator_id, * FROM ({sql_of(derived, tables)})"
        )


def _define_wanted(
    connection: duckdb.DuckDBPyConnection,
    declared: Sequence[tuple[Indicator, Derived]],
    tables: Mapping[str, Readable],
) -> None:
    """Define `derived_wanted`: every figure an agency that delivered child-level extracts could have given, with what
    speaks for it. `status` is `value` where a delivery covers the period and its look-back.
    """
    rows: list[dict[str, object]] = []
    for entry, derived in declared:
        sent = _reading(derived, tables).table.of_extracts(derived.extracts)
        for kind in (kind_of(derived), *(["year"] if derived.also_year else [])):
            rows.append(
                {
                    "indicator_id": entry.id,
                    "reading": _reading(derived, tables).name,
                    "kind": kind,
                    "windows": 3 if kind == "months" else 1,
                    "agencies": sorted({agency for each in sent for agency in each.agencies}),
                    "extracts": [each.extract for each in sent],
                    "months_before": derived.look_back_months,
                    "days_before": derived.look_back_days,
                    "months_to_end": derived.months_to_the_end,
                    "only_by": derived.only_by,
                    "valid_from": entry.valid_from,
                    "valid_to": entry.valid_to,
                    "unit": entry.unit,
                    "measure": entry.measure,
                    "multiplier": RATE_MULTIPLIERS.get(entry.unit),
                    "decimals": entry.decimals,
                    "population_band": entry.denominator.population if entry.denominator else None,
                    "divided_by": entry.denominator.says if entry.denominator else None,
                    "has_denominator": derived.denominator is not None,
                }
            )
    connection.register("rows_of_table", pa.Table.from_pylist(rows, schema=_WANTED_SCHEMA))
    connection.execute("CREATE OR REPLACE TEMP TABLE derived_indicator AS SELECT * FROM rows_of_table")
    connection.unregister("rows_of_table")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE derived_wanted AS {_WANTED}")


_WANTED_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("indicator_id", "reading", "kind")),
        ("windows", pa.int32()),
        *((name, pa.list_(pa.string())) for name in ("agencies", "extracts")),
        *((name, pa.int32()) for name in ("months_before", "days_before", "months_to_end")),
        *((name, pa.string()) for name in ("only_by", "valid_from", "valid_to", "unit", "measure")),
        *((name, pa.int32()) for name in ("multiplier", "decimals")),
        *((name, pa.string()) for name in ("population_band", "divided_by")),
        ("has_denominator", pa.bool_()),
    ]
)

_WANTED = """
    WITH speaker AS (
        -- Agencies that sent something to count children from, whatever became of it.
        SELECT DISTINCT receipt.agency, receipt.area_code, area.area_name
        FROM ops.receipt AS receipt JOIN area USING (area_code)
        WHERE receipt.quarter = getvariable('scope_quarter')
          AND list_contains(getvariable('scope_areas'), receipt.area_code)
          AND NOT receipt.withdrawn AND receipt.judged IS NOT NULL
          AND receipt.extract IN (SELECT extract FROM derived_sent)
    ), span AS (
        SELECT kind, period_type, period, quarter, period_start, period_end, count(*) AS needed FROM derived_window
        GROUP BY ALL
    ), period AS (
        SELECT kind, period_type, period, max(quarter) AS quarter, period_start, period_end,
               sum(needed)::INTEGER AS needed
        FROM span GROUP BY ALL
    ), covered AS (
        SELECT reading, kind, period, area_code, count(*)::INTEGER AS windows, max(last_day) AS last_day
        FROM derived_asked GROUP BY ALL
    ), wanted AS (
        SELECT indicator.*, speaker.area_code, speaker.area_name, period.* EXCLUDE (kind),
               CASE WHEN months_to_end > 0 THEN (period_end + 1 - to_months(months_to_end))::DATE
                    ELSE (period_start - to_months(months_before))::DATE - days_before END AS reaches_to
        FROM derived_indicator AS indicator
        JOIN period ON period.kind = indicator.kind
        JOIN (SELECT DISTINCT area_code, area_name, agency FROM speaker) AS speaker
          ON list_contains(indicator.agencies, speaker.agency)
        WHERE period.quarter >= indicator.valid_from AND period.quarter <= coalesce(indicator.valid_to, period.quarter)
        QUALIFY row_number() OVER (
            PARTITION BY indicator.indicator_id, period.kind, period.period, speaker.area_code
            ORDER BY speaker.agency) = 1
    ), years AS (
        SELECT wanted.indicator_id, wanted.kind, wanted.period, wanted.area_code,
               count(DISTINCT history.year_start) AS years_held
        FROM wanted JOIN derived_history AS history
          ON history.reading = wanted.reading AND history.area_code = wanted.area_code AND history.is_whole
         AND history.year_end >= wanted.reaches_to AND history.year_end < year_first_day(wanted.quarter)
        GROUP BY ALL
    ), gate AS (
        SELECT gate.extract, gate.area_code, min(gate.reason) AS reason,
               min('receipt ' || receipt_id || ' sha256:' || receipt.sha256) AS source
        FROM ops.gate AS gate JOIN ops.receipt AS receipt USING (receipt_id)
        WHERE gate.quarter = getvariable('scope_quarter')
          AND list_contains(getvariable('scope_areas'), gate.area_code) GROUP BY gate.extract, gate.area_code
    ), stopped AS (
        SELECT indicator_id, kind, area_code, min(reason) AS reason, min(source) AS source
        FROM (SELECT DISTINCT indicator_id, kind, area_code, unnest(extracts) AS extract FROM wanted)
        JOIN gate USING (extract, area_code) GROUP BY ALL
    )
    SELECT wanted.*,
           CASE WHEN covered.windows = wanted.needed
                     AND (wanted.kind = 'term'
                          OR date_diff('year', (reaches_to - to_months(3))::DATE,
                                       (year_first_day(wanted.quarter) - to_months(3))::DATE)
                             <= coalesce(years.years_held, 0)) THEN 'value'
                WHEN covered.windows IS NULL AND stopped.reason IS NOT NULL
                     AND wanted.quarter = getvariable('scope_quarter') THEN 'stopped'
                ELSE 'missing' END AS status,
           CASE WHEN covered.windows = wanted.needed THEN 'history from ' || reaches_to || ' needed'
                WHEN covered.windows IS NULL AND stopped.reason IS NOT NULL
                     AND wanted.quarter = getvariable('scope_quarter')
                THEN 'the delivery was stopped: ' || stopped.reason
                WHEN covered.windows > 0 THEN 'no delivery covers every month of ' || wanted.period
                ELSE 'no delivery of ' || array_to_string(extracts, ' or ') || ' covers ' || wanted.period
                END AS short_of,
           stopped.source AS stopped_source
    FROM wanted
    LEFT JOIN covered USING (reading, kind, period, area_code)
    LEFT JOIN years USING (indicator_id, kind, period, area_code)
    LEFT JOIN stopped USING (indicator_id, kind, area_code)
"""

_SOURCES = """
    WITH read AS (
        SELECT DISTINCT wanted.indicator_id, wanted.kind, wanted.period, wanted.area_code, wanted.reading,
               asked.extract, asked.delivered_in AS quarter
        FROM derived_wanted AS wanted JOIN derived_asked AS asked USING (reading, kind, period, area_code)
        WHERE wanted.status = 'value'
        UNION
        SELECT DISTINCT wanted.indicator_id, wanted.kind, wanted.period, wanted.area_code, wanted.reading,
               history.extract, history.quarter
        FROM derived_wanted AS wanted JOIN derived_history AS history USING (reading, area_code)
        WHERE wanted.status = 'value' AND history.year_end >= wanted.reaches_to
          AND history.year_end < year_first_day(wanted.quarter)
    ), receipt AS (
        SELECT DISTINCT read.* EXCLUDE (reading), receipt.receipt_id, receipt.sha256
        FROM read
        JOIN derived_sent AS sent ON sent.reading = read.reading AND sent.extract = read.extract
        JOIN derived_receipt AS receipt
          ON receipt.extract = read.extract AND receipt.area_code = read.area_code AND receipt.quarter = read.quarter
         AND receipt.table_name = sent.part
    )
    SELECT indicator_id, kind, period, area_code,
           string_agg('receipt ' || receipt_id || ' sha256:' || sha256, '; ' ORDER BY quarter DESC, receipt_id)
               AS source
    FROM receipt GROUP BY ALL
"""


def _figures(leaving: bool) -> str:
    """The figures of all children together and of school phases, or those by everything else."""
    kept = "count.breakdown_type IN ('all', 'phase')" if leaving else "count.breakdown_type NOT IN ('all', 'phase')"
    # Where no row was counted, a figure of all is nought; a part without rows is not a figure.
    joined = "LEFT JOIN" if leaving else "JOIN"
    nothing = "0" if leaving else "NULL"
    # No population is held by personal characteristics: of a rate's parts there are the counts.
    measured = (
        "wanted.*"
        if leaving
        else (
            "wanted.* REPLACE (CASE measure WHEN 'rate' THEN 'count' ELSE measure END AS measure, "
            "CASE measure WHEN 'rate' THEN 'count' ELSE unit END AS unit)"
        )
    )
    return f"""
        WITH source AS ({_SOURCES}), counted AS (
            SELECT {measured}, source.source, count.dq_status,
                   coalesce(count.breakdown_type, 'all') AS breakdown_type,
                   coalesce(count.breakdown, 'all') AS breakdown,
                   CASE WHEN wanted.status = 'value' THEN coalesce(count.numerator, {nothing}) END AS numerator,
                   CASE WHEN wanted.status = 'value' AND has_denominator THEN coalesce(count.denominator, {nothing}) END
                       AS counted_of
            FROM derived_wanted AS wanted
            {joined} derived_count AS count
              ON count.indicator_id = wanted.indicator_id AND count.area_code = wanted.area_code
             AND count.kind = wanted.kind AND count.period = wanted.period AND wanted.status = 'value' AND {kept}
            LEFT JOIN source
              ON source.indicator_id = wanted.indicator_id AND source.kind = wanted.kind
             AND source.period = wanted.period AND source.area_code = wanted.area_code
            -- A phase without pupils has no row, nor have all phases together.
            WHERE NOT (wanted.status = 'value' AND only_by IS NOT NULL AND count.breakdown_type IS NULL)
        ), divided AS (
            SELECT counted.*,
                   coalesce(counted.counted_of, CASE WHEN measure = 'rate' THEN held.persons END)::DOUBLE
                       AS denominator,
                   CASE WHEN measure = 'rate'
                        THEN 'population ' || population_band || ' mid-' || mid_year_in_effect(period_end)
                             || coalesce(' ' || held.edition, '') END AS denominator_edition,
                   CASE WHEN counted.status <> 'value' THEN counted.status
                        WHEN measure = 'rate' AND held.persons IS NULL THEN 'missing'
                        WHEN has_denominator AND counted_of = 0 THEN 'not_applicable'
                        ELSE 'value' END AS final_status,
                   CASE WHEN counted.status <> 'value' THEN short_of
                        WHEN measure = 'rate' AND held.persons IS NULL
                        THEN 'no population ' || population_band || ' of mid-' || mid_year_in_effect(period_end)
                             || ' is held for ' || area_name
                        WHEN has_denominator AND counted_of = 0 THEN 'none to divide by: ' || lower(divided_by) END
                       AS reason
            FROM counted
            LEFT JOIN population_in_effect AS held
              ON held.area_code = counted.area_code AND held.age_band = counted.population_band
             AND held.mid_year = mid_year_in_effect(counted.period_end) AND held.effective_from <= counted.period_end
        )
        SELECT indicator_id, area_code, area_name, breakdown_type, breakdown, period_type, period, period_start,
               period_end, 'derived' AS basis, getvariable('scope_quarter') AS reported_in,
               numerator, denominator, denominator_edition,
               CASE WHEN final_status = 'value' THEN
                    CASE measure WHEN 'count' THEN numerator WHEN 'rate' THEN numerator * multiplier / denominator
                         WHEN 'percent' THEN numerator * 100 / denominator ELSE numerator / denominator END END
                   AS value,
               CASE WHEN final_status = 'value' THEN
                    CASE measure WHEN 'count' THEN printed_number(numerator, decimals)
                         WHEN 'rate' THEN printed_rate(numerator, denominator, multiplier, decimals)
                         WHEN 'percent' THEN printed_rate(numerator, denominator, 100, decimals)
                         ELSE printed_rate(numerator, denominator, 1, decimals) END END AS printed,
               unit, final_status AS status, reason,
               {_limit("lower")} AS lower_ci, {_limit("upper")} AS upper_ci,
               CASE WHEN final_status = 'stopped' THEN 'warn' ELSE coalesce(dq_status, 'pass') END AS dq_status,
               coalesce(source, stopped_source) AS source
        FROM divided
    """


def _limit(end: str) -> str:
    return f"""CASE WHEN final_status = 'value' AND measure = 'rate' AND denominator > 0
                    THEN rate_interval(numerator, denominator, multiplier).{end}
                    WHEN final_status = 'value' AND measure = 'percent'
                    THEN proportion_interval(numerator, denominator, 100).{end} END"""
