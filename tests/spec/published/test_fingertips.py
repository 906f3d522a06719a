"""Public health indicators: both layouts, days by the indicator's kind of year, figures or named absences."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.intake.recognition import recognise
from tests.homes import JULY, JUNE, land
from tests.published import CONTRACTS, published
from warehouse.home import Home

SHORT = "area_code,area_name,period,value,indicator,measure,unit,significance"
EXPORT = (
    "Indicator ID,Indicator Name,Parent Code,Parent Name,Area Code,AreaName,Area Type,Sex,Age,Category Type,Category,"
    "Time period,Value,Lower CI 95.0 limit,Upper CI 95.0 limit,Lower CI 99.8 limit,Upper CI 99.8 limit,Count,"
    "Denominator,Value note,Compared to England value or percentiles"
)
WEIGHT, HARM = "Children aged 10-11 years who have excess weight", "Hospital admissions as a result of self-harm"
CARE = '"Children in care: rate per 10,000 population aged < 18"'
PLACE = "reference/fingertips/2019"


def short(indicator: str = HARM, period: str = "2017/18", value: str = "37.4", area: str = "E06000045") -> bytes:
    return f"{SHORT}\n{area},Somewhere,{period},{value},{indicator},Percentage,Persons,Worse\n".encode()


def core(folder: Path, content: bytes, columns: str) -> list[tuple[object, ...]]:
    home = Home(folder).create()
    land(home, f"{PLACE}/figures.csv", content)
    with published(home) as connection:
        return connection.execute(f"SELECT {columns} FROM core.fingertips_figure ORDER BY row_number").fetchall()


@pytest.mark.parametrize(
    ("indicator", "label", "first", "last"),
    [
        (HARM, "2010/11", "2010-04-01", "2011-03-31"),
        (HARM, "2012/13 - 14/15", "2012-04-01", "2015-03-31"),
        (HARM, "2019", "2019-01-01", "2019-12-31"),
        (HARM, "2016 - 18", "2016-01-01", "2018-12-31"),
        (WEIGHT, "2017/18", "2017-09-01", "2018-08-31"),
        (WEIGHT.upper(), "2017/18", "2017-09-01", "2018-08-31"),
        (CARE, "2018", "2017-04-01", "2018-03-31"),
        ("Children in low income families", "2016", "2016-01-01", "2016-12-31"),
    ],
)
def test_a_label_means_the_kind_of_year_of_its_indicator(
    tmp_path: Path, indicator: str, label: str, first: str, last: str
) -> None:
    found = core(tmp_path, short(indicator, label), "period_start::VARCHAR, period_end::VARCHAR, dq_status")
    assert found == [(first, last, "pass")]


@pytest.mark.parametrize("label", ["2019 Q4", "2018/20 Q1", "Aug 2013 - Jul 2014", "latest"])
def test_a_label_that_names_no_period_is_kept_and_found(tmp_path: Path, label: str) -> None:
    assert core(tmp_path, short(period=label), "period, period_end, dq_status") == [(label, None, "warn")]


@pytest.mark.parametrize(("symbol", "status"), [("NA", "missing"), ("*", "suppressed"), ("c", "suppressed")])
def test_a_symbol_is_kept_and_names_the_absence(tmp_path: Path, symbol: str, status: str) -> None:
    assert core(tmp_path, short(value=symbol), "value, symbol, status") == [(None, symbol, status)]


@pytest.mark.parametrize("value", ["", "n.k.", "1e400"])
def test_what_is_neither_a_number_nor_a_symbol_is_kept_out(tmp_path: Path, value: str) -> None:
    rows = short() + short(value=value, area="E06000044").split(b"\n", 1)[1]
    assert core(tmp_path, rows, "area, value::DOUBLE") == [("E06000045", 37.4)]


@pytest.mark.parametrize(
    ("code", "level"),
    [("E92000001", "National"), ("E12000008", "Regional"), ("E10000014", "Local authority"),
     ("E07000084", "Local authority district"), ("E38000167", "Other")],
)  # fmt: skip
def test_an_area_has_the_level_its_code_says(tmp_path: Path, code: str, level: str) -> None:
    assert core(tmp_path, short(area=code), "area, geographic_level") == [(code, level)]


def export(value: str, note: str = "") -> bytes:
    row = (
        f"90284,{HARM},E92000001,England,E06000045,Southampton,Upper tier,Persons,<15 yrs,,,2022/23,{value},75.0819,"
        f'92.7636,,,"1,355",42238,{note},'
    )
    return f"{EXPORT}\n{row}\n".encode()


def test_the_sites_own_export_has_counts_and_intervals(tmp_path: Path) -> None:
    found = core(
        tmp_path,
        export("84.0475"),
        "indicator, indicator_number, filters, value::DOUBLE, count::INTEGER, denominator::INTEGER, lower_95::DOUBLE, "
        "upper_95::DOUBLE, lower_998, status, dq_status",
    )
    assert found == [
        (HARM, "90284", "age=<15 yrs; sex=Persons", 84.0475, 1355, 42238, 75.0819, 92.7636, None, "value", "pass")
    ]


@pytest.mark.parametrize(
    ("note", "status"),
    [("Value suppressed for disclosure control", "suppressed"), ("Value cannot be calculated", "missing")],
)
def test_a_figure_left_out_has_its_note_in_its_place(tmp_path: Path, note: str, status: str) -> None:
    assert core(tmp_path, export("", note), "value, symbol, status") == [(None, note, status)]


def test_files_of_other_indicators_stand_side_by_side_and_a_correction_replaces_its_own(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/weight.csv", short(WEIGHT, value="37.4"))
    land(home, f"{PLACE}/harm.csv", short(HARM, value="556.1"), JUNE)
    land(home, f"{PLACE}/harm corrected.csv", short(HARM.lower(), value="347.4"), JULY)
    with published(home) as connection:
        outcomes = dict(connection.execute("SELECT file_name, outcome FROM ops.receipt").fetchall())
        values = connection.execute("SELECT value::DOUBLE FROM core.fingertips_figure ORDER BY ALL").fetchall()
    assert outcomes == {"weight.csv": "accepted", "harm.csv": "superseded", "harm corrected.csv": "accepted"}
    assert values == [(37.4,), (347.4,)]


def test_an_agencys_return_that_names_its_area_is_not_taken_for_one(tmp_path: Path) -> None:
    file = tmp_path / "return.csv"
    file.write_text("area_code,area_name,indicator,period,value\nE06000045,Southampton,Referrals,Q4 2019-20,650\n")
    assert recognise(file, CONTRACTS).contract.extract == "indicator_return"
