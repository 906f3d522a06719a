"""Published statistics as shipped: every figure in core, with a value or a named absence, editions side by side."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from assets.marts.population import define_population_in_effect
from tests.conftest import Example
from tests.homes import private

ENGLAND, SOUTHAMPTON = "E92000001", "E06000045"


def asked(example: Example, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return private(example[0], query, *parameters)


def test_every_file_shipped_is_accepted_and_in_force(example: Example) -> None:
    found = asked(example, "SELECT outcome, count(*) FROM ops.receipt WHERE agency = 'reference' GROUP BY outcome")
    assert dict(found) == {"accepted": 36, "accepted_with_quarantine": 1}


def test_the_one_row_kept_out_is_a_region_without_a_code_or_name(example: Example) -> None:
    found = asked(example, "SELECT extract, area_code, quarter, rules FROM ops.quarantine WHERE agency = 'reference'")
    assert found == [("education_statistics", "participation", "2021", ["area_known"])]


def test_every_measure_of_the_long_file_is_held(example: Example) -> None:
    found = asked(example, "SELECT count(DISTINCT series), count(*) FROM core.published_figure WHERE extract = 'lait'")
    assert found == [(434, 641_070)]


def test_every_row_has_a_value_or_a_named_absence(example: Example) -> None:
    odd = "(status = 'value') <> (value IS NOT NULL) OR (value IS NULL) <> (symbol IS NOT NULL) OR status IS NULL"
    assert asked(example, f"SELECT count(*) FROM core.published_figure WHERE {odd}") == [(0,)]
    statuses = {row[0] for row in asked(example, "SELECT DISTINCT status FROM core.published_figure")}
    assert statuses == {"value", "suppressed", "missing", "low", "not_applicable"}


def test_every_row_has_its_area_and_only_what_a_rule_found_has_no_days(example: Example) -> None:
    assert asked(example, "SELECT count(*) FROM core.published_figure WHERE area_code IS NULL") == [(0,)]
    without = "SELECT DISTINCT extract, series, period, dq_status FROM core.published_figure WHERE period_end IS NULL"
    assert asked(example, without) == [("lait", "CINPermExclusion", "0", "warn")]


def test_a_figure_stands_once(example: Example) -> None:
    key = "extract, dataset, edition, series, filters, area_code, area_name, period"
    again = f"SELECT {key} FROM core.published_figure GROUP BY {key} HAVING count(*) > 1"
    assert asked(example, again) == []


@pytest.mark.parametrize(
    ("series", "dataset", "edition", "area", "value"),
    [
        ("Section47", "section_47_and_conferences", "2024", ENGLAND, 201_170.0),
        ("Section47_rate", "section_47_and_conferences", "2024", SOUTHAMPTON, 347.2),
        ("Section_47", "lait", "2026", SOUTHAMPTON, 347.2),
        ("Referrals", "referrals", "2023", SOUTHAMPTON, 2_598.0),
        ("Referrals", "referrals", "2024", SOUTHAMPTON, 2_598.0),
    ],
)
def test_figures_of_2018_19(example: Example, series: str, dataset: str, edition: str, area: str, value: float) -> None:
    found = asked(
        example,
        "SELECT value FROM core.published_figure WHERE series = ? AND dataset = ? AND edition = ? AND area_code = ? "
        "AND period_end = DATE '2019-03-31'",
        series, dataset, edition, area,
    )  # fmt: skip
    assert found == [(value,)]


def test_editions_of_one_figure_stand_side_by_side(example: Example) -> None:
    found = asked(
        example,
        "SELECT edition, value FROM core.published_figure WHERE series = 'At31_episodes_rate' AND area_code = ? "
        "AND dataset = 'children_in_need' AND period = '2019' ORDER BY edition",
        ENGLAND,
    )
    assert [edition for edition, _ in found] == ["2023", "2024"]
    assert found[0][1] != found[1][1]


def test_participation_is_of_the_calendar_year(example: Example) -> None:
    found = asked(
        example,
        "SELECT DISTINCT edition, period_start::VARCHAR, period_end::VARCHAR FROM core.published_figure "
        "WHERE dataset = 'participation' ORDER BY edition",
    )
    assert found == [(year, f"{year}-01-01", f"{year}-12-31") for year in ("2021", "2022", "2023", "2025")]


def test_the_population_in_effect_is_the_exact_one_before_one_with_a_half_width(example: Example) -> None:
    with duckdb.connect(str(example[0].warehouse), read_only=True) as connection:
        define_population_in_effect(connection)
        found = connection.execute(
            "SELECT mid_year, edition, persons::INTEGER FROM population_in_effect "
            "WHERE area_code = ? AND age_band = '0-17' AND mid_year BETWEEN 2016 AND 2018 ORDER BY mid_year",
            [SOUTHAMPTON],
        ).fetchall()
    assert found == [
        (2016, "first_release_inferred", 49_911),
        (2017, "first_release", 50_305),
        (2018, "first_release", 50_832),
    ]
