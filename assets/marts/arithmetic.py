"""Rounding and rates as SQL: half up, in decimal arithmetic, in one place.

Here: the macros every mart uses. Not here: intervals, trends and significance.
"""

from __future__ import annotations

import duckdb

_MACROS = (
    # Tens by table: a power of a variable exponent would be binary.
    "power_of_ten(decimals) AS [1, 10, 100, 1000, 10000, 100000, 1000000][decimals + 1]::DECIMAL(8,0)",
    # A whole number of units of the last decimal, as a person would print it.
    "with_decimals(units, decimals) AS CASE WHEN decimals = 0 THEN units::BIGINT::VARCHAR ELSE "
    "CASE WHEN units < 0 THEN '-' ELSE '' END || (abs(units)::BIGINT // power_of_ten(decimals)::BIGINT)::VARCHAR "
    "|| '.' || lpad((abs(units)::BIGINT % power_of_ten(decimals)::BIGINT)::VARCHAR, decimals, '0') END",
    # Halves go away from zero, as DECIMAL rounds them; the wider type holds a large number times its tens.
    "printed_number(number, decimals) AS "
    "with_decimals(round(number::DECIMAL(18,6)::DECIMAL(28,6) * power_of_ten(decimals), 0), decimals)",
    # The quotient of whole numbers is exact at a half, so adding a half and cutting rounds half up exactly.
    "printed_rate(numerator, denominator, multiplier, decimals) AS with_decimals("
    "floor(numerator::DOUBLE * multiplier * power_of_ten(decimals)::DOUBLE / denominator::DOUBLE + 0.5), decimals)",
    # A figure made by division, half up at the decimals it is printed with.
    "printed_value(number, decimals) AS "
    "with_decimals(floor(number::DOUBLE * power_of_ten(decimals)::DOUBLE + 0.5), decimals)",
    # 1 April begins a financial year.
    "financial_year(day) AS CASE WHEN month(day) >= 4 THEN year(day) || '-' || right((year(day) + 1)::VARCHAR, 2) "
    "ELSE (year(day) - 1) || '-' || right(year(day)::VARCHAR, 2) END",
    # `2019-20 Q4` to 1 January 2020, and to 31 March 2020.
    "quarter_first_day(quarter) AS make_date(left(quarter, 4)::INTEGER, 4, 1) "
    "+ to_months(3 * (right(quarter, 1)::INTEGER - 1))",
    "quarter_last_day(quarter) AS (quarter_first_day(quarter) + to_months(3) - to_days(1))::DATE",
    # The financial year a quarter belongs to.
    "year_first_day(quarter) AS make_date(left(quarter, 4)::INTEGER, 4, 1)",
    "year_last_day(quarter) AS make_date(left(quarter, 4)::INTEGER + 1, 3, 31)",
    # The mid-year estimate of Y takes effect on 1 July of Y + 1.
    "mid_year_in_effect(day) AS year(day) - CASE WHEN month(day) >= 7 THEN 1 ELSE 2 END",
)


def define_arithmetic(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the macros on this connection."""
    for macro in _MACROS:
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {macro}")
