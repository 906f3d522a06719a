"""95 % intervals of rates and proportions: how far chance alone could have moved a figure.

Here: the limits, as Python for one figure and as SQL macros for a table; both take the same steps in the same order.
Not here: what a figure's numerator and denominator are (the catalogue), nor what follows from its limits
(`assets.marts.methods.comparison`, `assets.marts.methods.trend`).

Sources: exact limits of a Poisson count from chi-square quantiles (Garwood, 1936); Byar's approximation to them
(Breslow and Day, Statistical Methods in Cancer Research II, 1987); the score interval of a proportion (Wilson, 1927).
Exact below ten events and Byar from ten on is the practice of the public health profiles for England.
A snapshot's interval is nominal: siblings, and children counted quarter after quarter, are not independent events.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple

import duckdb

CONFIDENCE = 0.95
EXACT_BELOW = 10
"""From this many events on, Byar's approximation stands in for the exact limits."""

# Limits of a count of 0 to 9 at 95 %, halves of the chi-square quantiles: the mean at which the count or more
# (lower), or the count or fewer (upper), has a probability of 2.5 %. Solved by bisection of the Poisson sum in
# 60-digit decimal arithmetic and rounded to the nearest double; a test solves them again.
_EXACT_LOWER = (
    0.0,
    0.025317807984289876,
    0.2422092785439649,
    0.6186721228956013,
    1.0898653736263249,
    1.6234863901184204,
    2.2018942534908508,
    2.814363051519866,
    3.4538321767485014,
    4.115373097378332,
)
_EXACT_UPPER = (
    3.6888794541139363,
    5.571643390938899,
    7.224687667723961,
    8.767273069742327,
    10.241588675403698,
    11.668332079322669,
    13.059474022518685,
    14.42267536170238,
    15.763189220193315,
    17.08480345141917,
)


class Interval(NamedTuple):
    """Lower and upper limit, in the unit of the figure."""

    lower: float
    upper: float


def byar_limits(events: float, confidence: float = CONFIDENCE) -> Interval:
    """Byar's limits of a count, of any size. Raises ValueError for a negative count or an impossible confidence.

    A lower limit the approximation would put below zero is zero.
    """
    z = _normal_quantile(confidence)
    if events < 0:
        raise ValueError("a count of events cannot be negative")
    lower = 0.0 if events == 0 else events * _cubed(1 - 1 / (9 * events) - z / (3 * math.sqrt(events)))
    above = events + 1
    return Interval(max(0.0, lower), above * _cubed(1 - 1 / (9 * above) + z / (3 * math.sqrt(above))))


def rate_interval(
    events: float | None, population: float | None, multiplier: float = 1, confidence: float = CONFIDENCE
) -> Interval | None:
    """Limits of `multiplier * events / population`: exact below ten events, else Byar; None where either is missing.

    Events may exceed the population. Raises ValueError for a count that is negative or not whole, a population that
    is not above zero, an impossible confidence, and fewer than ten events at a confidence other than 95 %, the only
    one exact limits are held for.
    """
    if events is None or population is None:
        return None
    if events < 0:
        raise ValueError("a count of events cannot be negative")
    if events != math.floor(events):
        raise ValueError("a count of events is a whole number")
    if population <= 0:
        raise ValueError("a population must be above zero")
    if events >= EXACT_BELOW:
        lower, upper = byar_limits(events, confidence)
    elif confidence == CONFIDENCE:
        lower, upper = _EXACT_LOWER[int(events)], _EXACT_UPPER[int(events)]
    else:
        raise ValueError("exact limits of fewer than ten events are held at 95 % only")
    return Interval(lower * multiplier / population, upper * multiplier / population)


def proportion_interval(
    numerator: float | None, denominator: float | None, multiplier: float = 1, confidence: float = CONFIDENCE
) -> Interval | None:
    """Wilson's limits of `multiplier * numerator / denominator`; None where either is missing.

    The multiplier is 100 for a percentage. Raises ValueError for a negative numerator, a denominator that is not above
    zero, a numerator above its denominator, and an impossible confidence.
    """
    z = _normal_quantile(confidence)
    if numerator is None or denominator is None:
        return None
    if numerator < 0:
        raise ValueError("a numerator cannot be negative")
    if denominator <= 0:
        raise ValueError("a denominator must be above zero")
    if numerator > denominator:
        raise ValueError("a numerator cannot be above its denominator")
    middle = 2 * numerator + z * z
    reach = z * math.sqrt(z * z + 4 * numerator * (1 - numerator / denominator))
    width = 2 * (denominator + z * z)
    # None and all are their own limits; the formula says so too, but for its last digit.
    lower = 0.0 if numerator == 0 else (middle - reach) / width
    upper = 1.0 if numerator == denominator else (middle + reach) / width
    return Interval(lower * multiplier, upper * multiplier)


def define_intervals(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the intervals at 95 % as SQL.

    `rate_interval(events, population, multiplier)` and `proportion_interval(numerator, denominator, multiplier)` are
    each a STRUCT(lower DOUBLE, upper DOUBLE), null where either figure is missing. What raises ValueError in Python
    raises InvalidInputException here, in the same words.
    """
    for macro in _MACROS:
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")


def _normal_quantile(confidence: float) -> float:
    if not 0.9 <= confidence < 1:
        raise ValueError("a confidence lies between 0.9 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _cubed(number: float) -> float:
    # A power would leave the last digit to the platform.
    return number * number * number


# As text, for a literal of so many digits would be a decimal.
_Z = f"'{_normal_quantile(CONFIDENCE)!r}'::DOUBLE"
_MACROS = (
    "cubed(number) AS number * number * number",
    f"byar_lower_limit(events) AS events * cubed(1 - 1 / (9 * events) - {_Z} / (3 * sqrt(events)))",
    f"byar_upper_limit(events) AS (events + 1) * cubed(1 - 1 / (9 * (events + 1)) + {_Z} / (3 * sqrt(events + 1)))",
    f"""count_interval(events) AS CASE
        WHEN events < 0 THEN error('a count of events cannot be negative')
        WHEN events <> floor(events) THEN error('a count of events is a whole number')
        WHEN events < {EXACT_BELOW} THEN {{'lower': ({list(_EXACT_LOWER)!r}::DOUBLE[])[events::INTEGER + 1],
                                          'upper': ({list(_EXACT_UPPER)!r}::DOUBLE[])[events::INTEGER + 1]}}
        ELSE {{'lower': byar_lower_limit(events), 'upper': byar_upper_limit(events)}} END""",
    """rate_interval(events, population, multiplier) AS CASE
        WHEN events IS NULL OR population IS NULL THEN NULL
        WHEN population <= 0 THEN error('a population must be above zero')
        ELSE {'lower': count_interval(events::DOUBLE).lower * multiplier::DOUBLE / population::DOUBLE,
              'upper': count_interval(events::DOUBLE).upper * multiplier::DOUBLE / population::DOUBLE} END""",
    f"wilson_middle(numerator) AS 2 * numerator + {_Z} * {_Z}",
    f"wilson_reach(numerator, denominator) AS {_Z} * sqrt({_Z} * {_Z} + 4 * numerator * (1 - numerator / denominator))",
    f"wilson_width(denominator) AS 2 * (denominator + {_Z} * {_Z})",
    """wilson_interval(numerator, denominator, multiplier) AS {
        'lower': multiplier * CASE WHEN numerator = 0 THEN 0 ELSE
            (wilson_middle(numerator) - wilson_reach(numerator, denominator)) / wilson_width(denominator) END,
        'upper': multiplier * CASE WHEN numerator = denominator THEN 1 ELSE
            (wilson_middle(numerator) + wilson_reach(numerator, denominator)) / wilson_width(denominator) END}""",
    """proportion_interval(numerator, denominator, multiplier) AS CASE
        WHEN numerator IS NULL OR denominator IS NULL THEN NULL
        WHEN numerator < 0 THEN error('a numerator cannot be negative')
        WHEN denominator <= 0 THEN error('a denominator must be above zero')
        WHEN numerator > denominator THEN error('a numerator cannot be above its denominator')
        ELSE wilson_interval(numerator::DOUBLE, denominator::DOUBLE, multiplier::DOUBLE) END""",
)
