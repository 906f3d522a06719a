"""Figures of several areas as one: the mean or median of statistical neighbours, and the figure of a group.

Here: the arithmetic. Not here: which areas are neighbours or make a group, nor whether their figures count the same
thing (`assets.marts.benchmarks`).

Sources: the Local Authority Interactive Tool of the Department for Education gives the simple mean of the neighbours
available; the median is the other published practice. Neighbours are areas alike, each an example, so each weighs the
same. A group is one larger area, so its counts are summed before they are divided.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

import duckdb


class NeighbourSummary(NamedTuple):
    """Mean and median, null where no neighbour has a figure, and how many have one."""

    mean: float | None
    median: float | None
    n: int


def summarise_neighbours(values: Iterable[float | None]) -> NeighbourSummary:
    """Mean and median of the neighbours that have a figure (the others are None), and their number."""
    available = [value for value in values if value is not None]
    if not available:
        return NeighbourSummary(None, None, 0)
    return NeighbourSummary(math.fsum(available) / len(available), median(available), len(available))


def group_ratio(members: Iterable[tuple[float | None, float | None]], multiplier: float = 1) -> float | None:
    """The figure of a group from each member's numerator and denominator: sums first, then their ratio.

    None unless every member has both, for part of a group is another group; and where the denominators sum to zero. A
    member the figure does not apply to is not handed in.
    """
    numerators, denominators = [], []
    for numerator, denominator in members:
        if numerator is None or denominator is None:
            return None
        numerators.append(numerator)
        denominators.append(denominator)
    total = math.fsum(denominators)
    return math.fsum(numerators) * multiplier / total if total else None


def define_neighbours(connection: duckdb.DuckDBPyConnection) -> None:
    """Define aggregates over rows of areas: `neighbour_mean(value)`, `neighbour_median(value)` and
    `group_ratio(numerator, denominator, multiplier)`, DOUBLE, and `neighbour_count(value)`, BIGINT.

    As their Python namesakes; sums are compensated, and taken in the order of size, so that no order of rows shows.
    """
    for macro in _MACROS:
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


_MACROS = (
    "neighbour_mean(figure) AS favg(figure::DOUBLE ORDER BY figure)",
    "neighbour_median(figure) AS median(figure::DOUBLE)",
    "neighbour_count(figure) AS count(figure)",
    "group_ratio(numerator, denominator, multiplier) AS "
    "CASE WHEN count(*) = count(numerator) AND count(*) = count(denominator) "
    "THEN fsum(numerator::DOUBLE ORDER BY numerator) * multiplier::DOUBLE "
    "/ nullif(fsum(denominator::DOUBLE ORDER BY denominator), 0) END",
)
