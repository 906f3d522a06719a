"""Whether an area's figure differs from a comparator by more than chance, and whether that is for the better.

Here: the judgement, from the figure's limits. Not here: the limits (`assets.marts.methods.intervals`), nor which
comparators an area has (`assets.marts.benchmarks`).

Source: the comparison with a benchmark of the public health profiles for England. The comparator is held fixed: its
own chance is left out, as that of a nation or of ten areas' mean is small beside one area's.
"""

from __future__ import annotations

from typing import Literal

import duckdb

from assets.marts.methods.intervals import Interval

Polarity = Literal["high_good", "low_good", "neutral"]
Significance = Literal["better", "similar", "worse", "higher", "lower", "not_compared"]


def significance(
    interval: Interval | None,
    comparator: float | None,
    *,
    polarity: Polarity | None,
    area_code: str | None,
    comparator_area: str | None,
    like_for_like: bool | None,
) -> Significance:
    """Judge a figure with its 95 % limits against a comparator's figure, in one unit.

    Limits entirely below or above the comparator differ from it; limits that reach it are `similar`. `not_compared`
    where anything is missing, the two are not like for like, or the comparator is the area itself.
    """
    if (
        interval is None
        or comparator is None
        or polarity is None
        or area_code is None
        or comparator_area is None
        or area_code == comparator_area
        or not like_for_like
    ):
        return "not_compared"
    if interval.lower <= comparator <= interval.upper:
        return "similar"
    is_higher = interval.lower > comparator
    if polarity == "neutral":
        return "higher" if is_higher else "lower"
    return "better" if is_higher == (polarity == "high_good") else "worse"


def define_comparison(connection: duckdb.DuckDBPyConnection) -> None:
    """Define `significance(lower, upper, comparator, polarity, area_code, comparator_area, like_for_like)`: VARCHAR."""
    connection.execute("""
        CREATE OR REPLACE TEMP MACRO significance(
            lower_limit, upper_limit, comparator, polarity, area_code, comparator_area, like_for_like
        ) AS CASE
            WHEN lower_limit IS NULL OR upper_limit IS NULL OR comparator IS NULL OR polarity IS NULL
              OR area_code IS NULL OR comparator_area IS NULL OR area_code = comparator_area
              OR NOT coalesce(like_for_like, FALSE) THEN 'not_compared'
            WHEN comparator BETWEEN lower_limit AND upper_limit THEN 'similar'
            WHEN polarity = 'neutral' THEN CASE WHEN lower_limit > comparator THEN 'higher' ELSE 'lower' END
            WHEN (lower_limit > comparator) = (polarity = 'high_good') THEN 'better'
            ELSE 'worse' END
    """)
