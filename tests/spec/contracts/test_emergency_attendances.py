"""Emergency attendances: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "attendance_ref": "A900001",
    "nhs_number": "9990000018",
    "forename": "Testina",
    "surname": "Example",
    "date_of_birth": "2006-03-14",
    "sex": "f",
    "postcode": "zz99 3wz",
    "arrived_at": "2020-01-31T21:30:00",
    "chief_complaint": "made up",
    "self_harm": "N",
    "safeguarding_flag": None,
    "provider": "zz901",
}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "attendance_ref_given": Case({"attendance_ref": None}),
    "attendance_ref_names_one_attendance": Case({}, beside={"self_harm": "Y"}),
    "nhs_number_given": Case({"nhs_number": None}),
    "nhs_number_is_valid": Case({"nhs_number": "9990000081"}),
    "forename_given": Case({"forename": None}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": "#N/A"}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2006"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "postcode_is_a_postcode": Case({"postcode": "not known"}),
    "nhs_number_has_one_date_of_birth": Case({}, beside={"attendance_ref": "A900002", "date_of_birth": "2006-03-15"}),
    "arrived_at_given": Case({"arrived_at": None}),
    "arrived_at_is_a_time": Case({"arrived_at": "31/01/2020 21:30"}),
    "arrived_by_the_end_of_the_quarter": Case({"arrived_at": "2020-04-01T00:00:00"}),
    "arrived_in_the_year": Case({"arrived_at": "2019-03-31T23:59:59"}),
    "arrived_not_before_birth": Case({"date_of_birth": "2020-02-01"}),
    "under_25_at_arrival": Case({"date_of_birth": "1995-01-31"}),
    "self_harm_given": Case({"self_harm": None}),
    "self_harm_is_yes_or_no": Case({"self_harm": "unclear"}),
    "safeguarding_flag_is_yes_or_no": Case({"safeguarding_flag": "seen"}),
    "provider_given": Case({"provider": None}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("emergency_attendances", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["emergency_attendances"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    elsewhere = {**GOOD, "provider": "ZZ902", "self_harm": "y", "safeguarding_flag": "Y"}
    born_that_day = {
        **GOOD,
        "attendance_ref": "A900002",
        "nhs_number": "9434765919",
        "date_of_birth": "2020-01-31",
        "arrived_at": "2020-01-31T04:10",
    }
    assert broken("emergency_attendances", None, [GOOD, elsewhere, born_that_day], Case({})) == [[], [], []]
