"""Inputs that once went wrong, each with what happens now."""

from __future__ import annotations

import duckdb
import pytest

from assets.core.periods import read_quarter
from assets.marts.arithmetic import define_arithmetic
from warehouse.quarters import FinancialQuarter, quarter_or_none


def test_a_folder_named_after_a_year_no_calendar_reaches_is_no_quarter() -> None:
    assert quarter_or_none("9999-00-Q4") is None
    assert read_quarter("Q1 9999-00") is None


def test_a_year_out_of_reach_is_said_to_be_so() -> None:
    with pytest.raises(ValueError, match="its year is not between"):
        FinancialQuarter(9999, 4)


@pytest.mark.parametrize(
    ("number", "decimals", "printed"),
    [
        ("999999999999", 1, "999999999999.0"),
        ("0.05", 1, "0.1"),
        ("0.25", 1, "0.3"),
        ("-0.25", 1, "-0.3"),
        ("466", 0, "466"),
    ],
)
def test_a_number_prints_half_up_however_large(number: str, decimals: int, printed: str) -> None:
    with duckdb.connect() as connection:
        define_arithmetic(connection)
        found = connection.execute(f"SELECT printed_number({number}::DECIMAL(18,6), {decimals})").fetchone()
    assert found == (printed,)
