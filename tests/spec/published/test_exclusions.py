"""Exclusions before the data service: areas by name and level, academic years, figures by type of school."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import land
from tests.published import published
from warehouse.home import Home

HEADER = "year,level,la_name,school_type,perm_excl,perm_excl_rate"


def core(folder: Path, columns: str, *rows: str, header: str = HEADER) -> list[tuple[object, ...]]:
    home = Home(folder).create()
    land(home, "reference/exclusions/2017/exclusions.csv", "\n".join([header, *rows]).encode())
    with published(home) as connection:
        return connection.execute(
            f"SELECT {columns} FROM core.exclusion_statistic ORDER BY row_number, series"
        ).fetchall()


def test_a_figure_a_column_with_the_type_of_school_as_a_filter(tmp_path: Path) -> None:
    found = core(
        tmp_path,
        "area, geographic_level, period_start::VARCHAR, period_end::VARCHAR, series, filters, value::DOUBLE, symbol, "
        "status",
        "201617,Local authority,Southampton,Special,20,x",
    )
    place = ("E06000045", "Local authority", "2016-09-01", "2017-08-31")
    assert found == [
        (*place, "perm_excl", "school_type=Special", 20.0, None, "value"),
        (*place, "perm_excl_rate", "school_type=Special", None, "x", "suppressed"),
    ]


@pytest.mark.parametrize(
    ("level", "name", "year", "code"),
    [
        ("National", "England", "201617", "E92000001"),
        ("Region", "Yorkshire and the Humber", "201617", "E12000003"),
        ("Region", "London", "201617", "E12000007"),
        ("Local authority", "Bristol City of", "201617", "E06000023"),
        ("Local authority", "Bristol", "201617", "E06000023"),
        ("Local authority", "Kingston upon Hull", "201617", "E06000010"),
        ("Local authority", "Herefordshire", "201617", "E06000019"),
        ("Local authority", "Telford & Wrekin", "201617", "E06000020"),
        ("Local authority", "Durham", "201617", "E06000047"),
        ("Local authority", "Durham", "200708", "E10000010"),
        ("Local authority", "Sheffield", "200607", "E08000019"),
        ("Local authority", "Bournemouth", "201617", "E06000028"),
        ("Local authority", "Bournemouth", "202021", "E06000028"),
    ],
)
def test_an_area_is_told_by_name_level_and_day(tmp_path: Path, level: str, name: str, year: str, code: str) -> None:
    assert core(tmp_path, "DISTINCT area", f"{year},{level},{name},Total,1,0.1") == [(code,)]


def test_a_file_without_levels_names_areas_of_any(tmp_path: Path) -> None:
    rows = (
        "201617,England,Total,20",
        "201617,South East,Total,4",
        "201617,Southampton,Total,x",
        "201617,Wessex,Total,1",
    )
    found = core(tmp_path, "area, geographic_level, status", *rows, header="year,la_name,school_type,perm_theft")
    assert found == [
        ("E92000001", "National", "value"),
        ("E12000008", "Regional", "value"),
        ("E06000045", "Local authority", "suppressed"),
    ]


@pytest.mark.parametrize("row", ["201617,School,Southampton,Total,1,0.1", "201617,Region,Southampton,Total,1,0.1"])
def test_a_name_of_another_level_is_kept_out(tmp_path: Path, row: str) -> None:
    found = core(tmp_path, "area, year", "201516,Region,South East,Total,1,0.1", row)
    assert set(found) == {("E12000008", "201516")}
