"""The published report of 2019-20, every other agency: a row a delivered file holds is printed as it was."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.conftest import Example
from tests.homes import SOUTHAMPTON, rows

FILE = Path(__file__).parent / "other_agencies_2019_20.csv"
REPORT = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
BREAKDOWN = "CASE WHEN breakdown_type = 'all' THEN 'all' ELSE breakdown_type || '/' || breakdown END"


def as_number(printed: str) -> str:
    return printed.replace("%", "").replace(" ", "").replace(",", "")


def test_every_figure_of_the_other_agencies_stands_as_printed(example: Example) -> None:
    figures = {
        (indicator, breakdown, period): rest
        for indicator, breakdown, period, *rest in rows(
            example[0],
            f"SELECT indicator_id, {BREAKDOWN}, period, numerator, printed, status, reason FROM marts.indicator_values "
            "WHERE basis = 'return' AND area_code = ? AND is_latest",
            SOUTHAMPTON,
        )
    }
    wrong = []
    for row in (row for row in REPORT if row["whose"] == "area"):
        numerator, printed, status, reason = figures[row["indicator_id"], row["breakdown"], row["period"]]
        if row["missing"]:
            right = status == "missing" and printed is None and bool(reason)
        elif row["measure"] == "count":
            right = f"{numerator:.0f}" == as_number(row["printed"])
        else:
            right = printed == as_number(row["printed"])
        if not right:
            wrong.append((row, numerator, printed, status, reason))
    assert not wrong


def test_every_comparator_and_gap_stands_as_printed(example: Example) -> None:
    printed = {
        (indicator, breakdown, comparator): rest
        for indicator, breakdown, comparator, *rest in rows(
            example[0],
            f"SELECT indicator_id, {BREAKDOWN}, comparator, printed, gap "
            "FROM marts.indicator_benchmarks WHERE area_code = ?",
            SOUTHAMPTON,
        )
    }
    wrong = []
    for row in (row for row in REPORT if row["whose"] != "area"):
        comparator = "statistical_neighbours" if row["whose"] == "gap" else row["whose"]
        text, gap = printed[row["indicator_id"], row["breakdown"], comparator]
        right = f"{gap:.1f}" == row["printed"] if row["whose"] == "gap" else text == as_number(row["printed"])
        if not right:
            wrong.append((row, text, gap))
    assert not wrong


def test_the_absence_table_has_17_rows_each_with_neighbours_and_gap(example: Example) -> None:
    found = rows(
        example[0],
        "SELECT indicator_id, breakdown FROM marts.indicator_benchmarks WHERE breakdown_type = 'phase' "
        "AND comparator = 'statistical_neighbours' AND gap IS NOT NULL AND period = '2019-20 Autumn term'",
    )
    assert len(found) == 17


def test_sums_and_shares_that_do_not_hold_are_found_and_nothing_else_is_an_error(example: Example) -> None:
    found = rows(
        example[0],
        "SELECT rule, indicator_id, expected, found FROM marts.findings WHERE severity = 'error' ORDER BY rule",
    )
    assert found == [
        ("breakdown_against_total", "partner_contribution", "159112", "159115"),
        ("count_against_rate", "cpp_open", "54", "62"),
        ("share_against_its_whole", "population_not_white_british", "21.0", "22.3"),
        ("whole_outside_its_parts", "fte_youth_justice", "172 to 274", "1976"),
    ]
