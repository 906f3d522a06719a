"""The one choke point: what of the private marts may leave for the partner edition, a query per table.

Here: the columns, the breakdowns and the areas that may leave, and the two columns made only on the way
out. Not here: how the rows are written (`assets.release.parquet`) nor the second look at what was written
(`assets.release.verify`). Nothing in this folder reads the warehouse except through these queries.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from assets.marts.findings import STANDING
from assets.marts.schema import MartTable

Period: TypeAlias = date | None
"""A partition of a table written by period: its `period_start`, None for figures whose period is not stated."""

PARTITION_COLUMN = "period_start"

ALLOWED_BREAKDOWNS = ("all", "phase", "partner", "event")
"""No breakdown by a personal characteristic leaves before disclosure control exists. A school phase, a partner that
pays and an event that was held are none."""

BELOW_AREA = r"^([EW]0[0-5]|S0[0-2]|N00|95)"
"""How ONS codes of wards, parishes, output areas and zones begin: everything smaller than an authority."""

SMALL_COUNT, SMALL_DENOMINATOR = 5, 20
"""The partner edition's flag: a count of 1 to 5, or a denominator under 20."""

_FIGURE = "indicator_id, area_code, breakdown_type, breakdown, period_type, period, basis"
_MADE_ON_THE_WAY_OUT = {
    ("indicator_values", "is_latest"): (
        f"reported_in IS NOT DISTINCT FROM max(reported_in) OVER (PARTITION BY {_FIGURE})"
    ),
    # A mean's or a sum of money's numerator counts nobody.
    ("indicator_values", "small_n"): (
        f"coalesce(unit NOT IN ('mean', 'gbp', 'rank') AND numerator > 0 AND numerator <= {SMALL_COUNT}, false)"
        f" OR coalesce(denominator < {SMALL_DENOMINATOR}, false)"
    ),
}


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | date | None) -> str:
    """A text or a day as SQL writes it: COPY takes no parameters."""
    if value is None:
        return "NULL"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + value.replace("'", "''") + "'"


def warehouse_columns(table: MartTable) -> tuple[str, ...]:
    """The columns the private mart must have: the declared ones, without those made on the way out."""
    return tuple(name for name in table.column_names if (table.name, name) not in _MADE_ON_THE_WAY_OUT)


def leaving_condition(table: MartTable) -> str:
    """Which rows may leave, as an SQL condition.

    No breakdown that waits for disclosure control does, and no finding of a figure that was reported again.
    """
    conditions = ["true"]
    if table.name == "findings":
        conditions.append(STANDING)
    if "breakdown_type" in table.column_names:
        allowed = ", ".join(literal(name) for name in ALLOWED_BREAKDOWNS)
        conditions.append(f"breakdown_type IN ({allowed})")
        conditions.append(f"NOT regexp_matches(coalesce(area_code, ''), {literal(BELOW_AREA)})")
    return " AND ".join(conditions)


def leaving_rows(table: MartTable, periods: Iterable[Period] | None = None) -> str:
    """The query whose rows leave: declared columns, types and order; of these periods only, where given.

    A figure's reports all have its period, so a period holds everything that `is_latest` depends on.
    """
    columns = ", ".join(
        f"CAST({_MADE_ON_THE_WAY_OUT.get((table.name, column.name), quoted(column.name))} AS {column.type})"
        f" AS {quoted(column.name)}"
        for column in table.columns
    )
    condition = leaving_condition(table)
    if periods is not None:
        chosen = " OR ".join(f"{PARTITION_COLUMN} IS NOT DISTINCT FROM {literal(period)}" for period in periods)
        condition += f" AND ({chosen or 'false'})"
    return f"SELECT {columns} FROM marts.{quoted(table.name)} WHERE {condition}"


def periods_query(table: MartTable) -> str:
    """The query of (period_start, rows that leave) of a table written by period."""
    return (
        f"SELECT {PARTITION_COLUMN}, count(*) FROM marts.{quoted(table.name)} "
        f"WHERE {leaving_condition(table)} GROUP BY ALL ORDER BY ALL NULLS FIRST"
    )


def count_query(table: MartTable) -> str:
    """The query of the number of rows that leave."""
    return f"SELECT count(*) FROM marts.{quoted(table.name)} WHERE {leaving_condition(table)}"
