"""Education's files from landing to core: which table a file is, which term a census tells of, what is accepted.

Not here: the rules one by one (`test_school_census` and the modules of the other extracts).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.intake.recognition import recognise
from assets.intake.take_in import covered
from tests.homes import JULY, JUNE, SOUTHAMPTON, land, new_home
from tests.statutory import CONTRACTS, QUARTER, in_core, text_of, workbook
from warehouse.home import Home
from warehouse.quarters import FinancialQuarter

EDUCATION = f"education/{SOUTHAMPTON}/2019-20-Q4"
NAMES = {
    "dob": "2009-Mar-14 00:00:00", "surname": "Example", "forename": "Testina", "middlenames": "",
    "upn": "A950000178301", "sex": "F", "entrydate": "2019-Sep-04 00:00:00",
}  # fmt: skip


def on(pupil: int, **fields: str) -> dict[str, str]:
    return {"pupilonrolltableid": f"00000000-90{pupil}", "NativeId": "SCH901", **fields, "sourceid": f"0000090{pupil}"}


def off(pupil: int, **fields: str) -> dict[str, str]:
    return {
        "pupilnolongeronrolltableid": f"00000000-91{pupil}", "NativeId": "SCH901", **fields,
        "sourceid": f"0000091{pupil}",
    }  # fmt: skip


def suspended(**fields: str) -> dict[str, str]:
    began = {"startdate": "2019-Nov-14 00:00:00", "sessions": "10.0", "reason1": "DB", "reason2": "", "reason3": ""}
    return {**began, "category": "SUSP", "senprovision": "N", **fields}


PUPIL = {
    "termlysessionspossible": "136.0", "hoursatsetting": "785.0", "ethnicity": "WBRI", "enrolstatus": "C",
    "senprovision": "N", "ncyearactual": "6",
}  # fmt: skip
CENSUS: dict[str, Sequence[Mapping[str, str]]] = {
    "pupilonroll": [
        on(1, **NAMES, pupilonrollorderseqcolumn="1", **PUPIL),
        on(2, **{**NAMES, "upn": "B801200005001"}, pupilonrollorderseqcolumn="1", **{**PUPIL, "enrolstatus": "M"}),
        on(3, **{**NAMES, "upn": "cbd0f54b-6c4"}, pupilonrollorderseqcolumn="1", **{**PUPIL, "enrolstatus": ""}),
    ],
    "pupilnolongeronroll": [
        off(1, **NAMES, leavingdate="2019-Dec-20 00:00:00", termlysessionspossible="120.0", ethnicity="WBRI")
    ],
    "termlysessiondetailsonroll": [
        on(1, termlysessiondetailsonrolltableid="1", sessions="4.0", attendancereason="I"),
        on(1, termlysessiondetailsonrolltableid="2", sessions="2.0", attendancereason="M"),
        on(2, termlysessiondetailsonrolltableid="3", sessions="130.0", attendancereason="G"),
        on(2, termlysessiondetailsonrolltableid="4", sessions="128.0", attendancereason="I"),
        on(3, termlysessiondetailsonrolltableid="5", sessions="137.0", attendancereason="N"),
        on(9, termlysessiondetailsonrolltableid="6", sessions="1.0", attendancereason="I"),
    ],
    "termlysessiondetailsoffroll": [
        off(1, termlysessiondetailsoffrolltableid="1", sessions="12.0", attendancereason="U"),
    ],
    "termlyexclusionsonroll": [on(1, termlyexclusionsonrolltableid="1", **suspended())],
    "termlyexclusionsoffroll": [
        off(1, termlyexclusionsoffrolltableid="1", **suspended(category="PERM", sessions="")),
    ],
    "senneeds": [
        on(2, senneedstableid="1", senneedsorderseqcolumn="1", sentyperank="1.0", sentype="SEMH"),
        on(2, senneedstableid="2", senneedsorderseqcolumn="2", sentyperank="2.0", sentype="73e987da"),
    ],
}  # fmt: skip


def landed(home: Home, tables: Mapping[str, Sequence[Mapping[str, Any]]], received: datetime = JUNE) -> None:
    """A census in landing, a file a table, under names that tell nothing."""
    for number, rows in enumerate(tables.values()):
        land(home, f"{EDUCATION}/export {number}.csv", text_of(rows), received)


def accepted(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows of each table of the census that stand validated."""
    tables = [table.name for table in CONTRACTS["school_census"].tables]
    return {
        table: connection.execute(f"SELECT count(*) FROM validated.school_census_{table}").fetchall()[0][0]
        for table in tables
    }


def test_each_file_of_a_census_is_known_by_its_own_headings(tmp_path: Path) -> None:
    for table, rows in CENSUS.items():
        file = tmp_path / "a file.csv"
        file.write_bytes(text_of(rows))
        found = recognise(file, CONTRACTS)
        assert (found.contract.extract, found.table_name) == ("school_census", table)


@pytest.mark.parametrize(
    ("quarter", "term"),
    [
        ("2024-25 Q4", (date(2024, 9, 1), date(2024, 12, 31))),  # the spring census tells of autumn
        ("2025-26 Q1", (date(2025, 1, 1), date(2025, 3, 31))),  # the summer census of spring
        ("2025-26 Q2", (None, None)),  # there is none
        ("2025-26 Q3", (date(2025, 4, 1), date(2025, 7, 31))),  # the autumn census of summer
    ],
)
def test_a_census_covers_the_term_before_its_own(quarter: str, term: tuple[date | None, date | None]) -> None:
    assert covered(CONTRACTS["school_census"], FinancialQuarter.parse(quarter)) == term


def test_a_census_goes_table_by_table_and_what_is_set_aside_says_why(tmp_path: Path) -> None:
    home = new_home(tmp_path, populations=False)
    landed(home, CENSUS)
    with in_core(home) as connection:
        assert accepted(connection) == {
            "pupilonroll": 3, "pupilnolongeronroll": 1, "termlysessiondetailsonroll": 2,
            "termlysessiondetailsoffroll": 1, "termlyexclusionsonroll": 1, "termlyexclusionsoffroll": 1, "senneeds": 2,
        }  # fmt: skip
        aside = connection.execute("SELECT table_name, row_number, rules FROM ops.quarantine ORDER BY 1, 2").fetchall()
        covers = connection.execute("SELECT DISTINCT covers_from, covers_to FROM ops.receipt").fetchall()
        pupil = connection.execute("SELECT * FROM validated.school_census_pupilonroll ORDER BY pupil_on_roll").pl()
    table = "termlysessiondetailsonroll"
    together = "all_sessions_at_most_possible"
    assert aside == [
        (table, 4, [together]),
        (table, 5, [together]),
        (table, 6, ["sessions_at_most_possible", together]),
        (table, 7, ["pupil_is_on_the_roll"]),
    ]
    assert covers == [(date(2019, 9, 1), date(2019, 12, 31))]
    read = pupil.row(0, named=True)
    assert (read["date_of_birth"], read["sessions_possible"], read["enrolment_status"], read["native_id"]) == (
        date(2009, 3, 14), 136, "C", "SCH901",
    )  # fmt: skip


def test_a_zip_holds_the_tables_of_a_census(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home", populations=False)
    with zipfile.ZipFile(tmp_path / "census.zip", "w") as file:
        for number, rows in enumerate(CENSUS.values()):
            file.writestr(f"{number}.csv", text_of(rows))
    land(home, f"{EDUCATION}/census.zip", tmp_path / "census.zip", JUNE)
    with in_core(home) as connection:
        found = accepted(connection)
        [receipt] = connection.execute("SELECT outcome, rows_read, rows_quarantined FROM ops.receipt").fetchall()
    assert receipt == ("accepted_with_quarantine", sum(len(rows) for rows in CENSUS.values()), 4)
    assert found["termlysessiondetailsonroll"] == 2


def test_a_table_delivered_again_replaces_that_table(tmp_path: Path) -> None:
    home = new_home(tmp_path, populations=False)
    landed(home, CENSUS)
    mended = [on(2, termlysessiondetailsonrolltableid="3", sessions="13.0", attendancereason="G")]
    land(home, f"{EDUCATION}/mended.csv", text_of(mended), JULY)
    with in_core(home) as connection:
        assert accepted(connection)["termlysessiondetailsonroll"] == 1
        assert accepted(connection)["pupilonroll"] == 3


def test_schools_participation_and_home_education_go_to_core(tmp_path: Path) -> None:
    home = new_home(tmp_path, populations=False)
    person = {
        "month_end": "2020-01-31", "young_person_id": "YP900001", "upn": "", "forename": "Testina",
        "surname": "Example", "date_of_birth": "2003-03-14", "sex": "F", "home_postcode": "ZZ99 3WZ",
        "academic_age": "16", "cohort_status": "P", "activity_code": "619", "activity_start": "2019-09-04",
        "lead_la": SOUTHAMPTON,
    }  # fmt: skip
    at_home = {
        "education_child_ref": "ED900001", "upn": "", "forename": "Testina", "surname": "Example",
        "date_of_birth": "2009-03-14", "sex": "F", "home_postcode": "ZZ99 3WZ", "la_of_residence": SOUTHAMPTON,
        "started_on": "2019-09-04", "ended_on": "", "reason": "not_given", "last_contact_on": "2019-12-12",
        "suitability": "not_assessed",
    }  # fmt: skip
    schools = [{"native_id": "SCH901", "urn": "100001", "name": "An Example School", "phase": "PRU", "la": SOUTHAMPTON}]
    months = [
        person, {**person, "month_end": "2020-02-29"}, {**person, "month_end": "2020-03-31", "activity_code": "550"},
        {**person, "month_end": "2020-04-30"},
    ]  # fmt: skip
    land(home, f"{EDUCATION}/schools.csv", text_of(schools), JUNE)
    land(home, f"{EDUCATION}/participation.csv", text_of(months), JUNE)
    land(home, f"{EDUCATION}/home.csv", text_of([at_home, {**at_home, "started_on": ""}]), JUNE)
    with in_core(home) as connection:
        assert connection.execute("SELECT native_id, phase FROM core.school").fetchall() == [("SCH901", "pru")]
        found = connection.execute(
            "SELECT month_end, activity_code FROM core.participation_month ORDER BY 1"
        ).fetchall()
        assert found == [(date(2020, 1, 31), "619"), (date(2020, 2, 29), "619"), (date(2020, 3, 31), "550")]
        educated = connection.execute("SELECT started_on, reason FROM core.elective_home_education").fetchall()
        assert educated == [(date(2019, 9, 4), "not_given")]
        covers = connection.execute(
            "SELECT extract, covers_from, covers_to FROM ops.receipt WHERE quarter = ? ORDER BY extract", [QUARTER]
        ).fetchall()
    year = (date(2019, 4, 1), date(2020, 3, 31))
    assert covers == [
        ("elective_home_education", *year), ("participation", *year), ("schools", date(2020, 3, 31), date(2020, 3, 31)),
    ]  # fmt: skip


def test_the_lists_of_special_needs_are_told_apart_by_their_sheets(tmp_path: Path) -> None:
    child = {
        "Unique ID": "ED900001", "UPN": "A950000178301", "ULN": 1000000000, "Date of birth": datetime(2009, 3, 14),
        "Gender": 2, "Ethnicity": "WBRI",
    }  # fmt: skip
    plan = {
        "Date initial EHC plan issued": datetime(2015, 1, 31), "Date updated EHC plan issued": None,
        "Date EHC plan last reviewed": datetime(2019, 6, 14),
    }  # fmt: skip
    school = {
        "SEN primary need": "SEMH", "Main education establishment – URN": 100001,
        "Main education establishment – phase": "Secondary",
        "Subsidiary education establishment – phase (dual registration)": None,
    }  # fmt: skip
    known = {
        "Suspensions": 1, "Permanent exclusions": 0, "Absence": 12.5, "Pupil Premium": "yes",
        "Known to children's social care?": "yes", "Which children's social care team?": "Team 1",
        "Does the child or young person have a disability?": "No",
    }  # fmt: skip
    book = workbook(
        list_1=[{**child, **plan, **school, "Elective home education": "No", **known}],
        list_2=[{**child, "Unique ID": "ED900002", "UPN": "B801200005001", **school, **known}],
    )
    home = new_home(tmp_path, populations=False)
    land(home, f"{EDUCATION}/lists.xlsx", book, JUNE)
    with in_core(home) as connection:
        plans = connection.execute("SELECT * FROM validated.send_annex_a_plans").pl().row(0, named=True)
        [without] = connection.execute("SELECT education_child_ref FROM validated.send_annex_a_support").fetchall()
        broken = connection.execute("SELECT rule FROM ops.expectation_outcome WHERE failed > 0").fetchall()
    assert (plans["gender"], plans["first_issued_on"], plans["school_urn"], plans["disabled"]) == (
        "F", date(2015, 1, 31), "100001", False,
    )  # fmt: skip
    assert (plans["social_care_team"], plans["school_phase"], float(plans["absence"])) == ("Team 1", "Secondary", 12.5)
    assert without == ("ED900002",)
    assert not broken
