"""The published report of 2019-20, council figures: what the release prints is what the report prints."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.conftest import Example
from tests.homes import SOUTHAMPTON, rows

REPORT = list(csv.DictReader((Path(__file__).parent / "council_2019_20.csv").read_text(encoding="utf-8").splitlines()))
LOCAL = [row for row in REPORT if row["area_role"] == "local"]
COMPARATORS = {"statistical_neighbour": "statistical_neighbours", "england": "england", "south_east": "south_east"}


def as_number(printed: str) -> str:
    """The digits of a printed figure, without its sign and the spaces in it."""
    return printed.replace("%", "").replace(" ", "")


def test_every_council_figure_of_the_report_stands_in_the_release(example: Example) -> None:
    figures = {
        (indicator, period): (numerator, printed, status, reason)
        for indicator, period, numerator, printed, status, reason in rows(
            example[0],
            "SELECT indicator_id, period, numerator, printed, status, reason FROM marts.indicator_values "
            "WHERE basis = 'return' AND area_code = ? AND is_latest",
            SOUTHAMPTON,
        )
    }
    wrong = []
    for row in LOCAL:
        numerator, printed, status, reason = figures[row["indicator_id"], row["period"]]
        if row["missing"]:
            if (status, reason, printed) != ("missing", row["value_as_printed"], None):
                wrong.append((row, status, reason))
        elif row["measure"] in ("count", "numerator"):
            if f"{numerator:.0f}" != as_number(row["value_as_printed"]):
                wrong.append((row, numerator))
        elif printed != as_number(row["value_as_printed"]):
            wrong.append((row, printed))
    assert len(LOCAL) == 120
    assert not wrong


def test_39_of_the_40_rates_follow_from_their_count_and_the_population_in_effect(example: Example) -> None:
    pairs = rows(
        example[0],
        "SELECT indicator_id, period, sent.printed, again.printed FROM marts.indicator_values AS sent "
        "JOIN marts.indicator_values AS again USING (indicator_id, area_code, period, reported_in) "
        "WHERE sent.basis = 'return' AND again.basis = 'recomputed'",
    )
    assert len(pairs) == 40
    assert [pair for pair in pairs if pair[2] != pair[3]] == [("cpp_open", "2018-19 Q2", "62", "54")]


def test_the_fortieth_is_the_only_finding_of_severity_error(example: Example) -> None:
    found = rows(
        example[0],
        "SELECT rule, indicator_id, area_code, period, basis, expected, found, message FROM marts.findings "
        "WHERE severity = 'error' AND rule = 'count_against_rate'",
    )
    assert [finding[:7] for finding in found] == [
        ("count_against_rate", "cpp_open", SOUTHAMPTON, "2018-19 Q2", "return", "54", "62")
    ]
    assert "272 children" in found[0][7]


def test_rates_on_the_inferred_population_say_so(example: Example) -> None:
    named = rows(
        example[0],
        "SELECT DISTINCT denominator, denominator_edition FROM marts.indicator_values "
        "WHERE basis = 'recomputed' AND period = '2018-19 Q1'",
    )
    assert named == [(49911.0, "population 0-17 mid-2016 first_release_inferred")]
    found = rows(example[0], "SELECT indicator_id FROM marts.findings WHERE rule = 'rate_on_inferred_population'")
    assert {indicator for (indicator,) in found} == {
        "cin_open", "cin_referrals", "s47_started", "cpp_open", "lac_open"
    }  # fmt: skip


@pytest.mark.parametrize(("role", "comparator"), COMPARATORS.items())
def test_comparators_stand_as_the_return_printed_them(example: Example, role: str, comparator: str) -> None:
    printed = {
        (indicator, measure): (text, like_for_like, note)
        for indicator, measure, text, like_for_like, note in rows(
            example[0],
            "SELECT indicator_id, measure, printed, like_for_like, note FROM marts.indicator_benchmarks "
            "WHERE comparator = ? AND basis = 'return'",
            comparator,
        )
    }
    expected = [row for row in REPORT if row["area_role"] == role]
    assert expected
    for row in expected:
        measure = "count" if row["measure"] == "numerator" else row["measure"]
        text, like_for_like, note = printed[row["indicator_id"], measure]
        assert (text, like_for_like) == (as_number(row["value_as_printed"]), False)
        assert note


def test_the_dataset_has_a_row_a_quarter_and_no_zero_for_what_is_missing(example: Example) -> None:
    found = rows(
        example[0],
        "SELECT quarter, cin_open, cin_open_rate, fte_youth_justice, fte_youth_justice_rate "
        "FROM marts.multi_agency_dataset WHERE area_code = ? ORDER BY period_start",
        SOUTHAMPTON,
    )
    assert [row[0] for row in found] == [f"{year} Q{n}" for year in ("2018-19", "2019-20") for n in (1, 2, 3, 4)]
    assert found[0][1:3] == (2046, 410)
    assert found[6][3:] == (None, None)


def test_parquet_and_database_say_the_same(example: Example) -> None:
    folder = example[0].published / "current" / "partner" / "parquet" / "indicator_values"
    files = str(folder / "**" / "*.parquet")
    in_parquet = rows(
        example[0],
        "SELECT indicator_id, period, period_start, basis, printed "
        f"FROM read_parquet('{files}', hive_partitioning = true) ORDER BY ALL",
    )
    in_database = rows(
        example[0], "SELECT indicator_id, period, period_start, basis, printed FROM marts.indicator_values ORDER BY ALL"
    )
    assert in_parquet == in_database
