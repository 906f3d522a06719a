"""Child-level files through a real run: what is counted stands in the release, and no part of it that is personal."""

from __future__ import annotations

import pytest

from assets.marts.explain import explain
from pipelines.running import RunReport, run
from tests.homes import EXAMPLE_LANDING, PORTSMOUTH, SOUTHAMPTON, land, new_home, private, rows
from tests.statutory import CATALOGUE, census, child, element, text_of
from warehouse.connection import Warehouse
from warehouse.home import Home

Scene = tuple[Home, RunReport]
LAST_YEAR, Q3, Q4 = "2018-19-Q4", "2019-20-Q3", "2019-20-Q4"
MISSING = {
    "occurrence_ref": "44200000101", "police_person_ref": "P900001", "forename": "Testina", "surname": "Canaria",
    "date_of_birth": "2006-03-14", "sex": "F", "home_postcode": "ZZ99 3WZ", "la_of_residence": SOUTHAMPTON,
    "reported_at": "2020-01-31T21:30:00", "returned_at": "2020-02-01T07:15:00", "category": "missing",
    "risk_level": "", "looked_after": "N", "found_location_type": "",
}  # fmt: skip


def case(referred: str, *inner: str, **more: str) -> str:
    fields = {"CINreferralDate": referred, "ReferralSource": "1A", "PrimaryNeedCode": "N1", **more}
    assessed = element("Assessments", AssessmentActualStartDate=referred, AssessmentAuthorisationDate=None)
    return element("CINdetails", *(inner or (assessed,)), **fields, ReferralNFA="0")


def of_portsmouth() -> bytes:
    return census(child("P1", case("2019-06-03")), lea="851")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    home = new_home(tmp_path_factory.mktemp("derived"), populations=False)
    populations = EXAMPLE_LANDING / "reference/population/first-releases/population_southampton_0_17.csv"
    land(home, "reference/population/first-releases/population.csv", populations)
    closed = {"CINclosureDate": "2019-02-04", "ReasonForClosure": "RC1"}
    land(
        home,
        f"council/{SOUTHAMPTON}/{LAST_YEAR}/census.xml",
        census(child("C1", case("2019-01-07", **closed)), year=2019),
    )
    plan = element(
        "ChildProtectionPlans", CPPstartDate="2020-01-20", InitialCategoryOfAbuse="NEG", LatestCategoryOfAbuse="NEG",
        NumberOfPreviousCPP="0",
    )  # fmt: skip
    land(
        home,
        f"council/{SOUTHAMPTON}/{Q4}/census.xml",
        census(
            child("C1", case("2020-01-06", plan), born="2009-05-14"),
            child("C2", case("2019-05-06"), born="2016-02-29"),
        ),
    )
    land(home, f"council/{PORTSMOUTH}/{Q4}/census.xml", of_portsmouth())
    land(home, f"police/{SOUTHAMPTON}/{Q4}/missing.csv", text_of([MISSING]))
    return home, run(home)


def figures(home: Home, indicator: str, area: str = SOUTHAMPTON) -> dict[str, tuple[object, ...]]:
    found = rows(
        home,
        "SELECT period, status, numerator, printed FROM marts.indicator_values "
        "WHERE indicator_id = ? AND area_code = ? AND basis = 'derived'",
        indicator,
        area,
    )
    return {period: (status, numerator, printed) for period, status, numerator, printed in found}


def test_every_file_is_accepted(scene: Scene) -> None:
    entered = [receipt for receipt in scene[1].entered if receipt.agency != "reference"]
    assert {receipt.outcome for receipt in entered} == {"accepted"}


def test_counts_and_rates_of_every_quarter_covered_are_released(scene: Scene) -> None:
    assert figures(scene[0], "cin_open") == {
        "2018-19 Q1": ("value", 0, "0"), "2018-19 Q2": ("value", 0, "0"), "2018-19 Q3": ("value", 0, "0"),
        "2018-19 Q4": ("value", 0, "0"), "2019-20 Q1": ("value", 1, "0"), "2019-20 Q2": ("value", 1, "0"),
        "2019-20 Q3": ("value", 1, "0"), "2019-20 Q4": ("value", 2, "0"),
    }  # fmt: skip
    assert figures(scene[0], "missing_episodes_u18")["2019-20 Q4"] == ("value", 1, "1")


def test_a_look_back_reaches_into_last_years_delivery(scene: Scene) -> None:
    found = figures(scene[0], "cin_rereferrals_12m")
    assert found["2019-20 Q4"] == ("value", 1, "100.0")
    assert found["2019-20 Q1"] == ("value", 0, "0.0")
    assert found["2018-19 Q4"] == ("missing", None, None)


def test_breakdowns_are_kept_and_not_released(scene: Scene) -> None:
    kept = private(
        scene[0],
        "SELECT breakdown_type, breakdown, numerator FROM marts.indicator_breakdowns WHERE indicator_id = 'cin_open' "
        "AND area_code = ? AND period = '2019-20 Q4' AND breakdown_type = 'age_band' ORDER BY ALL",
        SOUTHAMPTON,
    )
    assert kept == [("age_band", "1-4", 1), ("age_band", "10-15", 1)]
    tables = {name for (name,) in rows(scene[0], "SELECT table_name FROM information_schema.tables")}
    assert "indicator_values" in tables
    assert "indicator_breakdowns" not in tables
    assert rows(scene[0], "SELECT DISTINCT breakdown_type FROM marts.indicator_values WHERE basis = 'derived'") == [
        ("all",)
    ]
    published = (scene[0].published / "current").resolve()
    assert not [path for path in published.rglob("*") if "breakdown" in path.name]


def test_the_dataset_and_the_scorecard_show_what_was_counted(scene: Scene) -> None:
    wide = rows(
        scene[0],
        "SELECT cin_open, cpp_open, missing_episodes_u18 FROM marts.multi_agency_dataset "
        "WHERE area_code = ? AND quarter = '2019-20 Q4'",
        SOUTHAMPTON,
    )
    assert wide == [(2, 1, 1)]
    card = rows(
        scene[0],
        "SELECT quarter_5, quarter_8, direction_of_travel FROM marts.scorecard WHERE indicator_id = 'cin_open' "
        "AND measure = 'count' AND basis = 'derived' AND area_code = ?",
        SOUTHAMPTON,
    )
    assert card == [("1", "2", "up")]


def test_another_area_of_the_group_stands_beside(scene: Scene) -> None:
    beside = rows(
        scene[0],
        "SELECT comparator, numerator, value, like_for_like FROM marts.indicator_benchmarks "
        "WHERE basis = 'derived' AND area_code = ? AND indicator_id = 'cin_rereferrals_12m'",
        SOUTHAMPTON,
    )
    assert beside == []
    missing = rows(
        scene[0],
        "SELECT DISTINCT status, reason FROM marts.indicator_values "
        "WHERE area_code = 'hips' AND indicator_id = 'cin_open'",
    )
    assert missing == [("missing", "not every member of the group has the figure")]


def test_a_group_without_a_figure_is_named_on_the_page_and_has_no_tables(scene: Scene) -> None:
    page = (scene[0].published / "current" / "partner" / "report" / "index.html").read_text(encoding="utf-8")
    assert "<h1>Portsmouth and Southampton</h1>" in page
    assert "Hampshire, Isle of Wight, Portsmouth and Southampton: no figure yet." in page
    assert 'id="hips"' not in page


def test_a_figure_is_explained_by_its_deliveries(scene: Scene) -> None:
    with Warehouse(scene[0]).open("a test") as connection:
        found = explain(connection, CATALOGUE, "cin_rereferrals_12m", SOUTHAMPTON, "2019-20 Q4")
    assert {(delivery["extract"], delivery["quarter"]) for delivery in found.deliveries} == {
        ("cin_census", "2018-19 Q4"), ("cin_census", "2019-20 Q4"),
    }  # fmt: skip
