"""Revisions: every figure as first reported and as it stands now, and the difference.

Here: the two reports side by side. Not here: which of them a reader takes, nor whether a change is worth a word
(`expectations/rules`).
"""

from __future__ import annotations

import duckdb

from warehouse.units import replace_table

_FIGURE = "indicator_id, area_code, breakdown_type, breakdown, period_type, period, basis"
_REPORTED = ("reported_in", "status", "numerator", "denominator", "value", "printed")


def write_revisions(connection: duckdb.DuckDBPyConnection) -> int:
    """Replace the revisions: a row a figure of an area. Returns rows; runs in the caller's transaction."""
    both = ", ".join(
        f"arg_{end}(report, reported_in).{name} AS {which}_{name}"
        for end, which in (("min", "first"), ("max", "latest"))
        for name in _REPORTED
    )
    packed = ", ".join(f"{name} := {name}" for name in _REPORTED)
    return replace_table(
        connection,
        "marts.revisions",
        f"""
        SELECT *, latest_numerator - first_numerator AS revision_of_numerator,
               latest_value - first_value AS revision_of_value,
               (first_status, first_numerator, first_printed)
                   IS DISTINCT FROM (latest_status, latest_numerator, latest_printed) AS is_revised
        FROM (
            SELECT {_FIGURE}, min(area_name) AS area_name, min(period_start) AS period_start,
                   min(period_end) AS period_end, min(unit) AS unit, count(*)::INTEGER AS reports, {both}
            FROM (SELECT *, struct_pack({packed}) AS report FROM marts.indicator_values)
            GROUP BY {_FIGURE}
        )
        """,
    )
