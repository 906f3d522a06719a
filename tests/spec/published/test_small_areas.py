"""Populations by age, deprivation and the look-up of small areas: wide files to long tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.core.population_by_age import AGES
from tests.homes import land
from tests.published import published
from warehouse.home import Home

BY_AGE = ("Code,Name,Geography,All ages,0-17,16-17," + ",".join(AGES)).split(",")
AREA = ["E06000045", "Southampton", "Unitary Authority", "91.0", "18.0", "2.0", *["1.0"] * 91]
SMALL = ("lsoa11_code,lsoa11_name,total_population," + ",".join(AGES) + ",ltla19_name").split(",")
LSOA = ["E01017241", "Southampton 007B", "91", *["1"] * 91, "Southampton"]


def core(folder: Path, place: str, query: str, header: list[str], *rows: list[str]) -> list[tuple[object, ...]]:
    home = Home(folder).create()
    content = "\n".join(",".join(row) for row in (header, *rows))
    land(home, f"reference/{place}/file.csv", content.encode())
    with published(home) as connection:
        return connection.execute(query).fetchall()


AGES_OF = (
    "SELECT area, is_small_area, local_authority, mid_year, quarter, count(*), min(age), max(age), "
    "sum(persons)::INTEGER FROM core.population_by_age GROUP BY ALL ORDER BY area"
)


def test_a_population_an_age_of_the_mid_year_the_edition_names(tmp_path: Path) -> None:
    found = core(tmp_path, "population_by_age/mid-2019", AGES_OF, BY_AGE, AREA)
    assert found == [("E06000045", False, None, 2019, "mid-2019", 91, 0, 90, 91)]


def test_a_small_area_has_the_authority_it_lies_in(tmp_path: Path) -> None:
    found = core(tmp_path, "population_by_small_area/mid-2017-revised", AGES_OF, SMALL, LSOA)
    assert found == [("E01017241", True, "E06000045", 2017, "mid-2017-revised", 91, 0, 90, 91)]


def test_headings_without_cells_are_passed_over(tmp_path: Path) -> None:
    found = core(tmp_path, "population_by_age/mid-2020", AGES_OF, [*BY_AGE, "None", "None"], [*AREA, "", ""])
    assert [row[5] for row in found] == [91]


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("0-17", "19.0"),
        ("16-17", "3.0"),
        ("16-17", "two"),
        ("All ages", "92.0"),
        ("42", ""),
        ("42", "1.5"),
        ("90+", "c"),
    ],
)
def test_a_row_that_does_not_agree_with_itself_is_kept_out(tmp_path: Path, heading: str, cell: str) -> None:
    other = ["E06000044", *AREA[1:]]
    other[BY_AGE.index(heading)] = cell
    found = core(tmp_path, "population_by_age/mid-2019", AGES_OF, BY_AGE, AREA, other)
    assert [row[0] for row in found] == ["E06000045"]


INDEX_2015 = ["lsoa11_code", "lsoa11_name", "lad13_code", "lad13_name", "IMD_score", "IMD_rank", "IMD_decile"]
INDEX_2019 = ["lsoa11_code", "IMD_decile", "Crime_decile", "IMD_rank", "Crime_rank", "lsoa11_name", "ltla19_name"]
DOMAINS = (
    "SELECT quarter, area, local_authority, domain, score::DOUBLE, rank::INTEGER, decile::INTEGER "
    "FROM core.deprivation ORDER BY domain DESC"
)


def test_an_index_with_a_score_and_no_domains(tmp_path: Path) -> None:
    row = ["E01017241", "Southampton 007B", "E06000045", "Southampton", "40.669", "4323.0", "2.0"]
    found = core(tmp_path, "deprivation/2015", DOMAINS, INDEX_2015, row)
    assert found == [("2015", "E01017241", "E06000045", "imd", 40.669, 4323, 2)]


def test_an_index_with_domains_and_no_score(tmp_path: Path) -> None:
    row = ["E01017241", "1.0", "1.0", "3139.0", "1303.0", "Southampton 007B", "Southampton"]
    found = core(tmp_path, "deprivation/2019", DOMAINS, INDEX_2019, row)
    place = ("2019", "E01017241", "E06000045")
    assert found == [(*place, "imd", None, 3139, 1), (*place, "crime", None, 1303, 1)]


@pytest.mark.parametrize(
    ("rank", "decile"),
    [("3285", "1"), ("3284", "2"), ("0", "1"), ("32845", "10"), ("1.5", "1"), ("1", ""), ("1", "low")],
)
def test_a_decile_its_rank_does_not_fall_in_is_kept_out(tmp_path: Path, rank: str, decile: str) -> None:
    good = ["E01017241", "1", "1", "3284", "1303", "Southampton 007B", "Southampton"]
    bad = ["E01017242", "1", decile, "3284", rank, "Southampton 007C", "Southampton"]
    found = core(tmp_path, "deprivation/2019", DOMAINS, INDEX_2019, good, bad)
    assert {row[1] for row in found} == {"E01017241"}


def test_a_small_area_has_its_ward(tmp_path: Path) -> None:
    header = ["lsoa11_name", "lsoa11_code", "ltla19_name", "ltla19_code", "msoa11_code", "msoa11_name", "ward17_code"]
    row = ["Southampton 007B", "E01017241", "Southampton", "E06000045", "E02003555", "Southampton 007", "E05002466"]
    query = "SELECT area, ward, middle_area, local_authority FROM core.small_area"
    found = core(tmp_path, "small_area_lookup/2019", query, header, row)
    assert found == [("E01017241", "E05002466", "E02003555", "E06000045")]
