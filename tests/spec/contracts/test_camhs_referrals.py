"""Referrals to mental health services: a row that is right, and the smallest change that breaks each rule.

The rules are named here and not read from the contract, so that the case of a rule that is deleted fails.
"""

from __future__ import annotations

import pytest

from tests.rule_cases import CONTRACTS, Case, Row, broken

GOOD: Row = {
    "referral_ref": "M900001",
    "nhs_number": "9990000018",
    "forename": "Testina",
    "surname": "Example",
    "date_of_birth": "2006-03-14",
    "sex": "f",
    "postcode": "zz99 3wz",
    "referral_received_on": "2020-01-15",
    "source": "made up",
    "primary_reason": "made up",
    "accepted": "Y",
    "first_contact_on": "2020-02-14",
    "discharged_on": "2020-03-20",
}
OPEN: Row = {"accepted": None, "first_contact_on": None, "discharged_on": None}
CASES = {
    "row_has_every_column": Case({}, ragged=True),
    "duplicate": Case({}, beside={}),
    "referral_ref_given": Case({"referral_ref": None}),
    "referral_ref_names_one_referral": Case({}, beside={"nhs_number": "9434765919"}),
    "nhs_number_given": Case({"nhs_number": None}),
    "nhs_number_is_valid": Case({"nhs_number": "9990000081"}),
    "forename_given": Case({"forename": None}),
    "surname_given": Case({"surname": None}),
    "date_of_birth_given": Case({"date_of_birth": "#N/A"}),
    "date_of_birth_is_a_date": Case({"date_of_birth": "14/03/2006"}),
    "sex_in_code_set": Case({"sex": "1"}),
    "postcode_is_a_postcode": Case({"postcode": "not known"}),
    "nhs_number_has_one_date_of_birth": Case({}, beside={"referral_ref": "M900002", "date_of_birth": "2006-03-15"}),
    "referral_received_on_given": Case({"referral_received_on": None}),
    "referral_received_on_is_a_date": Case({"referral_received_on": "15/01/2020"}),
    "received_by_the_end_of_the_quarter": Case({"referral_received_on": "2020-04-01", **OPEN}),
    "received_in_the_year": Case({"referral_received_on": "2019-03-31"}),
    "received_not_before_birth": Case({"date_of_birth": "2020-01-16"}),
    "under_25_at_referral": Case({"date_of_birth": "1995-01-15"}),
    "accepted_is_yes_or_no": Case({"accepted": "in part"}),
    "first_contact_on_is_a_date": Case({"first_contact_on": "soon"}),
    "first_contact_not_before_referral": Case({"first_contact_on": "2020-01-14"}),
    "first_contact_by_the_end_of_the_quarter": Case({"first_contact_on": "2020-04-01", "discharged_on": None}),
    "contact_only_of_accepted": Case({"accepted": "N"}),
    "discharged_on_is_a_date": Case({"discharged_on": "2020-02-30"}),
    "discharged_not_before_referral": Case({"first_contact_on": None, "discharged_on": "2020-01-14"}),
    "discharged_not_before_first_contact": Case({"discharged_on": "2020-02-13"}),
    "discharged_by_the_end_of_the_quarter": Case({"discharged_on": "2020-04-01"}),
}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_found(rule: str) -> None:
    case = CASES[rule]
    rows = [{**GOOD, **case.change}]
    if case.beside is not None:
        rows.append({**GOOD, **case.change, **case.beside})
    assert set(broken("camhs_referrals", None, rows, case)[-1]) == {rule, *case.also}


def test_no_rule_is_without_its_case() -> None:
    assert [rule.rule for rule in CONTRACTS["camhs_referrals"].tables[0].expectations] == list(CASES)


def test_rows_that_are_right_break_nothing() -> None:
    refused = {**GOOD, "referral_ref": "M900002", "accepted": "N", "first_contact_on": None}
    undecided = {**GOOD, **OPEN, "referral_ref": "M900003"}
    assert broken("camhs_referrals", None, [GOOD, refused, undecided], Case({})) == [[], [], []]
