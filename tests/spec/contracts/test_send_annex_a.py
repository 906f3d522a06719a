"""Every rule of the SEND lists: a row that is right, and the smallest change that breaks the rule."""

from __future__ import annotations

import pytest

from tests.rule_cases import CONTRACTS, Case, Row, broken

EXTRACT = "send_annex_a"
CHILD: Row = {
    "education_child_ref": "ED900001",
    "upn": "a950000178301",
    "unique_learner_number": "1000000000",
    "date_of_birth": "14/03/2009",
    "gender": "2",
    "ethnicity": "WBRI",
    "primary_need": "semh",
    "school_urn": "100001",
    "school_phase": "Secondary",
    "suspensions": "1",
    "permanent_exclusions": "0",
    "absence": "12.5%",
    "pupil_premium": "yes",
    "known_to_social_care": "No",
    "disabled": "yes",
}
GOOD: dict[str, Row] = {
    "plans": {
        **CHILD,
        "first_issued_on": "31/01/2015",
        "updated_on": "2018-01-31 00:00:00",
        "reviewed_on": "2019-06-14 00:00:00",
        "home_educated": "no",
    },
    "support": {**CHILD, "education_child_ref": "ED900002", "upn": "B801200005001"},
}
OF_A_CHILD = {
    "duplicate": Case({}, beside={}),
    "education_child_ref_given": Case({"education_child_ref": None}),
    "child_stands_once": Case({}, beside={"upn": None}),
    "upn_is_valid": Case({"upn": "a_upn"}),
    "date_of_birth_given": Case({"date_of_birth": None}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "March 2009"}),
    "age_plausible": Case({"date_of_birth": "1994-03-30"}),
    "gender_in_code_set": Case({"gender": "girl"}),
    "ethnicity_is_a_code": Case({"ethnicity": "White British"}),
    "primary_need_given": Case({"primary_need": None}),
    "primary_need_in_code_set": Case({"primary_need": "H5"}),
    "school_urn_is_a_school": Case({"school_urn": "School"}),
    "suspensions_are_a_number": Case({"suspensions": "one"}),
    "permanent_exclusions_are_a_number": Case({"permanent_exclusions": "none"}),
    "permanent_exclusions_plausible": Case({"permanent_exclusions": "200"}),
    "absence_is_a_number": Case({"absence": "often"}),
    "absence_at_most_100": Case({"absence": "100.5"}),
    "pupil_premium_is_yes_or_no": Case({"pupil_premium": "40"}),
    "known_to_social_care_is_yes_or_no": Case({"known_to_social_care": "perhaps"}),
    "disabled_is_yes_or_no": Case({"disabled": "hmm"}),
}
OF_A_PLAN = {
    "first_issued_given": Case({"first_issued_on": None}),
    "first_issued_is_a_date": Case({"first_issued_on": "2015"}),
    "first_issued_not_before_birth": Case({"first_issued_on": "13/03/2009"}),
    "first_issued_by_the_reporting_date": Case(
        {"first_issued_on": "01/04/2020", "updated_on": None, "reviewed_on": None}
    ),
    "updated_on_is_a_date": Case({"updated_on": "last year"}),
    "updated_not_before_first_issued": Case({"updated_on": "30/01/2015"}),
    "updated_by_the_reporting_date": Case({"updated_on": "01/04/2020"}),
    "reviewed_on_is_a_date": Case({"first_issued_on": "14/06/2019", "updated_on": None, "reviewed_on": "last year"}),
    "reviewed_not_before_first_issued": Case(
        {"first_issued_on": "14/06/2019", "updated_on": None, "reviewed_on": "13/06/2019"}
    ),
    "reviewed_by_the_reporting_date": Case({"reviewed_on": "01/04/2020"}),
    "reviewed_in_the_last_year": Case({"reviewed_on": "30/03/2019"}),
    "home_educated_is_yes_or_no": Case({"home_educated": "at times"}),
    "in_one_list_only": Case({}, companions={"support": [{**GOOD["support"], "education_child_ref": "ED900001"}]}),
}
CASES = {
    **{("plans", rule): case for rule, case in {**OF_A_CHILD, **OF_A_PLAN}.items()},
    **{("support", rule): case for rule, case in OF_A_CHILD.items()},
}


@pytest.mark.parametrize("table", GOOD)
def test_a_row_that_is_right_breaks_nothing(table: str) -> None:
    companions = {other: [GOOD[other]] for other in GOOD if other != table}
    assert broken(EXTRACT, table, [GOOD[table]], Case({}, companions=companions)) == [[]]


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
