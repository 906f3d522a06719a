"""England and the South East from published files: the figures the report of 2019-20 prints beside the area's own."""

from __future__ import annotations

import pytest

from tests.conftest import Example
from tests.homes import rows

STARTED, OPEN = "mean authority, plans started in a year", "rate at a year's end"
REPRODUCED = {
    ("s47_started", "count", "mean authority, quarter of a year"): ("331", "443"),
    ("s47_started", "rate", "rate of the year, a quarter of it"): ("42", "43"),
    ("cpp_open", "count", STARTED): ("439", "527"),
    ("cpp_open", "rate", OPEN): ("44", "41"),
    ("single_assessments_45wd", "count", "mean authority, quarter of a year"): ("882", "1105"),
    ("single_assessments_45wd", "percent", "share of the year"): ("83.1", "82.4"),
    ("icpc_15wd", "percent", "share of the year"): ("78.7", "77.2"),
    ("lac_open", "count", "mean authority at a year's end"): ("514", "541"),
    # The report prints 53 for the South East, which follows from the rebased population alone.
    ("lac_open", "rate", OPEN): ("65", "52"),
}


@pytest.mark.parametrize(("indicator", "measure", "method"), REPRODUCED)
def test_a_comparator_of_the_report_follows_from_published_files(
    example: Example, indicator: str, measure: str, method: str
) -> None:
    found = dict(
        rows(
            example[0],
            "SELECT comparator, printed FROM marts.indicator_benchmarks WHERE basis = 'official' AND indicator_id = ? "
            "AND measure = ? AND method = ? AND comparator_period = '2018-19' AND period = '2019-20 Q4'",
            indicator, measure, method,
        )
    )  # fmt: skip
    assert (found["england"], found["south_east"]) == REPRODUCED[indicator, measure, method]


def test_plans_started_are_said_not_to_be_plans_open(example: Example) -> None:
    found = rows(
        example[0],
        "SELECT DISTINCT like_for_like, significance, n_areas, note FROM marts.indicator_benchmarks "
        "WHERE method = ? AND comparator = 'england' AND comparator_period = '2018-19' AND basis = 'official'",
        STARTED,
    )
    assert [row[:3] for row in found] == [(False, "not_compared", 152)]
    assert "not plans open on a day" in found[0][3]


def test_a_rate_of_the_same_day_is_compared_and_one_of_another_year_is_not(example: Example) -> None:
    found = {
        period: (like_for_like, significance)
        for period, like_for_like, significance in rows(
            example[0],
            "SELECT comparator_period, like_for_like, significance FROM marts.indicator_benchmarks "
            "WHERE indicator_id = 'cpp_open' AND measure = 'rate' AND comparator = 'england' AND basis = 'official'",
        )
    }
    assert found == {"2018-19": (False, "not_compared"), "2019-20": (True, "higher")}


@pytest.mark.parametrize(
    ("indicator", "england", "south_east"), [("s47_started", "43", "44"), ("cpp_open", "44", "42")]
)
def test_on_todays_population_the_rates_are_others(
    example: Example, indicator: str, england: str, south_east: str
) -> None:
    found = dict(
        rows(
            example[0],
            "SELECT comparator, printed FROM marts.rates_rebased "
            "WHERE indicator_id = ? AND comparator_period = '2018-19' AND comparator IN ('england', 'south_east')",
            indicator,
        )
    )
    assert found == {"england": england, "south_east": south_east}


def test_the_area_stands_on_todays_population_too(example: Example) -> None:
    assert rows(
        example[0],
        "SELECT numerator, denominator, printed, printed_before FROM marts.rates_rebased "
        "WHERE indicator_id = 'lac_open' AND comparator = 'area' AND period = '2019-20 Q4'",
    ) == [(490, 49331, "99", "96")]


def test_rates_have_their_intervals(example: Example) -> None:
    [(lower, value, upper)] = rows(
        example[0],
        "SELECT lower_ci, value, upper_ci FROM marts.indicator_values "
        "WHERE indicator_id = 'cpp_open' AND period = '2019-20 Q4' AND basis = 'recomputed'",
    )
    assert lower < value < upper


def test_neighbours_are_a_mean_and_a_median_of_either_model_with_their_number(example: Example) -> None:
    found = rows(
        example[0],
        "SELECT method, n_areas, value FROM marts.indicator_benchmarks WHERE indicator_id = 'lac_open' "
        "AND measure = 'count' AND comparator = 'statistical_neighbours' AND basis = 'official' "
        "AND comparator_period = '2018-19' ORDER BY method",
    )
    assert [row[0].partition("; ")[2] for row in found] == [
        f"{kind} of statistical neighbours, model of {model}"
        for kind in ("mean", "median")
        for model in ("2021-04", "2025-05")
    ]
    assert found[0][1:] == (10, 601.6)


def test_a_group_of_areas_is_a_ratio_of_sums(example: Example) -> None:
    found = rows(
        example[0],
        "SELECT n_areas, numerator, denominator, value FROM marts.indicator_benchmarks WHERE indicator_id = 'lac_open' "
        "AND measure = 'rate' AND comparator = 'hips' AND comparator_period = '2018-19'",
    )
    [(number, numerator, denominator, value)] = found
    assert number == 4
    assert value == pytest.approx(numerator / denominator * 10_000)


def test_referrals_differ_from_the_official_count_and_the_likely_cause_is_named(example: Example) -> None:
    found = {
        period: (expected, number, message)
        for period, expected, number, message in rows(
            example[0],
            "SELECT period, expected, found, message FROM marts.findings "
            "WHERE rule = 'return_against_official' AND indicator_id = 'cin_referrals'",
        )
    }
    assert found["2018-19"][:2] == ("2598", "3410")
    assert found["2019-20"][:2] == ("4840", "5322")
    assert "early help" in found["2019-20"][2]


def test_the_scorecard_sets_plans_open_beside_plans_open(example: Example) -> None:
    """Plans that started are published too, and returns print them beside the count of open plans: we do not."""
    [(printed, source, note)] = rows(
        example[0],
        "SELECT official_england, official_source, official_note FROM marts.scorecard "
        "WHERE indicator_id = 'cpp_open' AND measure = 'count'",
    )
    [(opened,)] = rows(
        example[0],
        "SELECT printed FROM marts.indicator_benchmarks WHERE indicator_id = 'cpp_open' AND measure = 'count' "
        "AND comparator = 'england' AND comparator_period = '2019-20' AND contains(method, 'at a year''s end')",
    )
    assert printed == opened
    assert source == "2019-20, child_protection_plans, edition of 2024"
    assert note.startswith("Plans open at the year's end")


def test_the_note_beside_england_is_englands(example: Example) -> None:
    notes = rows(example[0], "SELECT official_note FROM marts.scorecard WHERE official_note IS NOT NULL")
    assert notes
    assert not [note for (note,) in notes if "neighbours" in note]
