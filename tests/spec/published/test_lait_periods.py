"""Every period label of the department's long file, with the days it names by the kind of year of a measure."""

from __future__ import annotations

from datetime import date

import pytest

from assets.core.published_periods import days_of, kinds_of_year

ACADEMIC, FINANCIAL, CALENDAR = "Academic Year", "Financial Year", "Calendar Year"
YEARS = [str(year) for year in range(2016, 2026)]
SPLITS = ["2015-16", *(f"{year}-{year % 100 + 1}" for year in range(2016, 2026))]
OUT_TURNS = [f"{year}-{year % 100 + 1} (OT)" for year in range(2016, 2025)]
SLASHES = [f"{year}/{year % 100 + 1}" for year in range(2015, 2024)]
POOLS = [f"{year}-{year % 100 + 2}" for year in range(2014, 2021)]
POOLS_OF_SPLITS = [f"{year}/{year % 100 + 1}-{year % 100 + 2}/{year % 100 + 3}" for year in range(2013, 2022)]
REMARKED = [
    "2018 (Rev)",
    "2019 (Rev)",
    "2020 (Final)",
    "2021 (Final)",
    "2022 (Rev)",
    "2023 (Rev)",
    "2024 (Rev)",
    "2025 (Rev)",
    "2025 (prov)",
]
ALL = [*YEARS, *SPLITS, *OUT_TURNS, *SLASHES, *POOLS, *POOLS_OF_SPLITS, *REMARKED]


@pytest.mark.parametrize("label", [*YEARS, *REMARKED])
def test_a_year_is_named_by_the_year_it_ends_in(label: str) -> None:
    year = int(label[:4])
    assert days_of(label, FINANCIAL) == (date(year - 1, 4, 1), date(year, 3, 31))
    assert days_of(label, ACADEMIC) == (date(year - 1, 9, 1), date(year, 8, 31))
    assert days_of(label, "Annual (end of Sept)") == (date(year - 1, 10, 1), date(year, 9, 30))
    assert days_of(label, CALENDAR) == (date(year, 1, 1), date(year, 12, 31))
    assert days_of(label, "Annual") == days_of(label, "Annual - January") == days_of(label, CALENDAR)


@pytest.mark.parametrize("label", [*SPLITS, *OUT_TURNS, *SLASHES])
def test_a_split_year_is_the_one_begun_in_its_first_part(label: str) -> None:
    year = int(label[:4])
    assert days_of(label, FINANCIAL) == (date(year, 4, 1), date(year + 1, 3, 31))
    assert days_of(label, ACADEMIC) == (date(year, 9, 1), date(year + 1, 8, 31))


@pytest.mark.parametrize("label", POOLS)
def test_three_years_together_are_whole_years(label: str) -> None:
    year = int(label[:4])
    assert days_of(label, CALENDAR) == (date(year, 1, 1), date(year + 2, 12, 31))


@pytest.mark.parametrize("label", POOLS_OF_SPLITS)
def test_three_split_years_together_end_with_the_last(label: str) -> None:
    year = int(label[:4])
    assert days_of(label, FINANCIAL) == (date(year, 4, 1), date(year + 3, 3, 31))


def test_the_labels_are_those_of_the_file_but_the_one_that_names_no_period() -> None:
    assert len(ALL) == len(set(ALL)) == 64


@pytest.mark.parametrize(
    "label", ["0", "", "19", "1019", "2016-15", "2015/16-16/18", "2021/23-23/24", "2019 (guess)", "Q1 2019", "2010-99"]
)
def test_a_label_that_names_no_period_is_not_guessed_at(label: str) -> None:
    assert days_of(label, FINANCIAL) is None


@pytest.mark.parametrize("kind", [None, "Fortnight"])
def test_a_measure_whose_kind_of_year_is_not_known_has_no_days(kind: str | None) -> None:
    assert days_of("2019", kind) is None


def test_the_kind_of_year_of_every_measure_is_held() -> None:
    assert len(kinds_of_year()) == 434
    assert kinds_of_year()["Section_47"] == FINANCIAL
