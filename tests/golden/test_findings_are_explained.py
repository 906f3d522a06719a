"""Every finding on the shipped data, judged by hand: true or false, and why. A false one counts against the rules."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.conftest import Example
from tests.homes import rows

FILE = Path(__file__).parent / "findings_2019_20.csv"
JUDGED = list(csv.DictReader(FILE.read_text(encoding="utf-8").splitlines()))
KEY = ("rule", "indicator_id", "area_code", "period", "basis", "expected", "found")


def test_what_is_found_is_what_was_judged(example: Example) -> None:
    found = rows(example[0], f"SELECT {', '.join(KEY)} FROM marts.findings ORDER BY ALL")
    assert found == sorted(tuple(row[name] for name in KEY) for row in JUDGED)


def test_no_finding_is_false_and_each_is_explained() -> None:
    assert [row for row in JUDGED if row["verdict"] != "true"] == []
    assert all(len(row["why"]) > 20 for row in JUDGED)


def test_an_official_figure_that_agrees_is_no_finding(example: Example) -> None:
    """The return's shares of 16 and 17 year olds for both fourth quarters are the official ones: 7.0 and 6.3."""
    published = rows(
        example[0],
        "SELECT comparator_period, printed FROM marts.indicator_benchmarks WHERE indicator_id = 'neet_or_nk_16_17' "
        "AND basis = 'official' AND comparator = 'england' ORDER BY ALL",
    )
    assert published == [("2018-19", "5.5"), ("2019-20", "5.5")]
    assert not [row for row in JUDGED if row["indicator_id"] == "neet_or_nk_16_17"]


def test_parts_that_miss_their_total_by_rounding_are_no_finding(example: Example) -> None:
    """Secondary absence: 2.9 authorised and 2.8 unauthorised beside 5.8 overall."""
    printed = rows(
        example[0],
        "SELECT indicator_id, printed FROM marts.indicator_values WHERE breakdown = 'secondary' "
        "AND indicator_id IN ('absence_overall', 'absence_authorised', 'absence_unauthorised') ORDER BY ALL",
    )
    assert [figure for _, figure in printed] == ["2.9", "5.8", "2.8"]
    assert not [row for row in JUDGED if row["indicator_id"].startswith("absence")]
