"""Every rule of the children in need census: a record that is right, and the smallest change that breaks the rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assets.intake.check import Checker
from assets.raw.layouts.records import read_record_tables, record_tables
from assets.reference.areas import areas
from tests.homes import SOUTHAMPTON, land
from tests.rule_cases import CONTRACTS, Case, Row, broken
from tests.statutory import CATALOGUE, PLACE, census, child, element, in_core
from warehouse.home import Home
from warehouse.quarters import FinancialQuarter

EXTRACT = "cin_census"
CHILD: Row = {"la_child_id": "C900001", "child_born_on": "2009-05-14"}
REFERRED: Row = {**CHILD, "referred_on": "2019-05-14"}
GOOD: dict[str, Row] = {
    "header": {
        "collection": "CIN",
        "year": "2020",
        "reference_date": "2020-03-31",
        "source_level": "L",
        "lea": "852",
        "made_at": "2020-05-12T09:30:00",
    },
    "children": {
        "la_child_id": "C900001",
        "upn": "P207000016049",
        "date_of_birth": "2009-05-14",
        "gender": "2",
        "ethnicity": "WBRI",
        "disabilities": "HAND|HEAR",
    },
    "cin_details": {
        **REFERRED,
        "referral_source": "1a",
        "primary_need": "N1",
        "closed_on": "2019-09-14",
        "closure_reason": "RC7",
        "referral_nfa": "false",
    },
    "assessments": {
        **REFERRED,
        "started_on": "2019-05-15",
        "review_on": "2019-05-25",
        "authorised_on": "2019-06-14",
        "factors": "2A|3B",
    },
    "cin_plans": {**REFERRED, "started_on": "2019-06-15", "ended_on": "2019-08-15"},
    "section_47": {
        **REFERRED,
        "started_on": "2019-05-16",
        "conference_due_on": "2019-06-06",
        "conference_on": "2019-06-03",
        "conference_not_required": "0",
    },
    "child_protection_plans": {
        **REFERRED,
        "started_on": "2019-06-03",
        "ended_on": "2019-12-03",
        "initial_category": "NEG",
        "latest_category": "EMO",
        "previous_plans": "1",
        "reviewed_on": "2019-08-20|2019-11-20",
    },
    "pre_proceedings": {
        **CHILD,
        "started_on": "2025-05-14",
        "letter_sent_on": "2025-05-20",
        "family_meeting_offered": "1",
        "family_meeting_held": "0",
        "review_meetings": "2",
        "outcome": "A",
    },
}
NOW, LATER = "2019-20 Q4", "2025-26 Q1"
QUARTER = {"pre_proceedings": LATER}


def also(*rules: str) -> frozenset[str]:
    return frozenset(rules)


def of_every_event(table: str, start: str = "started_on") -> dict[tuple[str, str], Case]:
    """The rules every table of events has."""
    quarter = QUARTER.get(table, NOW)
    return {
        (table, "la_child_id_given"): Case({"la_child_id": None}, quarter=quarter),
        (table, "duplicate"): Case({}, beside={}, also=OVERLAPS.get(table, frozenset()), quarter=quarter),
        (table, f"{start}_given"): Case({start: None}, quarter=quarter),
        (table, f"{start}_is_a_date"): Case({start: "15/05/2019"}, quarter=quarter),
        (table, f"{start}_not_before_birth"): Case({"child_born_on": "2031-01-01"}, quarter=quarter),
    }


OVERLAPS = {"cin_details": also("episodes_do_not_overlap"), "child_protection_plans": also("plans_do_not_overlap")}
CONFERENCE: Row = {**REFERRED, "started_on": "2019-05-16", "conference_on": "2019-06-03"}
CASES: dict[tuple[str, str], Case] = {
    ("header", "collection_is_children_in_need"): Case({"collection": "CLA"}),
    ("header", "lea_given"): Case({"lea": None}),
    ("header", "lea_known"): Case({"lea": "999"}),
    ("header", "lea_is_the_delivery_area"): Case({"lea": "851"}),
    ("header", "year_is_the_deliverys"): Case({"year": "2019"}),
    ("header", "reference_date_is_a_date"): Case({"reference_date": "31/03/2020"}),
    ("header", "reference_date_ends_the_year"): Case({"reference_date": "2020-03-30"}),
    ("children", "la_child_id_given"): Case({"la_child_id": None}),
    ("children", "duplicate"): Case({}, beside={}),
    ("children", "la_child_id_names_one_child"): Case({}, beside={"ethnicity": "WIRI"}),
    ("children", "upn_has_its_form"): Case({"upn": "207000016049"}),
    ("children", "upn_check_letter_agrees"): Case({"upn": "Q207000016049"}),
    ("children", "upn_or_why_not"): Case({"upn": None}),
    ("children", "upn_unknown_in_code_set"): Case({"upn_unknown": "UN9"}),
    ("children", "date_of_birth_is_a_date"): Case({"date_of_birth": "14/05/2009"}),
    ("children", "expected_on_is_a_date"): Case({"expected_on": "14/05/2020"}),
    ("children", "born_or_expected"): Case({"date_of_birth": None}),
    ("children", "date_of_birth_by_the_reporting_date"): Case({"date_of_birth": "2020-04-01"}),
    ("children", "age_plausible"): Case({"date_of_birth": "1994-03-31"}),
    ("children", "gender_in_code_set"): Case({"gender": "M"}),
    ("children", "sex_in_code_set"): Case({"gender": None, "sex": "1"}, quarter="2023-24 Q4"),
    ("children", "died_on_is_a_date"): Case({"died_on": "14/05/2019"}),
    ("children", "died_on_not_before_birth"): Case({"died_on": "2009-05-13"}),
    ("children", "died_on_by_the_reporting_date"): Case({"died_on": "2020-04-01"}),
    ("children", "ethnicity_in_code_set"): Case({"ethnicity": "ZZZZ"}),
    ("children", "disabilities_in_code_set"): Case({"disabilities": "HAND|LEG"}),
    **of_every_event("cin_details", "referred_on"),
    ("cin_details", "referred_on_by_the_reporting_date"): Case(
        {"referred_on": "2020-04-01", "closed_on": None, "closure_reason": None}
    ),
    ("cin_details", "referral_source_in_code_set"): Case({"referral_source": "5D"}),
    ("cin_details", "primary_need_in_code_set"): Case({"primary_need": "N10"}),
    ("cin_details", "primary_need_given"): Case({"primary_need": None}),
    ("cin_details", "closed_on_is_a_date"): Case({"closed_on": "14/09/2019"}),
    ("cin_details", "closed_on_by_the_reporting_date"): Case({"closed_on": "2020-04-01"}),
    ("cin_details", "closed_not_before_referred"): Case({"closed_on": "2019-05-13"}),
    ("cin_details", "closure_reason_in_code_set"): Case({"closure_reason": "RC9"}),
    ("cin_details", "closure_reason_with_its_date"): Case({"closure_reason": None}),
    ("cin_details", "conference_on_is_a_date"): Case({"conference_on": "14/09/2019"}),
    ("cin_details", "conference_on_by_the_reporting_date"): Case({"conference_on": "2020-04-01"}),
    ("cin_details", "referral_nfa_is_yes_or_no"): Case({"referral_nfa": "perhaps"}),
    ("cin_details", "referral_nfa_given"): Case({"referral_nfa": None}),
    ("cin_details", "episodes_do_not_overlap"): Case({}, beside={"referred_on": "2019-08-01"}),
    **of_every_event("assessments"),
    ("assessments", "started_on_by_the_reporting_date"): Case({"started_on": "2020-04-01", "authorised_on": None}),
    ("assessments", "started_on_not_before_referral"): Case({"started_on": "2019-05-13"}),
    ("assessments", "review_on_is_a_date"): Case({"review_on": "25/05/2019"}),
    ("assessments", "authorised_on_is_a_date"): Case({"authorised_on": "14/06/2019"}),
    ("assessments", "authorised_on_by_the_reporting_date"): Case({"authorised_on": "2020-04-01"}),
    ("assessments", "authorised_on_not_before_started_on"): Case({"authorised_on": "2019-05-14"}),
    ("assessments", "factors_in_code_set"): Case({"factors": "2A|RB"}),
    ("assessments", "factors_given_at_the_end"): Case({"factors": None}),
    **of_every_event("cin_plans"),
    ("cin_plans", "started_on_by_the_reporting_date"): Case({"started_on": "2020-04-01", "ended_on": None}),
    ("cin_plans", "started_on_not_before_referral"): Case({"started_on": "2019-05-13"}),
    ("cin_plans", "ended_on_is_a_date"): Case({"ended_on": "15/08/2019"}),
    ("cin_plans", "ended_on_by_the_reporting_date"): Case({"ended_on": "2020-04-01"}),
    ("cin_plans", "ended_on_not_before_started_on"): Case({"ended_on": "2019-06-14"}),
    **of_every_event("section_47"),
    ("section_47", "started_on_by_the_reporting_date"): Case({"started_on": "2020-04-01", "conference_on": None}),
    ("section_47", "started_on_not_before_referral"): Case({"started_on": "2019-05-13"}),
    ("section_47", "conference_due_on_is_a_date"): Case({"conference_due_on": "06/06/2019"}),
    ("section_47", "conference_on_is_a_date"): Case({"conference_on": "03/06/2019"}),
    ("section_47", "conference_on_by_the_reporting_date"): Case({"conference_on": "2020-04-01"}),
    ("section_47", "conference_on_not_before_started_on"): Case({"conference_on": "2019-05-15"}),
    ("section_47", "conference_not_required_is_yes_or_no"): Case({"conference_not_required": "perhaps"}),
    ("section_47", "conference_or_none"): Case({"conference_not_required": "true"}),
    **of_every_event("child_protection_plans"),
    ("child_protection_plans", "started_on_by_the_reporting_date"): Case(
        {"started_on": "2020-04-01", "ended_on": None}
    ),
    ("child_protection_plans", "ended_on_is_a_date"): Case({"ended_on": "03/12/2019"}),
    ("child_protection_plans", "ended_on_by_the_reporting_date"): Case({"ended_on": "2020-04-01"}),
    ("child_protection_plans", "ended_on_not_before_started_on"): Case({"ended_on": "2019-06-02"}),
    ("child_protection_plans", "initial_category_in_code_set"): Case({"initial_category": "BAD"}),
    ("child_protection_plans", "latest_category_in_code_set"): Case({"latest_category": "BAD"}),
    ("child_protection_plans", "previous_plans_is_a_number"): Case({"previous_plans": "one"}),
    ("child_protection_plans", "previous_plans_plausible"): Case({"previous_plans": "21"}),
    ("child_protection_plans", "reviews_are_dates"): Case({"reviewed_on": "2019-08-20|20/11/2019"}),
    ("child_protection_plans", "plan_follows_a_conference"): Case(
        {}, companions={"section_47": [{**CONFERENCE, "la_child_id": "C900002"}], "cin_details": [REFERRED]}
    ),
    ("child_protection_plans", "plans_do_not_overlap"): Case({}, beside={"started_on": "2019-10-01"}),
    **of_every_event("pre_proceedings"),
    ("pre_proceedings", "started_on_by_the_reporting_date"): Case({"started_on": "2025-07-01"}, quarter=LATER),
    ("pre_proceedings", "letter_sent_on_is_a_date"): Case({"letter_sent_on": "20/05/2025"}, quarter=LATER),
    ("pre_proceedings", "meeting_on_is_a_date"): Case({"meeting_on": "20/05/2025"}, quarter=LATER),
    ("pre_proceedings", "decided_on_is_a_date"): Case({"decided_on": "20/05/2025"}, quarter=LATER),
    ("pre_proceedings", "court_application_on_is_a_date"): Case({"court_application_on": "20/05/2025"}, quarter=LATER),
    ("pre_proceedings", "issue_letter_on_is_a_date"): Case({"issue_letter_on": "20/05/2025"}, quarter=LATER),
    ("pre_proceedings", "family_meeting_offered_is_yes_or_no"): Case(
        {"family_meeting_offered": "perhaps"}, quarter=LATER
    ),
    ("pre_proceedings", "family_meeting_held_is_yes_or_no"): Case({"family_meeting_held": "perhaps"}, quarter=LATER),
    ("pre_proceedings", "review_meetings_is_a_number"): Case({"review_meetings": "two"}, quarter=LATER),
    ("pre_proceedings", "block_of_its_year"): Case({"started_on": "2019-05-14"}, quarter="2019-20 Q4"),
}


@pytest.mark.parametrize("table", GOOD)
def test_a_record_that_is_right_breaks_nothing(table: str) -> None:
    assert broken(EXTRACT, table, [GOOD[table]], Case({}, quarter=QUARTER.get(table, NOW))) == [[]]


@pytest.mark.parametrize(("table", "rule"), CASES, ids=[".".join(key) for key in CASES])
def test_a_rule_is_found(table: str, rule: str) -> None:
    case = CASES[table, rule]
    rows = [{**GOOD[table], **case.change}]
    if case.beside is not None:
        rows.append({**GOOD[table], **case.change, **case.beside})
    assert set(broken(EXTRACT, table, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    declared = {(table.name, rule.rule) for table in CONTRACTS[EXTRACT].tables for rule in table.expectations}
    assert declared == set(CASES)


def test_a_plan_after_the_conference_of_an_enquiry_is_right() -> None:
    case = Case({}, companions={"section_47": [CONFERENCE], "cin_details": [REFERRED]})
    assert broken(EXTRACT, "child_protection_plans", [GOOD["child_protection_plans"]], case) == [[]]


def test_a_plan_after_a_transfer_in_is_right() -> None:
    moved_in = {**REFERRED, "conference_on": "2019-06-03"}
    case = Case({}, companions={"section_47": [], "cin_details": [moved_in]})
    assert broken(EXTRACT, "child_protection_plans", [GOOD["child_protection_plans"]], case) == [[]]


def test_an_unborn_child_has_an_expected_date_and_its_events_no_birth_to_follow() -> None:
    unborn = {**GOOD["children"], "date_of_birth": None, "expected_on": "2020-06-01"}
    assert broken(EXTRACT, "children", [unborn], Case({})) == [[]]
    assert broken(EXTRACT, "cin_details", [{**GOOD["cin_details"], "child_born_on": None}], Case({})) == [[]]


def test_a_code_is_good_in_the_years_it_holds() -> None:
    referral = {**GOOD["cin_details"], "referral_source": "5D"}
    assert broken(EXTRACT, "cin_details", [referral], Case({})) == [["referral_source_in_code_set"]]
    assert broken(EXTRACT, "cin_details", [referral], Case({}, quarter="2023-24 Q4")) == [[]]


@pytest.mark.parametrize("sex", [{"gender": "1"}, {"gender": None, "sex": "F"}])
def test_gender_and_sex_are_both_good_in_2023_24(sex: Row) -> None:
    child = {**GOOD["children"], **sex}
    assert broken(EXTRACT, "children", [child], Case({}, quarter="2023-24 Q4")) == [[]]


def test_the_area_of_the_header_is_the_code_of_the_authority() -> None:
    assert SOUTHAMPTON == "E06000045"  # 852 in the department's own numbers
    assert broken(EXTRACT, "header", [GOOD["header"]], Case({})) == [[]]


def test_what_no_column_asks_for_is_a_column_the_contract_does_not_know(tmp_path: Path) -> None:
    plan = element("ChildProtectionPlans", element("New", Invented="secret"), CPPstartDate="2019-06-03")
    details = element("CINdetails", plan, CINreferralDate="2019-05-14", Beside="secret")
    children = [child("7394028156", details), child("7394028157", element("Later", Deep="secret"))]
    home = Home(tmp_path / "home").create()
    land(home, f"{PLACE}/census.xml", census(*children))
    unknown = {"children": ["Later/Deep"], "cin_details": ["Beside"], "child_protection_plans": ["New/Invented"]}
    with in_core(home) as connection:
        headers = dict(connection.execute("SELECT table_name, headers FROM ops.part").fetchall())
    assert {name: told for name, held in headers.items() if (told := json.loads(held)["unknown"])} == unknown
    path = tmp_path / "census.xml"
    path.write_bytes(census(*children))
    verdict = Checker(CONTRACTS, CATALOGUE, areas(), SOUTHAMPTON, FinancialQuarter.parse("2019-20 Q4")).check(path)
    problems = [problem for problem in verdict.problems if problem.rule == "columns_known"]
    assert [problem.kind for problem in problems] == ["a column the contract does not know"] * 3
    assert "secret" not in str(verdict)


def test_the_last_batch_of_a_table_has_every_column_the_contract_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    long = element("Later", Long="x" * 45_000)
    path.write_bytes(
        census(child("1", element("First", Odd="x")), *(child(f"C{number}", long) for number in range(400)))
    )
    tables = record_tables(CONTRACTS[EXTRACT])
    told = [rows.unknown_headers for table, rows in read_record_tables(path, tables) if table.name == "children"]
    assert told == [("First/Odd", "Later/Long")] * 2
