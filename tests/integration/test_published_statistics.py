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
    assert dict(found) == {"accepted": 60, "accepted_with_quarantine": 1}


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
        define_population_in_effect(connection, ["0-17"])
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


@pytest.mark.parametrize(
    ("dataset", "edition", "series", "filters", "last_day", "value"),
    [
        ("absence_pupil_referral_units", "2023", "sess_overall_percent", "", "2019-08-31", 47.48811),
        ("absence_year_to_date", "2026", "num_schools", "education_phase=Total", "2026-08-31", 71.603261),
        ("exclusions", "2017", "perm_excl", "school_type=Total", "2017-08-31", 20.0),
        ("exclusions", "2017", "fixed_excl_rate", "school_type=Secondary", "2017-08-31", 8.95),
        ("exclusions", "2017", "fixed_verbal_adult", "school_type=Total", "2017-08-31", 305.0),
        ("exclusions_compared", "2017", "fixed_excl_rate", "school_type=Total", "2017-08-31", 4.43),
        (
            "fingertips", "2019", "Children aged 10-11 years who have excess weight",
            "measure=Percentage; unit=Persons", "2018-08-31", 37.4,
        ),
        (
            "fingertips", "2024",
            "Hospital admissions caused by unintentional and deliberate injuries in children (aged 0 to 14 years)",
            "age=<15 yrs; sex=Persons", "2023-03-31", 84.0475,
        ),
    ],
)  # fmt: skip
def test_figures_of_southampton_are_those_of_the_files(
    example: Example, dataset: str, edition: str, series: str, filters: str, last_day: str, value: float
) -> None:
    found = asked(
        example,
        "SELECT value FROM core.published_figure WHERE dataset = ? AND edition = ? AND series = ? AND filters = ? "
        "AND period_end = ?::DATE AND area_code = ?",
        dataset, edition, series, filters, last_day, SOUTHAMPTON,
    )  # fmt: skip
    assert found == [(value,)]


def test_a_count_too_small_to_show_is_suppressed_and_keeps_its_symbol(example: Example) -> None:
    found = asked(
        example,
        "SELECT symbol, status FROM core.published_figure WHERE dataset = 'exclusions' AND period = '201617' "
        "AND series = 'perm_excl' AND filters = 'school_type=Special' AND area_code = ?",
        SOUTHAMPTON,
    )
    assert found == [("x", "suppressed")]


def test_every_figure_of_exclusions_and_public_health_is_held(example: Example) -> None:
    found = asked(
        example,
        "SELECT dataset, edition, status, count(*) FROM core.published_figure "
        "WHERE extract IN ('exclusions', 'fingertips') GROUP BY ALL ORDER BY ALL",
    )
    assert found == [
        ("exclusions", "2017", "suppressed", 2_398),
        ("exclusions", "2017", "value", 22_874),
        ("exclusions_compared", "2017", "suppressed", 2),
        ("exclusions_compared", "2017", "value", 493),
        ("fingertips", "2019", "missing", 120),
        ("fingertips", "2019", "value", 1_267),
        ("fingertips", "2024", "value", 17),
    ]


def test_small_areas_of_southampton_add_up_to_its_population(example: Example) -> None:
    of_small_areas = asked(
        example,
        "SELECT mid_year, sum(persons)::INTEGER FROM core.population_by_age "
        "WHERE local_authority = ? AND age <= 17 GROUP BY mid_year ORDER BY mid_year",
        SOUTHAMPTON,
    )
    assert of_small_areas == [(2017, 50_305), (2019, 51_275), (2020, 51_806)]
    of_the_area = asked(
        example,
        "SELECT mid_year, sum(persons)::INTEGER FROM core.population_by_age "
        "WHERE area = ? AND age <= 17 GROUP BY mid_year ORDER BY mid_year",
        SOUTHAMPTON,
    )
    assert of_the_area == of_small_areas[1:]


def test_small_areas_have_their_populations_wards_and_deprivation(example: Example) -> None:
    found = asked(
        example,
        """
        SELECT index.quarter, count(*), count(place.ward), count_if(index.decile = 1)
        FROM core.deprivation AS index LEFT JOIN core.small_area AS place USING (area)
        WHERE index.local_authority = ? AND index.domain = 'imd' GROUP BY index.quarter ORDER BY index.quarter
        """,
        SOUTHAMPTON,
    )
    assert found == [("2015", 148, 148, 19), ("2019", 148, 148, 19)]
    held = "SELECT quarter, count(DISTINCT area), count(*) FROM core.population_by_age GROUP BY ALL ORDER BY ALL"
    assert asked(example, held) == [
        ("mid-2017", 362, 362 * 91),
        ("mid-2019", 389, 389 * 91),
        ("mid-2020", 389, 389 * 91),
    ]


def test_both_models_of_neighbours_are_held(example: Example) -> None:
    held = "SELECT model_version, count(*) FROM core.statistical_neighbour GROUP BY ALL ORDER BY ALL"
    assert asked(example, held) == [("2021-04", 40), ("2025-05", 40)]
