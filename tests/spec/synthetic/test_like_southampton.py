"""The partnership whose true counts are the report's: every printed count and share, but for those nothing can give."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from assets.synthetic.generate import NUMBERS, places
from assets.synthetic.lives import live
from assets.synthetic.southampton import (
    as_printed,
    differences,
    impossible,
    order_like_southampton,
    share_near,
    targets,
)
from assets.synthetic.truth import area_indicators

pytestmark = pytest.mark.slow
REPORT = Path(__file__).parents[3] / "assets" / "reference" / "examples" / "southampton-2019-20" / "landing"


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    return area_indicators(live(next(places(1)), order_like_southampton(), NUMBERS // 100))


def test_every_printed_count_and_share_is_true(figures: pl.DataFrame) -> None:
    assert list(differences(figures)) == []
    counted = Counter(indicator for indicator, *_ in targets())
    assert counted["cin_open"] == counted["lac_open"] == 16
    assert sum(counted.values()) == 153


def test_a_figure_that_is_off_by_one_is_told(figures: pl.DataFrame) -> None:
    more = pl.when(pl.col("indicator_id") == "s47_started").then(pl.col("numerator") + 1).otherwise("numerator")
    wrong = figures.with_columns(numerator=more)
    assert len([line for line in differences(wrong) if line.startswith("s47_started all")]) == 8


def test_what_cannot_be_met_is_named_with_why() -> None:
    unmet = Counter(cell.indicator for cell in impossible())
    assert unmet == {"fte_youth_justice": 7, "cpp_open": 1}


@pytest.mark.parametrize("printed", ["72.0", "45.7", "65.4", "0.1", "99.9"])
def test_shares_are_given_whole_numbers_that_print_as_they_do(printed: str) -> None:
    top, bottom = share_near(printed, 1_000)
    assert as_printed(top, bottom) == printed
    assert abs(bottom - 1_000) < 30


def test_the_targets_are_the_reports_own_cells() -> None:
    """The council's shipped return holds the counts the lives are made to show."""
    import openpyxl

    held = set()
    for path in sorted(REPORT.glob("*/E06000045/*/*")):
        if path.suffix == ".xlsx":
            for sheet in openpyxl.load_workbook(path, read_only=True):
                held |= {str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None}
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8", errors="replace") as file:
                held |= {cell.strip() for row in csv.reader(file) for cell in row}
    printed_as_counts = ("cin_open", "cpp_open", "lac_open", "s47_started")
    counts = {
        printed
        for (indicator, _, _, measure), printed in targets().items()
        if measure == "count" and indicator in printed_as_counts
    }
    assert counts <= held
