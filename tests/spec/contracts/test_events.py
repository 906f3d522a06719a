"""Core tables of events: the same event through each extract, who decides, and how differences are found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.core.event_tables import define_event_differences, events, problems_of_events
from tests.homes import JUNE, SOUTHAMPTON, land
from tests.statutory import CONTRACTS, PLACE, QUARTER, census, child, element, in_core, text_of, workbook
from warehouse.home import Home

ENQUIRY = {"S47ActualStartDate": "2019-05-16", "DateOfInitialCPC": "2019-06-03", "ICPCnotRequired": "0"}
PLAN = {
    "CPPstartDate": "2019-06-03", "CPPendDate": "2019-12-03", "InitialCategoryOfAbuse": "NEG",
    "LatestCategoryOfAbuse": "EMO", "NumberOfPreviousCPP": "1",
}  # fmt: skip
CENSUS = census(
    child(
        "7394028156",
        element(
            "CINdetails",
            element("Assessments", AssessmentActualStartDate="2019-05-15", AssessmentAuthorisationDate="2019-06-14"),
            element("Section47", **ENQUIRY),
            element("ChildProtectionPlans", **PLAN),
            CINreferralDate="2019-05-14", ReferralSource="6", PrimaryNeedCode="N1", CINclosureDate="2020-01-10",
            ReasonForClosure="RC7", ReferralNFA="0",
        ),
    )
)  # fmt: skip
WHO = {
    "Child Unique ID": 7394028156,
    "Gender": "b) Female", "Ethnicity": "a) WBRI", "Date of Birth": "14/05/2009", "Age": 10,
}  # fmt: skip
TEAM = {"Allocated Team": "Team 1", "Allocated Worker": "A Worker"}


def annex(closed: str = "10/01/2020") -> bytes:
    return workbook(
        list_3=[
            {
                **WHO, "Date of Referral": "14/05/2019", "Referral Source": "q) 6: Police", "Referral NFA?": "No",
                "Number of Referrals in Last 12 Months": 0, **TEAM,
            }
        ],
        list_4=[
            {
                **WHO, "Does the Child have a Disability": "b) No", "Continuous Assessment Start Date": "15/05/2019",
                "Child Seen During Continuous Assessment": "Yes",
                "Continuous Assessment Date of Authorisation": "14/06/2019",
                "Was the child assessed as requiring LA children's social care support?": "Yes", **TEAM,
            }
        ],
        list_5=[
            {
                **WHO, "Does the Child have a Disability": "b) No",
                "Strategy discussion initiating Section 47 Enquiry Start Date": "16/05/2019",
                "Was an Initial Child Protection Conference deemed unnecessary?": "No",
                "Date of Initial Child Protection Conference": "03/06/2019",
                "Did the Initial Child Protection Conference Result in a Child Protection Plan": "Yes",
                "Number of Section 47 Enquiries in the last 12 months": 1,
                "Number of ICPCs in the last 12 months": 1, **TEAM,
            }
        ],
        list_6=[
            {
                **WHO, "Does the Child have a Disability": "b) No", "CIN Start Date": "14/05/2019",
                "Primary Need Code": "N1 - Abuse or Neglect", "Date Child Was Last Seen": "10/01/2020",
                "CIN Closure Date": closed, "Reason for Closure": "RC7", "Case Status": "d) Closed", **TEAM,
            }
        ],
        list_7=[
            {
                **WHO, "Does the Child have a Disability": "b) No", "Child Protection Plan Start Date": "03/06/2019",
                "Initial Category of Abuse": "Neglect", "Latest Category of Abuse": "Emotional abuse",
                "Date of the Last Statutory Visit": "20/11/2019", "Was the Child Seen Alone?": "a) Yes",
                "Date of latest review conference": "20/11/2019", "Child Protection Plan End Date": "03/12/2019",
                "Subject to Emergency Protection Order or Protected Under Police Powers in Last Six Months (Y/N)":
                    "b) No",
                "Number of Previous Child Protection Plans": 1, **TEAM,
            }
        ],
    )  # fmt: skip


def asked(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def rows_of(connection: duckdb.DuckDBPyConnection, event: str, extract: str, columns: Sequence[str]) -> list[Any]:
    names = ", ".join(columns)
    return asked(connection, f"SELECT {names} FROM core.{event} WHERE extract = '{extract}' ORDER BY ALL")


def test_the_declarations_fit_the_contracts() -> None:
    assert problems_of_events(CONTRACTS) == []


@pytest.mark.parametrize(
    "event", ["referral", "cin_episode", "assessment", "section47_enquiry", "cp_conference", "cp_plan"]
)
def test_an_event_is_the_same_through_the_census_and_through_the_lists(tmp_path: Path, event: str) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/census.xml", CENSUS)
    land(home, f"{PLACE}/lists.xlsx", annex())
    [declared] = [one for one in events() if one.event == event]
    shared = sorted(
        {name for name, first, _ in declared.compared() if first.extract == "cin_census"} | set(declared.key)
    )
    with in_core(home) as connection:
        by_census = rows_of(connection, event, "cin_census", shared)
        assert len(by_census) == 1
        assert by_census == rows_of(connection, event, "annex_a", shared)
        define_event_differences(connection, QUARTER, [SOUTHAMPTON])
        assert asked(connection, "SELECT * FROM event_difference WHERE differing > 0") == []
        assert asked(connection, f"SELECT extract, decides FROM core.{event} ORDER BY extract") == [
            ("annex_a", False), ("cin_census", True),
        ]  # fmt: skip


def test_where_they_differ_the_statutory_return_decides_and_the_difference_is_counted(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/census.xml", CENSUS)
    land(home, f"{PLACE}/lists.xlsx", annex(closed="11/01/2020"))
    with in_core(home) as connection:
        define_event_differences(connection, QUARTER, [SOUTHAMPTON])
        found = asked(
            connection,
            "SELECT event, field, first_extract, later_extract, compared, differing FROM event_difference "
            "WHERE differing > 0",
        )
        assert found == [("cin_episode", "closed_on", "cin_census", "annex_a", 1, 1)]


LEAVER = {**WHO, "Child Unique ID": 2, "Date of Birth": "14/03/2001", "Age": 19}


def care_leavers_differ(tmp_path: Path, return_says: str, **list_says: str | None) -> list[tuple[Any, ...]]:
    """Fields of a care leaver in which the return (in touch, activity, accommodation) and list 9 differ."""
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/header.csv", b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n2,2,14/03/2001,WBRI,UN1,,\n")
    land(home, f"{PLACE}/oc3.csv", f"CHILD,DOB,IN_TOUCH,ACTIV,ACCOM\n2,14/03/2001,{return_says}\n".encode())
    words = {name.replace("_", " ").capitalize(): value for name, value in list_says.items()}
    land(
        home,
        f"{PLACE}/lists.xlsx",
        workbook(list_9=[{**LEAVER, "Eligibility Category": "b) Former relevant", **words}]),
    )
    with in_core(home) as connection:
        define_event_differences(connection, QUARTER, [SOUTHAMPTON])
        assert asked(connection, "SELECT count(*) FROM core.care_leaver") == [(2,)]
        return asked(
            connection, "SELECT field FROM event_difference WHERE event = 'care_leaver' AND differing > 0 ORDER BY ALL"
        )


def test_a_care_leavers_home_is_the_same_in_one_code_and_in_two_columns(tmp_path: Path) -> None:
    says = {"la_in_touch": "a) Yes", "activity_status": "F2: Study", "type_of_accommodation": "U: Independent living"}
    same = {**says, "suitability_of_accommodation": "a) Suitable"}
    assert care_leavers_differ(tmp_path / "same", "YES,F2,U1", **same) == []
    other = {**says, "suitability_of_accommodation": "b) Unsuitable"}
    assert care_leavers_differ(tmp_path / "other", "YES,F2,U1", **other) == [("suitability",)]


def test_what_one_of_two_extracts_does_not_say_is_no_difference(tmp_path: Path) -> None:
    blank = {"activity_status": None, "type_of_accommodation": None, "suitability_of_accommodation": None}
    assert care_leavers_differ(tmp_path / "known", "YES,F2,U1", la_in_touch="a) Yes", **blank) == []
    assert care_leavers_differ(tmp_path / "unknown", "NO,0,0", la_in_touch="a) Yes", **blank) == [("in_touch",)]


@pytest.mark.parametrize(
    ("closed", "referral"),
    [(None, "2019-05-14"), ("02/09/2019", "2019-09-02")],
    ids=["inside an open case", "once that was closed"],
)
def test_an_assessment_of_the_lists_is_of_the_referral_that_opened_its_case(
    tmp_path: Path, closed: str | None, referral: str
) -> None:
    referred = {
        **WHO, "Referral Source": "q) 6: Police", "Referral NFA?": "No", "Number of Referrals in Last 12 Months": 0,
        **TEAM,
    }  # fmt: skip
    assessed = {
        **WHO, "Does the Child have a Disability": "b) No", "Continuous Assessment Start Date": "05/09/2019",
        "Child Seen During Continuous Assessment": "Yes", "Continuous Assessment Date of Authorisation": "01/10/2019",
        "Was the child assessed as requiring LA children's social care support?": "Yes", **TEAM,
    }  # fmt: skip
    need = {
        **WHO, "Does the Child have a Disability": "b) No", "CIN Start Date": "14/05/2019",
        "Primary Need Code": "N1 - Abuse or Neglect", "Date Child Was Last Seen": "10/06/2019",
        "CIN Closure Date": closed, "Reason for Closure": closed and "RC7",
        "Case Status": "d) Closed" if closed else "b) Open", **TEAM,
    }  # fmt: skip
    referrals = [{**referred, "Date of Referral": day} for day in ("14/05/2019", "02/09/2019")]
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/lists.xlsx", workbook(list_3=referrals, list_4=[assessed], list_6=[need]))
    with in_core(home) as connection:
        assert asked(connection, "SELECT referred_on::VARCHAR FROM core.assessment") == [(referral,)]


def test_what_one_extract_alone_has_stands(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/lists.xlsx", annex())
    with in_core(home) as connection:
        assert asked(connection, "SELECT extract, decides FROM core.cp_plan") == [("annex_a", True)]


def test_a_conference_without_an_enquiry_of_its_day_is_a_transfer_in(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    moved_in = element(
        "CINdetails", CINreferralDate="2019-07-01", ReferralSource="5C", PrimaryNeedCode="N1",
        DateOfInitialCPC="2019-07-20", ReferralNFA="0",
    )  # fmt: skip
    land(home, f"{PLACE}/census.xml", census(child("900002", moved_in)))
    with in_core(home) as connection:
        found = asked(connection, "SELECT child_id, held_on::VARCHAR, transfer_in FROM core.cp_conference")
        assert found == [("900002", "2019-07-20", True)]


def test_two_enquiries_with_one_conference_give_one_with_the_later_enquiry(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    details = element(
        "CINdetails",
        element("Section47", **{**ENQUIRY, "S47ActualStartDate": "2019-05-16"}),
        element("Section47", **{**ENQUIRY, "S47ActualStartDate": "2019-05-20"}),
        CINreferralDate="2019-05-14", ReferralSource="6", PrimaryNeedCode="N1", ReferralNFA="0",
        DateOfInitialCPC="2019-06-03",
    )  # fmt: skip
    land(home, f"{PLACE}/census.xml", census(child("900003", details)))
    with in_core(home) as connection:
        found = asked(
            connection,
            "SELECT child_id, held_on::VARCHAR, strategy_discussion_on::VARCHAR, transfer_in FROM core.cp_conference",
        )
        assert found == [("900003", "2019-06-03", "2019-05-20", False)]


def test_a_file_of_another_authority_is_stopped(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/census.xml", census(child("900004"), lea="851"))
    with in_core(home) as connection:
        [(outcome, rule, reason)] = asked(connection, "SELECT outcome, rule, reason FROM ops.receipt")
        assert (outcome, rule) == ("stopped", "areas_agree")
        assert "E06000044" in reason
        assert asked(connection, "SELECT count(*) FROM core.person_record") == [(0,)]


def test_a_file_of_another_year_is_said_to_be_so(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/census.xml", census(child("900005"), year=2019))
    with in_core(home) as connection:
        found = asked(connection, "SELECT rule FROM ops.expectation_outcome WHERE failed > 0 AND table_name = 'header'")
        assert sorted(found) == [("reference_date_ends_the_year",), ("year_is_the_deliverys",)]


def test_a_census_sent_again_replaces_all_its_tables(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    land(home, f"{PLACE}/census.xml", CENSUS)
    land(home, f"{PLACE}/later.xml", census(child("900006")), JUNE)
    with in_core(home) as connection:
        assert asked(connection, "SELECT child_id FROM core.person_record") == [("900006",)]
        assert asked(connection, "SELECT count(*) FROM core.cp_plan") == [(0,)]


def test_a_looked_after_episode_is_the_same_through_the_return_and_through_the_list(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    episode = {
        "CHILD": "7394028156", "DECOM": "03/06/2019", "RNE": "S", "LS": "C2", "CIN": "N1", "PLACE": "U6",
        "PLACE_PROVIDER": "PR1", "DEC": "", "REC": "", "REASON_PLACE_CHANGE": "", "HOME_POST": "ZZ1 1AA",
        "PL_POST": "ZZ2 2BB", "URN": "1234567",
    }  # fmt: skip
    land(home, f"{PLACE}/episodes.csv", text_of([episode]))
    with in_core(home) as connection:
        found = asked(
            connection, "SELECT child_id, started_on::VARCHAR, legal_status, placement_type FROM core.cla_episode"
        )
        assert found == [("7394028156", "2019-06-03", "C2", "U6")]
