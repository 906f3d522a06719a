"""The council's statutory files through real runs: from landing to events and findings, no child outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.running import RunReport, run
from tests.homes import JUNE, SOUTHAMPTON, copy_home, land, new_home, private, rows
from tests.spec.contracts.test_events import CENSUS, annex
from tests.statutory import PLACE, census, child, text_of
from warehouse.home import Home

Scene = tuple[Home, RunReport]
CHILD, NAME = "7394028156", "Canaria"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    home = new_home(tmp_path_factory.mktemp("statutory"), populations=False)
    land(home, f"{PLACE}/census.xml", CENSUS)
    land(home, f"{PLACE}/lists.xlsx", annex(closed="11/01/2020"))
    land(home, f"{PLACE}/index.csv", text_of([{
        "la_child_id": CHILD, "upn": "", "nhs_number": "", "forename": NAME, "surname": NAME, "former_surname": "",
        "date_of_birth": "2009-05-14", "sex": "F", "ethnicity": "WBRI", "postcode": "ZZ1 1AA", "lsoa11_code": "",
        "on_roll_urn": "", "sibling_group_id": "",
    }]))  # fmt: skip
    return home, run(home)


def test_every_file_is_accepted_with_all_its_rows(scene: Scene) -> None:
    _, report = scene
    assert {(receipt.extract, receipt.outcome) for receipt in report.entered} == {
        ("cin_census", "accepted"), ("annex_a", "accepted"), ("person_index", "accepted"),
    }  # fmt: skip
    assert all(receipt.rows_read == receipt.rows_accepted > 0 for receipt in report.entered)


def test_events_are_made_with_their_receipt_and_row(scene: Scene) -> None:
    found = private(
        scene[0],
        "SELECT extract, area_code, quarter, receipt_id LIKE 'R%', row_number > 0 FROM core.cp_plan ORDER BY extract",
    )
    assert found == [(extract, SOUTHAMPTON, "2019-20 Q4", True, True) for extract in ("annex_a", "cin_census")]


def test_a_difference_between_extracts_is_a_finding_in_counts(scene: Scene) -> None:
    found = rows(
        scene[0], "SELECT area_code, period, found, message FROM marts.findings WHERE rule = 'extracts_disagree'"
    )
    assert found == [
        (
            SOUTHAMPTON,
            "2019-20 Q4",
            "1 of 1 differ",
            "Episodes of need: closed on differs in 1 of 1 events that cin_census and annex_a both have; "
            "cin_census decides",
        )
    ]


def test_nothing_of_a_child_is_outside_the_rooms_that_need_it(scene: Scene) -> None:
    home, _ = scene
    for folder in ("published", "data_docs", "dagster"):
        for path in (home.root / folder).rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert NAME.encode() not in content, path.name
                assert CHILD.encode() not in content, path.name


def test_a_file_of_another_authority_stops_nothing_else(scene: Scene, tmp_path: Path) -> None:
    home = copy_home(scene[0], tmp_path / "home")
    land(home, f"{PLACE}/other.xml", census(child("900009"), lea="851"), JUNE)
    report = run(home)
    assert (report.exit_code, report.refused[0].rule) == (2, "areas_agree")
    assert private(home, "SELECT DISTINCT child_id FROM core.person_record") == [(CHILD,)]
